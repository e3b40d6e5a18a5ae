"""A schedule as a spreadsheet, and the template of an invoice that is made from it."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from contracts.invoicing.invoice_file import COLUMNS
from contracts.invoicing.schedule import ChargeSchedule, ChargeState, ScheduledCharge
from contracts.invoicing.words import CHARGES, ORIGINS

ONE_DAY = timedelta(days=1)
HEADS = (
    "Row", "Agreement", "Child", "Setting", "Service", "Fee", "What it is", "Rate", "Reckoning", "From", "To (last day)", "Net",
    "VAT rate %", "VAT", "Gross", "State", "Provider says due", "Why", "Borough's answer",
)  # fmt: skip


def cells(charge: ScheduledCharge) -> tuple[object, ...]:
    """A charge as the schedule's file has it, under `HEADS`."""
    return (
        charge.position, charge.agreement, charge.child_reference, charge.setting, charge.service, charge.label,
        ORIGINS[charge.origin] or "Month's charge", charge.rate, charge.reckoning, charge.from_on, charge.until_on - ONE_DAY,
        charge.net, charge.vat_rate, charge.vat, charge.gross, CHARGES[charge.state][1], charge.due_net, charge.dispute_reason,
        charge.answer_reason,
    )  # fmt: skip


def template_heads() -> tuple[str, ...]:
    """The columns that an invoice must have."""
    return tuple(COLUMNS)


def template_rows(charges: Iterable[ScheduledCharge]) -> Iterator[tuple[Any, ...]]:
    """The charges that wait, as an invoice that agrees with the schedule in everything would say them."""
    for charge in charges:
        if charge.state is ChargeState.ISSUED:
            yield (
                charge.agreement, charge.label, charge.from_on, charge.until_on - ONE_DAY, charge.net, charge.vat, charge.gross,
                "GBP",
            )  # fmt: skip


def template_name(schedule: ChargeSchedule, ending: str) -> str:
    """invoice-SCHCRO-7Q4K-2M.csv."""
    return f"invoice-{schedule.reference}.{ending}"

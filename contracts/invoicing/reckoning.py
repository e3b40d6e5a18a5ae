"""What each fee line is charged in a month: the month itself, and what has changed for the months charged before.

Pounds to the penny by the cost engine. A charge of a month is R(total to its end) − R(total to its start); a change is what the engine
says today for all earlier months since the borough's first, less what was charged for them. So the charges of one line over all schedules
sum to R(total to the end of the last month) − R(total to the first): the engine's cost to date, whatever changed in between.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from contracts.costs import cost_line, rate_of
from contracts.invoicing.months import month_after, said
from contracts.invoicing.schedule import ChargeOrigin
from foundation.formatting import money
from marketplace.costing import NOUGHT, Charge, charges_between
from marketplace.fee_line import FeeKind, FeeLine, Unit
from marketplace.terms_of_year import TermDatesUnknown

NOTHING = Charge()
ONE_POUND = Decimal(1)
#: the parts of a charge, as the engine and the rows call them
PARTS = ("net", "vat", "borne", "social_care", "education", "health")


@dataclass(frozen=True, slots=True)
class Payable:
    """A fee line of an agreement, with what a schedule says about it. One that was closed on its first day is not paid."""

    line_id: uuid.UUID
    agreement_id: uuid.UUID
    provider_id: uuid.UUID
    agreement: str
    child_reference: str
    setting: str
    service: str
    bought_by: str
    line: FeeLine
    is_paid: bool


class Months(NamedTuple):
    """The borough's first month here, and the month whose schedules are made."""

    first: date
    month: date

    @property
    def end(self) -> date:
        """The first day after the month."""
        return month_after(self.month)


@dataclass(frozen=True, slots=True)
class NewCharge:
    """A charge that is about to be written."""

    of: Payable
    origin: ChargeOrigin
    from_on: date
    until_on: date
    reckoning: str
    charge: Charge

    def as_row(self, schedule_id: uuid.UUID, authority_id: uuid.UUID, position: int) -> dict[str, Any]:
        """The row as the database reads it from JSON."""
        return {
            "id": str(uuid.uuid4()), "schedule_id": str(schedule_id), "authority_id": str(authority_id), "position": position,
            "provider_id": str(self.of.provider_id), "agreement_id": str(self.of.agreement_id),
            "fee_line_id": str(self.of.line_id), "origin": self.origin.value, "state": "issued",
            "agreement": self.of.agreement, "child_reference": self.of.child_reference, "setting": self.of.setting,
            "service": self.of.service, "bought_by": self.of.bought_by, "kind": self.of.line.kind.value,
            "label": self.of.line.label, "rate": rate_of(self.of.line), "reckoning": self.reckoning,
            "from_on": self.from_on.isoformat(), "until_on": self.until_on.isoformat(),
            "vat_rate": str(self.of.line.vat_rate), **{part: str(getattr(self.charge, part)) for part in PARTS},
        }  # fmt: skip


class Unreckoned(NamedTuple):
    """A fee that cannot be reckoned yet, and why: its school's terms are not entered. A later schedule catches it up."""

    agreement: str
    label: str
    because: str


def new_charges(
    payables: Iterable[Payable], months: Months, charged: Mapping[uuid.UUID, Charge]
) -> tuple[list[NewCharge], list[Unreckoned]]:
    """The charges of the month, in the order given, and the fees that cannot be reckoned. `charged`: so far, by fee line."""
    found: list[NewCharge] = []
    unreckoned = []
    for payable in payables:
        try:
            found.extend(_charges_of(payable, months, charged.get(payable.line_id, NOTHING)))
        except TermDatesUnknown as unknown:
            unreckoned.append(Unreckoned(payable.agreement, payable.line.label, str(unknown)))
    return found, unreckoned


def _charges_of(payable: Payable, months: Months, charged: Charge) -> Iterator[NewCharge]:
    earlier, now = _due(payable, months)
    change = Charge(*(getattr(earlier, part) - getattr(charged, part) for part in PARTS))
    line = payable.line
    if _matters(now):
        starts = max(line.starts, months.month)
        ends = months.end if line.ends is None else min(line.ends, months.end)
        yield NewCharge(payable, ChargeOrigin.MONTH, starts, ends, words_of(line, starts, ends), now)
    if _matters(change):
        starts = max(line.starts, months.first)
        words = f"{money(earlier.net)} is due for the time before {said(months.month)}, {money(charged.net)} was charged for it"
        yield NewCharge(payable, ChargeOrigin.CHANGE, starts, months.month, words, change)


def words_of(line: FeeLine, starts: date, ends: date) -> str:
    """£61.50 × 2 hours a week × 4 weeks and 3 days: as `contracts.costs` says it, for thousands of lines that share their days."""
    like = FeeLine(
        kind=FeeKind.CORE, label="", amount=ONE_POUND, unit=line.unit, calendar=line.calendar, weeks=line.weeks, terms=line.terms,
        starts=starts, ends=ends,
    )  # fmt: skip
    units, amount, times = _units(like, starts, ends), money(line.sign * line.amount), f"{line.quantity.normalize():f}"
    match line.unit:
        case Unit.YEAR:
            return f"{rate_of(line)} for {units}"
        case Unit.HOUR:
            return f"{amount} × {times} {'hour' if line.quantity == 1 else 'hours'} a week × {units}"
        case _:
            return f"{amount} × {units}" if line.quantity == 1 else f"{times} × {amount} × {units}"


@lru_cache(maxsize=4096)
def _units(of_a_pound: FeeLine, starts: date, ends: date) -> str:
    return cost_line(of_a_pound, starts, ends).units


def _due(payable: Payable, months: Months) -> tuple[Charge, Charge]:
    """What the engine says today for the earlier months, and for the month."""
    if not payable.is_paid:
        return NOTHING, NOTHING
    earlier, now = charges_between([payable.line], (months.first, months.month, months.end))
    return earlier, now


def _matters(charge: Charge) -> bool:
    return any(getattr(charge, part) != NOUGHT for part in PARTS)

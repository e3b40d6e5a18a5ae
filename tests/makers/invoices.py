"""Makers of schedules and of what comes of them, through the real verbs."""

import io
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from openpyxl import Workbook
from sqlalchemy import inspect

from contracts.agreement import Agreement
from contracts.invoicing.answering import answer_schedule, dispute_charge
from contracts.invoicing.invoice import ProviderInvoice
from contracts.invoicing.making import make_schedules
from contracts.invoicing.months import month_before, month_of
from contracts.invoicing.queries import all_charges, charge_at
from contracts.invoicing.schedule import ChargeSchedule, ScheduledCharge, ScheduleRun
from contracts.invoicing.sending import send_invoice
from foundation import clock
from foundation.database import db
from foundation.spreadsheets import csv_text
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.uploads import Upload
from tests.makers.contracts import CORE, Deal, a_deal, a_placement
from tests.makers.standing import a_person, acting

T = TypeVar("T")
HEADS = ("Agreement", "Fee", "From", "To", "Net", "VAT", "Gross", "Currency")
THERAPY: dict[str, Any] = {"kind": "therapy", "label": "Speech therapy", "amount": Decimal("87.50"), "unit": "week"}


@dataclass
class Billing:
    """A placement that is billed: its deal, its agreement's reference, and the people of money on both sides."""

    deal: Deal
    agreement: str
    finance: Actor
    biller: Actor

    @property
    def authority(self) -> Organisation:
        return db.session.get_one(Organisation, self.deal.borough.id)


def last_month() -> date:
    """The month that has ended."""
    return month_before(month_of(clock.today()))


def a_billing(months: int = 3, **facts: Any) -> Billing:
    """A placement that began on the first of the month so many months before this one; the borough's finance officer acts."""
    starts_on = month_of(clock.today())
    for _ in range(months):
        starts_on = month_before(starts_on)
    deal = a_deal(**({"starts_on": starts_on, "fees": (CORE, THERAPY)} | facts))
    reference = a_placement(deal).reference
    billing = Billing(
        deal, reference, a_person(deal.borough, Role.FINANCE_OFFICER, name="Finn Penny"),
        a_person(deal.provider, Role.PROVIDER_FINANCE, name="Lily Ledger"),
    )  # fmt: skip
    acting(billing.finance)
    return billing


def made(billing: Billing, month: date | None = None) -> ScheduleRun:
    """The schedules of a month (the last) made by the finance officer, who acts from here on."""
    acting(billing.finance)
    return make_schedules(billing.authority, month or last_month(), by=billing.finance)


def the_schedule(month: date | None = None) -> ChargeSchedule:
    """The only schedule of the month that whoever acts may see."""
    return db.session.query(ChargeSchedule).filter_by(month=month or last_month()).one()


def issued(billing: Billing, month: date | None = None) -> ChargeSchedule:
    """A schedule that waits for the provider, whose finance officer acts."""
    made(billing, month)
    acting(billing.biller)
    return the_schedule(month)


def charges(schedule: ChargeSchedule) -> list[ScheduledCharge]:
    return list(all_charges(schedule))


def disputed(billing: Billing, due: str = "100.00") -> ChargeSchedule:
    """A schedule of which the first charge is disputed and the others confirmed; the borough's finance officer acts."""
    schedule = issued(billing)
    dispute_charge(
        schedule, charge_at(schedule, 1), "She was with us for a week only.", Decimal(due), by=billing.biller
    )
    answer_schedule(schedule, by=billing.biller)
    acting(billing.finance)
    return the_schedule()


def confirmed(billing: Billing) -> ChargeSchedule:
    """A schedule that the provider confirmed; the borough's finance officer acts."""
    answer_schedule(issued(billing), by=billing.biller)
    acting(billing.finance)
    return the_schedule()


def billed_rows(schedule: ChargeSchedule) -> list[list[Any]]:
    """The rows of an invoice that agrees with the schedule in everything."""
    return [
        [each.agreement, each.label, each.from_on, each.until_on - timedelta(1), each.net, each.vat, each.gross, "GBP"]
        for each in all_charges(schedule)
    ]


def as_csv(rows: list[list[Any]], heads: tuple[str, ...] = HEADS) -> Upload:
    return Upload("invoice.csv", csv_text(heads, rows).encode())


def as_xlsx(rows: list[list[Any]], heads: tuple[str, ...] = HEADS) -> Upload:
    book = Workbook()
    for row in [list(heads), *rows]:
        book.active.append(row)  # type: ignore[union-attr]
    kept = io.BytesIO()
    book.save(kept)
    return Upload("invoice.xlsx", kept.getvalue())


def total_of(rows: list[list[Any]]) -> Decimal:
    return sum((Decimal(row[6]) for row in rows), Decimal(0))


def sent(billing: Billing, rows: list[list[Any]], number: str = "2026/041") -> ProviderInvoice:
    """An invoice of these rows for the last month's schedule, sent by the provider, who acts."""
    return send_invoice(the_schedule(), as_csv(rows), number, total_of(rows), by=billing.biller)


def read_by(actor: Actor, thing: T) -> T:
    """From here on the actor acts, and reads the thing anew."""
    kind, (key,) = type(thing), inspect(thing).identity  # type: ignore[union-attr, misc]
    acting(actor)
    return db.session.get_one(kind, key)


def agreement_as_read() -> Agreement:
    return db.session.query(Agreement).one()

"""Checking an invoice: the borough approves the rows that agree with the schedule, and queries the rest, in one act."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select, update

from contracts.invoicing.invoice import Finding, InvoiceRow, ProviderInvoice, RowState
from contracts.invoicing.notices import tell_checked
from contracts.invoicing.schedule import ChargeSchedule, ChargeState, ScheduledCharge, ScheduleState
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid
from foundation.states import hold, move
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise


def check_invoice(invoice: ProviderInvoice, queries: Mapping[int, str], *, by: Actor) -> ProviderInvoice:
    """The finance officer approves every row that agrees, which confirms its charge, and asks about each of the others.

    `queries`: by the row's number in the file. The provider is told. A schedule of which no charge is open any more is confirmed.
    """
    with transaction():
        authorise(by, Act.QUERY_INVOICE, invoice)
        schedule = hold(db.session.get_one(ChargeSchedule, invoice.schedule_id))
        others = _others(hold(invoice))
        act = Act.QUERY_INVOICE if others else Act.APPROVE_INVOICE
        move(invoice, act)
        invoice.checked_at, invoice.checked_by_name = clock.now(), by.name
        _query(others, queries)
        approved = _approve(invoice)
        _close_when_all_is_confirmed(schedule, by)
        record(act, invoice, by=by, about=invoice.provider_id, after={"approved": approved, "queried": len(others)})
        tell_checked(invoice, schedule, len(others))
    return invoice


def _others(invoice: ProviderInvoice) -> Sequence[InvoiceRow]:
    """The rows that do not agree."""
    of_it = select(InvoiceRow).where(InvoiceRow.invoice_id == invoice.id, InvoiceRow.finding != Finding.AGREED)
    return db.session.scalars(of_it.order_by(InvoiceRow.number)).all()


def _query(others: Sequence[InvoiceRow], queries: Mapping[int, str]) -> None:
    for row in others:
        asked = queries.get(row.number, "").strip()
        if not asked:
            raise Invalid(f"Say what you ask about row {row.number}.", f"query_{row.number}")
        move(row, Act.QUERY_INVOICE)
        row.query = asked


def _approve(invoice: ProviderInvoice) -> int:
    """The rows that agree, and their charges with them: two statements, however many."""
    agreed = InvoiceRow.invoice_id == invoice.id, InvoiceRow.finding == Finding.AGREED
    charges = select(InvoiceRow.charge_id).where(*agreed)
    db.session.execute(
        update(ScheduledCharge)
        .where(ScheduledCharge.id.in_(charges), ScheduledCharge.state == ChargeState.ISSUED)
        .values(state=ChargeState.CONFIRMED)
    )
    approved = db.session.execute(
        update(InvoiceRow).where(*agreed).values(state=RowState.APPROVED).returning(InvoiceRow.id)
    )
    return len(approved.all())


def _close_when_all_is_confirmed(schedule: ChargeSchedule, by: Actor) -> None:
    open_charges = ScheduledCharge.schedule_id == schedule.id, ScheduledCharge.state == ChargeState.ISSUED
    if schedule.state is ScheduleState.ISSUED and not db.session.scalar(select(func.count()).where(*open_charges)):
        move(schedule, Act.CONFIRM_SCHEDULE)
        schedule.answered_at, schedule.answered_by_name = clock.now(), by.name
        record(Act.CONFIRM_SCHEDULE, schedule, by=by, about=schedule.provider_id, after={"month": schedule.month})

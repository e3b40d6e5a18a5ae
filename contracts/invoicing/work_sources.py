"""What invoices add to *Your work*: schedules that wait for an answer, disputes, invoices and credit notes that wait for the borough."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, Text, cast, literal, or_, select, union_all

from contracts.invoicing.credit_note import CreditNote, CreditNoteState
from contracts.invoicing.invoice import InvoiceState, ProviderInvoice
from contracts.invoicing.months import said
from contracts.invoicing.schedule import ChargeSchedule, ScheduleState
from foundation import clock
from foundation.database import db
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.policy import POLICY
from marketplace.roles import Kind
from marketplace.work import Group, WorkItem

#: How long an answer may take.
ANSWER_WITHIN = timedelta(days=14)
MOST_ITEMS = 100
#: thing and state → whose turn it is, the badge, the step, and the same as those say who wait
STEPS: dict[tuple[str, str], tuple[Kind, tuple[str, str], str, str]] = {
    ("schedule", "issued"): (
        Kind.PROVIDER, ("wait", "Issued"), "Confirm or dispute the charges", "The provider confirms or disputes"
    ),
    ("schedule", "disputed"): (Kind.AUTHORITY, ("warn", "Disputed"), "Answer the disputes", "The borough answers"),
    ("received", "received"): (
        Kind.AUTHORITY, ("wait", "Received"), "Approve or query the invoice", "The borough checks the invoice"
    ),
    ("credit-notes", "issued"): (
        Kind.AUTHORITY, ("wait", "Issued"), "Accept the credit note", "The borough accepts the credit note"
    ),
}  # fmt: skip


def items_of(actor: Actor) -> Iterator[WorkItem]:
    """For those of both sides who deal with the money; what waits for the other side stands below."""
    concerned = POLICY[Act.CONFIRM_SCHEDULE].roles | POLICY[Act.ACCEPT_DISPUTE].roles
    if actor.kind not in (Kind.AUTHORITY, Kind.PROVIDER) or not actor.roles & concerned:
        return
    for row in db.session.execute(_waiting(actor)):
        yield _item(actor, row)


def _item(actor: Actor, row: Row[Any]) -> WorkItem:
    turn, badge, step, waits = STEPS[row.thing, row.state]
    path = "" if row.thing == "schedule" else f"/{row.thing}"
    href, mine = f"/money/invoices{path}/{row.reference}", turn is actor.kind
    return WorkItem(
        group=Group.NOW if mine else Group.OTHERS, thing=row.reference, href=href, about=f"{row.name}, {said(row.month)}",
        badge=badge, step=step if mine else waits, step_href=href if mine else None, due_at=row.since + ANSWER_WITHIN,
    )  # fmt: skip


def _waiting(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Everything that waits for either side, by one statement."""
    schedule, invoice, note = ChargeSchedule, ProviderInvoice, CreditNote
    other_id = schedule.provider_id if actor.kind is Kind.AUTHORITY else schedule.authority_id
    schedules = (
        select(
            literal("schedule").label("thing"), schedule.reference.label("reference"), cast(schedule.state, Text).label("state"),
            schedule.month.label("month"), schedule.issued_at.label("since"), Organisation.name.label("name"),
        )
        .join(Organisation, Organisation.id == other_id)
        .where(schedule.state.in_((ScheduleState.ISSUED, ScheduleState.DISPUTED)))
    )  # fmt: skip
    if actor.kind is Kind.AUTHORITY:  # of hundreds that providers have in hand, only those that are late
        late = schedule.issued_at < clock.now() - ANSWER_WITHIN
        schedules = schedules.where(or_(schedule.state == ScheduleState.DISPUTED, late))
    invoices = (
        select(
            literal("received"),
            invoice.reference,
            cast(invoice.state, Text),
            schedule.month,
            invoice.sent_at,
            Organisation.name,
        )
        .join(schedule, schedule.id == invoice.schedule_id)
        .join(Organisation, Organisation.id == other_id)
        .where(invoice.state == InvoiceState.RECEIVED)
    )
    notes = (
        select(
            literal("credit-notes"),
            note.reference,
            cast(note.state, Text),
            schedule.month,
            note.issued_at,
            Organisation.name,
        )
        .join(schedule, schedule.id == note.schedule_id)
        .join(Organisation, Organisation.id == other_id)
        .where(note.state == CreditNoteState.ISSUED)
    )
    both = union_all(schedules, invoices, notes).subquery()
    return select(both).order_by(both.c.since).limit(MOST_ITEMS)

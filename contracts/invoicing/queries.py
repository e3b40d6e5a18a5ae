"""What the pages ask about schedules, invoices, credit notes and exports."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import undefer

from contracts.invoicing.credit_note import CreditNote
from contracts.invoicing.export import ChargeExport
from contracts.invoicing.exporting import ExportRow, waiting_to_export
from contracts.invoicing.invoice import InvoiceRow, ProviderInvoice
from contracts.invoicing.months import NotAMonth, month_after, month_before, month_of, parse_month
from contracts.invoicing.schedule import (
    APPROVED,
    ChargeSchedule,
    ChargeState,
    ScheduledCharge,
    ScheduleRun,
    ScheduleState,
)
from foundation import clock
from foundation.database import db
from foundation.files import StoredFile
from foundation.paging import Paged, paged
from foundation.permission import NotFound, NotPermitted
from foundation.states import require
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.costing import NOUGHT
from marketplace.organisation import Organisation
from marketplace.policy import ASKERS, refusal_of
from marketplace.roles import Kind, Role

#: Who reads a borough's schedules: those who answer for its money, and those who oversee them. The hub sees none of them.
READERS = frozenset(
    {Role.FINANCE_OFFICER, Role.COMMISSIONER, Role.PLACEMENT_MANAGER, Role.DIRECTOR, Role.AUDITOR, *ASKERS}
)
CHARGES_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked the list of schedules for."""

    words: str = ""
    month: date | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule in the list; `other` is the organisation on the other side."""

    reference: str
    other: str
    month: date
    state: ScheduleState
    charges: int
    disputed: int
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """How a schedule stands: charges by state, what is agreed by both in pounds with VAT, what was credited, what is exported."""

    charges: Counter[ChargeState]
    agreed: Decimal
    open: Decimal
    credited: Decimal
    exported: int

    @property
    def all(self) -> int:
        return self.charges.total()


@dataclass(frozen=True, slots=True)
class Months:
    """Where a borough stands with its months: the last one made, and the next that may be."""

    last: ScheduleRun | None
    due: date | None


def require_reader(actor: Actor) -> Actor:
    """The pages are there for those who deal with the money; to anybody else they do not exist."""
    if actor.kind is Kind.HUB or not actor.roles & READERS:
        raise NotFound
    return actor


def require_borough(actor: Actor) -> Actor:
    """The same, for pages that only a borough has."""
    if require_reader(actor).kind is not Kind.AUTHORITY:
        raise NotFound
    return actor


def month_asked(text: str) -> date | None:
    """A month from an address; what is no month asks for none."""
    try:
        return parse_month(text)
    except NotAMonth:
        return None


def schedules_page(actor: Actor, wanted: Wanted) -> tuple[list[ScheduleRow], Paged]:
    """The page of schedules that the request asks for, the newest month first."""
    found = paged(_listed(actor, wanted))
    return [ScheduleRow(*row) for row in found.rows], found


def months_listed() -> Sequence[date]:
    """The months of which the reader has schedules, the newest first."""
    return db.session.scalars(select(ChargeSchedule.month).distinct().order_by(ChargeSchedule.month.desc())).all()


def months_of(actor: Actor) -> Months | None:
    """The borough's last run, and the month to make next; its first is the one that has ended. Nothing for a provider."""
    if actor.kind is not Kind.AUTHORITY:
        return None
    today = clock.today()
    last = db.session.scalar(select(ScheduleRun).order_by(ScheduleRun.month.desc()).limit(1))
    due = month_after(last.month) if last else month_before(month_of(today))
    return Months(last, due if due <= month_of(today) else None)


def schedule_called(reference: str) -> ChargeSchedule:
    """The schedule of that reference, if it is the reader's."""
    schedule = db.session.scalar(select(ChargeSchedule).where(ChargeSchedule.reference == reference))
    if schedule is None:
        raise NotFound
    return schedule


def schedule_for(reference: str, actor: Actor, act: Act) -> ChargeSchedule:
    """The schedule on which the reader is about to act: refused on opening the page as the act itself would be."""
    schedule = schedule_called(reference)
    require_permitted(actor, act, schedule)
    return schedule


def require_permitted(actor: Actor, act: Act, subject: Any) -> None:
    """Raise as the act itself would."""
    refusal = refusal_of(actor, act, subject)
    if refusal is not None:
        raise NotPermitted(act, actor, subject, refusal)


def charges_page(schedule: ChargeSchedule) -> Paged:
    """The page of its charges that the request asks for, in their order."""
    return paged(_charges(schedule), per_page=CHARGES_A_PAGE)


def all_charges(schedule: ChargeSchedule) -> Sequence[ScheduledCharge]:
    """Every charge in its order, for a spreadsheet."""
    return db.session.scalars(_charges(schedule)).all()


def charge_at(schedule: ChargeSchedule, position: int) -> ScheduledCharge:
    """One charge by its place in the schedule."""
    charge = db.session.scalar(_charges(schedule).where(ScheduledCharge.position == position))
    if charge is None:
        raise NotFound
    return charge


def charge_for(reference: str, position: int, actor: Actor, act: Act) -> tuple[ChargeSchedule, ScheduledCharge]:
    """A charge on which the reader is about to act, and its schedule: refused on opening as the act would be, state included."""
    schedule = schedule_for(reference, actor, act)
    charge = charge_at(schedule, position)
    require(schedule, act)
    require(charge, act)
    return schedule, charge


def sums_of(schedule: ChargeSchedule) -> Sums:
    """How the schedule stands, in two statements."""
    gross = func.sum(ScheduledCharge.net + ScheduledCharge.vat)
    by_state = db.session.execute(
        select(ScheduledCharge.state, func.count(), gross, func.count(ScheduledCharge.export_id))
        .where(ScheduledCharge.schedule_id == schedule.id)
        .group_by(ScheduledCharge.state)
    ).all()
    credited = db.session.scalar(
        select(func.sum(CreditNote.net + CreditNote.vat)).where(CreditNote.schedule_id == schedule.id)
    )
    return Sums(
        charges=Counter({state: number for state, number, _, _ in by_state}),
        agreed=sum((pounds for state, _, pounds, _ in by_state if state in APPROVED), start=NOUGHT),
        open=sum((pounds for state, _, pounds, _ in by_state if state not in APPROVED), start=NOUGHT),
        credited=credited or NOUGHT, exported=sum(exported for *_, exported in by_state),
    )  # fmt: skip


def invoices_of(schedule: ChargeSchedule) -> Sequence[ProviderInvoice]:
    """The invoices sent for the schedule, the last first."""
    of_it = select(ProviderInvoice).where(ProviderInvoice.schedule_id == schedule.id)
    return db.session.scalars(of_it.order_by(ProviderInvoice.sent_at.desc())).all()


def credit_notes_of(schedule: ChargeSchedule) -> Sequence[CreditNote]:
    """The credit notes against charges of the schedule, the last first."""
    of_it = select(CreditNote).where(CreditNote.schedule_id == schedule.id)
    return db.session.scalars(of_it.order_by(CreditNote.issued_at.desc())).all()


def invoice_called(reference: str) -> ProviderInvoice:
    """The invoice of that reference, if it is the reader's."""
    invoice = db.session.scalar(select(ProviderInvoice).where(ProviderInvoice.reference == reference))
    if invoice is None:
        raise NotFound
    return invoice


def rows_of_invoice(invoice: ProviderInvoice) -> Sequence[InvoiceRow]:
    """Its rows: those that do not agree first, each part in the file's order."""
    of_it = select(InvoiceRow).where(InvoiceRow.invoice_id == invoice.id)
    return db.session.scalars(of_it.order_by(InvoiceRow.finding == "agreed", InvoiceRow.number)).all()


def not_billed(invoice: ProviderInvoice) -> Sequence[ScheduledCharge]:
    """The charges of the schedule that wait and that no row of the invoice names."""
    named = select(InvoiceRow.charge_id).where(InvoiceRow.invoice_id == invoice.id, InvoiceRow.charge_id.is_not(None))
    waiting = select(ScheduledCharge).where(
        ScheduledCharge.schedule_id == invoice.schedule_id, ScheduledCharge.state == ChargeState.ISSUED,
        ScheduledCharge.id.not_in(named),
    )  # fmt: skip
    return db.session.scalars(waiting.order_by(ScheduledCharge.position)).all()


def credit_note_called(reference: str) -> CreditNote:
    """The credit note of that reference, if it is the reader's."""
    note = db.session.scalar(select(CreditNote).where(CreditNote.reference == reference))
    if note is None:
        raise NotFound
    return note


def schedule_of(note: CreditNote) -> ChargeSchedule:
    """The schedule of the charge that it takes back."""
    return db.session.scalars(select(ChargeSchedule).where(ChargeSchedule.id == note.schedule_id)).one()


def kept_file(file_id: uuid.UUID) -> StoredFile:
    """A file with its bytes, for whoever may read it; a provider's own file may say more than its cells, and few may."""
    # Selected, not got: what lies in the session already would not be asked of the fence again.
    file = db.session.scalar(select(StoredFile).where(StoredFile.id == file_id).options(undefer(StoredFile.content)))
    if file is None:
        raise NotFound
    return file


def exports_page() -> Paged:
    """The borough's batches, the last first."""
    return paged(select(ChargeExport).order_by(ChargeExport.number.desc()))


def export_called(reference: str) -> ChargeExport:
    """The batch of that reference, if it is the reader's."""
    batch = db.session.scalar(select(ChargeExport).where(ChargeExport.reference == reference))
    if batch is None:
        raise NotFound
    return batch


def by_supplier(rows: Iterable[ExportRow]) -> list[tuple[str, int, Decimal, Decimal]]:
    """What of a batch is each supplier's: rows, net, VAT."""
    found: dict[str, list[ExportRow]] = {}
    for row in rows:
        found.setdefault(row.supplier, []).append(row)
    return [
        (name, len(of_it), sum((row.net for row in of_it), NOUGHT), sum((row.vat for row in of_it), NOUGHT))
        for name, of_it in sorted(found.items())
    ]


def waiting_by_month(authority_id: uuid.UUID) -> list[tuple[date, int, Decimal]]:
    """What is approved and not exported: month, rows, pounds with VAT; credit notes counted below nought."""
    charges, notes = waiting_to_export(authority_id)
    found: dict[date, tuple[int, Decimal]] = {}
    for kind, which, sign in ((ScheduledCharge, charges, 1), (CreditNote, notes, -1)):
        rows = db.session.execute(
            select(ChargeSchedule.month, func.count(), func.sum(kind.net + kind.vat))
            .join(ChargeSchedule, ChargeSchedule.id == kind.schedule_id)
            .where(which)
            .group_by(ChargeSchedule.month)
        )
        for month, number, pounds in rows:
            before = found.get(month, (0, NOUGHT))
            found[month] = before[0] + number, before[1] + sign * pounds
    return [(month, *found[month]) for month in sorted(found, reverse=True)]


def _listed(actor: Actor, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    schedule, other = ChargeSchedule, Organisation
    other_id = schedule.provider_id if actor.kind is Kind.AUTHORITY else schedule.authority_id
    disputed = (
        select(func.count())
        .where(ScheduledCharge.schedule_id == schedule.id, ScheduledCharge.state == ChargeState.DISPUTED)
        .scalar_subquery()
    )
    conditions: list[ColumnElement[bool]] = []
    if wanted.month:
        conditions.append(schedule.month == wanted.month)
    if wanted.state in list(ScheduleState):
        conditions.append(schedule.state == wanted.state)
    if wanted.words:
        part = f"%{wanted.words.translate({37: None, 95: None})}%"
        conditions.append(or_(schedule.reference.ilike(part), other.name.ilike(part)))
    return (
        select(
            schedule.reference, other.name, schedule.month, schedule.state, schedule.charges, disputed,
            schedule.net + schedule.vat,
        )
        .join(other, other.id == other_id)
        .where(*conditions)
        .order_by(schedule.month.desc(), other.name, schedule.reference)
    )  # fmt: skip


def _charges(schedule: ChargeSchedule) -> Select[ScheduledCharge]:
    return select(ScheduledCharge).where(ScheduledCharge.schedule_id == schedule.id).order_by(ScheduledCharge.position)

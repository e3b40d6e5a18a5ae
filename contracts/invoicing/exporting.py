"""Exporting: approved charges and accepted credit notes as a file for the borough's finance system, each of them once.

Nothing is paid by this. The batch is kept as it was handed over and can be downloaded again.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, literal, select, union_all, update

from contracts.invoicing.credit_note import CreditNote, CreditNoteState
from contracts.invoicing.export import ChargeExport
from contracts.invoicing.invoice import InvoiceRow, ProviderInvoice, RowState
from contracts.invoicing.months import said, written
from contracts.invoicing.schedule import APPROVED, ChargeSchedule, ScheduledCharge
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.files import StoredFile
from foundation.permission import Invalid
from foundation.references import new_reference
from foundation.spreadsheets import csv_text
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.costing import NOUGHT
from marketplace.organisation import Organisation
from marketplace.policy import authorise

HEADS = (
    "Batch", "Document", "Row", "Month", "Provider's number", "Supplier", "Supplier reference", "Service", "Bought by", "Agreement",
    "Child", "Setting", "Fee", "What it is", "From", "To (last day)", "Net", "VAT rate %", "VAT", "Gross", "VAT recovered",
    "Social care", "Education", "Health",
)  # fmt: skip
ORIGINS = {
    "month": "Month's charge", "change": "Change of earlier months", "dispute": "Agreed on dispute", "credit": "Credit note",
}  # fmt: skip
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A row of a batch: a charge as it stands on its schedule, or a credit note with its amounts below nought."""

    document: str
    position: int
    month: date
    number: str | None
    supplier: str
    supplier_reference: str
    service: str
    bought_by: str
    agreement: str
    child: str
    setting: str
    label: str
    origin: str
    from_on: date
    until_on: date
    net: Decimal
    vat_rate: Decimal
    vat: Decimal
    borne: Decimal
    social_care: Decimal
    education: Decimal
    health: Decimal

    def cells(self, batch: str) -> tuple[object, ...]:
        """As the file has it, under `HEADS`."""
        return (
            batch, self.document, self.position, written(self.month), self.number, self.supplier, self.supplier_reference,
            self.service, self.bought_by, self.agreement, self.child, self.setting, self.label, ORIGINS[self.origin], self.from_on,
            self.until_on - ONE_DAY, self.net, self.vat_rate, self.vat, self.net + self.vat, self.net + self.vat - self.borne,
            self.social_care, self.education, self.health,
        )  # fmt: skip


def export_charges(authority: Organisation, month: date | None, *, by: Actor) -> ChargeExport:
    """The finance officer takes what is approved and not exported yet, of one month or of all, into a batch and its file."""
    with transaction():
        batch = ChargeExport(
            id=uuid.uuid4(), reference=new_reference("EXP"), authority_id=authority.id, month=month, made_at=clock.now(),
            made_by_name=by.name,
        )  # fmt: skip
        authorise(by, Act.EXPORT_CHARGES, batch)
        charges, notes = _hold_waiting(authority.id, month)
        if not charges and not notes:
            raise Invalid(f"Nothing approved waits for an export{f' of {said(month)}' if month else ''}.", "month")
        _keep(batch, _rows_where(ScheduledCharge.id.in_(charges), CreditNote.id.in_(notes)), by)
        db.session.execute(update(ScheduledCharge).where(ScheduledCharge.id.in_(charges)).values(export_id=batch.id))
        db.session.execute(update(CreditNote).where(CreditNote.id.in_(notes)).values(export_id=batch.id))
        record(Act.EXPORT_CHARGES, batch, by=by, after={"rows": batch.rows, "net": batch.net, "vat": batch.vat})
    return batch


def rows_of(batch: ChargeExport) -> list[ExportRow]:
    """What is in a batch, by document and row."""
    return _rows_where(ScheduledCharge.export_id == batch.id, CreditNote.export_id == batch.id)


def waiting_to_export(
    authority_id: uuid.UUID, month: date | None = None
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Which charges, and which credit notes, are approved and in no batch."""
    of_month = select(ChargeSchedule.id).where(ChargeSchedule.authority_id == authority_id)
    if month is not None:
        of_month = of_month.where(ChargeSchedule.month == month)
    return (
        and_(
            ScheduledCharge.authority_id == authority_id, ScheduledCharge.export_id.is_(None),
            ScheduledCharge.state.in_(APPROVED), ScheduledCharge.schedule_id.in_(of_month),
        ),
        and_(
            CreditNote.authority_id == authority_id, CreditNote.export_id.is_(None),
            CreditNote.state == CreditNoteState.ACCEPTED, CreditNote.schedule_id.in_(of_month),
        ),
    )  # fmt: skip


def _hold_waiting(authority_id: uuid.UUID, month: date | None) -> tuple[Sequence[uuid.UUID], Sequence[uuid.UUID]]:
    """The keys of what waits, locked: whoever exports at the same moment finds it gone."""
    charges, notes = waiting_to_export(authority_id, month)
    of_charges = select(ScheduledCharge.id).where(charges).order_by(ScheduledCharge.id).with_for_update()
    of_notes = select(CreditNote.id).where(notes).order_by(CreditNote.id).with_for_update()
    return db.session.scalars(of_charges).all(), db.session.scalars(of_notes).all()


def _keep(batch: ChargeExport, rows: list[ExportRow], by: Actor) -> None:
    content = csv_text(HEADS, [row.cells(batch.reference) for row in rows]).encode()
    file = StoredFile.of(
        content, name=f"{batch.reference}.csv", media_type="text/csv", organisation_id=batch.authority_id,
        stored_by_id=by.person_id,
    )  # fmt: skip
    last = db.session.scalar(
        select(func.max(ChargeExport.number)).where(ChargeExport.authority_id == batch.authority_id)
    )
    db.session.add(file)
    db.session.flush()
    batch.number, batch.rows, batch.file_id = (last or 0) + 1, len(rows), file.id
    batch.net = sum((row.net for row in rows), start=NOUGHT)
    batch.vat = sum((row.vat for row in rows), start=NOUGHT)
    db.session.add(batch)
    db.session.flush()


def _rows_where(charges: ColumnElement[bool], notes: ColumnElement[bool]) -> list[ExportRow]:
    both = union_all(_charges(charges), _credit_notes(notes)).subquery()
    return [ExportRow(*row) for row in db.session.execute(select(both).order_by(both.c.document, both.c.position))]


def _charges(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    charge = ScheduledCharge
    billed = (
        select(func.min(ProviderInvoice.number))
        .join(InvoiceRow, InvoiceRow.invoice_id == ProviderInvoice.id)
        .where(InvoiceRow.charge_id == charge.id, InvoiceRow.state == RowState.APPROVED)
        .scalar_subquery()
    )
    amounts = (
        charge.net,
        charge.vat_rate,
        charge.vat,
        charge.borne,
        charge.social_care,
        charge.education,
        charge.health,
    )
    return _of_a_charge(
        ChargeSchedule.reference.label("document"),
        charge.position.label("position"),
        billed,
        cast(charge.origin, Text),
        amounts,
    ).where(which)


def _credit_notes(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    charge, note = ScheduledCharge, CreditNote
    amounts = (-note.net, charge.vat_rate, -note.vat, -note.borne, -note.social_care, -note.education, -note.health)
    of_it = _of_a_charge(note.reference, charge.position, note.number, literal("credit"), amounts)
    return of_it.join(note, note.charge_id == charge.id).where(which)


def _of_a_charge(
    document: Any, position: Any, number: Any, origin: Any, amounts: Sequence[Any]
) -> Select[*tuple[Any, ...]]:
    charge = ScheduledCharge
    return (
        select(
            document, position, ChargeSchedule.month, number, Organisation.name, Organisation.reference, charge.service,
            charge.bought_by, charge.agreement, charge.child_reference, charge.setting, charge.label, origin, charge.from_on,
            charge.until_on, *amounts,
        )
        .select_from(charge)
        .join(ChargeSchedule, ChargeSchedule.id == charge.schedule_id)
        .join(Organisation, Organisation.id == charge.provider_id)
    )  # fmt: skip

"""Sending an invoice: the provider's own file, read whole or not at all, matched to a schedule row by row, and kept."""

import uuid
from decimal import Decimal

from sqlalchemy import func, insert, select

from contracts.agreement import Agreement
from contracts.invoicing.crediting import own_number
from contracts.invoicing.invoice import Finding, InvoiceRow, InvoiceState, ProviderInvoice, RowState
from contracts.invoicing.invoice_file import InvoiceFile, read_invoice, require_total
from contracts.invoicing.matching import KnownCharge, KnownStay, Matched, match
from contracts.invoicing.notices import tell_sent
from contracts.invoicing.schedule import ChargeSchedule, ChargeState, ScheduledCharge
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.files import StoredFile
from foundation.permission import Invalid, NotNow
from foundation.references import new_reference
from foundation.states import hold, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from marketplace.uploads import Upload

#: Why a charge that does not wait for an answer is not billed.
TAKEN = {
    ChargeState.CONFIRMED: "This charge is confirmed already: it needs no invoice.",
    ChargeState.DISPUTED: "You dispute this charge on the schedule: its answer settles it.",
    ChargeState.ADJUSTED: "This charge was settled by the answer to your dispute.",
    ChargeState.UPHELD: "This charge was settled by the answer to your dispute.",
}


def send_invoice(
    schedule: ChargeSchedule, upload: Upload, number: str, total: Decimal, *, by: Actor
) -> ProviderInvoice:
    """The provider sends its invoice for a month as CSV or XLSX: every row is matched to the schedule, and the borough is told.

    A file that cannot be read, has another column or does not add up is refused, and nothing of it is kept. `total`: with VAT, as typed.
    """
    with transaction():
        authorise(by, Act.SEND_INVOICE, schedule)
        require(hold(schedule), Act.SEND_INVOICE)
        _require_no_disputes(schedule)
        read = read_invoice(upload.name, upload.content)
        require_total(read, total)
        invoice = _invoice(schedule, read, upload, own_number(number), by)
        matched = match(read.rows, known_charges(schedule), known_stays(schedule))
        db.session.execute(insert(InvoiceRow), [_row(invoice, each) for each in matched])
        agreed = sum(each.finding is Finding.AGREED for each in matched)
        record(
            Act.SEND_INVOICE, invoice, by=by, about=schedule.authority_id,
            after={"schedule": schedule.reference, "rows": len(matched), "agreed": agreed, "net": invoice.net, "vat": invoice.vat},
        )  # fmt: skip
        tell_sent(invoice, schedule, agreed, len(matched))
    return invoice


def known_charges(schedule: ChargeSchedule) -> list[KnownCharge]:
    """The schedule's charges as a row may be matched to them, each with why it cannot be billed (again)."""
    billed_on = (
        select(InvoiceRow.charge_id, func.min(ProviderInvoice.reference).label("reference"))
        .join(ProviderInvoice, ProviderInvoice.id == InvoiceRow.invoice_id)
        .where(ProviderInvoice.schedule_id == schedule.id, InvoiceRow.finding == Finding.AGREED)
        .where(InvoiceRow.state != RowState.QUERIED)
        .group_by(InvoiceRow.charge_id)
        .subquery()
    )
    charge = ScheduledCharge
    rows = db.session.execute(
        select(
            charge.id, charge.agreement, charge.label, charge.from_on, charge.until_on, charge.net, charge.vat, charge.state,
            billed_on.c.reference,
        )
        .outerjoin(billed_on, billed_on.c.charge_id == charge.id)
        .where(charge.schedule_id == schedule.id)
        .order_by(charge.position)
    )  # fmt: skip
    return [
        KnownCharge(
            row.id, row.agreement, row.label, row.from_on, row.until_on, row.net, row.vat,
            taken=f"Invoice {row.reference} bills it already." if row.reference else TAKEN.get(row.state, ""),
        )
        for row in rows
    ]  # fmt: skip


def known_stays(schedule: ChargeSchedule) -> dict[str, KnownStay]:
    """Every agreement between the two, by its reference: a reference of anybody else's is as unknown as one that never was."""
    rows = db.session.execute(
        select(
            Agreement.reference, func.coalesce(Agreement.started_on, Agreement.starts_on).label("starts_on"), Agreement.ended_on
        ).where(Agreement.authority_id == schedule.authority_id, Agreement.provider_id == schedule.provider_id)
    )  # fmt: skip
    return {row.reference: KnownStay(row.starts_on, row.ended_on) for row in rows}


def _require_no_disputes(schedule: ChargeSchedule) -> None:
    disputed = ScheduledCharge.schedule_id == schedule.id, ScheduledCharge.state == ChargeState.DISPUTED
    if db.session.scalar(select(func.count()).where(*disputed)):
        raise NotNow(
            "You have begun to dispute charges of this schedule. Take those disputes back before you send an invoice."
        )


def _invoice(schedule: ChargeSchedule, read: InvoiceFile, upload: Upload, number: str, by: Actor) -> ProviderInvoice:
    _require_new_number(schedule, number)
    key, reference = uuid.uuid4(), new_reference("INV")
    # It may say more than its cells show (a comment, who wrote it): of both sides only those read it who may know a child.
    ending = "csv" if read.media_type == "text/csv" else "xlsx"
    file = StoredFile.of(
        upload.content, name=f"{reference}.{ending}", media_type=read.media_type, organisation_id=schedule.provider_id,
        shared_with_id=schedule.authority_id, stored_by_id=by.person_id, confidential=True,
    )  # fmt: skip
    db.session.add(file)
    db.session.flush()
    invoice = ProviderInvoice(
        id=key, reference=reference, schedule_id=schedule.id, authority_id=schedule.authority_id,
        provider_id=schedule.provider_id, number=number, state=InvoiceState.RECEIVED, net=read.net, vat=read.vat,
        file_id=file.id, sent_at=clock.now(), sent_by_name=by.name,
    )  # fmt: skip
    db.session.add(invoice)
    db.session.flush()
    return invoice


def _require_new_number(schedule: ChargeSchedule, number: str) -> None:
    same = select(ProviderInvoice.reference).where(
        ProviderInvoice.authority_id == schedule.authority_id, ProviderInvoice.provider_id == schedule.provider_id,
        ProviderInvoice.number == number,
    )  # fmt: skip
    reference = db.session.scalar(same)
    if reference is not None:
        raise Invalid(
            f"You sent invoice {number} to this borough already ({reference}). Give this one a number of its own.",
            "number",
        )


def _row(invoice: ProviderInvoice, matched: Matched) -> dict[str, object]:
    row, charge = matched.row, matched.charge
    return {
        "id": uuid.uuid4(), "invoice_id": invoice.id, "authority_id": invoice.authority_id, "provider_id": invoice.provider_id,
        "number": row.number, "agreement": row.agreement, "label": charge.label if charge else "", "from_on": row.from_on,
        "until_on": row.until_on, "net": row.net, "vat": row.vat, "finding": matched.finding, "said": matched.said,
        "state": RowState.RECEIVED, "charge_id": charge.id if charge else None,
        "expected_net": charge.net if charge else None, "expected_vat": charge.vat if charge else None,
    }  # fmt: skip

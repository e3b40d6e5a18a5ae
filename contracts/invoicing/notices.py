"""Letters about schedules, invoices and credit notes: act → who is told, in which words. None names a child, and none an amount of one."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask import current_app

from contracts.invoicing.credit_note import CreditNote
from contracts.invoicing.invoice import InvoiceState, ProviderInvoice
from contracts.invoicing.months import said
from contracts.invoicing.schedule import ChargeSchedule, ScheduleRun, ScheduleState
from foundation.formatting import money, plural
from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.policy import ASKERS
from marketplace.roles import Role

FINANCE = (Role.FINANCE_OFFICER,)


def tell_issued(schedules: Iterable[Mapping[str, Any]], authority: Organisation) -> None:
    """Each provider's manager and finance people learn that a schedule waits for their answer."""
    for schedule in schedules:
        month = said(date.fromisoformat(schedule["month"]))
        _tell(
            Act.MAKE_SCHEDULES, uuid.UUID(schedule["provider_id"]), ASKERS, f"/{schedule['reference']}",
            f"Schedule {schedule['reference']} for {month} waits for your answer",
            f"{authority.name} has made its schedule of what it expects to be charged for {month}: schedule"
            f" {schedule['reference']}, {plural(schedule['charges'], 'charge')}. Confirm it, or dispute it charge by charge; or send"
            " your own invoice, which is matched to it.",
        )  # fmt: skip


def tell_made(run: ScheduleRun) -> None:
    """The borough's finance officers learn that a month's schedules went out, and what could not be reckoned."""
    missing = (
        f" {plural(len(run.unreckoned), 'fee')} could not be reckoned: the page says why." if run.unreckoned else ""
    )
    _tell(
        Act.MAKE_SCHEDULES, run.authority_id, FINANCE, f"?month={run.month:%Y-%m}",
        f"The schedules of {said(run.month)} are made",
        f"{plural(run.schedules, 'schedule')} of {said(run.month)} went to the providers, {money(run.net + run.vat)} with VAT."
        f"{missing}",
    )  # fmt: skip


def tell_answered(schedule: ChargeSchedule, disputed: int) -> None:
    """The borough's finance officers learn that a schedule is confirmed, or what of it is disputed."""
    is_confirmed = schedule.state is ScheduleState.CONFIRMED
    what = "is confirmed" if is_confirmed else "is disputed"
    wanted = (
        "It is ready for your export."
        if is_confirmed
        else f"{plural(disputed, 'charge')} of it wait for your answer; the others are confirmed."
    )
    _tell(
        Act.CONFIRM_SCHEDULE if is_confirmed else Act.DISPUTE_SCHEDULE, schedule.authority_id, FINANCE,
        f"/{schedule.reference}", f"Schedule {schedule.reference} {what}",
        f"{schedule.provider.name} has answered schedule {schedule.reference} for {said(schedule.month)}. {wanted}",
    )  # fmt: skip


def tell_settled(schedule: ChargeSchedule) -> None:
    """The provider learns that every dispute is answered."""
    _tell(
        Act.SETTLE_SCHEDULE, schedule.provider_id, ASKERS, f"/{schedule.reference}",
        f"The disputes of schedule {schedule.reference} are answered",
        f"{schedule.authority.name} has answered every charge that you disputed of schedule {schedule.reference} for"
        f" {said(schedule.month)}. The answers stand beside the charges.",
    )  # fmt: skip


def tell_sent(invoice: ProviderInvoice, schedule: ChargeSchedule, agreed: int, rows: int) -> None:
    """The borough's finance officers learn that an invoice came, and how far it agrees with the schedule."""
    _tell(
        Act.SEND_INVOICE, invoice.authority_id, FINANCE, f"/received/{invoice.reference}",
        f"Invoice {invoice.reference} waits for you",
        f"{schedule.provider.name} has sent an invoice for {said(schedule.month)}: {invoice.reference}. {agreed} of its"
        f" {plural(rows, 'row')} agree with schedule {schedule.reference}. Approve those, and query the rest.",
    )  # fmt: skip


def tell_checked(invoice: ProviderInvoice, schedule: ChargeSchedule, queried: int) -> None:
    """The provider learns what was approved of its invoice, and what is asked about the rest."""
    is_approved = invoice.state is InvoiceState.APPROVED
    answer = (
        "Every row is approved."
        if is_approved
        else f"{plural(queried, 'row')} are queried: the questions stand beside them. Confirm or dispute those charges on the"
        " schedule, or send another invoice for them."
    )
    _tell(
        Act.APPROVE_INVOICE if is_approved else Act.QUERY_INVOICE, invoice.provider_id, ASKERS,
        f"/received/{invoice.reference}", f"Invoice {invoice.reference} is {'approved' if is_approved else 'queried'}",
        f"{schedule.authority.name} has checked your invoice {invoice.reference} for {said(schedule.month)}. {answer}",
    )  # fmt: skip


def tell_credited(note: CreditNote, schedule: ChargeSchedule) -> None:
    """The borough's finance officers learn that a credit note waits for them."""
    _tell(
        Act.ISSUE_CREDIT_NOTE, note.authority_id, FINANCE, f"/credit-notes/{note.reference}",
        f"Credit note {note.reference} waits for you",
        f"{schedule.provider.name} takes back {money(note.gross)} of a charge of schedule {schedule.reference}, with VAT.",
    )  # fmt: skip


def tell_credit_accepted(note: CreditNote, schedule: ChargeSchedule) -> None:
    """The provider learns that its credit note is taken."""
    _tell(
        Act.ACCEPT_CREDIT_NOTE, note.provider_id, ASKERS, f"/credit-notes/{note.reference}",
        f"Credit note {note.reference} is accepted",
        f"{schedule.authority.name} has accepted credit note {note.reference} over {money(note.gross)} with VAT.",
    )  # fmt: skip


def _tell(act: Act, organisation_id: uuid.UUID, roles: Iterable[Role], path: str, subject: str, body: str) -> None:
    address = f"{current_app.config['SETTINGS'].public_url}/money/invoices{path}"
    write_letter(act=act, organisation_id=organisation_id, to_roles=roles, subject=subject, body=f"{body}\n\n{address}")

"""Three months are billed: schedules made by the worker, confirmed, disputed and settled, one invoice sent, one credit, one export."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from contracts.invoicing.answering import answer_schedule, dispute_charge
from contracts.invoicing.credit_note import CreditNote
from contracts.invoicing.crediting import accept_credit_note, issue_credit_note
from contracts.invoicing.exporting import export_charges
from contracts.invoicing.invoice_file import COLUMNS
from contracts.invoicing.jobs import make_due_schedules
from contracts.invoicing.months import month_before, month_of
from contracts.invoicing.queries import all_charges, charge_at
from contracts.invoicing.schedule import ChargeSchedule
from contracts.invoicing.schedule_sheet import template_rows
from contracts.invoicing.sending import send_invoice
from contracts.invoicing.settling import accept_dispute
from demo.cast import Cast, fetch
from demo.storytelling import Story, acting, in_office_hours
from foundation.clock import LONDON
from foundation.database import db
from foundation.spreadsheets import csv_text
from marketplace.actor import SYSTEM, Actor
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.uploads import Upload

MONTHS = 3
FOUR_DAYS, A_WEEK = timedelta(days=4), timedelta(days=7)
#: where the reader of the demo signs in: its schedules stand in every state
KNOWN_BOROUGH = "CRO"


class Issued(NamedTuple):
    """A schedule that was made: its key, whose it is, and whether the demo's readers look at it."""

    key: uuid.UUID
    provider_id: uuid.UUID
    is_known: bool
    charges: int


def three_months_are_billed(cast: Cast) -> Story:
    """The worker makes each month's schedules on the first of the next; providers answer within the week."""
    for month in _months(cast.present):
        yield datetime.combine((month + timedelta(days=31)).replace(day=1), time(6), LONDON).astimezone(UTC)
        with acting(SYSTEM):
            make_due_schedules()
        issued = _issued(cast, month)
        yield in_office_hours(
            datetime.combine(month + timedelta(days=31) + FOUR_DAYS, time(10), LONDON).astimezone(UTC)
        )
        known = [each for each in issued if each.is_known]
        is_last = month == _months(cast.present)[-1]
        if is_last:
            _last_month(cast, known)
        else:
            _settled_month(cast, known)
        _confirm(
            cast, [each for number, each in enumerate(issued) if not each.is_known and (not is_last or number % 3)]
        )
        if not is_last:
            yield in_office_hours(
                datetime.combine(month + timedelta(days=31) + A_WEEK, time(15), LONDON).astimezone(UTC)
            )
            _export(cast, known, month)


def _months(present: datetime) -> list[date]:
    """The last three months that have ended, in order."""
    month, found = month_of(present.date()), list[date]()
    for _ in range(MONTHS):
        month = month_before(month)
        found.insert(0, month)
    return found


def _issued(cast: Cast, month: date) -> list[Issued]:
    known = cast.partnership.borough(KNOWN_BOROUGH).id
    with acting(SYSTEM):
        rows = db.session.execute(
            select(ChargeSchedule.id, ChargeSchedule.provider_id, ChargeSchedule.authority_id, ChargeSchedule.charges)
            .join(Organisation, Organisation.id == ChargeSchedule.provider_id)
            .where(ChargeSchedule.month == month, Organisation.claimed_at.is_not(None))  # others answer nothing here
            .order_by(Organisation.name, ChargeSchedule.authority_id)
        ).all()
    people = {provider.id for provider in cast.partnership.providers}  # whoever sold on the spot alone has nobody here
    return [
        Issued(row.id, row.provider_id, row.authority_id == known, row.charges)
        for row in rows
        if row.provider_id in people
    ]


def _biller(cast: Cast, issued: Issued) -> Actor:
    return cast.provider(issued.provider_id).actor(Role.PROVIDER_FINANCE)


def _finance(cast: Cast) -> Actor:
    return cast.partnership.borough(KNOWN_BOROUGH).actor(Role.FINANCE_OFFICER)


def _confirm(cast: Cast, which: Sequence[Issued]) -> None:
    for each in which:
        with acting(_biller(cast, each)) as biller:
            answer_schedule(fetch(ChargeSchedule, each.key), by=biller)


def _dispute(cast: Cast, each: Issued, less: Decimal) -> None:
    with acting(_biller(cast, each)) as biller:
        schedule = fetch(ChargeSchedule, each.key)
        charge = charge_at(schedule, 1)
        reason = "The borough took over the transport to contact visits from the middle of the month."
        dispute_charge(schedule, charge, reason, charge.net - less, by=biller)
        answer_schedule(schedule, by=biller)


def _settled_month(cast: Cast, known: Sequence[Issued]) -> None:
    """Of a past month everything is settled: one dispute was accepted, the rest confirmed."""
    for number, each in enumerate(known):
        if number:
            _confirm(cast, [each])
            continue
        _dispute(cast, each, Decimal("84.00"))
        with acting(_finance(cast)) as officer:
            schedule = fetch(ChargeSchedule, each.key)
            accept_dispute(schedule, charge_at(schedule, 1), "Agreed: our driver took over on the 14th.", by=officer)


def _last_month(cast: Cast, known: Sequence[Issued]) -> None:
    """Of the last month one schedule is disputed, for one an invoice came, and the others wait."""
    for each in known[:1]:
        _dispute(cast, each, Decimal("126.00"))
    for each in sorted(known[1:], key=lambda each: -each.charges)[:1]:
        _send(cast, each)


def _send(cast: Cast, each: Issued) -> None:
    """An invoice as the schedule, but for a first row that is £25.00 over."""
    with acting(_biller(cast, each)) as biller:
        schedule = fetch(ChargeSchedule, each.key)
        rows = [list(row) for row in template_rows(all_charges(schedule))]
        rows[0][4:7] = [rows[0][4] + 25, rows[0][5], rows[0][6] + 25]
        content = csv_text(tuple(COLUMNS), rows).encode()
        total = sum((row[6] for row in rows), Decimal(0))
        send_invoice(schedule, Upload("invoice.csv", content), f"{schedule.month:%Y/%m}-01", total, by=biller)


def _export(cast: Cast, known: Sequence[Issued], month: date) -> None:
    """The borough exports what is settled; then a provider takes something back, which waits for the next batch."""
    if not known:
        return
    borough = cast.partnership.borough(KNOWN_BOROUGH)
    with acting(_finance(cast)) as officer:
        export_charges(fetch(Organisation, borough.id), month, by=officer)
    with acting(_biller(cast, known[-1])) as biller:
        schedule = fetch(ChargeSchedule, known[-1].key)
        charge = next((row for row in all_charges(schedule) if row.net >= 100), None)
        if charge is None:
            return
        note = issue_credit_note(
            schedule, charge, f"CN-{month:%m}", Decimal("50.00"), "One day’s extra staffing was not needed.", by=biller
        )
        key = note.id
    with acting(_finance(cast)) as officer:
        accept_credit_note(fetch(CreditNote, key), fetch(ChargeSchedule, known[-1].key), by=officer)

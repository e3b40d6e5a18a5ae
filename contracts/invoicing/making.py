"""Making the schedules of a month: a borough's, for all its providers, once and in one transaction."""

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import func, select, text

from contracts.invoicing.months import month_after, month_of, said
from contracts.invoicing.notices import tell_issued, tell_made
from contracts.invoicing.payables import charged_so_far, payables_of
from contracts.invoicing.reckoning import Months, NewCharge, new_charges
from contracts.invoicing.schedule import ChargeSchedule, ScheduleRun
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid
from foundation.references import new_reference
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.costing import NOUGHT
from marketplace.organisation import Organisation
from marketplace.policy import authorise

#: One statement for any number of rows: the table's own row type says how JSON is read.
WRITE = "INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb))"


def make_schedules(authority: Organisation, month: date, *, by: Actor) -> ScheduleRun:
    """The worker on the first of each month, or a borough's finance officer, makes the schedules of a month.

    Every provider with something to charge gets one, frozen as of today, and a letter; the finance officers are told. Months are made
    in their order: each carries what has changed since for the months before it.
    """
    with transaction():
        run = ScheduleRun(
            id=uuid.uuid4(), authority_id=authority.id, month=month, made_at=clock.now(), made_by_name=by.name
        )
        authorise(by, Act.MAKE_SCHEDULES, run)
        first = _require_in_order(authority.id, month)
        months = Months(first, month)
        payables = payables_of(authority.id, first, months.end)
        found, unreckoned = new_charges(payables, months, charged_so_far(authority.id))
        run.unreckoned = [list(each) for each in unreckoned]
        schedules = _write(run, found, authority)
        record(
            Act.MAKE_SCHEDULES, run, by=by, about=authority.id,
            after={"month": month, "schedules": run.schedules, "charges": run.charges, "net": run.net, "vat": run.vat},
        )  # fmt: skip
        tell_issued(schedules, authority)
        tell_made(run)
    return run


def months_made(authority_id: uuid.UUID) -> tuple[date, date] | None:
    """The borough's first month here and its last; None before its first."""
    row = db.session.execute(
        select(func.min(ScheduleRun.month), func.max(ScheduleRun.month)).where(ScheduleRun.authority_id == authority_id)
    ).one()
    return (row[0], row[1]) if row[0] else None


def _require_in_order(authority_id: uuid.UUID, month: date) -> date:
    """The borough's first month; Invalid where this one is made, comes too soon, or has not begun."""
    made = months_made(authority_id)
    first, last = made or (month, None)
    if last and first <= month <= last:
        raise Invalid(f"The schedules of {said(month)} are made already.", "month")
    if month < first:
        raise Invalid(
            f"The first month of schedules here is {said(first)}. Earlier months were billed elsewhere.", "month"
        )
    if last and month != month_after(last):
        raise Invalid(
            f"Make the schedules of {said(month_after(last))} first: each month carries the changes of those before.",
            "month",
        )
    if month > month_of(clock.today()):
        raise Invalid(f"{said(month)} has not begun. Make its schedules when it has, or after it.", "month")
    return first


def _write(run: ScheduleRun, found: Sequence[NewCharge], authority: Organisation) -> list[dict[str, Any]]:
    """The run, a schedule for each provider, and every charge: three statements."""
    prefix = f"SCH{authority.prefix}"[:6]
    # The worker sees those of a borough with the same letters too; somebody of the borough itself only its own.
    taken = set(db.session.scalars(select(ChargeSchedule.reference).where(ChargeSchedule.reference.startswith(prefix))))
    schedules: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for provider_id, charges in groupby(found, key=attrgetter("of.provider_id")):
        schedule = _schedule(run, provider_id, list(charges), _fresh_reference(prefix, taken))
        rows.extend(schedule.pop("rows"))
        schedules.append(schedule)
    run.schedules, run.charges = len(schedules), len(rows)
    run.net = sum((each.charge.net for each in found), start=NOUGHT)
    run.vat = sum((each.charge.vat for each in found), start=NOUGHT)
    db.session.add(run)
    db.session.flush()
    for table, written in (("charge_schedules", schedules), ("scheduled_charges", rows)):
        if written:
            db.session.execute(text(WRITE.format(table=table)), {"rows": json.dumps(written)})
    return schedules


def _schedule(run: ScheduleRun, provider_id: uuid.UUID, charges: list[NewCharge], reference: str) -> dict[str, Any]:
    key = uuid.uuid4()
    return {
        "id": str(key), "reference": reference, "run_id": str(run.id), "authority_id": str(run.authority_id),
        "provider_id": str(provider_id), "month": run.month.isoformat(), "state": "issued", "charges": len(charges),
        "net": str(sum((each.charge.net for each in charges), start=NOUGHT)),
        "vat": str(sum((each.charge.vat for each in charges), start=NOUGHT)),
        "issued_at": run.made_at.isoformat(), "version": 1, "rows": list(_rows(key, run, charges)),
    }  # fmt: skip


def _rows(schedule_id: uuid.UUID, run: ScheduleRun, charges: list[NewCharge]) -> Iterator[dict[str, Any]]:
    for position, charge in enumerate(charges, start=1):
        yield charge.as_row(schedule_id, run.authority_id, position)


def _fresh_reference(prefix: str, taken: set[str]) -> str:
    reference = new_reference(prefix, is_taken=lambda drawn: drawn in taken)
    taken.add(reference)
    return reference

"""The worker's part: on the first of each month it makes the schedules of the month that has ended, borough by borough."""

import uuid
from collections.abc import Iterator
from datetime import date

import structlog
from sqlalchemy import func, select

from contracts.agreement import Agreement
from contracts.invoicing.making import make_schedules
from contracts.invoicing.months import month_after, month_before, month_of
from contracts.invoicing.schedule import ScheduleRun
from contracts.spending import SPENDING
from foundation import clock
from foundation.database import db
from foundation.jobs import job
from foundation.tenancy import act_as_system
from marketplace.actor import SYSTEM
from marketplace.organisation import Organisation

log = structlog.get_logger("schedules")


class SchedulesMissing(RuntimeError):
    """Some boroughs' schedules could not be made; the log says which, and the job is tried again for those alone."""


@job("schedules.make", schedule="0 6 1 * *")
def make_due_schedules() -> None:
    """Make every borough's schedules up to the month that has ended: each borough and month once, whatever happened before."""
    act_as_system()
    failed = 0
    for authority_id, month in list(due_months(clock.today())):
        try:
            make_schedules(db.session.get_one(Organisation, authority_id), month, by=SYSTEM)
        except Exception:
            db.session.rollback()
            log.exception("schedules could not be made", authority_id=str(authority_id), month=str(month))
            failed += 1
        db.session.expunge_all()
    if failed:
        raise SchedulesMissing(f"{failed} of the schedules could not be made.")


def due_months(today: date) -> Iterator[tuple[uuid.UUID, date]]:
    """Each borough with placements, and each ended month that it has not made, in order; a borough's first is the last ended."""
    ended = month_before(month_of(today))
    last = select(ScheduleRun.authority_id, func.max(ScheduleRun.month).label("month")).group_by(
        ScheduleRun.authority_id
    )
    made = last.subquery()
    boroughs = (
        select(Organisation.id, made.c.month)
        .outerjoin(made, made.c.authority_id == Organisation.id)
        .where(Organisation.id.in_(select(Agreement.authority_id).where(Agreement.state.in_(SPENDING))))
        .order_by(Organisation.name)
    )
    for authority_id, month in db.session.execute(boroughs).all():
        due = month_after(month) if month else ended
        while due <= ended:
            yield authority_id, due
            due = month_after(due)

"""The worker's part in reports: it makes them one by one, and orders a quarter's by itself once its returns are in."""

import uuid

import structlog
from sqlalchemy import select

from foundation import clock
from foundation.database import db
from foundation.documents import DocumentFault
from foundation.jobs import job
from foundation.quarters import Quarter
from foundation.tenancy import act_as_system
from foundation.working_days import add_working_days
from marketplace.actor import SYSTEM
from marketplace.organisation import Organisation
from outcomes.report import ReportKind, ReportRun
from outcomes.reporting import give_up_report, make_report, order_reports

#: Working days after the quarter's end: the returns are due on the tenth, and the hub has five days to check them.
DAYS_UNTIL_ORDERED = 15

log = structlog.get_logger("reports")


@job("reports.make", tries=1)
def make_one(run_id: str, kind: str, about_id: str) -> None:
    """Make one report of a run."""
    make_or_name(uuid.UUID(run_id), ReportKind(kind), uuid.UUID(about_id))


@job("reports.quarter_end", schedule="0 3 * * mon-fri")
def order_at_quarter_end() -> None:
    """Order the last quarter's reports, fifteen working days after its end, unless somebody has."""
    act_as_system()
    quarter = Quarter.of(clock.today()).previous()
    ordered = select(ReportRun.id).where(ReportRun.quarter == str(quarter))
    is_time = clock.today() >= add_working_days(quarter.last_day, DAYS_UNTIL_ORDERED)
    if is_time and db.session.scalar(ordered.limit(1)) is None:
        order_reports(quarter, by=SYSTEM)


def make_or_name(run_id: uuid.UUID, kind: ReportKind, about_id: uuid.UUID) -> str:
    """Make a report; one that cannot be made is named in its run, with a sentence, and keeps nobody from the others."""
    act_as_system()
    try:
        make_report(_run(run_id), kind, _organisation(about_id), by=SYSTEM)
    except Exception as failed:
        db.session.rollback()
        log.exception("a report could not be made", kind=kind.value, about_id=str(about_id))
        said = _sentence(failed)
        give_up_report(_run(run_id), kind, _organisation(about_id), said, by=SYSTEM)
        return said
    return ""


def _sentence(failed: Exception) -> str:
    match failed:
        case AssertionError():
            return f"Its sums do not agree, so it was not printed: {failed}"
        case DocumentFault():
            return f"The document could not be laid out: {failed}"
        case _:
            return f"It could not be made ({type(failed).__name__}). The worker's log says more."


def _run(run_id: uuid.UUID) -> ReportRun:
    return db.session.get_one(ReportRun, run_id)


def _organisation(about_id: uuid.UUID) -> Organisation:
    return db.session.get_one(Organisation, about_id)

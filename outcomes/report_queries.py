"""What pages ask about reports. The fence shows the hub all of its own, and everybody else those that concern them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from foundation.database import db
from foundation.permission import NotFound
from marketplace.organisation import Organisation
from outcomes.report import Report, ReportKind, ReportRun

PAGE_SIZE = 50
RUNS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A line of the archive."""

    reference: str
    kind: ReportKind
    about: str
    quarter: str
    number: int
    made_at: datetime
    pages: int


def archive(quarter: str, kind: str, page: int) -> tuple[list[ReportRow], int]:
    """Archived reports of a quarter and kind (empty: any), the latest quarter first; and how many in all."""
    wanted = [Report.quarter == quarter] if quarter else []
    wanted += [Report.kind == ReportKind(kind)] if kind in set(ReportKind) else []
    rows = db.session.execute(
        select(
            Report.reference, Report.kind, Organisation.name, Report.quarter, Report.number, Report.made_at, Report.pages,
            func.count().over(),
        )
        .join(Organisation, Organisation.id == Report.about_id)
        .where(*wanted)
        .order_by(Report.quarter.desc(), Report.kind.desc(), Organisation.name, Report.number.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()  # fmt: skip
    return [ReportRow(*row[:7]) for row in rows], rows[0][7] if rows else 0


def quarters_archived() -> list[str]:
    """Quarters of which there are reports, the latest first."""
    return list(db.session.scalars(select(Report.quarter).distinct().order_by(Report.quarter.desc())))


def latest_runs() -> list[ReportRun]:
    """The hub's orders, the latest first; for anybody else there are none."""
    return list(db.session.scalars(select(ReportRun).order_by(ReportRun.ordered_at.desc()).limit(RUNS_SHOWN)))


def report_called(reference: str) -> Report:
    """The report of that reference, where it concerns the one who asks."""
    found = db.session.scalar(select(Report).where(Report.reference == reference))
    if found is None:
        raise NotFound
    return found


def versions_of(report: Report) -> list[Report]:
    """All versions of the same report, the latest first."""
    same = (Report.kind == report.kind, Report.about_id == report.about_id, Report.quarter == report.quarter)
    return list(db.session.scalars(select(Report).where(*same).order_by(Report.number.desc())))


def run_called(reference: str) -> ReportRun:
    """The order of that reference."""
    found = db.session.scalar(select(ReportRun).where(ReportRun.reference == reference))
    if found is None:
        raise NotFound
    return found

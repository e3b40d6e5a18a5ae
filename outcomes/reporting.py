"""Quarterly reports: ordered for a quarter, made one by one by the worker, archived with their SHA-256, read by whom they concern."""

import uuid
from datetime import time, timedelta

from sqlalchemy import select, union, update
from sqlalchemy.dialects.postgresql import insert

from contracts.agreement import Agreement
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.documents import Document, build_document
from foundation.files import StoredFile
from foundation.formatting import slug
from foundation.jobs import defer
from foundation.permission import Invalid
from foundation.quarters import Quarter
from foundation.references import new_reference
from foundation.states import hold
from foundation.transaction import transaction
from foundation.working_days import london_instant
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.policy import authorise
from marketplace.roles import Kind
from outcomes.living import under_terms, was_live
from outcomes.measuring import lots_of
from outcomes.notices import report_made
from outcomes.report import Report, ReportKind, ReportRun
from outcomes.report_document import html_of
from outcomes.report_figures import Figures, gather, reported
from referrals.referral import Invitation, Referral

#: After this long a run that has not finished is taken to have broken off.
LONGEST_RUN = timedelta(hours=6)

#: What is to be made: of whom, and which kind.
Wanted = tuple[ReportKind, uuid.UUID]


def order_reports(quarter: Quarter, *, only: Organisation | None = None, queued: bool = True, by: Actor) -> ReportRun:
    """The hub orders the quarter's reports: a job is queued for each. Asked for while they are being made, they are made once."""
    with transaction():
        hub = hub_of(by)
        authorise(by, Act.ORDER_REPORTS, hub)
        _require_over(quarter)
        _close_abandoned(hub, quarter)
        wanted = wanted_reports(hub, quarter, only)
        run_id = _begin(hub, quarter, len(wanted), by)
        run = db.session.get_one(ReportRun, run_id) if run_id else _under_way(hub, quarter)
        if run_id:
            record(Act.ORDER_REPORTS, run, by=by, after={"quarter": run.quarter, "reports": run.wanted})
            for kind, about_id in wanted if queued else ():
                defer("reports.make", run_id=run.id, kind=kind.value, about_id=about_id)
    return run


def make_report(run: ReportRun, kind: ReportKind, about: Organisation, *, by: Actor) -> Report:
    """The worker makes one report and archives it; where no figure has changed since the last one, that one stands."""
    with transaction():
        authorise(by, Act.MAKE_REPORT, run)
        hub, quarter = db.session.get_one(Organisation, run.hub_id), Quarter.parse(run.quarter)
        figures = gather(hub, kind, about, quarter)
        latest = _latest(hub, kind, about, run.quarter)
        if latest is not None and latest.inputs_sha256 == figures.inputs_sha256:
            report = latest
        else:
            report = _archive(hub, about, figures, latest.number + 1 if latest else 1)
            record(
                Act.MAKE_REPORT, report, by=by, about=about.id, after={"number": report.number, "sha256": report.sha256}
            )
            report_made(report, [key for of, key in reported(hub) if of is ReportKind.AUTHORITY])
        _settle(run, kind, about, made=True)
    return report


def give_up_report(run: ReportRun, kind: ReportKind, about: Organisation, reason: str, *, by: Actor) -> ReportRun:
    """The worker could not make a report: it is named with the reason, and the others go on."""
    with transaction():
        authorise(by, Act.MAKE_REPORT, run)
        _settle(run, kind, about, made=False, reason=reason)
        record(Act.MAKE_REPORT, run, by=by, about=run.hub_id, after={"organisation": about.name, "failed": reason})
    return run


def read_report(report: Report, *, by: Actor) -> bytes:
    """Somebody whom it concerns reads a report; who did, and when, is kept."""
    with transaction():
        authorise(by, Act.READ_REPORT, report)
        record(Act.READ_REPORT, report, by=by, about=report.hub_id, after={"sha256": report.sha256})
        content: bytes = db.session.scalars(select(StoredFile.content).where(StoredFile.id == report.file_id)).one()
    return content


def hub_of(by: Actor) -> Organisation:
    """The hub that acts; an operator's command acts for the one that there is."""
    if not by.is_system:
        return db.session.get_one(Organisation, by.organisation_id)
    found = db.session.scalars(select(Organisation).where(Organisation.kind == Kind.HUB)).all()
    if len(found) != 1:
        raise Invalid(f"Reports are made for one hub, and this database has {len(found)}.")
    return found[0]


def wanted_reports(hub: Organisation, quarter: Quarter, only: Organisation | None = None) -> list[Wanted]:
    """The partnership's, each borough's, and that of each provider with a placement or an invitation in the quarter."""
    lots = lots_of(hub.id)
    live = select(Agreement.provider_id).where(
        was_live(quarter.first_day, quarter.day_after), under_terms(quarter.day_after), Agreement.lot_id.in_(lots)
    )
    asked = (
        select(Invitation.provider_id)
        .join(Referral, Referral.id == Invitation.referral_id)
        .where(Referral.lot_id.in_(lots), Referral.deadline >= london_instant(quarter.first_day, time(0)))
        .where(Referral.deadline < london_instant(quarter.day_after, time(0)))
    )
    ids = union(live, asked).subquery()
    providers = db.session.scalars(
        select(Organisation.id).where(Organisation.id.in_(select(ids))).order_by(Organisation.name)
    )
    if only is not None:
        return [(ReportKind.PROVIDER, only.id)]
    return [*reported(hub), *((ReportKind.PROVIDER, provider) for provider in providers)]


def _require_over(quarter: Quarter) -> None:
    if clock.today() < quarter.day_after:
        raise Invalid(
            f"{quarter} ends on {quarter.last_day:%-d %B %Y}. Its reports can be made the day after.", "quarter"
        )


def _close_abandoned(hub: Organisation, quarter: Quarter) -> None:
    """A run that broke off long ago, with its process, keeps nobody from ordering anew."""
    abandoned = (ReportRun.hub_id == hub.id, ReportRun.quarter == str(quarter), ReportRun.finished_at.is_(None))
    longest = clock.now() - LONGEST_RUN
    db.session.execute(
        update(ReportRun).where(*abandoned, ReportRun.ordered_at < longest).values(finished_at=clock.now())
    )


def _begin(hub: Organisation, quarter: Quarter, wanted: int, by: Actor) -> uuid.UUID | None:
    """A new run, unless one for the quarter is under way."""
    begun = insert(ReportRun).values(
        id=uuid.uuid4(), hub_id=hub.id, reference=new_reference("RUN"), quarter=str(quarter), ordered_at=clock.now(),
        ordered_by_id=by.person_id, ordered_by_name=by.name, wanted=wanted, made=0, settled=[], failures=[],
    )  # fmt: skip
    once = begun.on_conflict_do_nothing(
        index_elements=["hub_id", "quarter"], index_where=ReportRun.finished_at.is_(None)
    )
    return db.session.execute(once.returning(ReportRun.id)).scalar()


def _under_way(hub: Organisation, quarter: Quarter) -> ReportRun:
    return db.session.scalars(
        select(ReportRun).where(
            ReportRun.hub_id == hub.id, ReportRun.quarter == str(quarter), ReportRun.finished_at.is_(None)
        )
    ).one()


def _latest(hub: Organisation, kind: ReportKind, about: Organisation, quarter: str) -> Report | None:
    return db.session.scalar(
        select(Report)
        .where(Report.hub_id == hub.id, Report.kind == kind, Report.about_id == about.id, Report.quarter == quarter)
        .order_by(Report.number.desc())
        .limit(1)
    )


def _archive(hub: Organisation, about: Organisation, figures: Figures, version: int) -> Report:
    reference = new_reference("REP")
    made: Document = build_document(html_of(figures, reference=reference, version=version, stamp=clock.now()))
    quarter = str(figures.quarter)
    file = StoredFile.of(
        made.content, name=f"{slug(quarter)}-{slug(about.name)}-version-{version}.pdf", media_type="application/pdf",
        organisation_id=hub.id,
    )  # fmt: skip
    report = Report(
        id=uuid.uuid4(), hub_id=hub.id, reference=reference, kind=figures.kind, about_id=about.id, about=about, quarter=quarter,
        number=version, made_at=clock.now(), sha256=made.sha256, pages=made.pages, file_id=file.id,
        inputs_sha256=figures.inputs_sha256,
    )  # fmt: skip
    db.session.add(file)
    db.session.flush()
    db.session.add(report)
    db.session.flush()
    return report


def _settle(run: ReportRun, kind: ReportKind, about: Organisation, *, made: bool, reason: str = "") -> None:
    """Count one report of the run, once; the last one finishes it."""
    hold(run)
    key = f"{kind.value}:{about.id}"
    if key in run.settled:
        return
    run.settled = [*run.settled, key]
    if made:
        run.made += 1
    else:
        run.failures = [*run.failures, {"organisation": about.name, "said": reason}]
    if len(run.settled) >= run.wanted:
        run.finished_at = clock.now()

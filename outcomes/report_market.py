"""What a report says of the market's answers: invitations, answers and how fast they came, offers, awards, reasons for declining."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select

from contracts.agreement import AgreementOutcome
from contracts.award import Award
from foundation import clock
from foundation.database import db
from foundation.quarters import Quarter
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.setting import Setting
from outcomes.measuring import STANDING, Rows, Scope, as_table, came_to_its_deadline, in_quarter
from outcomes.monitoring import MonitoringReturn, OutcomeProgress, Progress
from outcomes.report import ReportKind
from referrals.offer import DeclineReason, Response
from referrals.referral import Invitation, Referral

#: settings that a report lists
MOST_PLACES = 24

DECLINED_BECAUSE = {
    DeclineReason.NO_VACANCY: "No vacancy by the date",
    DeclineReason.NEEDS_NOT_MET: "Needs that it cannot meet",
    DeclineReason.AGE_OUTSIDE_REGISTRATION: "Age outside registration",
    DeclineReason.OTHER_CHILDREN: "No match with the children there",
    DeclineReason.STAFFING: "Staffing",
    DeclineReason.TOO_FAR: "Too far",
    DeclineReason.TOO_LITTLE_NOTICE: "Too little notice",
    DeclineReason.TOO_LITTLE_INFORMATION: "Too little information",
    DeclineReason.PRICE: "Price",
    DeclineReason.OTHER: "Another reason",
}


@dataclass(frozen=True, slots=True)
class Answers:
    """The quarter's invitations by their deadline, and what came of them."""

    invited: int
    answered: int
    offers: int
    awards: int
    #: hours from the sight of a referral to the answer: half were quicker
    median_hours: int | None
    declines: dict[str, int]


@dataclass(frozen=True, slots=True)
class Overdue:
    """A return that was due before the report was made, and was not sent."""

    reference: str
    provider: str
    lot: str
    quarter: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Place:
    """A setting of a provider: what it is registered for and what it has free."""

    name: str
    places: int | None
    vacancies: int
    confirmed_on: date | None
    rating: str | None


def answers_in(scope: Scope, quarter: Quarter) -> Answers:
    """The market's answers in one quarter; three statements."""
    of = as_table([quarter])
    hours = func.extract("epoch", Response.answered_at - Invitation.released_at) / 3600
    statement = _answered(
        of, func.count(Invitation.id.distinct()), func.count(Invitation.id.distinct()).filter(Response.id.is_not(None)),
        func.count(Response.id).filter(Response.kind == "offer"), func.percentile_cont(0.5).within_group(hours),
    )  # fmt: skip
    invited, answered, offers, middle = db.session.execute(scope.narrow(statement, Invitation, Referral.lot_id)).one()
    median_hours = None if middle is None else max(0, round(middle))
    return Answers(invited, answered, offers, _awards(scope, of), median_hours, declines_in(scope, quarter))


def declines_in(scope: Scope, quarter: Quarter) -> dict[str, int]:
    """Reasons for declining, the most frequent first."""
    of = as_table([quarter])
    statement = (
        _answered(of, Response.reason, func.count(Response.id))
        .where(Response.kind == "decline")
        .group_by(Response.reason)
    )
    rows = db.session.execute(scope.narrow(statement, Invitation, Referral.lot_id)).all()
    return {DECLINED_BECAUSE[reason]: count for reason, count in sorted(rows, key=lambda row: (-row[1], row[0]))}


def _answered(of: Any, *columns: Any) -> Rows:
    in_time = and_(
        Response.referral_id == Invitation.referral_id, Response.provider_id == Invitation.provider_id,
        Response.withdrawn_at.is_(None), Response.answered_at <= Referral.deadline,
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(Invitation)
        .join(Referral, Referral.id == Invitation.referral_id)
        .join(of, in_quarter(Referral.deadline, of))
        .outerjoin(Response, in_time)
        .where(came_to_its_deadline())
    )


def _awards(scope: Scope, of: Any) -> int:
    statement = (
        select(func.count(Award.id))
        .join(Referral, Referral.id == Award.referral_id)
        .join(of, in_quarter(Award.awarded_at, of))
        .where(Award.undone_at.is_(None))
    )
    return int(db.session.execute(scope.narrow(statement, Award, Referral.lot_id)).scalar_one())


def progress_in(scope: Scope, quarters: Sequence[Quarter]) -> list[tuple[str, str, Progress, int]]:
    """Outcomes reported: (quarter, domain, progress, how many)."""
    statement = (
        select(MonitoringReturn.quarter, AgreementOutcome.domain, OutcomeProgress.progress, func.count())
        .select_from(OutcomeProgress)
        .join(MonitoringReturn, MonitoringReturn.id == OutcomeProgress.return_id)
        .join(AgreementOutcome, AgreementOutcome.id == OutcomeProgress.agreement_outcome_id)
        .where(
            MonitoringReturn.quarter.in_([str(quarter) for quarter in quarters]), MonitoringReturn.state.in_(STANDING)
        )
        .where(OutcomeProgress.progress.is_not(None))
        .group_by(MonitoringReturn.quarter, AgreementOutcome.domain, OutcomeProgress.progress)
    )
    rows = db.session.execute(scope.narrow(statement, OutcomeProgress, MonitoringReturn.lot_id))
    return sorted((row[0], row[1], row[2], row[3]) for row in rows)


def overdue_returns(scope: Scope, until: Quarter) -> list[Overdue]:
    """Returns of the quarter and those before it that were due before today and never sent, the oldest first."""
    statement = (
        select(
            MonitoringReturn.reference, Organisation.name, Lot.name, MonitoringReturn.quarter, MonitoringReturn.due_on
        )
        .join(Organisation, Organisation.id == MonitoringReturn.provider_id)
        .join(Lot, Lot.id == MonitoringReturn.lot_id)
        .where(MonitoringReturn.sent_at.is_(None), MonitoringReturn.due_on < clock.today())
        .where(MonitoringReturn.quarter <= str(until))
        .order_by(MonitoringReturn.due_on, Organisation.name)
    )
    if scope.kind is ReportKind.AUTHORITY:
        return []
    rows = db.session.execute(scope.narrow(statement, MonitoringReturn, MonitoringReturn.lot_id))
    return [Overdue(*tuple(row)) for row in rows]


def places_of(scope: Scope) -> list[Place]:
    """A provider's settings; no other report lists them."""
    if scope.kind is not ReportKind.PROVIDER:
        return []
    rows = db.session.execute(
        select(Setting.name, Setting.places, Setting.vacancies, Setting.vacancies_confirmed_at, Setting.rating)
        .where(Setting.provider_id == scope.about_id)
        .order_by(Setting.name)
        .limit(MOST_PLACES)
    )
    return [Place(row[0], row[1], row[2] or 0, row[3].date() if row[3] else None, row[4]) for row in rows]

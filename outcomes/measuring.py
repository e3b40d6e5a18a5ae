"""Every indicator of every provider, borough or the whole partnership, over any number of quarters: six statements in all.

The rows counted are those that the fence shows: a provider's own, a borough's own, the partnership's for the hub, and for the
worker all of them, cut down to the lots of one hub.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, and_, column, distinct, func, literal, or_, select, values

from contracts.agreement import Agreement
from contracts.award import Award
from foundation import clock
from foundation.database import db
from foundation.quarters import Quarter
from foundation.working_days import london_instant
from marketplace.framework import Framework, Lot
from outcomes.living import ended_in, first_day_of_stay, started_in, was_live
from outcomes.monitoring import MonitoringReturn, OutcomeProgress, Progress, ReturnFigure, ReturnState
from outcomes.report import ReportKind
from referrals.offer import Response
from referrals.referral import Invitation, Referral

#: What a return's figures count from: it was sent, and no query is open.
STANDING = (ReturnState.SENT, ReturnState.ACCEPTED)
WELL = (Progress.ACHIEVED, Progress.GOOD)
LONDON = "Europe/London"


@dataclass(frozen=True, slots=True)
class Count:
    """A numerator and its denominator."""

    numerator: int
    denominator: int


#: a statement of whatever columns
Rows = Select[*tuple[Any, ...]]

#: (organisation, quarter, indicator) → its count; nothing stands where nothing was counted
Counts = dict[tuple[uuid.UUID, str, str], Count]


@dataclass(frozen=True)
class Scope:
    """Whose figures: one sum for each provider or borough, or one for all; cut down to one of them, or to one hub's lots."""

    kind: ReportKind
    about_id: uuid.UUID | None = None
    hub_id: uuid.UUID | None = None

    def who(self, table: Any) -> ColumnElement[Any]:
        """The column by which rows are added up."""
        if self.kind is ReportKind.PARTNERSHIP:
            return literal(self.about_id or self.hub_id, sa.UUID())
        return table.provider_id if self.kind is ReportKind.PROVIDER else table.authority_id  # type: ignore[no-any-return]

    def narrow(self, statement: Rows, table: Any, lot_id: Any) -> Rows:
        """Only the rows of the one organisation, and of the hub's lots."""
        if self.about_id and self.kind is not ReportKind.PARTNERSHIP:
            statement = statement.where(self.who(table) == self.about_id)
        return statement.where(lot_id.in_(lots_of(self.hub_id))) if self.hub_id else statement


def lots_of(hub_id: uuid.UUID) -> Select[uuid.UUID]:
    """The lots of the hub's frameworks."""
    return select(Lot.id).join(Framework, Framework.id == Lot.framework_id).where(Framework.hub_id == hub_id)


def count_indicators(scope: Scope, quarters: Sequence[Quarter]) -> Counts:
    """All indicators, computed and returned, for each organisation of the scope and each quarter."""
    of = as_table(quarters)
    counts: Counts = {}
    for part in (_answers, _starts, _endings, _progress, _punctuality, _returned):
        counts |= part(scope, of)
    return counts


def as_table(quarters: Sequence[Quarter]) -> Any:
    """The quarters as rows that a statement joins: name, days, instants in London, and a year before the end."""
    rows = [
        (
            str(each), each.first_day, each.day_after, each.day_after.replace(year=each.day_after.year - 1),
            london_instant(each.first_day, time(0)), london_instant(each.day_after, time(0)),
        )
        for each in quarters
    ]  # fmt: skip
    instant = sa.TIMESTAMP(timezone=True)
    return (
        values(
            column("name", sa.Text), column("first_day", sa.Date), column("day_after", sa.Date), column("year_before", sa.Date),
            column("begins_at", instant), column("ends_at", instant), name="quarter",
        ).data(rows)
    ).alias("quarter")  # fmt: skip


def in_quarter(instant: Any, of: Any) -> ColumnElement[bool]:
    """The instant falls in the quarter, by London's clocks."""
    return and_(instant >= of.c.begins_at, instant < of.c.ends_at)


def _answers(scope: Scope, of: Any) -> Counts:
    """Invitations whose deadline fell in the quarter, those answered by it, and the offers among the answers."""
    in_time = and_(
        Response.referral_id == Invitation.referral_id, Response.provider_id == Invitation.provider_id,
        Response.withdrawn_at.is_(None), Response.answered_at <= Referral.deadline,
    )  # fmt: skip
    who = scope.who(Invitation)
    statement = (
        select(
            who, of.c.name, func.count(distinct(Invitation.id)),
            func.count(distinct(Invitation.id)).filter(Response.id.is_not(None)),
            func.count(Response.id).filter(Response.kind == "offer"),
        )
        .select_from(Invitation)
        .join(Referral, Referral.id == Invitation.referral_id)
        .join(of, in_quarter(Referral.deadline, of))
        .outerjoin(Response, in_time)
        .where(came_to_its_deadline())
        .group_by(who, of.c.name)
    )  # fmt: skip
    counts: Counts = {}
    for key, quarter, invited, answered, offers in db.session.execute(
        scope.narrow(statement, Invitation, Referral.lot_id)
    ):
        counts[key, quarter, "answered_in_time"] = Count(answered, invited)
        counts[key, quarter, "offers_per_invitation"] = Count(offers, invited)
    return counts


def came_to_its_deadline() -> ColumnElement[bool]:
    """Referrals whose deadline has passed and that were not withdrawn before it."""
    open_then = or_(Referral.closed_at.is_(None), Referral.closed_at > Referral.deadline)
    return and_(Referral.deadline <= clock.this_instant(), open_then)


def _starts(scope: Scope, of: Any) -> Counts:
    """Days from the award to the first day, of the placements that started in the quarter."""
    waited = first_day_of_stay - sa.cast(func.timezone(LONDON, Award.awarded_at), sa.Date)
    who = scope.who(Agreement)
    statement = (
        select(who, of.c.name, func.sum(func.greatest(waited, 0)), func.count())
        .select_from(Agreement)
        .join(Award, Award.id == Agreement.award_id)
        .join(of, started_in(of.c.first_day, of.c.day_after))
        .group_by(who, of.c.name)
    )
    return _counted("days_to_start", scope.narrow(statement, Agreement, Agreement.lot_id))


def _endings(scope: Scope, of: Any) -> Counts:
    """Placements that ended without a plan in the twelve months, of those live on any day of them."""
    unplanned = and_(Agreement.ended_as_planned.is_(False), ended_in(of.c.year_before, of.c.day_after))
    who = scope.who(Agreement)
    statement = (
        select(who, of.c.name, func.count().filter(unplanned), func.count())
        .select_from(Agreement)
        .join(of, was_live(of.c.year_before, of.c.day_after))
        .group_by(who, of.c.name)
    )
    return _counted("unplanned_endings", scope.narrow(statement, Agreement, Agreement.lot_id))


def _progress(scope: Scope, of: Any) -> Counts:
    """Outcomes achieved or making good progress, of those reported in the quarter's returns."""
    who = scope.who(OutcomeProgress)
    statement = (
        select(who, of.c.name, func.count().filter(OutcomeProgress.progress.in_(WELL)), func.count())
        .select_from(OutcomeProgress)
        .join(MonitoringReturn, MonitoringReturn.id == OutcomeProgress.return_id)
        .join(of, of.c.name == MonitoringReturn.quarter)
        .where(MonitoringReturn.state.in_(STANDING), OutcomeProgress.progress.is_not(None))
        .group_by(who, of.c.name)
    )
    return _counted("outcomes_progress", scope.narrow(statement, OutcomeProgress, MonitoringReturn.lot_id))


def _punctuality(scope: Scope, of: Any) -> Counts:
    """Returns first sent by the day they were due, of those of the quarter that were due."""
    sent_on = sa.cast(func.timezone(LONDON, MonitoringReturn.sent_at), sa.Date)
    statement = (
        select(func.count().filter(sent_on <= MonitoringReturn.due_on), func.count())
        .select_from(MonitoringReturn)
        .join(of, of.c.name == MonitoringReturn.quarter)
        .where(or_(MonitoringReturn.sent_at.is_not(None), MonitoringReturn.due_on < clock.today()))
    )
    return _counted("returns_on_time", _of_whom(scope, statement, of))


def _returned(scope: Scope, of: Any) -> Counts:
    """The figures that providers sent, added up."""
    statement = (
        select(func.sum(ReturnFigure.numerator), func.sum(ReturnFigure.denominator), ReturnFigure.indicator)
        .select_from(MonitoringReturn)
        .join(ReturnFigure, ReturnFigure.return_id == MonitoringReturn.id)
        .join(of, of.c.name == MonitoringReturn.quarter)
        .where(MonitoringReturn.state.in_(STANDING), ReturnFigure.denominator.is_not(None))
        .where(ReturnFigure.numerator.is_not(None))
        .group_by(ReturnFigure.indicator)
    )
    counted = db.session.execute(_of_whom(scope, statement, of))
    return {(row[3], row[4], row[2]): Count(int(row[0]), int(row[1])) for row in counted}


def _of_whom(scope: Scope, statement: Rows, of: Any) -> Rows:
    """Returns belong to providers; a borough's are those of the providers and lots with a child of its own in the quarter."""
    who = scope.who(MonitoringReturn) if scope.kind is not ReportKind.AUTHORITY else None
    if who is not None:
        grouped = statement.add_columns(who, of.c.name).group_by(who, of.c.name)
        return scope.narrow(grouped, MonitoringReturn, MonitoringReturn.lot_id)
    placing = (
        select(Agreement.authority_id, Agreement.provider_id, Agreement.lot_id, of.c.name)
        .join(of, was_live(of.c.first_day, of.c.day_after))
        .distinct()
        .subquery("placing")
    )
    same = and_(
        placing.c.provider_id == MonitoringReturn.provider_id, placing.c.lot_id == MonitoringReturn.lot_id,
        placing.c.name == MonitoringReturn.quarter,
    )  # fmt: skip
    joined = statement.join(placing, same).add_columns(placing.c.authority_id, of.c.name)
    grouped = joined.group_by(placing.c.authority_id, of.c.name)
    return scope.narrow(grouped, placing.c, MonitoringReturn.lot_id)


def _counted(indicator: str, statement: Rows) -> Counts:
    """Rows of (organisation, quarter, numerator, denominator), in either order, as counts of one indicator."""
    counts: Counts = {}
    for row in db.session.execute(statement):
        key, quarter, top, bottom = row if isinstance(row[0], uuid.UUID) else (row[2], row[3], row[0], row[1])
        counts[key, quarter, indicator] = Count(int(top or 0), int(bottom))
    return counts


def wilson_range(numerator: int, denominator: int, z: float = 1.959964) -> tuple[Fraction, Fraction] | None:
    """The 95 % range of a share, in per cent, by Wilson's score (1927): fit for small numbers; None without a denominator."""
    if denominator <= 0 or not 0 <= numerator <= denominator:
        return None
    share, square = numerator / denominator, z * z
    middle = (share + square / (2 * denominator)) / (1 + square / denominator)
    spread = z / (1 + square / denominator) * (share * (1 - share) / denominator + square / (4 * denominator**2)) ** 0.5
    low, high = max(0.0, middle - spread), min(1.0, middle + spread)
    return Fraction(round(low * 100, 6)), Fraction(round(high * 100, 6))

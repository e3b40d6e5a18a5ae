"""What happens when a quarter ends: the worker opens the returns, providers fill them in and send them, the hub reads them."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from demo.cast import Cast, fetch
from demo.partnership import Provider
from demo.people import KNOWN
from demo.quality import skill_of
from demo.saying import say
from demo.storytelling import Story, acting, in_office_hours
from foundation.clock import LONDON
from foundation.database import db
from foundation.quarters import Quarter
from foundation.tenancy import act_as_system
from foundation.working_days import add_working_days
from marketplace.actor import SYSTEM
from marketplace.roles import Role
from outcomes.indicators.rating import Aim, Kind
from outcomes.indicators.reading import Indicator
from outcomes.monitoring import MonitoringReturn, Progress
from outcomes.return_jobs import chase_returns, open_returns
from outcomes.return_queries import OutcomeDue, asked_figures, outcomes_due
from outcomes.returning import (
    TypedFigure,
    TypedProgress,
    TypedReturn,
    accept_return,
    query_return,
    save_return,
    send_return,
)

#: sessions and hours that a placement's quarter has, and the posts of a provider: what denominators are made of
SESSIONS, HOURS, POSTS = 116, 22, (12, 40)


def quarters_of(begins: datetime, present: datetime) -> Iterator[Quarter]:
    """The quarters that end between two instants."""
    quarter = Quarter.of(begins.date())
    while quarter.day_after <= present.date():
        yield quarter
        quarter = Quarter.of(quarter.day_after)


def a_quarter_ends(cast: Cast, quarter: Quarter) -> Story:
    """The jobs of the calendar at their hours; each return that they open has a story of its own."""
    yield datetime.combine(quarter.day_after, time(5), LONDON).astimezone(UTC)
    with acting(SYSTEM):
        open_returns()
        act_as_system()
        of_quarter = select(MonitoringReturn.id, MonitoringReturn.provider_id).where(
            MonitoringReturn.quarter == str(quarter)
        )
        opened = db.session.execute(of_quarter).all()
    is_last = Quarter.of(quarter.day_after).day_after > cast.present.date()
    by_name = sorted((cast.provider(provider_id).name, key) for key, provider_id in opened)
    cast.telling.begin(
        a_return(cast, key, name, quarter, number, is_last) for number, (name, key) in enumerate(by_name)
    )
    for working_days in (7, 11):
        yield datetime.combine(add_working_days(quarter.last_day, working_days), time(8), LONDON).astimezone(UTC)
        with acting(SYSTEM):
            chase_returns()


def a_return(cast: Cast, key: uuid.UUID, name: str, quarter: Quarter, number: int, is_last: bool) -> Story:
    """Filled in within a week, sent a few days later, accepted soon after; of the last quarter some still wait for somebody."""
    provider = next(each for each in cast.partnership.providers if each.name == name)
    rng = cast.dice(f"return of {name} for {quarter}")
    opened_at = datetime.combine(quarter.day_after, time(12), LONDON).astimezone(UTC)
    yield in_office_hours(opened_at + timedelta(days=rng.uniform(3, 7)))
    _fill_in(provider, key, rng)
    if is_last and provider.domain not in KNOWN and number % 9 == 5:
        return
    late = rng.random() > 0.75 + skill_of(provider) / 4
    yield in_office_hours(opened_at + timedelta(days=rng.uniform(18, 24) if late else rng.uniform(8, 12)))
    with acting(provider.actor(Role.PROVIDER_MANAGER)) as manager:
        send_return(fetch(MonitoringReturn, key), by=manager)
    if is_last and number % 4 == 1 and provider.domain not in KNOWN:
        return
    yield in_office_hours(opened_at + timedelta(days=rng.uniform(26, 32)))
    with acting(cast.partnership.hub.actor(Role.HUB_ANALYST)) as analyst:
        if is_last and provider.domain in KNOWN:
            query_return(fetch(MonitoringReturn, key), say("return_queries", rng), by=analyst)
        else:
            accept_return(fetch(MonitoringReturn, key), by=analyst)


def _fill_in(provider: Provider, key: uuid.UUID, rng: Random) -> None:
    with acting(provider.actor(Role.PROVIDER_RESPONDER)) as responder:
        filled_in = fetch(MonitoringReturn, key)
        skill, due = skill_of(provider), outcomes_due(filled_in)
        placements = len({outcome.agreement_id for outcome in due})
        figures = {each.key: _figure(each, placements, skill, rng) for each, _ in asked_figures(filled_in)}
        typed = TypedReturn(
            figures, {each.outcome_id: _progress(each, skill, rng) for each in due}, say("commentary", rng)
        )
        save_return(filled_in, typed, version=filled_in.version, by=responder)


def _figure(indicator: Indicator, placements: int, skill: float, rng: Random) -> TypedFigure:
    """A figure near the target: a little better from those who work carefully, a little worse from the others."""
    denominator = _denominator(indicator.key, placements, rng)
    target, swing = float(indicator.target) / 100, (skill - 0.6) * 0.2 + rng.uniform(-0.05, 0.05)
    share = target + swing if indicator.aim is Aim.LEAST else target - swing
    highest = denominator if indicator.kind is Kind.SHARE else denominator * 3
    return TypedFigure(max(0, min(highest, round(share * denominator))), denominator)


def _denominator(indicator: str, placements: int, rng: Random) -> int:
    many = {
        "attendance": placements * SESSIONS,
        "therapy_hours": placements * HOURS,
        "vacant_posts": rng.randint(*POSTS),
    }
    return many.get(indicator, placements)


def _progress(due: OutcomeDue, skill: float, rng: Random) -> TypedProgress:
    """Half of all outcomes make good progress, more with the careful."""
    steps = (Progress.ACHIEVED, Progress.GOOD, Progress.SOME, Progress.NONE, Progress.WORSE)
    [progress] = rng.choices(steps, [10 + 15 * skill, 35 + 30 * skill, 30 - 10 * skill, 8, 3])
    return TypedProgress(progress, say("progress_evidence", rng))

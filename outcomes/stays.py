"""Stays: the placements that a report tells of, and what their days add up to. Nothing here knows a child's name."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased

from contracts.agreement import Agreement
from foundation.database import db
from foundation.quarters import Quarter
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from outcomes.living import was_live
from outcomes.measuring import Scope

ONE_DAY = timedelta(days=1)
AGES = (("0 to 4 years", 0, 4), ("5 to 10 years", 5, 10), ("11 to 15 years", 11, 15), ("16 years and over", 16, 200))
LENGTHS = (
    ("Under 3 months", 0, 91),
    ("3 to 12 months", 91, 365),
    ("1 to 2 years", 365, 730),
    ("Over 2 years", 730, 100_000),
)


@dataclass(frozen=True, slots=True)
class Stay:
    """One placement, as everybody but its borough and its provider may know it."""

    reference: str
    authority_id: uuid.UUID
    authority: str
    provider_id: uuid.UUID
    provider: str
    lot_id: uuid.UUID
    lot: str
    age_at_start: int
    sex: str
    started_on: date
    ended_on: date | None
    ended_as_planned: bool | None
    expected_end_on: date | None
    review_on: date | None

    def is_live_on(self, day: date) -> bool:
        """Whether the child stayed there on the day."""
        return self.started_on <= day and (self.ended_on is None or day < self.ended_on)

    def days_in(self, quarter: Quarter) -> int:
        """Days of the quarter that the stay covers."""
        ends = min(self.ended_on or quarter.day_after, quarter.day_after)
        return max(0, (ends - max(self.started_on, quarter.first_day)).days)


@dataclass(frozen=True, slots=True)
class Movement:
    """From one quarter's last day to the next one's: those there before, come, gone, there after; and the days stayed."""

    before: int
    started: int
    ended: int
    unplanned: int
    after: int
    days: int

    def __post_init__(self) -> None:
        if self.before + self.started - self.ended != self.after:
            raise AssertionError(f"{self.before} + {self.started} − {self.ended} is not {self.after} children")


def stays_of(scope: Scope, first_day: date, day_after: date) -> list[Stay]:
    """Every placement live on any day of the period, by reference; one statement."""
    authority, provider = aliased(Organisation), aliased(Organisation)
    columns = (
        Agreement.reference, Agreement.authority_id, authority.name, Agreement.provider_id, provider.name, Agreement.lot_id,
        Lot.name, Agreement.age_at_start, Agreement.sex, Agreement.started_on, Agreement.ended_on, Agreement.ended_as_planned,
        Agreement.expected_end_on, Agreement.review_on,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(authority, authority.id == Agreement.authority_id)
        .join(provider, provider.id == Agreement.provider_id)
        .join(Lot, Lot.id == Agreement.lot_id)
        .where(was_live(first_day, day_after))
        .order_by(Agreement.reference)
    )
    return [Stay(*tuple(row)) for row in db.session.execute(scope.narrow(statement, Agreement, Agreement.lot_id))]


def movement_in(stays: Iterable[Stay], quarter: Quarter) -> Movement:
    """How many came and went in the quarter."""
    every = list(stays)
    ended = [stay for stay in every if stay.ended_on and quarter.first_day <= stay.ended_on < quarter.day_after]
    return Movement(
        before=children_on(every, quarter.first_day - ONE_DAY),
        started=sum(quarter.first_day <= stay.started_on < quarter.day_after for stay in every),
        ended=len(ended),
        unplanned=sum(stay.ended_as_planned is False for stay in ended),
        after=children_on(every, quarter.last_day),
        days=sum(stay.days_in(quarter) for stay in every),
    )


def children_on(stays: Iterable[Stay], day: date) -> int:
    """How many were placed on the day."""
    return sum(stay.is_live_on(day) for stay in stays)


def in_bands(values: Sequence[int], bands: Sequence[tuple[str, int, int]], *, closed: bool) -> list[tuple[str, int]]:
    """How many values lie in each band; `closed` bands hold their upper end."""
    return [
        (name, sum(low <= value <= high if closed else low <= value < high for value in values))
        for name, low, high in bands
    ]


def join_bands(bands: Sequence[tuple[str, int]], least: int) -> list[tuple[str, int]]:
    """Neighbouring bands joined until none holds from one to `least` − 1: 0 to 4 years and 5 to 10 years."""
    joined: list[tuple[str, int]] = []
    for name, count in bands:
        if joined and (0 < joined[-1][1] < least or (0 < count < least and joined[-1][1])):
            before, kept = joined.pop()
            joined.append((f"{before}; {name[:1].lower()}{name[1:]}", kept + count))
        else:
            joined.append((name, count))
    while len(joined) > 1 and 0 < joined[-1][1] < least:
        name, count = joined.pop()
        before, kept = joined.pop()
        joined.append((f"{before}; {name[:1].lower()}{name[1:]}", kept + count))
    return joined

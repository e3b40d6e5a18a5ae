"""How a year passes: many stories at once, each told step by step, every step at its instant of the moving clock.

A story is a generator. It yields the instant at which it goes on, and is resumed when the clock stands there. Stories whose next
instant lies beyond the present are left where they are: that is how the present looks.
"""

import heapq
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from random import Random

from demo.clock import MovingClock
from foundation.clock import LONDON
from foundation.database import db
from foundation.tenancy import act_behind
from foundation.working_days import is_working_day
from marketplace.actor import Actor

Story = Generator[datetime, None, None]

OPENS, CLOSES = time(9), time(17)


@dataclass
class Telling:
    """All the stories of a year, and the hands of the clock. A story may begin others."""

    clock: MovingClock
    begins: datetime
    until: datetime
    _waiting: list[tuple[datetime, int, Story]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self._at = self.begins

    def begin(self, stories: Iterable[Story]) -> None:
        """Take up further stories; each is asked at once for its first instant."""
        for story in stories:
            self._wait(story)

    def tell_all(self, tell: Callable[[datetime], None]) -> None:
        """Go from instant to instant until nothing is left before the present. `tell` hears where the clock stands."""
        while self._waiting:
            self._at, _, story = heapq.heappop(self._waiting)
            self.clock.move(self._at)
            tell(self._at)
            self._wait(story)

    def _wait(self, story: Story) -> None:
        """An instant that has passed already means: at once."""
        at = next(story, None)
        if at is not None and at < self.until:
            at = max(at, self._at)
            heapq.heappush(self._waiting, (at, next(self._numbers), story))


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """The session sees what this actor sees; nothing read before is kept."""
    db.session.expunge_all()
    act_behind(actor.fence)
    yield actor


def in_office_hours(instant: datetime) -> datetime:
    """The same instant if people are at work then, and otherwise the last moment before it at which they were."""
    local = instant.astimezone(LONDON)
    day, at = local.date(), local.time()
    if at < OPENS or not is_working_day(day):
        day, at = day - timedelta(days=at < OPENS), CLOSES
        while not is_working_day(day):
            day -= timedelta(days=1)
    return datetime.combine(day, min(at, CLOSES), LONDON).astimezone(UTC)


def noon_of(instant: datetime) -> datetime:
    """Noon of the working day on which the instant falls, or of the last one before it."""
    day = in_office_hours(instant.astimezone(LONDON).replace(hour=12)).astimezone(LONDON).date()
    return datetime.combine(day, time(12), LONDON).astimezone(UTC)


def hours(rng: Random, lowest: float, highest: float) -> timedelta:
    """A stretch of time between two numbers of hours."""
    return timedelta(hours=rng.uniform(lowest, highest))

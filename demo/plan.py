"""Planning a year: whose referrals, in which lot, when, and how far each comes before the present."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from random import Random

from demo.partnership import Borough, Partnership


class Stage(IntEnum):
    """How far a referral has come: its story rests there if its plan says so."""

    DRAFTED = 1
    WRITTEN = 2
    SENT = 3
    PUBLISHED = 4
    ASKED = 5
    SEALED = 6
    OPENED = 7
    MARKED = 8
    RECOMMENDED = 9
    AWARDED = 10
    DRAWN_UP = 11
    ISSUED = 12
    SIGNED_BY_PROVIDER = 13
    SIGNED_BY_BOROUGH = 14
    STARTED = 15


class Ending(StrEnum):
    """What becomes of a referral that does not rest."""

    PLACED = "placed"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    UNDONE = "undone"


@dataclass(frozen=True)
class Plan:
    """One referral's part in the year."""

    number: int
    borough: Borough
    lot: str
    drafted_at: datetime
    ending: Ending = Ending.PLACED
    rests: Stage | None = None
    #: how many weeks a stay lasts that ends within the year
    stays_weeks: int | None = None

    @property
    def is_slow(self) -> bool:
        """A school place is sought over weeks, a home within days."""
        return self.lot == "special_school"


#: Hours after drafting at which each stage is reached, for a home and for a school.
HOURS = {
    Stage.DRAFTED: (0, 0), Stage.WRITTEN: (20, 44), Stage.SENT: (26, 68), Stage.PUBLISHED: (46, 96), Stage.ASKED: (94, 190),
    Stage.SEALED: (142, 360), Stage.OPENED: (244, 500), Stage.MARKED: (292, 570), Stage.RECOMMENDED: (298, 580),
    Stage.AWARDED: (322, 620), Stage.DRAWN_UP: (340, 640), Stage.ISSUED: (346, 665), Stage.SIGNED_BY_PROVIDER: (394, 715),
    Stage.SIGNED_BY_BOROUGH: (418, 740), Stage.STARTED: (700, 1100),
}  # fmt: skip
#: Hours from publishing to the deadline.
WINDOW = (190, 400)

#: What waits in Croydon, so that each of its people finds something to do; the number is how many.
WAITING_IN_CROYDON = {
    "residential": (
        Stage.DRAFTED, Stage.SENT, Stage.ASKED, Stage.SEALED, Stage.OPENED, Stage.RECOMMENDED, Stage.ISSUED, Stage.SIGNED_BY_PROVIDER,
    ),
    "fostering": (Stage.WRITTEN, Stage.SENT, Stage.ASKED, Stage.OPENED, Stage.MARKED, Stage.DRAWN_UP, Stage.SIGNED_BY_BOROUGH),
    "special_school": (Stage.PUBLISHED, Stage.ASKED, Stage.SEALED, Stage.RECOMMENDED, Stage.AWARDED, Stage.ISSUED),
}  # fmt: skip
#: What waits in each other borough that takes part in the lot, in turn.
WAITING_ELSEWHERE = (Stage.ASKED, Stage.SENT, Stage.SEALED, Stage.OPENED, Stage.DRAFTED, Stage.ISSUED, Stage.ASKED)

LOTS_OF = {"LAC": ("residential", "fostering"), "SEND": ("special_school",)}


def plan_year(
    partnership: Partnership, begins: datetime, present: datetime, completed: int, rng: Random
) -> Iterator[Plan]:
    """The completed referrals spread over the year, then those that wait at the present. Croydon has a quarter of all."""
    chances = [
        (borough, lot) for borough in partnership.boroughs for lot in _lots(borough) for _ in range(_share(borough))
    ]
    latest = present - timedelta(days=50)
    for number in range(completed):
        borough, lot = chances[0] if not number else rng.choice(chances)
        drafted_at = begins + (latest - begins) * ((number + rng.random()) / completed)
        stays = rng.choice([None, None, None, 8, 16, 26])
        yield Plan(number, borough, lot, drafted_at, _ending(number), stays_weeks=stays)
    waiting = _waiting(partnership, few=completed < 20) if completed >= 4 else ()
    for number, (borough, lot, stage) in enumerate(waiting, start=completed):
        took = timedelta(hours=HOURS[stage][lot == "special_school"] + 3)
        yield Plan(number, borough, lot, present - took, rests=stage)


def _lots(borough: Borough) -> list[str]:
    return [lot for project in sorted(borough.projects) for lot in LOTS_OF[project]]


def _share(borough: Borough) -> int:
    return 4 if borough.prefix == "CRO" else 1


def _ending(number: int) -> Ending:
    """One in eleven is withdrawn, one in thirteen closed, one in seventeen awarded in vain; the first ones are placed."""
    for every, ending in ((11, Ending.WITHDRAWN), (13, Ending.CLOSED), (17, Ending.UNDONE)):
        if number % every == every - 1:
            return ending
    return Ending.PLACED


def _waiting(partnership: Partnership, *, few: bool) -> Iterator[tuple[Borough, str, Stage]]:
    croydon = partnership.borough("CRO")
    for lot, stages in WAITING_IN_CROYDON.items():
        yield from ((croydon, lot, stage) for stage in stages)
    if few:
        return
    others = [borough for borough in partnership.boroughs if borough is not croydon]
    turns = [(borough, lot) for borough in others for lot in _lots(borough)]
    for number, (borough, lot) in enumerate(turns):
        yield borough, lot, WAITING_ELSEWHERE[number % len(WAITING_ELSEWHERE)]

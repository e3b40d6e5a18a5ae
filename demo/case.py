"""A referral on its way through the year: who works on it, when each stage is reached, and the keys of what came of it."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from demo.cast import Cast, fetch
from demo.partnership import Provider
from demo.plan import HOURS, WINDOW, Plan, Stage
from demo.storytelling import in_office_hours, noon_of
from marketplace.actor import Actor
from marketplace.roles import Role
from referrals.referral import Referral


@dataclass
class Case:
    """One referral's story so far. Chapters set `is_over` when there is nothing more to tell."""

    cast: Cast
    plan: Plan
    rng: Random
    officer: Actor
    manager: Actor
    deadline: datetime
    needed_at: datetime
    is_over: bool = False
    referral_id: uuid.UUID | None = None
    #: invited settings by provider, in the order of fit
    invited: dict[uuid.UUID, list[uuid.UUID]] = field(default_factory=dict)
    award_id: uuid.UUID | None = None
    agreement_id: uuid.UUID | None = None
    winner: Provider | None = None

    def at(self, stage: Stage) -> datetime:
        """When a stage is reached: by the plan's table, at an hour at which people work."""
        return in_office_hours(self.plan.drafted_at + timedelta(hours=HOURS[stage][self.plan.is_slow]))

    def rest_if(self, stage: Stage) -> bool:
        """Stop here if the plan says so; whether it does."""
        self.is_over = self.is_over or self.plan.rests is stage
        return self.is_over

    @property
    def referral(self) -> Referral:
        """The referral, as far as whoever acts may see it."""
        assert self.referral_id is not None
        return fetch(Referral, self.referral_id)


def open_case(cast: Cast, plan: Plan) -> Case:
    """Who works on it, and its two dates: the deadline, and the day on which the place is needed."""
    rng = cast.dice(f"referral {plan.number}")
    which = 0 if plan.rests else rng.randint(0, 1)
    published_at = plan.drafted_at + timedelta(hours=HOURS[Stage.PUBLISHED][plan.is_slow])
    return Case(
        cast, plan, rng, plan.borough.actor(Role.PLACEMENT_OFFICER, which), plan.borough.actor(Role.PLACEMENT_MANAGER, which),
        deadline=noon_of(published_at + timedelta(hours=WINDOW[plan.is_slow])),
        needed_at=noon_of(plan.drafted_at + timedelta(hours=HOURS[Stage.STARTED][plan.is_slow], days=rng.randint(1, 5))),
    )  # fmt: skip

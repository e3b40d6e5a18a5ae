"""The year: who was admitted, every referral's story, the quarters' returns, told together under the moving clock."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from demo.admissions import an_admission
from demo.block_story import blocks_are_bought
from demo.budget_story import a_borough_budgets
from demo.cast import Cast
from demo.clock import MovingClock
from demo.invoice_story import three_months_are_billed
from demo.partnership import Partnership
from demo.plan import plan_year
from demo.referral_story import a_referral
from demo.return_story import a_quarter_ends, quarters_of
from demo.savings_story import a_borough_saves
from demo.spot_story import spot_stories
from demo.storytelling import Story, Telling
from demo.terms_story import a_school_tells_its_terms
from demo.uplift_story import uplifts_are_negotiated
from demo.vacancy_story import vacancies_are_told
from foundation.formatting import day_plain, in_london

#: how many referrals of the year come to their end; some forty more wait at the present
COMPLETED = 36
#: between lines of progress
SECONDS = 3.0


def let_a_year_pass(
    partnership: Partnership,
    clock: MovingClock,
    begins: datetime,
    present: datetime,
    *,
    seed: int,
    completed: int,
    tell: Callable[[str], None],
) -> None:
    """Tell every story from `begins` to the present."""
    telling = Telling(clock, begins, present)
    cast = Cast(partnership, telling, seed, present)
    telling.begin(_stories(cast, begins, completed))
    telling.tell_all(_progress(tell))


def _stories(cast: Cast, begins: datetime, completed: int) -> Iterator[Story]:
    for number, provider in enumerate(cast.partnership.providers):
        yield an_admission(cast, provider, number, begins)
        yield vacancies_are_told(cast, provider, begins)
        if provider.lot == "special_school":
            yield a_school_tells_its_terms(cast, provider, begins)
    for quarter in quarters_of(begins, cast.present):
        yield a_quarter_ends(cast, quarter)
    for borough in cast.partnership.boroughs:
        yield a_borough_budgets(cast, borough, begins)
        yield a_borough_saves(cast, borough)
    yield uplifts_are_negotiated(cast, begins)
    yield blocks_are_bought(cast)
    yield three_months_are_billed(cast)
    year_begins = begins + timedelta(days=35)
    yield from spot_stories(cast)
    for plan in plan_year(cast.partnership, year_begins, cast.present, completed, cast.dice("the year's plan")):
        yield a_referral(cast, plan)


def _progress(tell: Callable[[str], None]) -> Callable[[datetime], None]:
    """A line every few seconds: where the clock stands."""
    said = time.monotonic()

    def say_where_the_clock_stands(at: datetime) -> None:
        nonlocal said
        if time.monotonic() - said >= SECONDS:
            said = time.monotonic()
            tell(f"  it is {day_plain(in_london(at))}")

    return say_where_the_clock_stands

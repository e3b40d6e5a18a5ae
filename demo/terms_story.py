"""How schools tell their terms: those of two years when the story begins, and each June those of the year after next."""

from datetime import date, datetime, time, timedelta

from demo.cast import Cast, fetch
from demo.partnership import Provider
from demo.storytelling import Story, acting, in_office_hours
from foundation.clock import LONDON
from marketplace.entering_terms import TypedTerm, enter_terms
from marketplace.roles import Role
from marketplace.setting import Setting
from marketplace.terms_of_year import academic_year_of

#: month and day of the first and the last day, near which a term begins and ends; the last two lie in the next year
TERMS = (("Autumn term", (9, 2), (12, 19)), ("Spring term", (1, 4), (3, 27)), ("Summer term", (4, 13), (7, 22)))


def a_school_tells_its_terms(cast: Cast, provider: Provider, begins: datetime) -> Story:
    """Told by the provider's manager, for every setting of a school; the others have no terms."""
    first = academic_year_of(begins.date())
    yield in_office_hours(begins + timedelta(days=8))
    for year in (first, first + 1):
        _enter(provider, year)
    for year in range(first + 2, academic_year_of(cast.present.date()) + 3):
        yield in_office_hours(datetime.combine(date(year - 1, 6, 16), time(11), LONDON))
        _enter(provider, year)


def terms_of(school_year: int) -> tuple[TypedTerm, ...]:
    """A usual year: terms begin on the first weekday from those days on, and end on the last Friday before them."""
    terms = []
    for row, (name, (first_month, first), (last_month, last)) in enumerate(TERMS):
        year = school_year if row == 0 else school_year + 1
        begins, ends = date(year, first_month, first), date(year, last_month, last)
        begins += timedelta(days=7 - begins.weekday() if begins.weekday() > 4 else 0)
        terms.append(TypedTerm(row, name, begins, ends - timedelta(days=(ends.weekday() - 4) % 7)))
    return tuple(terms)


def _enter(provider: Provider, school_year: int) -> None:
    with acting(provider.actor(Role.PROVIDER_MANAGER)) as manager:
        for each in provider.settings:
            enter_terms(fetch(Setting, each.id), school_year, terms_of(school_year), by=manager)

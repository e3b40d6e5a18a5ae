"""A school's terms: the days on which termly and term-time fees are earned.

Terms are the setting's own; each school year (1 September to 31 August) counts as known once its terms are entered: a term belongs to
the year in which it ends, since some schools begin in the last days of August. A fee that follows the terms cannot be reckoned in a
year whose terms are not known: we ask for them. A forecast may assume them (`assuming`): the nearest known year before (or else after)
repeated on the same days of the week, which is marked as assumed and holds until the school says otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

_ONE_DAY = timedelta(days=1)


class TermDatesUnknown(ValueError):
    """A fee follows the school's terms in a school year whose terms nobody has entered; its text asks for them."""


@dataclass(frozen=True, order=True, slots=True)
class Term:
    """One term, half-terms included: first day, and the first day after its last."""

    starts: date
    ends: date

    def __post_init__(self) -> None:
        if self.ends <= self.starts:
            raise ValueError(f"A term that begins on {self.starts:%-d %B %Y} cannot end before the next day.")

    @property
    def days(self) -> int:
        return (self.ends - self.starts).days

    @property
    def school_year(self) -> int:
        """The year to which it belongs: that of its last day."""
        return academic_year_of(self.ends - _ONE_DAY)

    def days_within(self, starts: date, ends: date) -> int:
        """How many of its days lie in the period from `starts` up to, not including, `ends`."""
        return max(0, (min(self.ends, ends) - max(self.starts, starts)).days)


@dataclass(frozen=True, slots=True)
class TermDates:
    """The terms of one setting, in order and apart from each other; `assumes` the years that are not known from those that are."""

    terms: tuple[Term, ...] = ()
    assumes: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(sorted(self.terms)))
        for earlier, later in pairwise(self.terms):
            if later.starts < earlier.ends:
                raise ValueError(f"The term that begins on {later.starts:%-d %B %Y} overlaps the one before it.")

    def __bool__(self) -> bool:
        """Whether any term is known."""
        return bool(self.terms)

    @property
    def years(self) -> set[int]:
        """The school years whose terms are known."""
        return {term.school_year for term in self.terms}

    def assuming(self) -> "TermDates":
        """The same terms, with every other year like the nearest known one."""
        return replace(self, assumes=True)

    def knows(self, starts: date, ends: date) -> bool:
        """Whether the terms of every school year that the period touches were entered: nothing in it is assumed."""
        return not self._unknown(starts, ends)

    def within(self, starts: date, ends: date) -> Sequence[Term]:
        """The terms that share a day with the period. Raises TermDatesUnknown for a year whose terms nobody can tell."""
        known: Iterable[Term] = self.terms
        if unknown := self._unknown(starts, ends):
            if not (self.assumes and self.terms):
                raise TermDatesUnknown(f"Enter the term dates of the school year {in_words(unknown[0])}.")
            known = [*self.terms, *(term for year in unknown for term in _assumed(self.terms, year))]
        return [term for term in known if term.starts < ends and term.ends > starts]

    def _unknown(self, starts: date, ends: date) -> list[int]:
        """The school years of the period whose terms nobody has entered."""
        if ends <= starts:
            return []
        years = self.years
        touched = range(academic_year_of(starts), academic_year_of(ends - _ONE_DAY) + 1)
        return [year for year in touched if year not in years]


def academic_year_of(day: date) -> int:
    """The calendar year in whose September the school year of this day began."""
    return day.year if day.month >= 9 else day.year - 1


def in_words(school_year: int) -> str:
    """2026-27, which begins in September 2026."""
    return f"{school_year}-{(school_year + 1) % 100:02d}"


@lru_cache(maxsize=4096)
def _assumed(terms: tuple[Term, ...], year: int) -> tuple[Term, ...]:
    """The terms of the nearest known year before (or else after), moved by whole weeks into the year that nobody has entered."""
    known = {term.school_year for term in terms}
    model = max((each for each in known if each < year), default=min(known))
    weeks = round((date(year, 9, 1) - date(model, 9, 1)).days / 7)
    moved = timedelta(weeks=weeks)
    return tuple(Term(term.starts + moved, term.ends + moved) for term in terms if term.school_year == model)


NO_TERMS = TermDates()

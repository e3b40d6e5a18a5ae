"""A school's terms: the days on which termly and term-time fees are earned.

Terms are the setting's own; each academic year (1 September to 31 August) counts as known once its terms are entered. A
fee that follows the terms cannot be reckoned in a year whose terms are not known: we ask for them and do not guess.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise


class TermDatesUnknown(ValueError):
    """A fee follows the school's terms in an academic year whose terms nobody has entered."""


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

    def days_within(self, starts: date, ends: date) -> int:
        """How many of its days lie in the period from `starts` up to, not including, `ends`."""
        return max(0, (min(self.ends, ends) - max(self.starts, starts)).days)


@dataclass(frozen=True, slots=True)
class TermDates:
    """The terms of one setting, in order and apart from each other."""

    terms: tuple[Term, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(sorted(self.terms)))
        for earlier, later in pairwise(self.terms):
            if later.starts < earlier.ends:
                raise ValueError(f"The term that begins on {later.starts:%-d %B %Y} overlaps the one before it.")

    def within(self, starts: date, ends: date) -> Iterable[Term]:
        """The terms that share a day with the period. Raises TermDatesUnknown if it touches a year without terms."""
        known = {academic_year_of(term.starts) for term in self.terms}
        last_day = ends.fromordinal(ends.toordinal() - 1)
        for year in range(academic_year_of(starts), academic_year_of(last_day) + 1):
            if ends > starts and year not in known:
                raise TermDatesUnknown(f"Enter the term dates of the school year {year}-{(year + 1) % 100:02d}.")
        return [term for term in self.terms if term.days_within(starts, ends)]


def academic_year_of(day: date) -> int:
    """The calendar year in whose September the school year of this day began."""
    return day.year if day.month >= 9 else day.year - 1


NO_TERMS = TermDates()

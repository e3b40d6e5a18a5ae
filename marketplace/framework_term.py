"""A framework's term as a line of periods: the first term and each extension, with its days and whether it was exercised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A first term or an extension, from its first day to its last."""

    name: str
    starts_on: date
    ends_on: date
    #: the framework's term, as extended so far, reaches to its end
    is_exercised: bool
    is_over: bool

    @property
    def is_now(self) -> bool:
        """Running today."""
        return self.is_exercised and not self.is_over


def periods_of(starts_on: date, ends_on: date, term_years: Sequence[Any], today: date) -> list[Period]:
    """4 + 2 + 2 from 1 April 2022: to 31 March 2026, to 31 March 2028, to 31 March 2030. Without years, one period."""
    if not term_years:
        return [Period("Term", starts_on, ends_on, is_exercised=True, is_over=today > ends_on)]
    periods, begins = [], starts_on
    for place, years in enumerate(term_years):
        last = _years_later(begins, int(years)) - ONE_DAY
        name = ("First term" if place == 0 else f"Extension {place}") + f", {years} years"
        periods.append(Period(name, begins, last, is_exercised=last <= ends_on, is_over=today > last))
        begins = last + ONE_DAY
    return periods


def _years_later(day: date, years: int) -> date:
    """The same day of a later year; 1 March for a 29 February that year has not."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)

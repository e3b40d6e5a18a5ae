"""The financial year of English local government (1 April to 31 March) and its quarters.

A year is written `2026-27`, a quarter `2026-27 Q3` (October to December 2026). Any other form is refused and the right
one named: `Q3 2026` means two different quarters to two readers, and a report of the wrong quarter looks right.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

_YEAR = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4}-\d{2}) Q([1-4])", re.ASCII)
_LOOSE_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*[-/–— ]\s*(?:20)?(\d\d)(?!\d)", re.ASCII)
_LOOSE_NUMBER = re.compile(
    r"(?:q|qtr|quarter)\s*([1-4])(?!\d)|(?<!\d)([1-4])(?:st|nd|rd|th)?\s*(?:q|qtr|quarter)\b", re.IGNORECASE
)


class NotAFinancialYear(ValueError):
    """A text that is no financial year; its sentence names the right form."""


class NotAQuarter(ValueError):
    """A text that is no quarter; its sentence names the right form."""


@dataclass(frozen=True, order=True, slots=True)
class FinancialYear:
    """1 April of `start_year` to 31 March of the next."""

    start_year: int

    def __post_init__(self) -> None:
        if not 1900 <= self.start_year <= 2200:
            raise NotAFinancialYear(f"{self.start_year} is not a year that a financial year here can begin in.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-27`; the second part must be the year after the first."""
        found = _YEAR.fullmatch(text.strip())
        if found and (int(found[1]) + 1) % 100 == int(found[2]):
            return cls(int(found[1]))
        loose = _LOOSE_YEAR.search(text)
        example = str(cls(int(loose[1]))) if loose else "2026-27"
        raise NotAFinancialYear(f"“{text.strip()}” is not a financial year. Write it as {example}.")

    @classmethod
    def of(cls, day: date) -> Self:
        """The financial year in which the day falls."""
        return cls(day.year if day.month >= 4 else day.year - 1)

    def __str__(self) -> str:
        return f"{self.start_year}-{(self.start_year + 1) % 100:02d}"

    @property
    def first_day(self) -> date:
        return date(self.start_year, 4, 1)

    @property
    def last_day(self) -> date:
        return date(self.start_year + 1, 3, 31)

    @property
    def day_after(self) -> date:
        """The first day that is no longer in the year: the open end of its period."""
        return date(self.start_year + 1, 4, 1)

    @property
    def days(self) -> int:
        """Its actual days: 366 when its February has 29, else 365."""
        return (self.day_after - self.first_day).days

    def next(self) -> Self:
        return type(self)(self.start_year + 1)

    def previous(self) -> Self:
        return type(self)(self.start_year - 1)

    def quarters(self) -> tuple["Quarter", "Quarter", "Quarter", "Quarter"]:
        return Quarter(self, 1), Quarter(self, 2), Quarter(self, 3), Quarter(self, 4)


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """Three months of a financial year: Q1 is April to June, Q4 January to March of the following calendar year."""

    year: FinancialYear
    number: int

    def __post_init__(self) -> None:
        if self.number not in (1, 2, 3, 4):
            raise NotAQuarter(f"A financial year has quarters 1 to 4, not {self.number}.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-27 Q3`; anything else raises NotAQuarter, naming the right form where it can be told."""
        found = _QUARTER.fullmatch(text.strip())
        if found:
            try:
                return cls(FinancialYear.parse(found[1]), int(found[2]))
            except NotAFinancialYear:
                pass
        raise NotAQuarter(f"“{text.strip()}” is not a quarter. {_right_form(text)}")

    @classmethod
    def of(cls, day: date) -> Self:
        """The quarter in which the day falls."""
        return cls(FinancialYear.of(day), (day.month - 4) % 12 // 3 + 1)

    def __str__(self) -> str:
        return f"{self.year} Q{self.number}"

    @property
    def first_day(self) -> date:
        if self.number == 4:
            return date(self.year.start_year + 1, 1, 1)
        return date(self.year.start_year, 3 * self.number + 1, 1)

    @property
    def last_day(self) -> date:
        return self.day_after - timedelta(days=1)

    @property
    def day_after(self) -> date:
        """The first day that is no longer in the quarter: the open end of its period."""
        return self.next().first_day

    @property
    def days(self) -> int:
        return (self.day_after - self.first_day).days

    @property
    def months(self) -> str:
        """In words, for headings: `October to December 2026`."""
        return f"{self.first_day:%B} to {self.last_day:%B %Y}"

    def next(self) -> Self:
        return type(self)(self.year.next(), 1) if self.number == 4 else type(self)(self.year, self.number + 1)

    def previous(self) -> Self:
        return type(self)(self.year.previous(), 4) if self.number == 1 else type(self)(self.year, self.number - 1)


def quarter_of(day: date) -> Quarter:
    """The quarter of the financial year in which the day falls."""
    return Quarter.of(day)


def _right_form(text: str) -> str:
    """What to write instead: the very quarter, if the text names a financial year and a number, else an example."""
    year, number = _LOOSE_YEAR.search(text), _LOOSE_NUMBER.search(text)
    if year and number and (int(year[1]) + 1) % 100 == int(year[2]):
        return f"Write it as {FinancialYear(int(year[1]))} Q{number[1] or number[2]}."
    return "Write the financial year, then the quarter: 2026-27 Q3 is October to December 2026."

"""Forecasting: what the stays of a year cost, month by month, up to today as it was and from today as it is known to be.

Pounds to the penny, net with the VAT that the borough does not get back: what it *bears*. Each month of each agreement is
R(total to its end) − R(total to its start), and so are the days before today: months sum to the year, the year to date and the year to
come to the outturn, and agreements to services, without a penny between them. Stays run on where no end is known.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from contracts.money.stays import Standing, Stay
from contracts.spending import months
from foundation.money import to_penny
from foundation.quarters import FinancialYear
from marketplace.costing import NOUGHT, charges_between

K = TypeVar("K")
NO_MONTHS = (NOUGHT,) * 12


@dataclass(frozen=True, slots=True)
class StayYear:
    """What one stay costs in the year: each month, what of it lies before today, and the net part of the whole."""

    stay: Stay
    months: tuple[Decimal, ...]
    past: tuple[Decimal, ...]
    net: Decimal
    outturn: Decimal
    days: int

    @property
    def to_date(self) -> Decimal:
        """What it cost before today."""
        return total(self.past)


@dataclass(frozen=True)
class Forecast:
    """A year of stays."""

    year: FinancialYear
    today: date
    stays: tuple[StayYear, ...]

    @cached_property
    def outturn(self) -> Decimal:
        """What the year will have cost."""
        return total(each.outturn for each in self.stays)

    @cached_property
    def to_date(self) -> Decimal:
        """What it cost up to, not including, today."""
        return total(each.to_date for each in self.stays)

    @property
    def to_come(self) -> Decimal:
        """What it will cost from today on."""
        return self.outturn - self.to_date

    @cached_property
    def by_month(self) -> tuple[Decimal, ...]:
        """April to March."""
        return tuple(map(total, zip(*(each.months for each in self.stays), strict=True))) or NO_MONTHS

    @cached_property
    def past_by_month(self) -> tuple[Decimal, ...]:
        """What of each month lies before today."""
        return tuple(map(total, zip(*(each.past for each in self.stays), strict=True))) or NO_MONTHS

    @cached_property
    def days(self) -> int:
        """The days of all stays together that the year pays for."""
        return sum(each.days for each in self.stays)

    @property
    def average_weekly(self) -> Decimal | None:
        """What a place costs for seven days, on average over every day that the year pays for; None where there are none."""
        return to_penny(self.outturn / self.days * 7) if self.days else None

    @property
    def places(self) -> Decimal:
        """How many places the year pays for on an average day, to one decimal."""
        return Decimal(self.days * 10 // self.year.days) / 10

    @property
    def placements(self) -> int:
        """How many children are placed today; before the year, on its first day, and after it, on its last."""
        day = min(max(self.today, self.year.first_day), self.year.last_day)
        return sum(each.stay.runs_on(day) and each.stay.standing is Standing.RUNNING for each in self.stays)

    def split(self, key: Callable[[Stay], K]) -> "defaultdict[K, Forecast]":
        """The same year of the stays of each key; of a key that no stay has, the year of none."""
        groups: dict[K, list[StayYear]] = defaultdict(list)
        for each in self.stays:
            groups[key(each.stay)].append(each)
        parts = {found: Forecast(self.year, self.today, tuple(stays)) for found, stays in groups.items()}
        return defaultdict(lambda: Forecast(self.year, self.today, ()), parts)


def forecast(stays: Iterable[Stay], year: FinancialYear, today: date) -> Forecast:
    """The year of these stays, as it looks today."""
    cuts = _cuts(year, today)
    month_of = [(start.month - 4) % 12 for start in cuts[:-1]]
    passed = sum(end <= today for end in cuts[1:])
    return Forecast(year, today, tuple(_year_of(stay, year, cuts, month_of, passed) for stay in stays))


def _cuts(year: FinancialYear, today: date) -> list[date]:
    """The first of each month, the day after the year, and today where it lies between them."""
    firsts = {start for start, _ in months(year.first_day, year.day_after)} | {year.day_after}
    return sorted(firsts | ({today} if year.first_day < today < year.day_after else set()))


def _year_of(stay: Stay, year: FinancialYear, cuts: Sequence[date], month_of: Sequence[int], passed: int) -> StayYear:
    charges = charges_between(stay.lines, cuts, stay.terms)
    by_month, past = [NOUGHT] * 12, [NOUGHT] * 12
    for place, (month, charge) in enumerate(zip(month_of, charges, strict=True)):
        by_month[month] += charge.borne
        if place < passed:
            past[month] += charge.borne
    return StayYear(
        stay=stay, months=tuple(by_month), past=tuple(past),
        net=total(charge.net for charge in charges), outturn=total(by_month), days=stay.days_in(year.first_day, year.day_after),
    )  # fmt: skip


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Their sum; nought for none."""
    return sum(amounts, NOUGHT)


def placements_for(amount: Decimal, weekly: Decimal, year: FinancialYear) -> Decimal:
    """How many places an amount pays for through the whole year, at so much a week: to one decimal, rounded down so that it suffices."""
    whole = amount * 70 / (weekly * year.days)
    return Decimal(int(whole)) / 10


def weekly_fee_for(amount: Decimal, days: int) -> Decimal | None:
    """The average fee for seven days at which so many days of placement cost that amount; None where there are none."""
    return to_penny(amount * 7 / days) if days else None

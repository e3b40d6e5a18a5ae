"""Forecasting: what the stays of a year cost, month by month, up to today as it was and from today as it is known to be.

Pounds to the penny, net with the VAT that the borough does not get back: what it *bears*. Each month of each agreement is
R(total to its end) − R(total to its start), and so are the days before today: months sum to the year, the year to date and the year to
come to the outturn, and agreements to services, without a penny between them. Stays run on where no end is known.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from contracts.money.stays import Standing, Stay
from contracts.spending import months
from foundation.money import to_penny
from foundation.quarters import FinancialYear
from marketplace.costing import NOUGHT, Charge, pence_between

K = TypeVar("K")
#: where a charge in pence holds these two
NET, BORNE = (tuple(field.name for field in fields(Charge)).index(name) for name in ("net", "borne"))


@dataclass(frozen=True, slots=True)
class StayYear:
    """What one stay costs in the year, in whole pence: each month, what of it lies before today, and the net part of the whole."""

    stay: Stay
    month_pence: tuple[int, ...]
    past_pence: tuple[int, ...]
    net_pence: int
    days: int

    @property
    def months(self) -> tuple[Decimal, ...]:
        """April to March."""
        return tuple(map(pounds, self.month_pence))

    @property
    def to_date(self) -> Decimal:
        """What it cost before today."""
        return pounds(sum(self.past_pence))

    @property
    def net(self) -> Decimal:
        """What the year costs without VAT."""
        return pounds(self.net_pence)

    @property
    def outturn(self) -> Decimal:
        """What the borough bears in the year."""
        return pounds(sum(self.month_pence))


@dataclass(frozen=True)
class Forecast:
    """A year of stays."""

    year: FinancialYear
    today: date
    stays: tuple[StayYear, ...]

    @cached_property
    def outturn(self) -> Decimal:
        """What the year will have cost."""
        return total(self.by_month)

    @cached_property
    def to_date(self) -> Decimal:
        """What it cost up to, not including, today."""
        return total(self.past_by_month)

    @property
    def to_come(self) -> Decimal:
        """What it will cost from today on."""
        return self.outturn - self.to_date

    @cached_property
    def by_month(self) -> tuple[Decimal, ...]:
        """April to March."""
        return _added(each.month_pence for each in self.stays)

    @cached_property
    def past_by_month(self) -> tuple[Decimal, ...]:
        """What of each month lies before today."""
        return _added(each.past_pence for each in self.stays)

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
    net, by_month, past = 0, [0] * 12, [0] * 12
    for place, charge in enumerate(pence_between(stay.lines, cuts, stay.terms)):
        net += charge[NET]
        by_month[month_of[place]] += charge[BORNE]
        if place < passed:
            past[month_of[place]] += charge[BORNE]
    return StayYear(stay, tuple(by_month), tuple(past), net, stay.days_in(year.first_day, year.day_after))


def _added(by_month: Iterable[tuple[int, ...]]) -> tuple[Decimal, ...]:
    """Many years' months added up."""
    return tuple(pounds(sum(month)) for month in zip(*by_month, strict=True)) or (NOUGHT,) * 12


def pounds(pence: int) -> Decimal:
    """Whole pence as pounds to the penny."""
    return Decimal(pence).scaleb(-2)


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

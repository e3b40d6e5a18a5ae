"""Supposing: what the year would cost if fees changed, places were added, or some ended. Nothing of it is stored.

Each supposition is laid upon the one before it, in this order: fees that change from now, an uplift from a day, more placements, placements
that end. So what each adds is the difference of two forecasts, and they sum to the difference of the whole to the penny.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from contracts.money.forecasting import Forecast, forecast, total
from contracts.money.stays import Standing, Stay, cut_at
from contracts.spending import months
from contracts.uplift.change import Change
from foundation.money import to_penny
from foundation.quarters import FinancialYear
from marketplace.costing import NOUGHT, cost
from marketplace.fee_line import FeeKind, FeeLine, Unit

PENNY = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """What is supposed: each part may be left out."""

    #: per cent by which every recurring fee changes, from which day
    change: Decimal = NOUGHT
    change_from: date | None = None
    #: a further per cent on top of that, from a later day
    uplift: Decimal = NOUGHT
    uplift_from: date | None = None
    #: how many more placements, at which weekly fee, from which day until which
    more: int = 0
    weekly: Decimal = NOUGHT
    more_from: date | None = None
    more_until: date | None = None
    #: how many placements end, on which day
    fewer: int = 0
    fewer_from: date | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What one supposition adds to the year."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Supposed:
    """The forecast as it is, as it would be, and what each supposition adds."""

    now: Forecast
    then: Forecast
    effects: tuple[Effect, ...]
    #: what the placements that end would have cost after their end: they are no particular ones, so no stay is cut
    saved: tuple[Decimal, ...]
    #: days of placement that fall away with them
    saved_days: int
    #: the weekly fee at which they are reckoned
    saved_weekly: Decimal | None

    @property
    def outturn(self) -> Decimal:
        """What the year would cost."""
        return self.then.outturn - total(self.saved)

    @property
    def by_month(self) -> tuple[Decimal, ...]:
        """April to March."""
        return tuple(cost_of - less for cost_of, less in zip(self.then.by_month, self.saved, strict=True))

    @property
    def days(self) -> int:
        """The days of placement that the year would pay for."""
        return self.then.days - self.saved_days

    @property
    def places(self) -> Decimal:
        """How many places the year would pay for on an average day, to one decimal."""
        return Decimal(self.days * 10 // self.now.year.days) / 10

    @property
    def average_weekly(self) -> Decimal | None:
        """For seven days of a place, as a forecast says it."""
        return to_penny(self.outturn / self.days * 7) if self.days > 0 else None

    @property
    def difference(self) -> Decimal:
        """What all suppositions add."""
        return self.outturn - self.now.outturn


def suppose(stays: list[Stay], asked: Supposition, year: FinancialYear, today: date) -> Supposed:
    """The year of these stays as it is and as it would be."""
    now = forecast(stays, year, today)
    changed = forecast(changed_by(stays, asked.change, asked.change_from or year.first_day), year, today)
    raised_stays = changed_by([each.stay for each in changed.stays], asked.uplift, asked.uplift_from or year.first_day)
    raised = forecast(raised_stays, year, today)
    then = forecast([*raised_stays, *_more(asked, year)], year, today)
    saved, weekly = _saved(then, asked, year)
    effects = (
        Effect("Fees that change", changed.outturn - now.outturn), Effect("Uplift", raised.outturn - changed.outturn),
        Effect("More placements", then.outturn - raised.outturn), Effect("Placements that end", -total(saved)),
    )  # fmt: skip
    until = max(asked.fewer_from or year.day_after, year.first_day)
    return Supposed(now, then, effects, saved, asked.fewer * max(0, (year.day_after - until).days), weekly)


def changed_by(stays: Iterable[Stay], percent: Decimal, day: date) -> list[Stay]:
    """The stays with every recurring fee and discount changed by so many per cent from that day, to the penny; what is paid once stays."""
    if not percent:
        return list(stays)
    change = Change(percent=percent)
    return [
        replace(stay, lines=tuple(part for line in stay.lines for part in _changed(line, change, day)))
        for stay in stays
    ]


def _changed(line: FeeLine, change: Change, day: date) -> list[FeeLine]:
    if line.unit is Unit.ONCE or (line.ends is not None and line.ends <= day):
        return [line]
    anew = replace(line, amount=max(PENNY, change.of(line.amount)), starts=max(line.starts, day))
    return [*cut_at([line], day), anew] if line.starts < day else [anew]


def _more(asked: Supposition, year: FinancialYear) -> list[Stay]:
    starts = asked.more_from or year.first_day
    if not asked.more or asked.weekly <= 0 or (asked.more_until and asked.more_until <= starts):
        return []
    line = FeeLine(
        kind=FeeKind.CORE, label="Supposed placement", amount=asked.weekly, unit=Unit.WEEK, starts=starts, ends=asked.more_until
    )  # fmt: skip
    supposed = Stay(
        reference="", child="", authority_id=uuid.UUID(int=0), authority="", provider="", setting="", service="", bought_by="framework",
        standing=Standing.PLANNED, starts_on=starts, ends_on=asked.more_until, lines=(line,),
    )  # fmt: skip
    return [supposed] * asked.more


def _saved(then: Forecast, asked: Supposition, year: FinancialYear) -> tuple[tuple[Decimal, ...], Decimal | None]:
    """Each month's saving by placements that end: nobody knows which they are, so each is reckoned at the year's average fee."""
    weekly = then.average_weekly
    if not asked.fewer or not weekly:
        return (NOUGHT,) * 12, None
    starts = max(asked.fewer_from or year.first_day, year.first_day)
    line = FeeLine(kind=FeeKind.CORE, label="Average placement", amount=weekly, unit=Unit.WEEK, starts=starts)
    spans = months(year.first_day, year.day_after)
    return tuple(asked.fewer * cost([line], start, end) for start, end in spans), weekly

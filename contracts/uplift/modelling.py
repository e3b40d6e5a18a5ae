"""Modelling: what a change of fees would cost on every live agreement, borough by borough, before anything changes.

Costs are the cost engine's, to the penny: R(total to the end) − R(total to the start) of each fee line, with its old amount and with
each new one, over the financial year of the effective date and over the twelve months from it (365 days, or 366 where they hold a
29 February). A running total is the amount times the units, so the units are reckoned once for a line and not once for each
amount. Fee lines that are open run on through the period: the model takes every placement to last.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from contracts.uplift.change import Change
from foundation.money import to_penny
from foundation.quarters import FinancialYear
from marketplace.costing import NOUGHT, total_until
from marketplace.fee_line import FeeLine

ONE_POUND = Decimal(1)


@dataclass(frozen=True, slots=True)
class LiveLine:
    """A covered fee line of a live agreement: as the engine reckons it, and whose it is."""

    line_id: uuid.UUID
    agreement_id: uuid.UUID
    agreement: str
    authority_id: uuid.UUID
    authority: str
    setting: str
    setting_id: uuid.UUID
    lot_id: uuid.UUID
    line: FeeLine


@dataclass(slots=True)
class Effect:
    """The effect on one borough (or on all): pounds over one period. `more` holds for each change what it adds to the fees."""

    name: str
    agreements: set[uuid.UUID] = field(default_factory=set)
    now: Decimal = NOUGHT
    more: list[Decimal] = field(default_factory=list)

    def add(self, agreement_id: uuid.UUID, now: Decimal, more: Sequence[Decimal]) -> None:
        """Count one fee line."""
        self.agreements.add(agreement_id)
        self.now += now
        self.more = [before + further for before, further in zip(self.more or [NOUGHT] * len(more), more, strict=True)]

    def share(self, place: int) -> Decimal | None:
        """What that change adds, in per cent of the fees; None where there are none."""
        return Decimal(100) * self.more[place] / self.now if self.now and self.more else None


@dataclass(frozen=True, slots=True)
class Model:
    """Each borough's effect by name, and the sum, over one period."""

    starts_on: date
    ends_on: date
    boroughs: tuple[Effect, ...]
    total: Effect

    @property
    def days(self) -> int:
        """The days of the period."""
        return (self.ends_on - self.starts_on).days


def full_year(effective_on: date) -> tuple[date, date]:
    """The twelve months from the effective date; from a 29 February, to the 1 March of the next year."""
    after = effective_on.year + 1
    if (effective_on.month, effective_on.day) == (2, 29):
        return effective_on, date(after, 3, 1)
    return effective_on, effective_on.replace(year=after)


def rest_of_year(effective_on: date) -> tuple[date, date]:
    """From the effective date to the end of its financial year."""
    return effective_on, FinancialYear.of(effective_on).day_after


def model(lines: Iterable[LiveLine], changes: Sequence[Change], period: tuple[date, date]) -> Model:
    """What the changes add to the fees of these lines in the period, if they begin on its first day."""
    starts_on, ends_on = period
    total, boroughs = Effect("All boroughs", more=[NOUGHT] * len(changes)), dict[uuid.UUID, Effect]()
    for live in lines:
        now, more = line_effect(live.line, changes, starts_on, ends_on)
        for effect in (boroughs.setdefault(live.authority_id, Effect(live.authority)), total):
            effect.add(live.agreement_id, now, more)
    return Model(starts_on, ends_on, tuple(sorted(boroughs.values(), key=lambda effect: effect.name)), total)


def line_effect(
    line: FeeLine, changes: Sequence[Change], starts_on: date, ends_on: date
) -> tuple[Decimal, list[Decimal]]:
    """What a line costs in the period as it is, and what each change from its first day adds to that."""
    amount = Fraction(line.amount)
    before, after, anew = units_between(_of_a_pound(line), starts_on, ends_on)
    now = to_penny(amount * after) - to_penny(amount * before)
    return now, [to_penny(Fraction(change.of(line.amount)) * anew) - now for change in changes]


@lru_cache(maxsize=8192)
def units_between(of_a_pound: FeeLine, starts_on: date, ends_on: date) -> tuple[Fraction, Fraction, Fraction]:
    """The running totals of a line of one pound to both ends of the period, and of one like it that begins with the period."""
    if of_a_pound.ends is not None and of_a_pound.ends <= starts_on:
        both = total_until(of_a_pound, ends_on)
        return both, both, Fraction(0)
    anew = replace(of_a_pound, starts=starts_on)
    return total_until(of_a_pound, starts_on), total_until(of_a_pound, ends_on), total_until(anew, ends_on)


def _of_a_pound(line: FeeLine) -> FeeLine:
    """The same line at a pound for each unit; lines alike in everything else share it, and its units."""
    return replace(line, amount=ONE_POUND, label="")

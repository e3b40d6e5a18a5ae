"""Modelling: what a change of fees would cost on every live agreement, borough by borough, before anything changes.

Costs are the cost engine's, to the penny: R(total to the end) − R(total to the start) of each fee line, with its old amount and with
each new one, over the financial year of the effective date and over the twelve months from it (365 days, or 366 where they hold a
29 February). A running total is the amount times the units, so the units are reckoned once for a line and not once for each
amount. Fee lines that are open run on through the period: the model takes every placement to last. Fees are net of VAT; a line that
follows terms brings those of its setting.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from contracts.uplift.change import Change
from foundation.quarters import FinancialYear
from marketplace.costing import NOUGHT, units_by
from marketplace.fee_line import FeeLine


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
    (before, after), parts = units_by(line, (starts_on, ends_on))
    times, of_one = line.quantity.as_integer_ratio()

    def pence(amount: Decimal, units: int) -> int:
        """R(amount × quantity × units), half-up: the engine's rounding, in whole pence."""
        pounds, of_a_pound = amount.as_integer_ratio()
        whole = of_a_pound * of_one * parts
        return line.sign * ((200 * pounds * times * units + whole) // (2 * whole))

    now = pence(line.amount, after) - pence(line.amount, before)
    # A line that begins with the period has earned by its end what this one earns in it.
    more = [pence(change.of(line.amount), after - before) - now for change in changes]
    return Decimal(now).scaleb(-2), [Decimal(further).scaleb(-2) for further in more]

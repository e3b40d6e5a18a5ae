"""The retainer rule of the terms, and what an absence takes off the core fee by it: net pounds to the penny, by the cost engine."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from contracts.varying.absence import Absence
from foundation.money import to_penny
from marketplace.costing import NOUGHT, cost
from marketplace.fee_line import FeeKind, FeeLine, Unit
from marketplace.framework import TermsVersion


@dataclass(frozen=True, slots=True)
class Retainer:
    """From the given day of an absence on, counted from 1, so many per cent of the core fee are paid."""

    percent: int
    from_day: int


#: Where the terms say nothing, an absence changes nothing.
PAID_IN_FULL = Retainer(percent=100, from_day=1)


def retainer_of(terms: TermsVersion) -> Retainer:
    """What a clause of the terms says: `{"retainer_percent": 75, "retainer_from_day": 15}`; otherwise the fee is paid in full."""
    said = [clause for clause in terms.clauses if clause.get("retainer_percent") is not None]
    if not said:
        return PAID_IN_FULL
    return Retainer(percent=int(said[0]["retainer_percent"]), from_day=int(said[0].get("retainer_from_day", 1)))


def retainer_starts(absence: Absence) -> date:
    """The first day on which only the retainer is paid."""
    return absence.away_from + timedelta(days=absence.retainer_from_day - 1)


def reductions(absence: Absence, lines: Iterable[FeeLine]) -> list[FeeLine]:
    """A discount for each stretch of the core fee in the days of the retainer, of the share that is not paid."""
    starts = retainer_starts(absence)
    core = [line for line in lines if line.kind is FeeKind.CORE and line.unit is not Unit.ONCE]
    found = [_reduction(absence, line, max(starts, line.starts), _first(line.ends, absence.back_on)) for line in core]
    return [line for line in found if line is not None]


def reduction_in_all(absence: Absence, lines: Iterable[FeeLine]) -> Decimal:
    """What the absence takes off the cost: nought or more."""
    found = reductions(absence, lines)
    return -cost(found, absence.away_from, absence.back_on) if found else NOUGHT


def _reduction(absence: Absence, line: FeeLine, starts: date, ends: date) -> FeeLine | None:
    amount = to_penny(Fraction(line.amount) * (100 - absence.retainer_percent) / 100)
    if ends <= starts or not amount:
        return None
    return replace(
        line,
        kind=FeeKind.DISCOUNT,
        label=f"Absence {absence.number}: {line.label}",
        amount=amount,
        starts=starts,
        ends=ends,
    )


def _first(ends: date | None, back_on: date) -> date:
    return back_on if ends is None else min(ends, back_on)

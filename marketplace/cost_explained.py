"""The arithmetic of a cost, line by line: `£4,000.00 × 52 weeks and 2 days = £209,142.86`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from foundation.formatting import money
from foundation.money import to_penny
from marketplace.costing import NOUGHT, line_charge, total_until, units_until
from marketplace.fee_line import FeeKind, FeeLine, Unit
from marketplace.terms_of_year import NO_TERMS, TermDates


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One fee line's part in the cost of a period.

    `carried` is the odd penny by which the cost differs from rounding this period alone, so that all periods sum;
    mostly nought.
    """

    kind: FeeKind
    label: str
    arithmetic: str
    cost: Decimal
    carried: Decimal


def explain(lines: Iterable[FeeLine], starts: date, ends: date, terms: TermDates = NO_TERMS) -> list[ExplainedLine]:
    """One row per line earned in the period, its sum spelt out. The rows add up to `cost` of the same period."""
    rows = (_explain(line, starts, ends, terms) for line in lines)
    return [row for row in rows if row is not None]


def _explain(line: FeeLine, starts: date, ends: date, terms: TermDates) -> ExplainedLine | None:
    units = units_until(line, ends, terms) - units_until(line, starts, terms)
    if not units:
        return None
    cost = line_charge(line, starts, ends, terms).net
    carried = cost - to_penny(total_until(line, ends, terms) - total_until(line, starts, terms))
    arithmetic = f"{_factors(line, units)} = {money(cost)}"
    if carried != NOUGHT:
        arithmetic += (
            f" ({money(abs(carried))} {'more' if carried > 0 else 'less'}, so that all periods sum to the whole)"
        )
    return ExplainedLine(line.kind, line.label, arithmetic, cost, carried)


def _factors(line: FeeLine, units: Fraction) -> str:
    amount = money(line.sign * line.amount)
    quantity = f"{line.quantity.normalize():f}"
    if line.unit is Unit.HOUR:
        return (
            f"{amount} × {quantity} {'hour' if line.quantity == 1 else 'hours'} a week × {_in_words(units, Unit.WEEK)}"
        )
    counted = _in_words(units, line.unit)
    return f"{amount} × {counted}" if line.quantity == 1 else f"{quantity} × {amount} × {counted}"


def _in_words(units: Fraction, unit: Unit) -> str:
    match unit:
        case Unit.ONCE:
            return "once"
        case Unit.WEEK:
            weeks, days = divmod(int(units * 7), 7)
            if not weeks:
                return f"{days}/7 of a week"
            return f"{_counted(weeks, 'week')} and {_counted(days, 'day')}" if days else _counted(weeks, "week")
        case _:
            whole, part = divmod(units, 1)
            if not part:
                return _counted(whole, unit.value)
            return f"{whole} {part} {unit.value}s" if whole else f"{part} of a {unit.value}"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"

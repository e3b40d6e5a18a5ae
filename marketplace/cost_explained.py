"""The arithmetic of a cost, line by line: `£4,000.00 × 52 weeks and 2 days = £209,142.86`, and the VAT on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from foundation.formatting import money
from foundation.money import to_penny
from marketplace.costing import NOUGHT, line_charge, total_until, units_until
from marketplace.fee_line import Calendar, FeeKind, FeeLine, Unit
from marketplace.terms_of_year import NO_TERMS, TermDates

#: On which of its days a line is earned, after the count of them.
COUNTED = {Calendar.ALL_YEAR: "", Calendar.TERM_TIME: " in term time", Calendar.NAMED_WEEKS: " in the named weeks"}


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One fee line's part in the cost of a period, net, with its VAT.

    `carried` is the odd penny by which the cost differs from rounding this period alone, so that all periods sum;
    mostly nought.
    """

    kind: FeeKind
    label: str
    arithmetic: str
    cost: Decimal
    carried: Decimal
    vat: Decimal = NOUGHT
    vat_rate: Decimal = Decimal(0)
    vat_recoverable: bool = True

    @property
    def vat_arithmetic(self) -> str:
        """20% VAT, £800.00, which the borough cannot recover; nothing for a line without VAT."""
        if not self.vat_rate:
            return ""
        whose = "which the borough can recover" if self.vat_recoverable else "which the borough cannot recover"
        return f"{self.vat_rate.normalize():f}% VAT, {money(self.vat)}, {whose}"


def explain(lines: Iterable[FeeLine], starts: date, ends: date, terms: TermDates = NO_TERMS) -> list[ExplainedLine]:
    """One row per line earned in the period, its sum spelt out. The rows add up to the `charge` of the same period."""
    rows = (_explain(line, starts, ends, line.terms or terms) for line in lines)
    return [row for row in rows if row is not None]


def assumes_terms(lines: Iterable[FeeLine], starts: date, ends: date) -> bool:
    """Whether a line follows, in the period, terms of a school year that nobody has entered."""
    return any(
        line.follows_terms and not line.terms.knows(max(starts, line.starts), min(ends, line.ends or ends))
        for line in lines
    )


def _explain(line: FeeLine, starts: date, ends: date, terms: TermDates) -> ExplainedLine | None:
    units = units_until(line, ends, terms) - units_until(line, starts, terms)
    if not units:
        return None
    charge = line_charge(line, starts, ends, terms)
    carried = charge.net - to_penny(total_until(line, ends, terms) - total_until(line, starts, terms))
    counted = _terms(line, starts, ends, terms) if line.unit is Unit.TERM else _counted_units(line, units)
    arithmetic = f"{_factors(line)} × {counted} = {money(charge.net)}"
    if carried != NOUGHT:
        arithmetic += (
            f" ({money(abs(carried))} {'more' if carried > 0 else 'less'}, so that all periods sum to the whole)"
        )
    return ExplainedLine(
        line.kind, line.label, arithmetic, charge.net, carried, charge.vat, line.vat_rate, line.vat_recoverable
    )


def _factors(line: FeeLine) -> str:
    amount = money(line.sign * line.amount)
    quantity = f"{line.quantity.normalize():f}"
    if line.unit is Unit.HOUR:
        return f"{amount} × {quantity} {'hour' if line.quantity == 1 else 'hours'} a week"
    return amount if line.quantity == 1 else f"{quantity} × {amount}"


def _counted_units(line: FeeLine, units: Fraction) -> str:
    match line.unit:
        case Unit.ONCE:
            return "once"
        case Unit.WEEK | Unit.HOUR:
            weeks, days = divmod(int(units * 7), 7)
            if not weeks:
                return f"{days}/7 of a week" + COUNTED[line.calendar]
            whole = _counted(weeks, "week")
            return (f"{whole} and {_counted(days, 'day')}" if days else whole) + COUNTED[line.calendar]
        case _:
            return _in_words(units, line.unit.value) + COUNTED[line.calendar]


def _in_words(units: Fraction, unit: str) -> str:
    whole, part = divmod(units, 1)
    if not part:
        return _counted(whole, unit)
    return f"{whole} {part} {unit}s" if whole else f"{part} of a {unit}"


def _terms(line: FeeLine, starts: date, ends: date, terms: TermDates) -> str:
    """2 terms; or each of them by its days: (31/106 + 1) terms."""
    first, last = max(starts, line.starts), min(ends, line.ends or ends)
    shares = [(term.days_within(first, last), term.days) for term in terms.within(first, last)]
    parts = ["1" if days == of else f"{days}/{of}" for days, of in shares]
    if all(part == "1" for part in parts):
        return _counted(len(parts), "term")
    return f"({' + '.join(parts)}) terms" if len(parts) > 1 else f"{parts[0]} of a term"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"

"""The cost engine: what fee lines cost between two days, exactly, so that every split of a period sums to the whole.

A line's running total T from its start to the beginning of a day is exact (a fraction, never rounded): amount ×
quantity × units. The cost of the days from `a` up to, not including, `b` is R(T to b) − R(T to a), R being half-up to
the penny. So days sum to months, months to years and lines to agreements without a penny lost, and a report of one
quarter never disagrees with that of the year.

Units: a night and a day are one date; a week is seven days; an hour is an hour a week; a term is earned evenly over the
days of the setting's own term; a year over the actual days of the financial year (366 in a leap one); a one-off falls
on its first day. Source: the domain's rule 1 on money.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from foundation.money import to_penny
from foundation.quarters import FinancialYear
from marketplace.fee_line import ONE_WEEK, Calendar, FeeLine, Unit
from marketplace.terms_of_year import NO_TERMS, TermDates

NOUGHT = Decimal("0.00")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Charge:
    """The cost of a period in pounds to the penny: net, its VAT, and what of both the borough bears in the end."""

    net: Decimal = NOUGHT
    vat: Decimal = NOUGHT
    borne: Decimal = NOUGHT

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    def __add__(self, other: "Charge") -> "Charge":
        return Charge(self.net + other.net, self.vat + other.vat, self.borne + other.borne)


def units_until(line: FeeLine, day: date, terms: TermDates = NO_TERMS) -> Fraction:
    """How many of its units (quantity left aside) a line has earned from its start to the beginning of `day`, exactly.

    Raises TermDatesUnknown where the line follows terms that are not known.
    """
    end = day if line.ends is None else min(day, line.ends)
    if end <= line.starts:
        return Fraction(0)
    match line.unit:
        case Unit.ONCE:
            return Fraction(1)
        case Unit.TERM:
            return sum(
                (Fraction(term.days_within(line.starts, end), term.days) for term in terms.within(line.starts, end)),
                start=Fraction(0),
            )
        case Unit.YEAR:
            return _years(line.starts, end)
        case Unit.WEEK | Unit.HOUR:
            return Fraction(_days(line, end, terms), 7)
        case Unit.NIGHT | Unit.DAY:
            return Fraction(_days(line, end, terms))


def total_until(line: FeeLine, day: date, terms: TermDates = NO_TERMS) -> Fraction:
    """The exact running total of a line in pounds from its start to the beginning of `day`; negative for a discount."""
    return line.sign * Fraction(line.amount) * Fraction(line.quantity) * units_until(line, day, terms)


def line_charge(line: FeeLine, starts: date, ends: date, terms: TermDates = NO_TERMS) -> Charge:
    """What one line costs from `starts` up to, not including, `ends`: net, VAT, and what the borough bears."""
    if ends < starts:
        raise ValueError(f"A period that begins on {starts:%-d %B %Y} cannot end before it.")
    before, after = total_until(line, starts, terms), total_until(line, ends, terms)
    net = to_penny(after) - to_penny(before)
    rate = Fraction(line.vat_rate) / 100
    vat = to_penny(after * rate) - to_penny(before * rate)
    return Charge(net, vat, net if line.vat_recoverable else net + vat)


def charge(lines: Iterable[FeeLine], starts: date, ends: date, terms: TermDates = NO_TERMS) -> Charge:
    """What all lines cost in the period: the sum of the lines, each to the penny."""
    return sum((line_charge(line, starts, ends, terms) for line in lines), start=Charge())


def cost(lines: Iterable[FeeLine], starts: date, ends: date, terms: TermDates = NO_TERMS) -> Decimal:
    """The net cost in pounds to the penny from `starts` up to, not including, `ends`."""
    return charge(lines, starts, ends, terms).net


def weekly_cost(lines: Iterable[FeeLine], on: date, terms: TermDates = NO_TERMS) -> Decimal:
    """The net price of a week as it stands on a day: seven times that day's exact cost, one-offs left out, to the
    penny.

    In the holidays a termly or term-time line is nought; the cost of a whole year says what such a place costs.
    """
    running = [line for line in lines if line.unit is not Unit.ONCE and line.is_live_on(on)]
    of_the_day = sum(
        (total_until(line, on + _ONE_DAY, terms) - total_until(line, on, terms) for line in running), start=Fraction(0)
    )
    return to_penny(7 * of_the_day)


def expected_cost(lines: Iterable[FeeLine], starts: date, stay_days: int, terms: TermDates = NO_TERMS) -> Decimal:
    """The net cost of a stay of `stay_days` days, one-offs included: the price that offers compete on."""
    return cost(lines, starts, starts + timedelta(days=stay_days), terms)


def _days(line: FeeLine, end: date, terms: TermDates) -> int:
    """The dates from the line's start up to `end` that its calendar counts."""
    match line.calendar:
        case Calendar.ALL_YEAR:
            return (end - line.starts).days
        case Calendar.TERM_TIME:
            return sum(term.days_within(line.starts, end) for term in terms.within(line.starts, end))
        case Calendar.NAMED_WEEKS:
            return sum(max(0, (min(week + ONE_WEEK, end) - max(week, line.starts)).days) for week in line.weeks)


def _years(start: date, end: date) -> Fraction:
    """Financial years between two days, each by its own number of days."""
    total, year = Fraction(0), FinancialYear.of(start)
    while year.first_day < end:
        days = (min(year.day_after, end) - max(year.first_day, start)).days
        total += Fraction(days, year.days)
        year = year.next()
    return total

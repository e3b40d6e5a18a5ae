"""The cost engine: what fee lines cost between two days, exactly, so that every split of a period sums to the whole.

A line's running total T from its start to the beginning of a day is exact (whole numbers over one denominator, never rounded): amount
× quantity × units. The cost of the days from `a` up to, not including, `b` is R(T to b) − R(T to a), R being half-up to the penny. So
days sum to months, months to years and lines to agreements without a penny lost, and a report of one quarter never disagrees with
that of the year. VAT is reckoned alike on the running total, and each payer's share is split from it: they sum without drift too.

Units: a night and a day are one date; a week is seven days; an hour is an hour a week; a term is earned evenly over the days of the
setting's own term; a year over the actual days of the financial year (366 in a leap one); a one-off falls on its first day. Source:
the domain's rule 1 on money.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import lcm
from operator import add, sub
from typing import NamedTuple, Self

from foundation.money import to_penny
from foundation.quarters import FinancialYear
from marketplace.fee_line import ONE_WEEK, Calendar, FeeLine, Unit
from marketplace.terms_of_year import NO_TERMS, TermDates

NOUGHT = Decimal("0.00")
#: A day is a whole number of these parts of a financial year, whether that has 365 days or 366.
_PARTS_OF_A_YEAR = 365 * 366


@dataclass(frozen=True, slots=True)
class Charge:
    """The cost of a period in pounds to the penny: net, its VAT, what of both the borough bears in the end, and who pays that."""

    net: Decimal = NOUGHT
    vat: Decimal = NOUGHT
    borne: Decimal = NOUGHT
    social_care: Decimal = NOUGHT
    education: Decimal = NOUGHT
    health: Decimal = NOUGHT

    @classmethod
    def of_pence(cls, pence: Iterable[int]) -> Self:
        return cls(*map(_pounds, pence))

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    def __add__(self, other: "Charge") -> "Charge":
        return Charge(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))


@lru_cache(maxsize=65536)
def _pounds(pence: int) -> Decimal:
    """Most parts of a charge are nought or equal each other, so most are made once."""
    return Decimal(pence).scaleb(-2)


class Units(NamedTuple):
    """How many units a line has earned up to each of some days: whole numbers of `parts` of one."""

    earned: Sequence[int]
    parts: int


def units_by(line: FeeLine, days: Sequence[date], terms: TermDates = NO_TERMS) -> Units:
    """How many of its units (quantity left aside) a line has earned from its start to the beginning of each day, exactly.

    `terms`, here as everywhere, are those of a line that brings none of its own. Raises TermDatesUnknown where the line follows terms
    that are not known.
    """
    terms = line.terms or terms
    starts, last = line.starts, line.ends or date.max
    ends = [starts if day < starts else min(day, last) for day in days]
    match line.unit:
        case Unit.ONCE:
            return Units([int(end > starts) for end in ends], 1)
        case Unit.TERM:
            return _terms(starts, ends, terms)
        case Unit.YEAR:
            before = _years_until(starts)
            return Units([_years_until(end) - before for end in ends], _PARTS_OF_A_YEAR)
        case Unit.WEEK | Unit.HOUR:
            return Units(_days(line, ends, terms), 7)
        case Unit.NIGHT | Unit.DAY:
            return Units(_days(line, ends, terms), 1)


def units_until(line: FeeLine, day: date, terms: TermDates = NO_TERMS) -> Fraction:
    """The same up to one day, as a fraction."""
    units = units_by(line, (day,), terms)
    return Fraction(units.earned[0], units.parts)


def total_until(line: FeeLine, day: date, terms: TermDates = NO_TERMS) -> Fraction:
    """The exact running total of a line in pounds from its start to the beginning of `day`; negative for a discount."""
    return line.sign * Fraction(line.amount) * Fraction(line.quantity) * units_until(line, day, terms)


def charges_between(lines: Iterable[FeeLine], cuts: Sequence[date], terms: TermDates = NO_TERMS) -> list[Charge]:
    """What all lines cost in each of the successive periods cuts[0]–cuts[1], cuts[1]–cuts[2], …; each line to the penny.

    The cuts are in order. One running total for each line and cut, in whole pence: 10,000 agreements over twelve months in a second.
    """
    return [Charge.of_pence(pence) for pence in pence_between(lines, cuts, terms)]


def pence_between(lines: Iterable[FeeLine], cuts: Sequence[date], terms: TermDates = NO_TERMS) -> list[tuple[int, ...]]:
    """The same in whole pence, in the order of a Charge's parts: for sums over thousands of agreements."""
    for earlier, later in pairwise(cuts):
        if later < earlier:
            raise ValueError(f"A period that begins on {earlier:%-d %B %Y} cannot end before it.")
    totals = [[0] * len(cuts) for _ in fields(Charge)]
    for line in lines:
        totals = [
            list(map(add, total, of_line)) for total, of_line in zip(totals, _running(line, cuts, terms), strict=True)
        ]
    by_cut = list(zip(*totals, strict=True))
    return [tuple(map(sub, after, before)) for before, after in pairwise(by_cut)]


def line_charge(line: FeeLine, starts: date, ends: date, terms: TermDates = NO_TERMS) -> Charge:
    """What one line costs from `starts` up to, not including, `ends`."""
    return charge((line,), starts, ends, terms)


def charge(lines: Iterable[FeeLine], starts: date, ends: date, terms: TermDates = NO_TERMS) -> Charge:
    """What all lines cost in the period: the sum of the lines, each to the penny."""
    return charges_between(lines, (starts, ends), terms)[0]


def cost(lines: Iterable[FeeLine], starts: date, ends: date, terms: TermDates = NO_TERMS) -> Decimal:
    """The net cost in pounds to the penny from `starts` up to, not including, `ends`."""
    return charge(lines, starts, ends, terms).net


def weekly_cost(lines: Iterable[FeeLine], on: date, terms: TermDates = NO_TERMS) -> Decimal:
    """The net price of a week as it stands on a day, one-offs left out, to the penny: seven times that day's exact cost.

    What is charged in term time or in named weeks alone counts by its average week over the 52 weeks from the day: such a place is
    neither free in the holidays nor so dear all year as in term.
    """
    running = [line for line in lines if line.unit is not Unit.ONCE and line.is_live_on(on)]
    return to_penny(sum((_week_of(line, on, terms) for line in running), start=Fraction(0)))


def _week_of(line: FeeLine, on: date, terms: TermDates) -> Fraction:
    weeks = Fraction(52) if line.is_seasonal else Fraction(1, 7)
    after = on + timedelta(days=int(7 * weeks))
    return (total_until(line, after, terms) - total_until(line, on, terms)) / weeks


def expected_cost(lines: Iterable[FeeLine], starts: date, stay_days: int, terms: TermDates = NO_TERMS) -> Decimal:
    """The net cost of a stay of `stay_days` days, one-offs included: the price that offers compete on."""
    return cost(lines, starts, starts + timedelta(days=stay_days), terms)


def _running(line: FeeLine, days: Sequence[date], terms: TermDates) -> tuple[Sequence[int], ...]:
    """The running totals of a line to the beginning of each day, in pence and in the order of a Charge's parts."""
    net, vat = _net_and_vat(line, days, terms)
    borne = net if line.vat_recoverable else list(map(add, net, vat))
    if line.shares.is_one_payer and not line.payers_from:
        nothing = [0] * len(net)
        return net, vat, borne, *(borne if share else nothing for share in line.shares.percentages)
    return net, vat, borne, *_by_payer(line, days, terms)


def _net_and_vat(line: FeeLine, days: Sequence[date], terms: TermDates) -> tuple[list[int], list[int]]:
    units = units_by(line, days, terms)
    pounds, of_a_pound = line.amount.as_integer_ratio()
    times, of_one = line.quantity.as_integer_ratio()
    pence, whole = 100 * pounds * times, of_a_pound * of_one * units.parts
    net = _rounded(units.earned, pence, whole, line.sign)
    if not line.vat_rate:
        return net, [0] * len(net)
    rate, of_rate = line.vat_rate.as_integer_ratio()
    return net, _rounded(units.earned, pence * rate, 100 * whole * of_rate, line.sign)


def _rounded(earned: Sequence[int], pence: int, whole: int, sign: int) -> list[int]:
    """`earned` × `pence` ÷ `whole`, half-up to the whole penny: away from nought, on either side of it."""
    twice, halves = 2 * pence, 2 * whole
    return [sign * ((units * twice + whole) // halves) for units in earned]


def _by_payer(line: FeeLine, days: Sequence[date], terms: TermDates) -> list[list[int]]:
    """What social care, education and health have paid of each running total, span by span of the same shares.

    Of a span each pays its share of the running total at the end less that at the beginning, so the three sum to what is borne.
    """
    paid = [[0] * len(days) for _ in line.shares.percentages]
    for first, after, shares in line.paid_alike():
        net, vat = _net_and_vat(line, [first, *(min(max(day, first), after) for day in days)], terms)
        before, *until = [
            shares.of_pence(pence if line.vat_recoverable else pence + tax) for pence, tax in zip(net, vat, strict=True)
        ]
        spans = zip(*(map(sub, each, before) for each in until), strict=True)
        paid = [list(map(add, so_far, of_span)) for so_far, of_span in zip(paid, spans, strict=True)]
    return paid


def _days(line: FeeLine, ends: Sequence[date], terms: TermDates) -> list[int]:
    """The dates from the line's start up to each end that its calendar counts."""
    starts = line.starts
    match line.calendar:
        case Calendar.ALL_YEAR:
            first = starts.toordinal()
            return [end.toordinal() - first for end in ends]
        case Calendar.TERM_TIME:
            counted = terms.within(starts, max(ends))
            return [sum(term.days_within(starts, end) for term in counted) for end in ends]
        case Calendar.NAMED_WEEKS:
            weeks = [(max(week, starts), week + ONE_WEEK) for week in line.weeks]
            return [sum(max(0, (min(after, end) - first).days) for first, after in weeks) for end in ends]


def _terms(starts: date, ends: Sequence[date], terms: TermDates) -> Units:
    """Terms earned from the start up to each end, each term evenly over its own days."""
    counted = terms.within(starts, max(ends))
    parts = lcm(*(term.days for term in counted))
    each = [(term, parts // term.days) for term in counted]
    return Units([sum(term.days_within(starts, end) * part for term, part in each) for end in ends], parts)


def _years_until(day: date) -> int:
    """Financial years from an agreed beginning up to a day, in parts of one, each year by its own number of days."""
    year = FinancialYear.of(day)
    return year.start_year * _PARTS_OF_A_YEAR + (day - year.first_day).days * (_PARTS_OF_A_YEAR // year.days)

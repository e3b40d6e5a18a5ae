"""The fast engine is the slow one: many periods at once, in whole pence, against the rule reckoned day by day in fractions.

The reference below is written from the rule alone: what a single day of a line is worth, exactly, added up day by day. Nothing of the
engine is used in it but the terms that share a day with a period.
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.money import to_penny
from foundation.quarters import FinancialYear
from marketplace.costing import Charge, charge, charges_between
from marketplace.fee_line import Calendar, FeeKind, FeeLine, Unit
from marketplace.payer_shares import PayerShares, split
from marketplace.terms_of_year import Term, TermDates, TermDatesUnknown

ONE_DAY = timedelta(days=1)
FIRST = date(2023, 9, 1)
TERMS = TermDates(
    tuple(
        term
        for year in range(2022, 2027)
        for term in (
            Term(date(year, 9, 3), date(year, 12, 19)),
            Term(date(year + 1, 1, 6), date(year + 1, 3, 28)),
            Term(date(year + 1, 4, 14), date(year + 1, 7, 22)),
        )
    )
)
#: from before a leap day until after the next financial year's end
days = st.integers(0, 900).map(lambda number: FIRST + timedelta(days=number))


@st.composite
def payers(draw: st.DrawFn) -> PayerShares:
    first = draw(st.integers(0, 10_000))
    second = draw(st.integers(0, 10_000 - first))
    return PayerShares(*(Decimal(share).scaleb(-2) for share in (first, second, 10_000 - first - second)))


@st.composite
def fee_lines(draw: st.DrawFn) -> FeeLine:
    unit = draw(st.sampled_from(Unit))
    calendars = {Unit.YEAR: [Calendar.ALL_YEAR], Unit.TERM: [Calendar.ALL_YEAR, Calendar.TERM_TIME]}
    calendar = draw(st.sampled_from(calendars.get(unit, list(Calendar))))
    starts, numbers = draw(days), draw(st.sets(st.integers(0, 130), min_size=1, max_size=6))
    return FeeLine(
        kind=draw(st.sampled_from(FeeKind)), label="A line", amount=Decimal(draw(st.integers(1, 10**7))).scaleb(-2), unit=unit,
        starts=starts, ends=draw(st.none() | st.integers(1, 500).map(lambda length: starts + timedelta(days=length))),
        quantity=Decimal(draw(st.integers(1, 4000))).scaleb(-2), calendar=calendar,
        weeks=tuple(FIRST + timedelta(weeks=number) for number in numbers) if calendar is Calendar.NAMED_WEEKS else (),
        vat_rate=Decimal(draw(st.sampled_from([0, 500, 1750, 2000, 333]))).scaleb(-2), vat_recoverable=draw(st.booleans()),
        shares=draw(payers()),
    )  # fmt: skip


def worth(line: FeeLine, day: date) -> Fraction:
    """What one day of a line earns, in units."""
    if not line.is_live_on(day):
        return Fraction(0)
    if line.unit is Unit.ONCE:
        return Fraction(day == line.starts)
    within = [term for term in TERMS.terms if term.starts <= day < term.ends]
    if line.unit is Unit.TERM:
        return Fraction(1, within[0].days) if within else Fraction(0)
    if line.unit is Unit.YEAR:
        return Fraction(1, FinancialYear.of(day).days)
    if line.calendar is Calendar.TERM_TIME and not within:
        return Fraction(0)
    if line.calendar is Calendar.NAMED_WEEKS and not any(week <= day < week + timedelta(7) for week in line.weeks):
        return Fraction(0)
    return Fraction(1, 7) if line.unit in (Unit.WEEK, Unit.HOUR) else Fraction(1)


def reference(line: FeeLine, cuts: list[date]) -> list[Charge]:
    """The charges of one line by the rule: exact running totals, each rounded, each split among the payers."""
    until = max(cuts)
    each = [worth(line, line.starts + timedelta(number)) for number in range(max(0, (until - line.starts).days))]
    pounds = line.sign * Fraction(line.amount) * Fraction(line.quantity)
    totals = [pounds * units for units in accumulate(each, initial=Fraction(0))]
    rounded = []
    for cut in cuts:
        total = totals[max(0, (cut - line.starts).days)]
        net, vat = to_penny(total), to_penny(total * Fraction(line.vat_rate) / 100)
        borne = net if line.vat_recoverable else net + vat
        rounded.append((net, vat, borne, *split(borne, line.shares)))
    return [Charge(*(b - a for a, b in zip(before, after, strict=True))) for before, after in pairwise(rounded)]


@pytest.mark.slow
class TestTheRule:
    @settings(max_examples=2_000, deadline=None)
    @given(fee_lines(), st.lists(days, min_size=2, max_size=5).map(sorted))
    def test_charges_are_the_rule_reckoned_day_by_day(self, line: FeeLine, cuts: list[date]) -> None:
        assert charges_between([line], cuts, TERMS) == reference(line, cuts)

    @settings(max_examples=10_000, deadline=None)
    @given(st.lists(fee_lines(), max_size=2), st.lists(days, min_size=2, max_size=5).map(sorted))
    def test_a_period_split_anywhere_sums_to_the_whole(self, lines: list[FeeLine], cuts: list[date]) -> None:
        """Net, VAT, what is borne and what each payer bears, with terms, leap years, year-ends and named weeks."""
        whole = charge(lines, cuts[0], cuts[-1], TERMS)
        assert sum(charges_between(lines, cuts, TERMS), start=Charge()) == whole
        assert whole.social_care + whole.education + whole.health == whole.borne

    @settings(max_examples=10_000, deadline=None)
    @given(fee_lines(), days, st.integers(1, 500))
    def test_accruals_sum_to_the_cost(self, line: FeeLine, starts: date, length: int) -> None:
        """A month's accrual is its charge; months, the first and the last cut short, sum to the cost of the stay."""
        ends = starts + timedelta(days=length)
        firsts = [date(2023 + number // 12, number % 12 + 1, 1) for number in range(60)]
        cuts = [starts, *(first for first in firsts if starts < first < ends), ends]
        accruals = charges_between([line], cuts, TERMS)
        assert sum(accruals, start=Charge()) == charge([line], starts, ends, TERMS)


class TestTermsThatNobodyEntered:
    KNOWN = TermDates((Term(date(2026, 9, 3), date(2026, 12, 19)), Term(date(2027, 1, 5), date(2027, 3, 26))))
    TERMLY = FeeLine(
        kind=FeeKind.EDUCATION, label="School", amount=Decimal(9000), unit=Unit.TERM, starts=date(2026, 9, 3)
    )  # fmt: skip

    def test_are_asked_for(self) -> None:
        with pytest.raises(TermDatesUnknown, match="2027-28"):
            charge([self.TERMLY], date(2026, 9, 3), date(2027, 9, 30), self.KNOWN)

    def test_may_be_assumed_from_the_year_before_on_the_same_weekdays(self) -> None:
        assumed = self.KNOWN.assuming()
        assert charge([self.TERMLY], date(2027, 9, 1), date(2028, 9, 1), assumed).net == Decimal(18000)
        (autumn, _) = assumed.within(date(2027, 9, 1), date(2028, 9, 1))
        assert (autumn.starts, autumn.starts.weekday()) == (date(2027, 9, 2), date(2026, 9, 3).weekday())
        assert not assumed.knows(date(2027, 9, 1), date(2027, 9, 2))
        assert assumed.knows(date(2026, 9, 1), date(2027, 9, 1))

    def test_a_setting_without_any_terms_is_asked_for_them_even_so(self) -> None:
        with pytest.raises(TermDatesUnknown):
            charge([self.TERMLY], date(2026, 9, 3), date(2026, 9, 30), TermDates().assuming())

    def test_a_line_brings_its_own_terms(self) -> None:
        own = FeeLine(kind=FeeKind.EDUCATION, label="School", amount=Decimal(9000), unit=Unit.TERM,
                      starts=date(2026, 9, 3), terms=self.KNOWN)  # fmt: skip
        assert charge([own], date(2026, 9, 3), date(2026, 12, 19)).net == Decimal(9000)

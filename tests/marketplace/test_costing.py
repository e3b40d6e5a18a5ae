"""The cost engine: every split of a period sums to the whole, in every unit, calendar and kind."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.quarters import FinancialYear
from marketplace.cost_explained import explain
from marketplace.costing import Charge, charge, cost, expected_cost, line_charge, units_until, weekly_cost
from marketplace.fee_line import Calendar, FeeKind, FeeLine, ImpossibleFeeLine, Unit
from marketplace.terms_of_year import Term, TermDates, TermDatesUnknown

TERMS = TermDates(
    tuple(
        term
        for year in range(2017, 2031)
        for term in (
            Term(date(year, 9, 3), date(year, 12, 19)),
            Term(date(year + 1, 1, 6), date(year + 1, 3, 28)),
            Term(date(year + 1, 4, 14), date(year + 1, 7, 22)),
        )
    )
)
CORE = FeeLine(kind=FeeKind.CORE, label="Core fee", amount=Decimal("4000.00"), unit=Unit.WEEK, starts=date(2019, 4, 1))
days = st.dates(min_value=date(2018, 1, 1), max_value=date(2029, 12, 31))


@st.composite
def fee_lines(draw: st.DrawFn) -> FeeLine:
    unit = draw(st.sampled_from(Unit))
    calendars = {Unit.YEAR: [Calendar.ALL_YEAR], Unit.TERM: [Calendar.ALL_YEAR, Calendar.TERM_TIME]}
    calendar = draw(st.sampled_from(calendars.get(unit, list(Calendar))))
    starts = draw(days)
    week_numbers = draw(st.sets(st.integers(0, 200), min_size=1, max_size=30))
    named = tuple(date(2018, 1, 1) + timedelta(weeks=number) for number in week_numbers)
    return FeeLine(
        kind=draw(st.sampled_from(FeeKind)),
        label="A line",
        amount=Decimal(draw(st.integers(1, 10**8))).scaleb(-2),
        unit=unit,
        starts=starts,
        ends=draw(st.none() | st.integers(1, 2000).map(lambda length: starts + timedelta(days=length))),
        quantity=Decimal(draw(st.integers(1, 400))) / 4,
        calendar=calendar,
        weeks=named if calendar is Calendar.NAMED_WEEKS else (),
        vat_rate=draw(st.sampled_from([Decimal(0), Decimal(5), Decimal(20), Decimal("17.5")])),
        vat_recoverable=draw(st.booleans()),
    )


class TestLaws:
    @given(st.lists(fee_lines(), max_size=4), st.lists(days, min_size=2, max_size=8))
    def test_any_split_of_a_period_sums_to_the_whole(self, lines: list[FeeLine], cuts: list[date]) -> None:
        cuts.sort()
        parts = [charge(lines, earlier, later, TERMS) for earlier, later in pairwise(cuts)]
        assert sum(parts, start=Charge()) == charge(lines, cuts[0], cuts[-1], TERMS)

    @given(st.lists(fee_lines(), max_size=4), days, st.integers(0, 800))
    def test_lines_sum_to_the_agreement(self, lines: list[FeeLine], starts: date, length: int) -> None:
        ends = starts + timedelta(days=length)
        assert sum(line_charge(line, starts, ends, TERMS).net for line in lines) == cost(lines, starts, ends, TERMS)

    @given(fee_lines(), st.integers(2018, 2027))
    def test_months_and_quarters_sum_to_the_year(self, line: FeeLine, start_year: int) -> None:
        year = FinancialYear(start_year)
        firsts = [date(start_year + (month > 12), (month - 1) % 12 + 1, 1) for month in range(4, 17)]
        months = [cost([line], first, after, TERMS) for first, after in pairwise(firsts)]
        quarters = [cost([line], quarter.first_day, quarter.day_after, TERMS) for quarter in year.quarters()]
        assert sum(months) == sum(quarters) == cost([line], year.first_day, year.day_after, TERMS)

    @settings(max_examples=25)
    @given(fee_lines(), st.integers(2018, 2027), st.integers(1, 27))
    def test_days_sum_to_the_month(self, line: FeeLine, year: int, length: int) -> None:
        starts = date(year, 2, 1)
        each = [starts + timedelta(days=offset) for offset in range(length)]
        whole = cost([line], starts, starts + timedelta(days=length), TERMS)
        assert sum(cost([line], day, day + timedelta(days=1), TERMS) for day in each) == whole

    @given(fee_lines(), days, st.integers(0, 800))
    def test_a_discount_is_the_mirror_image_of_a_fee(self, line: FeeLine, starts: date, length: int) -> None:
        ends = starts + timedelta(days=length)
        fee, discount = replace(line, kind=FeeKind.CORE), replace(line, kind=FeeKind.DISCOUNT)
        assert charge([fee, discount], starts, ends, TERMS) == Charge()
        assert cost([fee], starts, ends, TERMS) >= 0 >= cost([discount], starts, ends, TERMS)

    @given(fee_lines(), days, st.integers(1, 800))
    def test_what_is_explained_sums_to_the_cost(self, line: FeeLine, starts: date, length: int) -> None:
        ends = starts + timedelta(days=length)
        rows = explain([line], starts, ends, TERMS)
        assert sum(row.cost for row in rows) == cost([line], starts, ends, TERMS)
        assert all(abs(row.carried) <= Decimal("0.01") for row in rows)


class TestUnits:
    def test_croydons_forty_homes_at_four_thousand_a_week(self) -> None:
        """The seed's forecast of 2019/20: 40 × £4,000 × 366/7 is £8.37m, £5.11m over a budget of £3.258m."""
        year = FinancialYear.parse("2019-20")
        forty = replace(CORE, quantity=Decimal(40))
        spend = cost([forty], year.first_day, year.day_after)
        assert spend == Decimal("8365714.29")
        assert spend - Decimal("3258000.00") == Decimal("5107714.29")
        assert charge([CORE], year.first_day, year.day_after).net == Decimal("209142.86")

    def test_a_week_costs_its_amount_and_a_day_a_seventh(self) -> None:
        assert cost([CORE], date(2026, 11, 23), date(2026, 11, 30)) == Decimal("4000.00")
        assert cost([CORE], date(2019, 4, 1), date(2019, 4, 2)) == Decimal("571.43")

    def test_a_yearly_fee_follows_the_days_of_the_financial_year(self) -> None:
        yearly = replace(CORE, unit=Unit.YEAR, amount=Decimal("36600.00"))
        assert cost([yearly], date(2019, 4, 1), date(2020, 4, 1)) == Decimal("36600.00")
        assert cost([yearly], date(2020, 2, 1), date(2020, 3, 1)) == Decimal("2900.00")
        assert cost([yearly], date(2020, 4, 1), date(2021, 4, 1)) == Decimal("36600.00")
        assert units_until(yearly, date(2020, 4, 2)) == 1 + Fraction(1, 365)

    def test_a_termly_fee_is_earned_over_the_terms_own_days(self) -> None:
        termly = replace(CORE, unit=Unit.TERM, amount=Decimal("10700.00"), starts=date(2026, 9, 1))
        assert cost([termly], date(2026, 9, 1), date(2027, 8, 31), TERMS) == Decimal("32100.00")
        assert cost([termly], date(2026, 9, 3), date(2026, 9, 4), TERMS) == Decimal("100.00")
        assert cost([termly], date(2026, 12, 19), date(2027, 1, 6), TERMS) == 0

    def test_hours_are_hours_a_week_and_once_falls_on_its_day(self) -> None:
        hours = replace(CORE, unit=Unit.HOUR, amount=Decimal("20.00"), quantity=Decimal("10.5"))
        once = replace(CORE, unit=Unit.ONCE, amount=Decimal("350.00"), starts=date(2026, 11, 23))
        assert cost([hours], date(2026, 11, 2), date(2026, 11, 16)) == Decimal("420.00")
        assert cost([once], date(2026, 11, 1), date(2026, 11, 23)) == 0
        assert cost([once], date(2026, 11, 23), date(2026, 11, 24)) == Decimal("350.00")

    def test_term_time_and_named_weeks_count_only_their_days(self) -> None:
        term_time = replace(CORE, unit=Unit.NIGHT, amount=Decimal("100.00"), calendar=Calendar.TERM_TIME)
        named = replace(CORE, calendar=Calendar.NAMED_WEEKS, weeks=(date(2019, 7, 29), date(2019, 8, 12)))
        assert cost([term_time], date(2026, 12, 17), date(2027, 1, 8), TERMS) == Decimal("400.00")
        assert cost([named], date(2019, 7, 1), date(2019, 9, 1)) == Decimal("8000.00")

    def test_terms_that_nobody_entered_are_asked_for(self) -> None:
        termly = replace(CORE, unit=Unit.TERM, starts=date(2030, 9, 1))
        with pytest.raises(TermDatesUnknown, match="school year 2031-32"):
            cost([termly], date(2030, 9, 1), date(2031, 10, 1), TERMS)

    def test_vat_is_kept_apart_and_borne_unless_recovered(self) -> None:
        school = replace(CORE, vat_rate=Decimal(20), vat_recoverable=False)
        week = date(2026, 11, 23), date(2026, 11, 30)
        borne = charge([school], *week)
        assert (borne.net, borne.vat, borne.gross, borne.borne) == (4000, 800, 4800, 4800)
        assert charge([replace(school, vat_recoverable=True)], *week).borne == 4000

    def test_a_period_cannot_run_backwards(self) -> None:
        with pytest.raises(ValueError, match="cannot end before"):
            cost([CORE], date(2026, 2, 1), date(2026, 1, 1))


class TestWeeklyAndExpected:
    def test_a_week_leaves_one_offs_out_and_counts_discounts(self) -> None:
        discount = replace(CORE, kind=FeeKind.DISCOUNT, label="Sibling discount", amount=Decimal("400.00"))
        once = replace(CORE, kind=FeeKind.SETTLING_IN, unit=Unit.ONCE, amount=Decimal("900.00"))
        lines = [CORE, discount, once]
        assert weekly_cost(lines, CORE.starts) == Decimal("3600.00")
        assert expected_cost(lines, CORE.starts, 14) == Decimal("8100.00")
        assert weekly_cost(lines, CORE.starts - timedelta(days=1)) == 0


class TestExplain:
    def test_spells_out_each_line(self) -> None:
        hours = replace(
            CORE, kind=FeeKind.STAFFING, label="2:1", unit=Unit.HOUR, amount=Decimal(20), quantity=Decimal(30)
        )
        rows = explain([CORE, hours], date(2019, 4, 1), date(2020, 4, 1))
        assert [row.arithmetic for row in rows] == [
            "£4,000.00 × 52 weeks and 2 days = £209,142.86",
            "£20.00 × 30 hours a week × 52 weeks and 2 days = £31,371.43",
        ]

    def test_says_where_a_penny_went(self) -> None:
        (row,) = explain([CORE], date(2019, 4, 4), date(2019, 4, 5))
        assert row.arithmetic == (
            "£4,000.00 × 1/7 of a week = £571.42 (£0.01 less, so that all periods sum to the whole)"
        )
        assert row.carried == Decimal("-0.01")

    @pytest.mark.parametrize(
        ("changes", "arithmetic"),
        [
            ({"unit": Unit.NIGHT, "quantity": Decimal(2)}, "2 × £4,000.00 × 30 nights = £240,000.00"),
            ({"unit": Unit.ONCE, "kind": FeeKind.DISCOUNT}, "−£4,000.00 × once = −£4,000.00"),
            ({"unit": Unit.YEAR}, "£4,000.00 × 5/61 of a year = £327.87"),
            ({"unit": Unit.DAY, "ends": date(2019, 4, 2)}, "£4,000.00 × 1 day = £4,000.00"),
        ],
    )
    def test_every_unit_in_words(self, changes: dict[str, object], arithmetic: str) -> None:
        (row,) = explain([replace(CORE, **changes)], date(2019, 4, 1), date(2019, 5, 1))  # type: ignore[arg-type]
        assert row.arithmetic == arithmetic


class TestImpossibleFeeLines:
    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"amount": Decimal(0)}, "above nought"),
            ({"amount": Decimal("-5.00")}, "discount"),
            ({"amount": Decimal("0.005")}, "whole pennies"),
            ({"quantity": Decimal(0)}, "quantity above nought"),
            ({"ends": date(2019, 4, 1)}, "end must come after"),
            ({"calendar": Calendar.NAMED_WEEKS}, "name the weeks"),
            ({"weeks": (date(2019, 7, 1),)}, "only for a fee"),
            ({"calendar": Calendar.NAMED_WEEKS, "weeks": (date(2019, 7, 1), date(2019, 7, 5))}, "overlap"),
            ({"unit": Unit.YEAR, "calendar": Calendar.TERM_TIME}, "charged all year"),
            ({"vat_rate": Decimal(-1)}, "percentage"),
        ],
    )
    def test_are_refused_with_their_label_and_a_sentence(self, changes: dict[str, object], sentence: str) -> None:
        with pytest.raises(ImpossibleFeeLine, match=f"Core fee: .*{sentence}"):
            replace(CORE, **changes)  # type: ignore[arg-type]

    def test_terms_neither_overlap_nor_end_before_they_begin(self) -> None:
        with pytest.raises(ValueError, match="overlaps"):
            TermDates((Term(date(2026, 9, 1), date(2026, 12, 20)), Term(date(2026, 12, 1), date(2027, 3, 1))))
        with pytest.raises(ValueError, match="cannot end"):
            Term(date(2026, 9, 1), date(2026, 9, 1))

"""Financial years and their quarters, in the one form that cannot be misread."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.quarters import FinancialYear, NotAFinancialYear, NotAQuarter, Quarter, quarter_of

days = st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 1, 1))


class TestFinancialYear:
    def test_runs_from_april_to_march(self) -> None:
        year = FinancialYear.parse("2026-27")
        assert (year.first_day, year.last_day, year.day_after) == (
            date(2026, 4, 1),
            date(2027, 3, 31),
            date(2027, 4, 1),
        )

    @pytest.mark.parametrize(
        ("text", "number"), [("2023-24", 366), ("2024-25", 365), ("2099-00", 365), ("2019-20", 366)]
    )
    def test_has_its_actual_days(self, text: str, number: int) -> None:
        assert FinancialYear.parse(text).days == number

    @pytest.mark.parametrize(
        ("text", "right"),
        [("2026/27", "2026-27"), ("2026-2027", "2026-27"), ("2026-28", "2026-27"), ("26-27", "2026-27")],
    )
    def test_other_forms_are_refused_with_the_right_one(self, text: str, right: str) -> None:
        with pytest.raises(NotAFinancialYear, match=f"Write it as {right}"):
            FinancialYear.parse(text)

    @given(days)
    def test_every_day_lies_in_its_year_and_the_year_reads_back(self, day: date) -> None:
        year = FinancialYear.of(day)
        assert year.first_day <= day <= year.last_day
        assert FinancialYear.parse(str(year)) == year == year.next().previous()
        assert year.days == sum(quarter.days for quarter in year.quarters())


class TestQuarter:
    def test_the_third_is_october_to_december(self) -> None:
        quarter = Quarter.parse("2026-27 Q3")
        assert (quarter.first_day, quarter.last_day) == (date(2026, 10, 1), date(2026, 12, 31))
        assert quarter.months == "October to December 2026"
        assert str(quarter) == "2026-27 Q3"

    def test_the_fourth_lies_in_the_next_calendar_year(self) -> None:
        quarter = Quarter.parse("2026-27 Q4")
        assert (quarter.first_day, quarter.last_day) == (date(2027, 1, 1), date(2027, 3, 31))
        assert str(quarter.next()) == "2027-28 Q1"
        assert str(Quarter.parse("2026-27 Q1").previous()) == "2025-26 Q4"

    @pytest.mark.parametrize(
        "text",
        [
            "Q3 2026-27",
            "2026/27 Q3",
            "2026-27 q3",
            "2026-27Q3",
            "2026-2027 Q3",
            "2026-27, quarter 3",
            "3rd quarter of 2026/27",
        ],
    )
    def test_other_forms_are_refused_with_the_right_one(self, text: str) -> None:
        with pytest.raises(NotAQuarter, match="Write it as 2026-27 Q3"):
            Quarter.parse(text)

    @pytest.mark.parametrize(
        "text", ["", "Q3", "2026 Q3", "2026-27", "2026-28 Q3", "2026-27 Q5", "next", "1500-01 Q1", "٢٠٢٦-٢٧ Q3"]
    )
    def test_what_could_mean_two_things_gets_the_form_explained(self, text: str) -> None:
        with pytest.raises(NotAQuarter, match="2026-27 Q3 is October to December 2026"):
            Quarter.parse(text)

    def test_a_fifth_quarter_does_not_exist(self) -> None:
        with pytest.raises(NotAQuarter):
            Quarter(FinancialYear(2026), 5)

    @given(days)
    def test_every_day_lies_in_its_quarter_and_the_quarter_reads_back(self, day: date) -> None:
        quarter = quarter_of(day)
        assert quarter.first_day <= day <= quarter.last_day < quarter.day_after
        assert Quarter.parse(str(quarter)) == quarter == quarter.next().previous()
        assert quarter_of(quarter.last_day + timedelta(days=1)) == quarter.next() > quarter

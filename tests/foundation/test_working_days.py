"""Working days in England, and deadlines as London's clocks show them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.working_days import (
    BeyondBankHolidays,
    add_working_days,
    deadline_after,
    is_in_time,
    is_working_day,
    known_years,
    london_day,
    london_instant,
    nth_working_day,
    working_days_between,
)

known_days = st.dates(min_value=date(2013, 1, 1), max_value=date(2027, 12, 31))
counts = st.integers(min_value=-200, max_value=200)


class TestIsWorkingDay:
    @pytest.mark.parametrize(
        ("day", "works"),
        [
            (date(2026, 4, 2), True),  # Thursday before Easter
            (date(2026, 4, 3), False),  # Good Friday
            (date(2026, 4, 6), False),  # Easter Monday, no holiday in Scotland
            (date(2026, 12, 26), False),  # a Saturday
            (date(2026, 12, 28), False),  # Boxing Day's substitute
            (date(2026, 11, 30), True),  # St Andrew's Day, a holiday in Scotland only
            (date(2022, 9, 19), False),  # the State Funeral of Queen Elizabeth II
        ],
    )
    def test_follows_the_calendar_of_england_and_wales(self, day: date, works: bool) -> None:
        assert is_working_day(day) is works

    @pytest.mark.parametrize("day", [date(2011, 12, 30), date(2029, 1, 2)])
    def test_refuses_to_guess_beyond_the_published_years(self, day: date) -> None:
        with pytest.raises(BeyondBankHolidays, match="from 2012 to 2028"):
            is_working_day(day)

    def test_knows_the_years_it_knows(self) -> None:
        assert known_years() == (2012, 2028)


class TestCounting:
    @pytest.mark.parametrize("start", [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)])
    def test_the_first_working_day_after_friday_or_the_weekend_is_monday(self, start: date) -> None:
        assert add_working_days(start, 1) == date(2026, 11, 23)

    def test_counts_over_christmas(self) -> None:
        assert add_working_days(date(2026, 12, 23), 3) == date(2026, 12, 30)
        assert working_days_between(date(2026, 12, 23), date(2026, 12, 30)) == 3

    def test_counts_backwards(self) -> None:
        assert add_working_days(date(2026, 4, 7), -1) == date(2026, 4, 2)
        assert working_days_between(date(2026, 4, 7), date(2026, 4, 2)) == -1

    def test_the_standstill_of_eight_days_that_begins_on_the_day_of_notice(self) -> None:
        assert nth_working_day(date(2026, 12, 21), 8) == date(2027, 1, 4)

    def test_nothing_is_counted_from_nought(self) -> None:
        with pytest.raises(ValueError, match="first working day"):
            nth_working_day(date(2026, 12, 21), 0)

    def test_running_past_the_published_years_is_refused(self) -> None:
        with pytest.raises(BeyondBankHolidays):
            add_working_days(date(2028, 12, 20), 30)

    @given(known_days, counts)
    def test_adding_and_counting_are_mirrors(self, start: date, count: int) -> None:
        assert working_days_between(start, add_working_days(start, count)) == count

    @given(known_days, counts.filter(bool))
    def test_what_is_reached_is_a_working_day(self, start: date, count: int) -> None:
        assert is_working_day(add_working_days(start, count))

    @given(known_days, known_days, known_days)
    def test_counts_of_consecutive_periods_add_up(self, first: date, second: date, third: date) -> None:
        start, middle, end = sorted((first, second, third))
        whole = working_days_between(start, end)
        assert whole == working_days_between(start, middle) + working_days_between(middle, end)


class TestDeadlines:
    def test_a_deadline_is_a_wall_clock_time_in_winter_and_in_summer(self) -> None:
        assert london_instant(date(2026, 1, 5)) == datetime(2026, 1, 5, 17, tzinfo=UTC)
        assert london_instant(date(2026, 7, 6)) == datetime(2026, 7, 6, 16, tzinfo=UTC)

    def test_the_hour_that_october_repeats_means_its_first_pass(self) -> None:
        assert london_instant(date(2026, 10, 25), time(1, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_is_counted_from_the_london_day(self) -> None:
        late_on_thursday_in_utc = datetime(2026, 6, 4, 23, 30, tzinfo=UTC)
        assert london_day(late_on_thursday_in_utc) == date(2026, 6, 5)
        assert deadline_after(late_on_thursday_in_utc, 1, time(12)) == datetime(2026, 6, 8, 11, tzinfo=UTC)

    def test_the_very_instant_is_in_time_and_a_microsecond_later_is_late(self) -> None:
        deadline = london_instant(date(2026, 11, 23))
        assert is_in_time(deadline, deadline)
        assert not is_in_time(deadline + timedelta(microseconds=1), deadline)

    def test_an_instant_without_a_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            london_day(datetime(2026, 11, 23, 12))  # noqa: DTZ001 - the very thing refused

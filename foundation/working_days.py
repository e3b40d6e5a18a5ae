"""Working days and deadlines in England: weekends and the bank holidays of England and Wales do not count.

Source of the holidays: GOV.UK's list as shipped in `govuk-bank-holidays` (no network), division *England and Wales*
(the package's default keeps only days common to the whole kingdom and so drops Easter Monday). Beyond the years it
holds we refuse to count: a holiday that is not yet proclaimed cannot be guessed. Deadlines are wall-clock times in
London, kept in UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from govuk_bank_holidays.bank_holidays import BankHolidays

LONDON = ZoneInfo("Europe/London")
CLOSE_OF_BUSINESS = time(17, 0)
_ONE_DAY = timedelta(days=1)


class BeyondBankHolidays(ValueError):
    """A day was asked about for which no bank holidays are published with this version of the software."""


@lru_cache(maxsize=1)
def bank_holidays() -> dict[date, str]:
    """Every bank holiday of England and Wales that is known here, with its name."""
    calendar = BankHolidays(use_cached_holidays=True)
    return {
        holiday["date"]: holiday["title"] for holiday in calendar.get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    }


@lru_cache(maxsize=1)
def known_years() -> tuple[int, int]:
    """First and last calendar year whose bank holidays are known."""
    return min(bank_holidays()).year, max(bank_holidays()).year


def is_working_day(day: date) -> bool:
    """Monday to Friday and no bank holiday. Raises BeyondBankHolidays outside the published years."""
    first, last = known_years()
    if not first <= day.year <= last:
        raise BeyondBankHolidays(
            f"Bank holidays are known from {first} to {last}, so working days cannot be counted on {day:%-d %B %Y}."
            " Choose an earlier date, or update the bank holidays."
        )
    return day.weekday() < 5 and day not in bank_holidays()


def add_working_days(start: date, count: int) -> date:
    """The `count`-th working day after `start` (before it, if negative). The start itself never counts; nought gives
    the start.

    `add_working_days(Friday, 1)` and `add_working_days(Saturday, 1)` are both Monday.
    """
    step = _ONE_DAY if count >= 0 else -_ONE_DAY
    day, left = start, abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start` up to and including `end`; negative when `end` comes first.

    The mirror of add_working_days: `working_days_between(day, add_working_days(day, n)) == n`.
    """
    if end < start:
        return -sum(is_working_day(end + _ONE_DAY * offset) for offset in range((start - end).days))
    return sum(is_working_day(start + _ONE_DAY * offset) for offset in range(1, (end - start).days + 1))


def nth_working_day(first: date, count: int) -> date:
    """The `count`-th working day where `first`, if it is one, is counted as the first: how standstill periods run."""
    if count < 1:
        raise ValueError("Counting begins with the first working day.")
    return add_working_days(first - _ONE_DAY, count)


def london_day(instant: datetime) -> date:
    """The calendar day in London on which an instant falls (an aware datetime)."""
    return _aware(instant).astimezone(LONDON).date()


def london_instant(day: date, at: time = CLOSE_OF_BUSINESS) -> datetime:
    """The UTC instant at which London's clocks show `at` on `day`; in October's repeated hour, the first of two."""
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def deadline_after(instant: datetime, working_days: int, at: time = CLOSE_OF_BUSINESS) -> datetime:
    """The UTC instant of `at` London time, `working_days` working days after the London day of `instant`."""
    return london_instant(add_working_days(london_day(instant), working_days), at)


def is_in_time(arrived: datetime, deadline: datetime) -> bool:
    """An answer at the deadline's very instant is in time; one microsecond later is late."""
    return _aware(arrived) <= _aware(deadline)


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("An instant needs its time zone; a bare clock time does not say when.")
    return instant

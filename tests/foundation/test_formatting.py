"""How dates, money and counts are written."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from foundation import formatting as write


class TestDays:
    def test_each_form(self) -> None:
        on = date(2026, 11, 23)
        assert write.day(on) == "Monday 23 November 2026"
        assert write.day_short(on) == "Mon 23 Nov"
        assert write.day_plain(on) == "23 November 2026"
        assert write.day_medium(on) == "23 Nov 2026"

    def test_an_instant_shows_londons_day(self) -> None:
        assert write.day_short(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "Wed 1 Jul"
        assert write.day_short(datetime(2026, 12, 30, 23, 30, tzinfo=UTC)) == "Wed 30 Dec"

    def test_no_day_is_nothing(self) -> None:
        assert [form(None) for form in (write.day, write.day_short, write.day_plain, write.moment_long)] == [""] * 4

    def test_a_naive_instant_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            write.day(datetime(2026, 6, 30, 12))  # noqa: DTZ001


class TestClock:
    @pytest.mark.parametrize(
        ("hour", "minute", "words"),
        [
            (12, 0, "noon"),
            (0, 0, "midnight"),
            (9, 0, "9am"),
            (15, 12, "3:12pm"),
            (12, 5, "12:05pm"),
            (0, 30, "12:30am"),
        ],
    )
    def test_times_of_day(self, hour: int, minute: int, words: str) -> None:
        assert write.clock_time(datetime(2026, 11, 23, hour, minute, tzinfo=UTC)) == words

    def test_summer_time(self) -> None:
        assert write.moment_short(datetime(2026, 7, 1, 11, tzinfo=UTC)) == "Wed 1 Jul, noon"
        assert write.moment_long(datetime(2026, 7, 1, 14, 12, tzinfo=UTC)) == "Wednesday 1 July 2026, 3:12pm"

    def test_for_machines(self) -> None:
        assert write.timestamp(datetime(2026, 7, 1, 12, tzinfo=write.LONDON)) == "2026-07-01T11:00:00Z"


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "words"),
        [
            (Decimal(4380), "£4,380.00"),
            (Decimal("-12.5"), "−£12.50"),
            (Decimal("0.005"), "£0.01"),
            (Decimal("-0.001"), "£0.00"),
            (0, "£0.00"),
            (None, ""),
        ],
    )
    def test_to_the_penny(self, amount: Decimal | int | None, words: str) -> None:
        assert write.money(amount) == words

    def test_to_the_pound_and_in_millions(self) -> None:
        assert write.pounds(Decimal("84199.50"), plus=True) == "+£84,200"
        assert write.pounds(Decimal("-3.49")) == "−£3"
        assert write.millions(Decimal(3_415_000)) == "£3.42m"

    def test_a_float_is_refused(self) -> None:
        with pytest.raises(TypeError, match="exact"):
            write.money(4380.0)  # type: ignore[arg-type]


class TestFigures:
    def test_percentages(self) -> None:
        assert [write.percent(Decimal(text)) for text in ("6.54", "100", "-0.5", "0", "90")] == [
            "6.5%",
            "100%",
            "−0.5%",
            "0%",
            "90%",
        ]

    def test_counts(self) -> None:
        assert write.number(5735) == "5,735"
        assert write.number(-3) == "−3"
        assert write.number(3, plus=True) == "+3"

    def test_plurals_and_words(self) -> None:
        assert [write.plural(n, "offer") for n in (0, 1, 2, 1200)] == [
            "0 offers",
            "1 offer",
            "2 offers",
            "1,200 offers",
        ]
        assert write.plural(2, "child", "children") == "2 children"
        assert [write.in_words(n) for n in (0, 3, 10, 11)] == ["no", "three", "ten", "11"]

    def test_working_days_left(self) -> None:
        assert [write.working_days(n) for n in (2, 1, 0, -1)] == [
            "2 working days",
            "1 working day",
            "Today",
            "1 working day late",
        ]

    def test_lists_sizes_and_slugs(self) -> None:
        assert write.joined(["Merton", "Sutton", "Croydon"]) == "Merton, Sutton and Croydon"
        assert write.joined(["Merton"]) == "Merton"
        assert write.joined([]) == ""
        assert [write.file_size(size) for size in (640, 52_400, 1_234_567)] == ["640 bytes", "52 kB", "1.2 MB"]
        assert write.slug("Report for 2026-27 Q2") == "report-for-2026-27-q2"
        assert write.capital("three are on target") == "Three are on target"

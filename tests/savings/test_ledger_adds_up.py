"""The ledger's sum is the difference between the fees asked and the fees paid, whatever the fees, the stays and the years."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.savings.reckoning import Compared, Figure, figures_of
from contracts.savings.saving import Rating
from foundation.quarters import FinancialYear
from marketplace.fee_line import FeeKind, FeeLine, Unit

PENCE = st.integers(1, 2_000_000).map(lambda pence: Decimal(pence).scaleb(-2))
DAYS = st.integers(0, 1600).map(lambda days: date(2024, 1, 15) + timedelta(days=days))
UNITS = st.sampled_from([Unit.NIGHT, Unit.DAY, Unit.WEEK, Unit.HOUR, Unit.YEAR, Unit.ONCE])


@st.composite
def raised_lines(draw: st.DrawFn) -> Compared:
    """A fee line of an uplift as it was really paid: asked, agreed at no more, and a stay that may end or go on."""
    one, other = draw(PENCE), draw(PENCE)
    starts = draw(DAYS)
    ends = draw(st.none() | st.integers(1, 900).map(lambda days: starts + timedelta(days=days)))
    line = FeeLine(
        kind=draw(st.sampled_from([FeeKind.CORE, FeeKind.THERAPY])), label="A fee", amount=min(one, other), unit=draw(UNITS),
        quantity=Decimal(draw(st.integers(1, 12))), starts=starts, ends=ends,
    )  # fmt: skip
    return Compared(line, before=max(one, other), after=min(one, other))


def half_up(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def days_in(starts: date, ends: date, year: int) -> int:
    """Days of the period that lie in the financial year beginning in that year."""
    return max((min(ends, date(year + 1, 4, 1)) - max(starts, date(year, 4, 1))).days, 0)


def paid(raised: Compared, amount: Decimal, until: date) -> Decimal:
    """The raw row recomputed without the engine: amount × quantity × units of the days paid, to the penny once."""
    line = raised.line
    ends = min(line.ends or until, until)
    days = max((ends - line.starts).days, 0)
    units: Fraction
    match line.unit:
        case Unit.ONCE:
            units = Fraction(days > 0)
        case Unit.YEAR:
            units = sum(
                (
                    Fraction(days_in(line.starts, ends, year), 366 if year % 4 == 3 else 365)
                    for year in range(2023, 2035)
                ),
                Fraction(0),
            )
        case Unit.WEEK | Unit.HOUR:
            units = Fraction(days, 7)
        case _:
            units = Fraction(days)
    return half_up(Fraction(amount) * Fraction(line.quantity) * units)


def total(figures: Sequence[Figure], *ratings: Rating) -> Decimal:
    return sum((f.amount for f in figures if not ratings or f.rating in ratings), Decimal(0))


@pytest.mark.slow
@given(st.lists(raised_lines(), min_size=1, max_size=2), DAYS)
@settings(max_examples=10_000, deadline=None)
def test_the_sum_is_asked_less_paid_from_raw_rows(raised: list[Compared], today: date) -> None:
    figures = figures_of(raised, Rating.AMBER, today)
    end = FinancialYear.of(today).day_after
    asked = sum((paid(each, each.before, end) for each in raised), Decimal(0))
    agreed = sum((paid(each, each.after, end) for each in raised), Decimal(0))
    assert total(figures) == asked - agreed
    delivered = sum((paid(each, each.before, today) - paid(each, each.after, today) for each in raised), Decimal(0))
    assert total(figures, Rating.GREEN_DELIVERED) == delivered
    assert total(figures_of(raised, Rating.AMBER, today, sign=-1)) == -total(figures)


def test_a_day_is_delivered_once_it_is_over() -> None:
    week = FeeLine(kind=FeeKind.CORE, label="A fee", amount=Decimal(700), unit=Unit.WEEK, starts=date(2026, 4, 1))
    claim = [Compared(week, before=Decimal(770), after=Decimal(700))]
    assert figures_of(claim, Rating.GREEN_ON_TARGET, date(2026, 4, 1)) == [
        Figure(FinancialYear(2026), Rating.GREEN_ON_TARGET, Decimal("3650.00"))
    ]
    first = figures_of(claim, Rating.GREEN_ON_TARGET, date(2026, 4, 2))
    assert [(f.rating, f.amount) for f in first] == [
        (Rating.GREEN_DELIVERED, Decimal("10.00")), (Rating.GREEN_ON_TARGET, Decimal("3640.00")),
    ]  # fmt: skip


def test_a_claim_of_a_year_to_come_has_no_figure_yet() -> None:
    week = FeeLine(kind=FeeKind.CORE, label="A fee", amount=Decimal(700), unit=Unit.WEEK, starts=date(2027, 4, 1))
    assert figures_of([Compared(week, Decimal(770), Decimal(700))], Rating.RED, date(2026, 11, 22)) == []


def test_a_leap_year_has_366_days() -> None:
    day = FeeLine(kind=FeeKind.CORE, label="A fee", amount=Decimal(1), unit=Unit.DAY, starts=date(2027, 4, 1))
    (figure,) = figures_of([Compared(day, Decimal(2), Decimal(1))], Rating.AMBER, date(2027, 4, 1))
    assert figure.amount == Decimal(366)


def test_nothing_is_paid_for_less_than_a_whole_discount() -> None:
    off = FeeLine(
        kind=FeeKind.DISCOUNT,
        label="Volume",
        amount=Decimal(100),
        unit=Unit.WEEK,
        starts=date(2026, 4, 1),
        ends=date(2026, 4, 15),
    )
    (figure,) = figures_of([Compared(off, Decimal(100), Decimal(0))], Rating.AMBER, date(2026, 11, 22))
    assert (figure.rating, figure.amount) == (Rating.GREEN_DELIVERED, Decimal("200.00"))

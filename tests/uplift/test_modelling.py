"""The arithmetic of uplifts: changes, the rule, and a model that agrees with the cost engine to the penny."""

import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.uplift.change import Change, is_unusual
from contracts.uplift.modelling import LiveLine, full_year, line_effect, model, rest_of_year
from contracts.uplift.rule import Index, RuleKind, cost_model, rule_on
from marketplace.costing import cost
from marketplace.fee_line import FeeKind, FeeLine, Unit

APRIL = date(2027, 4, 1)
AMOUNTS = st.decimals(Decimal("0.01"), Decimal(20000), places=2)
PERCENTS = st.decimals(-50, 100, places=2)
UNITS = st.sampled_from([Unit.NIGHT, Unit.DAY, Unit.WEEK, Unit.YEAR, Unit.HOUR])


@st.composite
def live_lines(draw: st.DrawFn) -> LiveLine:
    """A line that began before the effective date and is paid on it."""
    starts = APRIL - timedelta(draw(st.integers(1, 900)))
    ends = draw(st.none() | st.integers(1, 700).map(lambda days: APRIL + timedelta(days)))
    line = FeeLine(
        kind=FeeKind.CORE, label="Core", amount=draw(AMOUNTS), unit=draw(UNITS), starts=starts, ends=ends,
        quantity=draw(st.decimals(Decimal("0.25"), 40, places=2)),
    )  # fmt: skip
    borough = draw(st.sampled_from(["Bexley", "Croydon", "Merton"]))
    return LiveLine(
        uuid.uuid4(), uuid.uuid4(), "MER-1", uuid.uuid5(uuid.NAMESPACE_DNS, borough), borough, "Rowan House",
        uuid.uuid4(), uuid.uuid4(), line,
    )  # fmt: skip


@pytest.mark.slow
@given(live_lines(), PERCENTS)
@settings(max_examples=2000, deadline=None)
def test_a_line_s_effect_is_the_engine_s_difference(live: LiveLine, percent: Decimal) -> None:
    change, (starts, ends) = Change(percent), full_year(APRIL)
    new = change.of(live.line.amount)
    now, (more,) = line_effect(live.line, [change], starts, ends)
    assert now == cost([live.line], starts, ends)
    if new > 0:
        assert now + more == cost([replace(live.line, amount=new, starts=starts)], starts, ends)


@pytest.mark.slow
@given(st.lists(live_lines(), max_size=12), st.lists(PERCENTS, min_size=1, max_size=3))
@settings(max_examples=1000, deadline=None)
def test_boroughs_sum_to_the_whole_whatever_the_order(lines: list[LiveLine], percents: list[Decimal]) -> None:
    changes = [Change(percent) for percent in percents]
    found = model(lines, changes, full_year(APRIL))
    assert sum(borough.now for borough in found.boroughs) == found.total.now
    for place in range(len(changes)):
        assert sum(borough.more[place] for borough in found.boroughs) == found.total.more[place]
    shuffled = sorted(lines, key=lambda line: line.line_id.hex[::-1])
    assert model(shuffled, changes, full_year(APRIL)).total.more == found.total.more


@given(AMOUNTS, PERCENTS, PERCENTS)
@settings(max_examples=2000, deadline=None)
def test_more_asked_is_never_less_paid(amount: Decimal, one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert Change(low).of(amount) <= Change(high).of(amount)


def test_a_full_year_has_its_actual_days() -> None:
    assert [(end - start).days for start, end in map(full_year, (APRIL, date(2026, 4, 1), date(2028, 2, 29)))] == [
        366,
        365,
        366,
    ]
    assert rest_of_year(date(2027, 9, 1)) == (date(2027, 9, 1), date(2028, 4, 1))


@pytest.mark.parametrize(
    ("new", "unusual"), [("900.00", False), ("899.99", True), ("1100.00", False), ("1100.01", True), ("1000.00", False)]
)
def test_a_tenth_either_way_is_usual_bounds_included(new: str, unusual: bool) -> None:
    assert is_unusual(Decimal(1000), Decimal(new)) is unusual


@pytest.mark.parametrize(
    ("cpi", "percent", "reviewed"), [("0.9", "0.9", False), ("2.0", "1.5", False), ("4.2", "1.5", True)]
)
def test_the_lower_of_a_cap_and_an_index(cpi: str, percent: str, reviewed: bool) -> None:
    ruling = rule_on(RuleKind.LOWER_OF, Decimal("1.5"), Decimal(3), Index("CPI", Decimal(cpi)))
    assert (ruling.percent, ruling.is_reviewed) == (Decimal(percent), reviewed)


def test_other_rules() -> None:
    assert rule_on(RuleKind.FIXED, Decimal(2), None, None).percent == 2
    assert rule_on(RuleKind.OPEN, None, None, None).percent is None
    assert rule_on(RuleKind.LOWER_OF, Decimal("1.5"), None, None).percent is None


def test_the_cost_model_is_weights_times_indices() -> None:
    pay, food = Index("Pay", Decimal("4.1"), Decimal(70)), Index("Food", Decimal("2.5"), Decimal(30))
    assert cost_model([pay, food]) == Decimal("3.62")
    assert cost_model([pay]) is None


def test_a_change_is_a_percentage_or_a_rate() -> None:
    assert (Change(rate=Decimal(4500)).of(Decimal(4200)), Change(Decimal("3.9")).of(Decimal("4166.67"))) == (
        Decimal(4500), Decimal("4329.17"),
    )  # fmt: skip
    with pytest.raises(ValueError, match="percentage or a new rate"):
        Change(Decimal(1), Decimal(1))

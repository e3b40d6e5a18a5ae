"""Occupancy, void cost, and the cost of block contracts among what is spent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, scoped_session

from contracts.block.block_contract import BlockContract, BlockKind, BlockState
from contracts.block.costs import Stretch, Taken, lines_of, stretches, void_cost
from contracts.block.occupancy import occupancy_of
from contracts.placing import end_placement
from contracts.spending import months, spend_by_month, spend_rows
from foundation import clock
from foundation.database import db
from marketplace.costing import cost
from marketplace.fee_line import Unit
from marketplace.roles import Role
from tests.makers.block import a_block, a_child_in, a_draft_block
from tests.makers.contracts import a_deal
from tests.makers.standing import a_borough, a_person, acting

FIRST = date(2026, 4, 1)


def a_contract(**facts: object) -> BlockContract:
    """Three places at £700 a week through 2026-27, agreed; in no database."""
    said: dict[str, object] = {
        "title": "Three beds", "kind": BlockKind.BLOCK, "state": BlockState.AGREED, "places": 3, "price": Decimal(700),
        "unit": Unit.WEEK, "starts_on": FIRST, "ends_on": date(2027, 4, 1),
    }  # fmt: skip
    return BlockContract(**(said | facts))


def days(first: int, last: int | None = None) -> Taken:
    return Taken(FIRST + timedelta(first), None if last is None else FIRST + timedelta(last))


class TestStretches:
    def test_cut_the_days_where_a_place_is_taken_or_freed(self) -> None:
        found = stretches(a_contract(), [days(-5, 10), days(4)], FIRST + timedelta(20))
        assert found == [
            Stretch(FIRST, FIRST + timedelta(4), 1),
            Stretch(FIRST + timedelta(4), FIRST + timedelta(10), 2),
            Stretch(FIRST + timedelta(10), FIRST + timedelta(20), 1),
        ]

    def test_end_with_the_contract_and_are_none_before_it(self) -> None:
        assert stretches(a_contract(), [], FIRST) == []
        (only,) = stretches(a_contract(ended_on=FIRST + timedelta(7)), [], date(2030, 1, 1))
        assert (only.days, only.taken) == (7, 0)


class TestVoidCost:
    def test_is_the_price_of_the_empty_places(self) -> None:
        # one of three taken in the first week, two in the second, none after: 2 + 1 + 3 empty weeks at £700
        taken = [days(0, 14), days(7, 14)]
        assert void_cost(a_contract(), taken, FIRST, FIRST + timedelta(21)) == Decimal("4200.00")

    def test_more_children_than_places_are_not_less_than_nothing(self) -> None:
        assert void_cost(a_contract(places=1), [days(0), days(0)], FIRST, FIRST + timedelta(7)) == Decimal("0.00")

    def test_a_yearly_price_is_earned_by_the_year_s_own_days(self) -> None:
        contract = a_contract(unit=Unit.YEAR, price=Decimal(36500))
        assert void_cost(contract, [], FIRST, FIRST + timedelta(1)) == Decimal("300.00")


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-9, 60), st.integers(1, 60)), max_size=4), st.integers(0, 60), st.integers(0, 60),
    st.decimals(Decimal("0.01"), Decimal(9999), places=2), st.sampled_from([Unit.NIGHT, Unit.WEEK, Unit.YEAR]),
)  # fmt: skip
def test_void_cost_split_anywhere_sums_to_the_whole_and_never_exceeds_what_is_paid(
    stays: list[tuple[int, int]], first: int, second: int, price: Decimal, unit: Unit
) -> None:
    contract = a_contract(price=price, unit=unit, ends_on=FIRST + timedelta(55))
    taken = [days(start, start + length) for start, length in stays]
    end = FIRST + timedelta(60)
    low, high = sorted((FIRST + timedelta(first), FIRST + timedelta(second)))
    parts = [void_cost(contract, taken, a, b) for a, b in ((FIRST, low), (low, high), (high, end))]
    whole = void_cost(contract, taken, FIRST, end)
    assert sum(parts) == whole
    assert 0 <= whole <= cost(lines_of(contract, taken), FIRST, end)
    assert whole == cost(lines_of(contract, ()), FIRST, end) or stays


class TestCostAndVolume:
    def test_each_place_beyond_is_paid_for_the_days_on_which_it_is_taken(self) -> None:
        contract = a_contract(kind=BlockKind.COST_AND_VOLUME, places=1, price_above=Decimal(350))
        taken = [days(0), days(7, 14), days(9, 14)]
        lines = lines_of(contract, taken)
        assert cost(lines, FIRST, FIRST + timedelta(14)) == Decimal(1400) + Decimal(350) + 5 * Decimal(50)
        assert cost(lines, FIRST + timedelta(14), FIRST + timedelta(21)) == Decimal(700)

    def test_a_block_pays_nothing_beyond_and_a_draft_nothing_at_all(self) -> None:
        assert len(lines_of(a_contract(places=1), [days(0), days(0)])) == 1
        assert lines_of(a_contract(state=BlockState.ISSUED), [days(0)]) == []


class TestOfARealContract:
    def test_occupancy_by_month_sums_to_the_whole(self, session: scoped_session[Session]) -> None:
        deal = a_deal(starts_on=clock.today() - timedelta(28))
        contract = a_block(deal)
        key = contract.id
        agreement = a_child_in(contract, deal, 28)
        found = occupancy_of(db.session.get_one(BlockContract, key))
        assert sum(month.paid_days for month in found.months) == 140
        assert sum(month.taken_days for month in found.months) == 28
        assert (found.cost, found.void, found.taken_now) == (Decimal(70000), Decimal(56000), 1)
        assert found.share == Decimal(20)
        end_placement(agreement, clock.today(), "CARPL", True, by=deal.officer)
        assert occupancy_of(db.session.get_one(BlockContract, key)).taken_now == 1, "the night before today"

    def test_before_its_first_day_there_is_nothing(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        begins = clock.today() + timedelta(1)
        found = occupancy_of(a_block(deal, starts_on=begins, review_on=begins + timedelta(9)))
        assert (found.months, found.share, found.void) == ((), None, Decimal("0.00"))

    def test_spending_counts_it_once(self, session: scoped_session[Session]) -> None:
        deal = a_deal(starts_on=clock.today() - timedelta(28))
        contract = a_block(deal)
        reference = contract.reference
        a_child_in(contract, deal, 28)
        start, end = clock.today() - timedelta(70), clock.today() + timedelta(30)
        (row,) = spend_rows(start, end)
        assert (row.reference, row.bought_by, row.amount) == (reference, "block", Decimal(100000))
        assert row.borne == row.shares.social_care == Decimal(100000)
        by_month = spend_by_month(start, end)
        assert [(each.starts_on, each.ends_on) for each in by_month] == months(start, end)
        assert sum(each.amount for each in by_month) == row.amount

    def test_a_draft_costs_nothing_and_a_stranger_reads_none(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        a_draft_block(deal)
        start, end = clock.today() - timedelta(70), clock.today()
        assert spend_rows(start, end) == []
        a_block(deal)
        acting(a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.FINANCE_OFFICER))
        assert spend_rows(start, end) == []
        acting(a_person(deal.hub, Role.HUB_ANALYST))
        assert [row.amount for row in spend_rows(start, end)] == [Decimal(70000)]

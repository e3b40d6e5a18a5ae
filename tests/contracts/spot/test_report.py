"""Peers, shares and the report: who is compared with whom, what is said outside the borough, and money to the penny."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, scoped_session

from contracts.spending import spend_of_periods
from contracts.spot.peers import TOO_FEW, PeerPrice, peers_for, prices_of_peers
from contracts.spot.report import at_median, spot_report
from contracts.spot.shares import ShareRow, months_outside, said_outside, total_of
from foundation import clock
from foundation.database import db
from foundation.quarters import FinancialYear
from foundation.tenancy import present_fence
from marketplace.roles import Role
from tests.makers.contracts import CORE, a_deal, a_placement
from tests.makers.spot import Need, a_need, proposed, started
from tests.makers.standing import a_person, acting

MoveClock = Callable[[datetime], None]
LOT = uuid.uuid4()


def prices(*weekly: int, age: int = 12, need: str | None = "trauma") -> list[PeerPrice]:
    return [PeerPrice(LOT, age, need, Decimal(each)) for each in weekly]


class TestPeers:
    def test_of_need_and_age_where_there_are_five(self) -> None:
        near, far = prices(4000, 4100, 4200, 4300, 5000), prices(9000, 9000, 9000, 9000, 9000, age=4)
        found = peers_for(LOT, "Residential", 12, "trauma", near + far)
        assert (found.median, found.count) == (Decimal("4200.00"), 5)
        assert found.basis == "Residential, trauma and attachment, aged 10 to 15"
        assert found.gap(Decimal("5200.00")) == Decimal("1000.00")

    def test_wider_where_there_are_not(self) -> None:
        near, others = prices(4000, 4200), prices(5000, 5000, 5200, need=None)
        found = peers_for(LOT, "Residential", 12, "trauma", near + others)
        assert (found.count, found.basis) == (5, "Residential, aged 10 to 15")

    def test_an_even_number_to_the_penny_half_up(self) -> None:
        found = peers_for(
            LOT, "R", 12, None, [PeerPrice(LOT, 12, None, Decimal(p)) for p in ("1", "1", "1.00", "1.01", "2", "2")]
        )
        assert found.median == Decimal("1.01")

    @pytest.mark.parametrize("count", [0, 1, 4])
    def test_fewer_than_five_are_too_few(self, count: int) -> None:
        found = peers_for(LOT, "Residential", 12, "trauma", prices(*[4000] * count))
        assert found is TOO_FEW
        assert found.gap(Decimal(1)) is None

    def test_a_borough_reads_one_figure_over_all_boroughs_and_its_fence_stands_again(
        self, session: scoped_session[Session]
    ) -> None:
        deal = a_deal()
        a_placement(deal)
        for number, amount in enumerate((4300, 4400, 4500, 4600)):
            fee = CORE | {"amount": Decimal(amount)}
            a_placement(
                a_deal(
                    fees=(fee,),
                    name=f"Borough {number}",
                    hub=deal.hub,
                    provider=deal.provider,
                    lot=deal.lot,
                    setting=deal.setting,
                )
            )
        acting(deal.officer)
        before = present_fence()
        found = prices_of_peers({deal.lot.id}, clock.today(), deal.officer)
        assert sorted(price.weekly for price in found) == [
            Decimal(f"{each}.00") for each in (4200, 4300, 4400, 4500, 4600)
        ]
        assert present_fence() == before


class TestShares:
    def test_spot_of_all_by_count_and_by_money(self) -> None:
        row = ShareRow("Residential")
        for number in range(10):
            row.add(f"A{number}", Decimal(100), is_spot=number < 6)
            row.add(f"A{number}", Decimal(50), is_spot=number < 6)
        row.add("B", Decimal(500), is_spot=False, is_placement=False)
        assert (row.placements, row.spot, row.share) == (10, 6, Decimal(60))
        assert row.spend_share == Decimal(45)

    def test_outside_small_groups_are_joined(self) -> None:
        rows = [group("Croydon", 2), group("Lewisham", 4), group("Merton", 0), group("Sutton", 9)]
        said = said_outside(rows, "borough")
        assert [(row.name, row.spot, row.hidden) for row in said] == [
            ("Merton", 0, False), ("Sutton", 9, False), ("2 boroughs joined", 6, False)
        ]  # fmt: skip

    def test_with_a_neighbour_where_they_are_few_still(self) -> None:
        said = said_outside([group("Croydon", 2), group("Merton", 0), group("Sutton", 9)], "borough")
        assert [(row.name, row.spot) for row in said] == [("Merton", 0), ("2 boroughs joined", 11)]

    def test_and_not_said_where_all_together_are_few(self) -> None:
        rows = [group("Croydon", 2), group("Merton", 0)]
        (merton, croydon) = said_outside(rows, "borough")
        assert (merton.hidden, croydon.hidden, croydon.share, croydon.spend_share) == (False, True, None, None)
        assert total_of(rows, outside=True).hidden
        assert not total_of(rows, outside=False).hidden

    def test_one_small_month_hides_another(self) -> None:
        said = months_outside([group("Apr", 6), group("May", 3), group("Jun", 8), group("Jul", 0)])
        assert [row.hidden for row in said] == [True, True, False, False]

    @pytest.mark.slow
    @settings(max_examples=10_000, deadline=None)
    @given(st.lists(st.integers(0, 12), min_size=1, max_size=8))
    def test_nothing_small_is_ever_said_outside(self, counts: list[int]) -> None:
        rows = [group(f"G{place}", count) for place, count in enumerate(counts)]
        said = said_outside(rows, "group")
        assert sum(row.spot for row in said) == sum(counts)
        assert all(row.hidden or row.spot == 0 or row.spot >= 5 for row in said)
        total = total_of(rows, outside=True)
        hidden = [row for row in said if row.hidden]
        assert len(hidden) <= 1
        assert not hidden or total.hidden, "a hidden row beside a total that is said could be reckoned"


class TestTheGap:
    @pytest.mark.slow
    @settings(max_examples=10_000, deadline=None)
    @given(st.integers(1, 2_000_000), st.integers(0, 400), st.integers(0, 400))
    def test_the_same_days_split_anywhere_sum_to_the_whole(self, pence: int, first: int, second: int) -> None:
        """One total from the first day: a month's report and a year's agree to the penny."""
        median, start = Decimal(pence) / 100, date(2026, 4, 1)
        middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
        parts = at_median(median, start, start, middle) + at_median(median, start, middle, end)
        assert at_median(median, start, start, end) == parts

    def test_of_a_borough_to_the_penny(self, session: scoped_session[Session], move_clock: MoveClock) -> None:
        need = a_need()
        with_peers(need, "4000.00")
        began = clock.today()
        move_clock(clock.now() + timedelta(days=9))
        acting(need.officer)
        report = spot_report(FinancialYear.of(clock.today()), need.manager)
        first = max(began, report.year.first_day)
        days = (report.until - first).days
        assert report.total.spot == 1
        assert report.gap_total.days == days
        assert report.gap_total.paid == sum(row.amount for row in spend_of_periods([(first, report.until)]))
        assert report.gap_total.on_framework == at_median(Decimal("4000.00"), first, first, report.until)
        assert report.reasons == [("No offer through the framework", 1)]

    def test_the_hub_reads_no_small_number(self, session: scoped_session[Session]) -> None:
        need = a_need()
        with_peers(need, "4000.00")
        analyst = a_person(need.hub, Role.HUB_ANALYST)
        acting(analyst)
        report = spot_report(FinancialYear.of(clock.today()), analyst)
        assert report.total.hidden
        assert all(
            row.hidden for row in (*report.by_borough, *report.by_lot, *report.by_need, *report.by_month, *report.gaps)
        )
        assert report.gap_total.hidden
        assert report.reasons == [("No offer through the framework", None)]


def group(name: str, spot: int) -> ShareRow:
    """A group of twelve placements and so many spot ones beside them, £100 each."""
    row = ShareRow(name)
    for number in range(12 + spot):
        row.add(f"{name}{number}", Decimal(100), is_spot=number >= 12)
    return row


def with_peers(need: Need, median: str) -> None:
    """A spot placement that began today, whose peers' median was kept when it was proposed."""
    purchase = proposed(need)
    purchase.peer_median, purchase.peer_count = Decimal(median), 7
    db.session.commit()
    started(need, purchase)

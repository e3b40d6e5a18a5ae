"""Indicators: the pure rating at its boundaries, and counts in SQL against the rows counted by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from foundation.database import db
from foundation.quarters import Quarter
from marketplace.actor import SYSTEM
from marketplace.framework import Lot
from marketplace.roles import Role
from outcomes.indicators.rating import Aim, Kind, Rating, figure_of, rate
from outcomes.indicators.reading import ContradictoryIndicators, asked_in, present_framework, read_framework
from outcomes.measuring import Count, Counts, Scope, count_indicators, wilson_range
from outcomes.report import ReportKind
from tests.makers.outcomes import Market, a_market, a_placement, a_sent_return, an_asked_provider, an_opened_return
from tests.makers.standing import a_borough, a_person, a_provider, a_setting, acting

Q2, Q3 = Quarter.parse("2025-26 Q2"), Quarter.parse("2025-26 Q3")


class TestRating:
    @pytest.mark.parametrize(
        ("figure", "aim", "rating"),
        [
            (Fraction(93), Aim.LEAST, Rating.ON_TARGET),
            (Fraction(92999, 1000), Aim.LEAST, Rating.CLOSE),
            (Fraction(90), Aim.LEAST, Rating.CLOSE),
            (Fraction(89999, 1000), Aim.LEAST, Rating.OFF_TARGET),
            (None, Aim.LEAST, Rating.NO_FIGURE),
        ],
    )
    def test_boundaries_lie_on_the_good_side(self, figure: Fraction | None, aim: Aim, rating: Rating) -> None:
        assert rate(figure, Fraction(93), Fraction(90), aim) is rating

    def test_lower_is_better_where_the_target_is_the_most(self) -> None:
        of = [rate(Fraction(each), Fraction(8), Fraction(12), Aim.MOST) for each in (8, 12, 13)]
        assert of == [Rating.ON_TARGET, Rating.CLOSE, Rating.OFF_TARGET]

    def test_nothing_is_divided_by_nought(self) -> None:
        assert figure_of(Kind.SHARE, 0, 0) is None
        assert figure_of(Kind.MEAN, 30, 2) == 15
        assert figure_of(Kind.RATE, 9, 4) == 225


class TestTheDeclaredFramework:
    def test_every_lot_asks_for_at_least_six(self) -> None:
        for key in ("residential", "fostering", "special_school", "interventions"):
            assert len(asked_in(Lot(key=key, indicator_keys=[]))) >= 6

    def test_a_lot_may_choose(self) -> None:
        chosen = asked_in(Lot(key="residential", indicator_keys=["attendance", "dental_checks"]))
        assert [one.key for one in chosen] == ["dental_checks", "attendance"]

    def test_a_limit_on_the_wrong_side_is_refused(self) -> None:
        wrong = {
            "key": "a", "reference": "A1", "domain": "d", "name": "n", "definition": "", "numerator": "", "denominator": "",
            "kind": "share", "source": "return", "aim": "least", "target": 80, "limit": 90, "lots": ["residential"],
        }  # fmt: skip
        domain = {"key": "d", "name": "D"}
        with pytest.raises(ContradictoryIndicators, match="wrong side"):
            read_framework({"version": "1", "applies_from": date(2025, 4, 1), "domain": [domain], "indicator": [wrong]})

    def test_figures_are_written_as_people_read_them(self) -> None:
        share, days = present_framework().called("attendance"), present_framework().called("days_to_start")
        assert (share.write(Fraction(9240, 100)), days.write(Fraction(18))) == ("92.4%", "18 days")
        assert (share.write_target(), days.write_target()) == ("≥ 93%", "≤ 21 days")


class TestWilson:
    def test_agrees_with_published_values(self) -> None:
        low, high = wilson_range(5, 85) or (0, 0)
        assert (round(float(low), 1), round(float(high), 1)) == (2.5, 13.0)

    def test_stays_between_nought_and_the_whole(self) -> None:
        assert wilson_range(0, 0) is None
        low, high = wilson_range(14, 14) or (0, 0)
        assert high == 100
        assert 70 < low < 80


@pytest.fixture
def market(session: scoped_session[Session], move_clock: Callable[[datetime], None]) -> Market:
    """On 20 January 2026."""
    move_clock(datetime(2026, 1, 20, 9, tzinfo=UTC))
    return a_market()


def of(market: Market, kind: ReportKind) -> Counts:
    """What the worker counts of two quarters."""
    acting(SYSTEM)
    return count_indicators(Scope(kind, hub_id=market.hub.id), [Q2, Q3])


class TestCounting:
    def test_answers_and_offers_by_the_deadline_s_quarter(self, market: Market) -> None:
        asked = (market.borough, market.setting, market.lot)
        an_asked_provider(*asked, date(2025, 9, 30))
        an_asked_provider(*asked, date(2025, 10, 1))
        an_asked_provider(*asked, date(2025, 11, 3), answer="decline")
        an_asked_provider(*asked, date(2025, 11, 4), answer="none")
        an_asked_provider(*asked, date(2025, 12, 31), late=True)
        counts = of(market, ReportKind.PROVIDER)
        assert counts[market.provider.id, str(Q2), "answered_in_time"] == Count(1, 1)
        assert counts[market.provider.id, str(Q3), "answered_in_time"] == Count(2, 4)
        assert counts[market.provider.id, str(Q3), "offers_per_invitation"] == Count(1, 4)

    def test_days_to_start_and_endings(self, market: Market) -> None:
        stay = (market.borough, market.setting, market.lot)
        a_placement(*stay, date(2025, 10, 1), awarded_days_before=10)
        a_placement(*stay, date(2025, 12, 31), awarded_days_before=21)
        a_placement(*stay, date(2024, 6, 3), ended_on=date(2025, 10, 14), as_planned=False)
        a_placement(*stay, date(2024, 6, 3), ended_on=date(2026, 1, 1), as_planned=True)
        a_placement(*stay, date(2024, 6, 3), ended_on=date(2024, 12, 31), as_planned=False)
        counts = of(market, ReportKind.AUTHORITY)
        assert counts[market.borough.id, str(Q3), "days_to_start"] == Count(31, 2)
        assert (market.borough.id, str(Q2), "days_to_start") not in counts
        assert counts[market.borough.id, str(Q3), "unplanned_endings"] == Count(1, 4)

    def test_returns_outcomes_and_punctuality(self, market: Market, move_clock: Callable[[datetime], None]) -> None:
        a_placement(market.borough, market.setting, market.lot, date(2025, 7, 7))
        move_clock(datetime(2025, 10, 8, 9, tzinfo=UTC))
        a_sent_return(market, str(Q2), attendance=(91, 100))
        move_clock(datetime(2026, 1, 20, 9, tzinfo=UTC))
        an_opened_return(market, str(Q3))
        for kind, key in ((ReportKind.PROVIDER, market.provider.id), (ReportKind.AUTHORITY, market.borough.id)):
            counts = of(market, kind)
            assert counts[key, str(Q2), "attendance"] == Count(91, 100)
            assert counts[key, str(Q2), "outcomes_progress"] == Count(2, 2)
            assert counts[key, str(Q2), "returns_on_time"] == Count(1, 1)
            assert counts[key, str(Q3), "returns_on_time"] == Count(0, 1)
            assert (key, str(Q3), "attendance") not in counts

    def test_the_partnership_is_the_sum_and_the_parts_agree(self, market: Market) -> None:
        other = a_borough(market.hub, "London Borough of Otherham")
        second = a_setting(a_provider("Beech Ltd"), market.lot, "Elm House")
        for borough, setting in ((market.borough, market.setting), (other, second), (other, market.setting)):
            a_placement(borough, setting, market.lot, date(2025, 10, 6))
        whole = of(market, ReportKind.PARTNERSHIP)[market.hub.id, str(Q3), "unplanned_endings"]
        for kind in (ReportKind.PROVIDER, ReportKind.AUTHORITY):
            parts = [
                count
                for (_, quarter, key), count in of(market, kind).items()
                if (quarter, key) == (str(Q3), "unplanned_endings")
            ]
            assert sum(part.denominator for part in parts) == whole.denominator == 3

    def test_other_hubs_and_other_providers_stay_out(self, market: Market) -> None:
        stranger = a_market()
        a_placement(stranger.borough, stranger.setting, stranger.lot, date(2025, 10, 6))
        assert of(market, ReportKind.PROVIDER) == {}
        a_placement(market.borough, market.setting, market.lot, date(2025, 10, 6))
        acting(a_person(stranger.provider, Role.PROVIDER_MANAGER))
        seen = count_indicators(Scope(ReportKind.PROVIDER), [Q3])
        assert {key for key, _, _ in seen} == {stranger.provider.id}

    def test_takes_six_statements_for_eight_quarters(self, market: Market) -> None:
        acting(SYSTEM)
        db.session.connection()
        run: list[str] = []
        connection = db.session.connection()
        event.listen(connection, "before_cursor_execute", lambda *args: run.append(args[2]))
        quarters = [Q3]
        while len(quarters) < 8:
            quarters.append(quarters[-1].previous())
        count_indicators(Scope(ReportKind.PROVIDER, hub_id=market.hub.id), quarters)
        assert len(run) == 6

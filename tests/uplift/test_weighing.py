"""What a request is weighed against: the cost model step by step, peers, the last uplift, the age of the fees."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, scoped_session

from contracts.uplift.listing import by_agreement, in_years
from contracts.uplift.modelling import Effect, Model
from contracts.uplift.opening_rounds import TypedIndex, close_round, enter_index, open_round
from contracts.uplift.queries import requests_of
from contracts.uplift.report import round_figures
from contracts.uplift.request import UpliftRequest
from contracts.uplift.round import RoundIndex
from contracts.uplift.rule import CostPart, Index, Ruling, cost_model
from contracts.uplift.standing import occupancy_of
from contracts.uplift.weighing import Evidence, Modelled, evidence_for, explained, modelled, months_between
from foundation import clock
from foundation.permission import Invalid
from tests.makers.standing import acting
from tests.makers.uplift import Negotiation, a_negotiation, a_peer, a_request, read_by, settle, terms_of, two_boroughs

APRIL = date(2027, 4, 1)
SHARES = st.lists(st.integers(1, 60), min_size=4, max_size=4).map(lambda some: [*some, 0])


def enter_model(deal: Negotiation, weights: tuple[int, ...] = (60, 40)) -> None:
    acting(deal.analyst)
    for part, weight in zip(CostPart, weights, strict=False):
        typed = TypedIndex(
            name=f"Index of {part}", percent=Decimal("4.1"), weight=Decimal(weight), source="ONS", part=part,
            published_on=clock.today() - timedelta(1),
        )  # fmt: skip
        enter_index(deal.round, typed, by=deal.analyst)


class TestTheCostModel:
    def test_steps_lead_to_the_model_and_the_rest_is_not_explained(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        enter_model(deal)
        request = a_request(deal)
        evidence = evidence_for(request)
        steps = explained(modelled(request, evidence.ruling, None, None), evidence, request)
        assert steps is not None
        assert (steps.now, [step.weekly for step in steps.steps]) == (
            Decimal("4200.00"), [Decimal("103.32"), Decimal("68.88")],
        )  # fmt: skip
        assert steps.model == Decimal("4372.20") == steps.now + sum(step.weekly for step in steps.steps)
        assert (steps.request, steps.unexplained) == (Decimal("4552.80"), Decimal("180.60"))

    def test_shares_that_do_not_total_100_make_no_model(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        enter_model(deal, (60, 39))
        request = a_request(deal)
        evidence = evidence_for(request)
        assert evidence.cost_model is None
        assert explained(modelled(request, evidence.ruling, None, None), evidence, request) is None

    def test_a_share_belongs_to_a_part_of_the_costs(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        acting(deal.analyst)
        loose = TypedIndex(name="CPI", percent=Decimal(3), weight=Decimal(10), source="ONS", published_on=clock.today())
        with pytest.raises(Invalid) as refused:
            enter_index(deal.round, loose, by=deal.analyst)
        assert refused.value.field == "part"

    @pytest.mark.slow
    @settings(max_examples=10_000, deadline=None)
    @given(st.decimals(100, 9999, places=2), SHARES, st.lists(st.decimals(-5, 15, places=2), min_size=5, max_size=5))
    def test_the_steps_always_sum_to_the_model(
        self, weekly: Decimal, weights: list[int], percents: list[Decimal]
    ) -> None:
        weights[-1] = 100 - sum(weights[:-1])
        if weights[-1] < 0:
            return
        entries = [
            RoundIndex(name=part.value, part=part.value, percent=percent, weight=Decimal(weight), source="ONS")
            for part, percent, weight in zip(CostPart, percents, weights, strict=True)
        ]
        whole = cost_model([Index(entry.name, entry.percent, entry.weight) for entry in entries])
        evidence = Evidence(Ruling(None, False, ""), entries, whole, [], None)
        steps = explained(an_effect(weekly), evidence, UpliftRequest(parts={}))
        assert steps is not None
        assert steps.now + sum(step.weekly for step in steps.steps) == steps.model


def an_effect(weekly: Decimal) -> Modelled:
    """One agreement at so much a week, and 8 % on top of it."""
    year = (weekly * 366 / 7).quantize(Decimal("0.01"))
    total = Effect("All", {clock.LONDON}, year, [year * 8 / 100])  # type: ignore[arg-type]
    model = Model(APRIL, date(2028, 4, 1), (), total)
    return Modelled(("Request",), (), model, model, (None,))  # type: ignore[arg-type]


class TestPeers:
    def test_the_median_of_what_others_asked_and_got(self, session: scoped_session[Session]) -> None:
        deal = two_boroughs()
        peers = [a_peer(deal, f"{name} Ltd") for name in ("Alder", "Hazel", "Linden")]
        acting(deal.analyst)
        deal.round_id = open_round(terms_of(deal.first), by=deal.analyst).id
        for peer, percent, agreed in zip(peers, ("5", "6.2", "4"), ("2", "3.5", "3"), strict=True):
            settle(deal, peer, percent, agreed)
        evidence = evidence_for(a_request(deal))
        assert (evidence.agreed_median, evidence.asked_median) == (Decimal(3), Decimal(5))
        assert evidence.agreed == [Decimal(2), Decimal(3), Decimal("3.5")]

    def test_a_provider_reads_no_peer(self, session: scoped_session[Session]) -> None:
        deal = two_boroughs()
        peer = a_peer(deal, "Hazel Ltd")
        acting(deal.analyst)
        deal.round_id = open_round(terms_of(deal.first), by=deal.analyst).id
        settle(deal, peer, "5", "2")
        request = read_by(deal.asker, a_request(deal))
        assert evidence_for(request).peers == []

    def test_the_provider_s_last_uplift_is_of_an_earlier_round(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        settle(deal, deal.asker, "5", "2")
        close_round(deal.round, by=deal.analyst)
        began = deal.round.effective_on
        deal.round_id = open_round(terms_of(deal.first), by=deal.analyst).id
        last = evidence_for(a_request(deal)).last
        assert last is not None
        assert (last.words, last.from_on) == ("2%", began)


class TestAges:
    def test_a_fee_unchanged_for_two_years_is_a_legacy(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal)
        effect = modelled(request, evidence_for(request).ruling, None, None)
        began = clock.today() - timedelta(200)
        for on, legacy in (
            (began.replace(year=began.year + 2), 2),
            (began.replace(year=began.year + 2) - timedelta(1), 0),
        ):
            assert sum(row.is_legacy for row in by_agreement(effect.lines, on)) == legacy
        assert effect.oldest == began

    def test_ages_in_words(self) -> None:
        assert [in_years(months) for months in (1, 12, 26)] == ["1 month", "1 year", "2 years and 2 months"]
        assert (months_between(date(2025, 4, 2), APRIL), months_between(date(2025, 4, 1), APRIL)) == (23, 24)


class TestOccupancy:
    def test_places_vacancies_and_the_reader_s_own_placements(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal)
        (home,) = occupancy_of(request)
        assert (home.name, home.children, home.places, home.judged) == ("Rowan House", 2, 4, "Good")
        (seen,) = occupancy_of(read_by(deal.payer, request))
        assert seen.children == 1


class TestTheReport:
    def test_asked_agreed_refused_and_waiting_sum_to_the_whole(self, session: scoped_session[Session]) -> None:
        deal = two_boroughs()
        peer = a_peer(deal, "Hazel Ltd")
        acting(deal.analyst)
        deal.round_id = open_round(terms_of(deal.first), by=deal.analyst).id
        settle(deal, peer, "5", "2")
        a_request(deal)
        figures = round_figures(deal.round, requests_of(deal.round))
        assert figures is not None
        whole = figures.total
        assert whole.asked == whole.asked_of_agreed + whole.refused + whole.waiting
        assert whole.waiting > 0
        assert whole.avoided == whole.asked_of_agreed - whole.agreed
        for group in (figures.by_borough, figures.by_lot, figures.by_provider, tuple(figures.by_request.values())):
            assert sum(one.asked for one in group) == whole.asked
            assert sum(one.agreed for one in group) == whole.agreed
        assert whole.agreed_percent == Decimal(2)

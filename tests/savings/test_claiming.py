"""Claims that Harbour makes itself: uplift avoided, step-down, volume discount, an offer below the benchmark."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.placing import end_placement, start_placement
from contracts.savings.approving import approve_savings
from contracts.savings.claiming import claim_volume_discount, reverse_uplift_avoided
from contracts.savings.ledger import counted, entries
from contracts.savings.saving import Benefit, Ground, Layer, Rating, Saving, SavingState, Source
from contracts.spot.deciding import withdraw_spot_purchase
from contracts.uplift.agreeing import agree_uplift
from contracts.uplift.request import UpliftedLine
from contracts.uplift.undoing import undo_uplift
from foundation import clock
from foundation.database import db
from foundation.tenancy import Fence
from marketplace.costing import cost
from marketplace.organisation import Organisation
from marketplace.roles import Role
from tests.makers.choosing import MoveClock, a_competition, an_award
from tests.makers.contracts import CORE, Deal, a_deal, a_placement, signed
from tests.makers.savings import agreed_at_less
from tests.makers.spot import a_need, proposed
from tests.makers.standing import a_person, acting, behind
from tests.makers.uplift import a_negotiation, a_request, read_by

SCHOOL = {"kind": "education", "label": "School", "amount": Decimal("99.99"), "unit": "day"}
TODAY = date(2027, 10, 1)


class TestUpliftAvoided:
    def test_an_entry_for_each_borough_with_a_ground_for_each_fee(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE, SCHOOL))
        agreed_at_less(deal)
        found = session.scalars(select(Saving)).all()
        assert {saving.authority_id for saving in found} == {deal.first.borough.id, deal.second.borough.id}
        assert {(s.source, s.state, s.project) for s in found} == {(Source.UPLIFT_AVOIDED, SavingState.CLAIMED, "LAC")}
        assert "8.4% asked, 3.9% agreed from 1 April 2027" in found[0].evidence
        grounds = session.execute(select(Ground.layer, Ground.before, Ground.after).order_by(Ground.before)).all()
        school = (Layer.UPLIFT, Decimal("108.39"), Decimal("103.89"))
        assert [tuple(row) for row in grounds] == [school] * 2 + [
            (Layer.UPLIFT, Decimal("4552.80"), Decimal("4363.80"))
        ] * 2

    def test_it_comes_to_asked_less_agreed_on_the_days_paid(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE,))
        agreed_at_less(deal)
        acting(deal.payer)
        (entry,) = entries(today=TODAY)
        days = (TODAY - deal.round.effective_on).days
        assert [(f.rating, f.amount) for f in entry.figures] == [
            (Rating.GREEN_DELIVERED, Decimal("189.00") / 7 * days),
            (Rating.GREEN_ON_TARGET, Decimal("189.00") / 7 * (366 - days)),
        ]

    def test_nothing_where_as_much_was_agreed_as_asked(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        agree_uplift(a_request(deal, "2"), "As asked.", by=deal.analyst)
        assert session.scalar(select(func.count()).select_from(Saving)) == 0

    def test_the_sum_is_the_difference_recomputed_from_raw_rows(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE, SCHOOL))
        agreed_at_less(deal, "7.77", "1.23")
        acting(deal.payer)
        (entry,) = entries(today=TODAY)
        asked = paid = Decimal(0)
        for kept, line in session.execute(
            select(UpliftedLine, AgreementFeeLine).join(AgreementFeeLine, AgreementFeeLine.id == UpliftedLine.new_line_id)
        ):  # fmt: skip
            days = (date(2028, 4, 1) - line.starts_on).days
            units = Decimal(days) / (7 if line.unit == "week" else 1)
            asked += round(kept.asked_amount * units, 2)
            paid += cost([line.reckoned], line.starts_on, date(2028, 4, 1))
        assert entry.total == asked - paid

    def test_undone_after_its_approval_it_is_reversed(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = agreed_at_less(deal)
        acting(deal.payer)
        approve_savings(session.scalars(select(Saving)).all(), by=deal.payer)
        request = read_by(deal.head_of_hub, request)
        undo_uplift(request, deal.round.effective_on, "The accounts were wrong.", by=deal.head_of_hub)
        acting(deal.payer)
        found = session.scalars(select(Saving).order_by(Saving.reverses_id.is_not(None))).all()
        assert [(saving.state, saving.reverses_id) for saving in found] == [
            (SavingState.REVERSED, None), (SavingState.APPROVED, found[0].id),
        ]  # fmt: skip
        assert sum(entry.total for entry in counted(entries(today=TODAY))) == 0

    def test_undone_while_it_waits_it_is_refused(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = agreed_at_less(deal)
        reverse_uplift_avoided(request.id, "The uplift was undone.")
        session.commit()
        states = set(session.scalars(select(Saving.state)))
        assert states == {SavingState.REFUSED}
        assert not any(session.scalars(select(Ground.live)))


class TestByPlacement:
    def test_an_offer_below_the_median_of_the_valid_ones(
        self, session: scoped_session[Session], move_clock: MoveClock
    ) -> None:
        agreement = a_placement_after_competing((4200, 4600, 5000), move_clock)
        saving, ground = session.execute(select(Saving, Ground).join(Ground, Ground.saving_id == Saving.id)).one()
        assert (saving.source, ground.layer, ground.before, ground.after) == (
            Source.BELOW_BENCHMARK, Layer.PLACING, Decimal("4600.00"), Decimal("4200.00"),
        )  # fmt: skip
        assert "the median of the 3 valid offers" in saving.evidence
        assert "£4,200.00, £4,600.00, £5,000.00" in saving.evidence
        assert agreement.started_on is not None
        assert ground.ends_on == agreement.started_on + timedelta(weeks=52)
        (entry,) = entries(today=agreement.started_on + timedelta(weeks=2))
        assert entry.figures[0].amount == Decimal("800.00")

    def test_two_offers_make_no_benchmark_nor_does_the_dearest(
        self, session: scoped_session[Session], move_clock: MoveClock
    ) -> None:
        a_placement_after_competing((4200, 4600), move_clock)
        assert session.scalar(select(func.count()).select_from(Saving)) == 0

    def test_a_volume_discount_for_as_long_as_it_is_given(self, session: scoped_session[Session]) -> None:
        discount = {"kind": "discount", "label": "Volume discount, third child", "amount": Decimal(140), "unit": "week"}
        sibling = discount | {"label": "Sibling"}
        deal = a_deal(fees=(CORE, discount, sibling), starts_on=clock.today() - timedelta(21))
        agreement = a_placement(deal)
        (entry,) = entries()
        assert (entry.saving.source, entry.saving.benefit) == (Source.VOLUME_DISCOUNT, Benefit.CASHABLE)
        assert entry.figures[0].amount == Decimal("420.00")
        end_placement(agreement, clock.today() - timedelta(7), "E5", True, by=deal.officer)
        (entry,) = entries()
        assert [figure.amount for figure in entry.figures] == [Decimal("280.00")]
        claim_volume_discount(agreement)
        assert session.scalar(select(func.count()).select_from(Saving)) == 1

    @pytest.mark.parametrize(("planned", "claims"), [(True, 1), (False, 0)])
    def test_a_next_placement_that_costs_less_by_plan(
        self, session: scoped_session[Session], planned: bool, claims: int
    ) -> None:
        dear = a_deal(starts_on=clock.today() - timedelta(100), fees=(CORE | {"amount": Decimal(5000)},))
        former = a_placement(dear)
        key = former.id
        end_placement(former, clock.today() - timedelta(14), "E5", planned, by=dear.officer)
        cheap = a_deal(
            starts_on=clock.today() - timedelta(14), hub=dear.hub, borough=dear.borough, provider=dear.provider, lot=dear.lot,
            setting=dear.setting,
        )  # fmt: skip
        agreement = signed(cheap)
        of_one_child = {"child": agreement.child_id, "former": key}
        session.execute(text("UPDATE agreements SET child_id = :child WHERE id = :former"), of_one_child)
        start_placement(agreement, agreement.starts_on, by=cheap.officer)
        found = session.execute(
            select(Ground.before, Ground.after, Saving.benefit).join(Saving, Saving.id == Ground.saving_id)
        ).all()
        assert [tuple(row) for row in found] == [(Decimal(5000), Decimal(4200), Benefit.CASHABLE)] * claims

    def test_a_spot_price_given_up_for_a_place_of_the_framework(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = proposed(need)
        key = purchase.id
        withdraw_spot_purchase(purchase, "The framework has a place after all.", by=need.officer)
        deal = a_deal(hub=need.hub, borough=need.borough, lot=need.lot)
        agreement = signed(deal)
        for_this_child = {"referral": agreement.referral_id, "purchase": key}
        session.execute(text("UPDATE spot_purchases SET referral_id = :referral WHERE id = :purchase"), for_this_child)
        start_placement(agreement, agreement.starts_on, by=deal.officer)
        found = session.execute(
            select(Ground.before, Ground.after, Saving.source).join(Saving, Saving.id == Ground.saving_id)
        ).one()
        assert tuple(found) == (Decimal(5200), Decimal(4200), Source.SPOT_AVOIDED)


def a_placement_after_competing(prices: tuple[int, ...], move_clock: MoveClock) -> Agreement:
    """Offers at these prices, the first awarded, and the child moved in on the day offered."""
    of = a_competition(prices)
    award = an_award(of.referral, move_clock, of.offers[0])
    chosen = of.offers[0]
    with behind(Fence(chosen.provider_id, None, "provider")):
        provider = db.session.get_one(Organisation, chosen.provider_id)
    deal = Deal(
        hub=of.hub, borough=of.borough, provider=provider, lot=of.lot, setting=of.settings[0], officer=of.officer, manager=of.manager,
        head=a_person(provider, Role.PROVIDER_MANAGER), award_id=award.id,
    )  # fmt: skip
    move_clock(datetime.combine(chosen.starts_on, time(12), UTC))
    return a_placement(deal)

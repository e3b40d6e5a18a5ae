"""One child, one place: an award's agreement and a spot purchase's of the same referral."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement
from contracts.drawing_up import draw_up_agreement
from contracts.placing import end_placement, start_placement
from contracts.queries import fee_lines_of
from contracts.spot.agreeing import draw_up_spot_agreement
from contracts.spot.purchase import SpotPurchase
from foundation import clock
from foundation.database import db
from foundation.permission import NotNow
from foundation.tenancy import Fence
from marketplace.framework import Lot
from tests.makers.contracts import Deal, a_deal, a_draft, signed
from tests.makers.spot import Need, a_need, approved, issued, proposed, started
from tests.makers.standing import acting, behind

Sessions = scoped_session[Session]
MoveClock = Callable[[datetime], None]


def awarded(need: Need) -> Deal:
    """A place awarded in the same borough; its officer acts."""
    deal = a_deal(hub=need.hub, borough=need.borough, lot=need.lot)
    acting(deal.officer)
    return deal


def of_one_referral(agreement_id: object, referral_id: object) -> None:
    """As if both had been agreed for one child; the borough acts."""
    db.session.execute(update(Agreement).where(Agreement.id == agreement_id).values(referral_id=referral_id))
    db.session.expire_all()


class TestDrawingUp:
    def test_an_award_s_waits_until_the_spot_purchase_is_withdrawn(self, session: Sessions) -> None:
        need = a_need()
        spot = issued(need, approved(need, proposed(need)))
        key, reference = spot.id, spot.reference
        deal = awarded(need)
        of_one_referral(key, deal.award.referral_id)
        with pytest.raises(NotNow, match=f"{reference}.*Withdraw its spot purchase"):
            draw_up_agreement(deal.award, by=deal.officer)

    def test_an_award_s_while_the_child_lives_in_an_emergency_place(self, session: Sessions) -> None:
        need = a_need()
        key = started(need).id
        deal = awarded(need)
        of_one_referral(key, deal.award.referral_id)
        assert draw_up_agreement(deal.award, by=deal.officer).state == "draft"

    def test_a_spot_purchase_s_not_beside_an_award_s(self, session: Sessions) -> None:
        need = a_need()
        purchase = approved(need, proposed(need))
        key, referral_id = purchase.id, need.referral.id
        draft = a_draft(awarded(need))
        reference = draft.reference
        of_one_referral(draft.id, referral_id)
        acting(need.officer)
        with pytest.raises(NotNow, match=f"{reference} gives the child"):
            draw_up_spot_agreement(session.get_one(SpotPurchase, key), by=need.officer)


def test_the_child_moves_in_once_the_other_placement_has_ended(session: Sessions, move_clock: MoveClock) -> None:
    need = a_need()
    key = started(need).id
    move_clock(clock.now() + timedelta(days=3))
    deal = awarded(need)
    waiting = signed(deal).id
    acting(deal.officer)
    of_one_referral(key, deal.award.referral_id)
    with pytest.raises(NotNow, match="Record the end of that placement first"):
        start_placement(session.get_one(Agreement, waiting), clock.today(), by=deal.officer)
    end_placement(session.get_one(Agreement, key), clock.today(), "OTHER", True, by=deal.officer)
    assert start_placement(session.get_one(Agreement, waiting), clock.today(), by=deal.officer).state == "active"


def test_a_school_s_place_is_paid_by_education(session: Sessions) -> None:
    need = a_need()
    key = approved(need, proposed(need)).id
    with behind(Fence(need.hub.id, None, "hub")):
        session.execute(
            update(Lot).where(Lot.id == need.lot.id).values(agreement_kind="individual_placement_agreement")
        )
    acting(need.officer)
    agreement = draw_up_spot_agreement(session.get_one(SpotPurchase, key), by=need.officer)
    (line,) = fee_lines_of(agreement)
    assert (line.social_care_share, line.education_share) == (Decimal(0), Decimal(100))

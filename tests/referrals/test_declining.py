"""Declining, and taking it back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from referrals.deadlines import TooLate
from referrals.declining import decline_referral, take_back_decline
from referrals.offer import DeclineReason, Response
from tests.makers.answers import a_decline, a_responder, an_offer, an_officer, here, invited
from tests.makers.standing import acting
from tests.referrals.published import Market


class TestDeclineReferral:
    def test_the_borough_reads_who_declined_and_why_at_once(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        a_decline(market.referral, market.rowan, DeclineReason.STAFFING)
        acting(an_officer(market.referral))
        row = db.session.execute(select(Response.provider_id, Response.reason)).one()
        assert tuple(row) == (market.rowan.provider_id, DeclineReason.STAFFING)

    def test_a_provider_that_was_not_invited_may_not(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        with pytest.raises(NotPermitted):
            decline_referral(market.referral, DeclineReason.PRICE, by=acting(a_responder(market.beech)))

    def test_not_while_its_own_offer_stands(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        an_offer(market.referral, market.rowan)
        with pytest.raises(Invalid, match="Take it back"):
            a_decline(market.referral, market.rowan)

    def test_not_after_the_deadline(self, market: Market, move_clock: Callable[[datetime], None]) -> None:
        invited(market.referral, market.rowan)
        assert market.referral.deadline is not None
        move_clock(market.referral.deadline + timedelta(seconds=1))
        with pytest.raises(TooLate):
            a_decline(market.referral, market.rowan)

    def test_the_database_holds_one_live_decline_of_a_provider(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        a_decline(market.referral, market.rowan)
        with pytest.raises(IntegrityError, match="uq_responses_one_live_decline"):
            a_decline(market.referral, market.rowan)

    def test_it_is_recorded_and_the_borough_is_told(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        a_decline(market.referral, market.rowan)
        acting(an_officer(market.referral))
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "decline_referral")).one()
        letter = db.session.scalars(select(Letter).where(Letter.act == "decline_referral")).one()
        assert event.after == {"reason": "no_vacancy"}
        assert "no place on the date" in letter.body


class TestTakeBackDecline:
    def test_the_provider_may_offer_again(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        a_decline(market.referral, market.rowan)
        responder = acting(a_responder(market.rowan))
        take_back_decline(here(market.referral), by=responder)
        assert an_offer(market.referral, market.rowan).reference

    def test_there_must_be_one(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        responder = acting(a_responder(market.rowan))
        with pytest.raises(NotNow):
            take_back_decline(here(market.referral), by=responder)

    def test_not_after_the_deadline(self, market: Market, move_clock: Callable[[datetime], None]) -> None:
        invited(market.referral, market.rowan)
        a_decline(market.referral, market.rowan)
        responder = acting(a_responder(market.rowan))
        assert market.referral.deadline is not None
        move_clock(market.referral.deadline + timedelta(seconds=1))
        with pytest.raises(TooLate):
            take_back_decline(here(market.referral), by=responder)

    def test_the_borough_is_told(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        a_decline(market.referral, market.rowan)
        responder = acting(a_responder(market.rowan))
        take_back_decline(here(market.referral), by=responder)
        acting(an_officer(market.referral))
        assert db.session.scalars(select(Letter).where(Letter.act == "take_back_decline")).one()

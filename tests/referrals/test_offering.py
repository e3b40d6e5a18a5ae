"""Offering a setting: in time, its own, registered, under seal, with a receipt."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted, Stale
from foundation.tenancy import SYSTEM_FENCE
from marketplace.fee_line import FeeKind, Unit
from marketplace.roles import Role
from referrals.deadlines import TooLate
from referrals.offer import DeclineReason, Offer, OfferFeeLine, OfferNeed, OfferState, Response
from referrals.offer_terms import Fee, NeedAnswer
from referrals.offering import revise_offer, submit_offer, withdraw_offer
from referrals.receipt import receipt_text
from tests.makers.answers import (
    a_colleague_at,
    a_decline,
    a_responder,
    an_offer,
    an_officer,
    apart,
    here,
    invited,
    needs_met,
    terms_for,
)
from tests.makers.standing import acting, behind
from tests.referrals.published import Market


def the_count(of: type) -> int:
    return db.session.scalar(select(func.count()).select_from(of)) or 0


class TestSubmitOffer:
    def test_it_lies_sealed_with_its_needs_and_fee_lines(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        offer = an_offer(market.referral, market.rowan, weekly=Decimal("4380.00"))
        assert offer.state is OfferState.SUBMITTED
        assert db.session.scalars(select(OfferNeed.need)).all() == ["trauma"]
        assert db.session.scalars(select(OfferFeeLine.amount)).all() == [Decimal("4380.00")]
        assert db.session.scalars(select(Response.kind)).all() == ["offer"]

    def test_its_receipt_is_the_hash_of_all_that_was_offered(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        offer = an_offer(market.referral, market.rowan)
        needs = db.session.scalars(select(OfferNeed)).all()
        lines = db.session.scalars(select(OfferFeeLine)).all()
        said = receipt_text(offer, needs, lines)
        assert offer.receipt_hash == hashlib.sha256(said.encode()).hexdigest()
        assert '"amount":"4200.00"' in said

    def test_a_provider_that_was_not_invited_may_not(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        stranger = acting(a_responder(market.beech))
        with pytest.raises(NotPermitted):
            submit_offer(market.referral, terms_for(market.beech), by=stranger)

    def test_its_finance_role_may_not(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        finance = acting(a_colleague_at(market.rowan.provider_id, Role.PROVIDER_FINANCE))
        with pytest.raises(NotPermitted):
            submit_offer(here(market.referral), terms_for(market.rowan), by=finance)

    def test_after_the_deadline_the_database_refuses_it(
        self, market: Market, move_clock: Callable[[datetime], None]
    ) -> None:
        invited(market.referral, market.rowan)
        responder = acting(a_responder(market.rowan))
        referral = here(market.referral)
        terms = terms_for(market.rowan, needs=needs_met(referral))
        assert referral.deadline is not None
        move_clock(referral.deadline + timedelta(seconds=1))
        with pytest.raises(TooLate, match=r"The deadline passed at .*Nothing was sent"):
            submit_offer(referral, terms, by=responder)
        assert the_count(Offer) == 0

    def test_not_once_the_referral_is_withdrawn(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        with behind(an_officer(market.referral).fence):
            db.session.execute(
                text("UPDATE referrals SET state = 'withdrawn', closed_at = now(), closing_reason = 'Placed at home'")
            )
        with pytest.raises(NotNow, match="withdrawn"):
            an_offer(market.referral, market.rowan)

    def test_a_setting_has_one_live_offer_on_a_referral(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        an_offer(market.referral, market.rowan)
        with pytest.raises(Exception, match="uq_offers_one_live_per_setting"):
            an_offer(market.referral, market.rowan)

    def test_not_beside_a_decline(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        a_decline(market.referral, market.rowan, DeclineReason.STAFFING)
        with pytest.raises(Invalid, match="declined"):
            an_offer(market.referral, market.rowan)

    @pytest.mark.parametrize(
        ("fees", "field"),
        [
            ((), "fee_0_amount"),
            ((Fee(kind=FeeKind.CORE, label="Core", amount=Decimal(-5), unit=Unit.WEEK),), "fee_0_amount"),
            (
                (Fee(kind=FeeKind.CORE, label="Core", amount=Decimal(99_999), unit=Unit.DAY, quantity=Decimal(2)),),
                "fee_0_amount",
            ),
            ((Fee(kind=FeeKind.DISCOUNT, label="Gift", amount=Decimal(5), unit=Unit.WEEK),), "fee_0_amount"),
            ((Fee(kind=FeeKind.CORE, label="Core", amount=Decimal(5000), unit=Unit.TERM),), "fee_0_unit"),
            ((Fee(kind=FeeKind.CORE, label="Core", amount=Decimal(5), unit=Unit.WEEK),) * 2, "fee_1_label"),
        ],
    )
    def test_fees_that_cannot_be_meant_are_refused_at_their_field(
        self, market: Market, fees: tuple[Fee, ...], field: str
    ) -> None:
        invited(market.referral, market.rowan)
        with pytest.raises(Invalid) as refused:
            an_offer(market.referral, market.rowan, fees=fees)
        assert refused.value.field == field

    def test_a_need_that_must_be_met_wants_an_answer_and_evidence(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        with pytest.raises(Invalid) as unanswered:
            an_offer(market.referral, market.rowan, needs=())
        without = (replace(NeedAnswer(need="trauma", level="part"), evidence=" "),)  # type: ignore[arg-type]
        with pytest.raises(Invalid) as unproved:
            an_offer(market.referral, market.rowan, needs=without)
        assert [unanswered.value.field, unproved.value.field] == ["need_trauma_level", "need_trauma_evidence"]

    def test_a_setting_outside_its_registration_or_another_s_is_refused(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        with behind(SYSTEM_FENCE):
            db.session.execute(text("UPDATE settings SET age_to = 12 WHERE name = 'Rowan House'"))
        with pytest.raises(Invalid, match="ages 8 to 12; the child will be 13"):
            an_offer(market.referral, market.rowan)
        with pytest.raises(Invalid, match="your own"):
            an_offer(market.referral, market.beech, by=a_responder(market.rowan))

    def test_it_is_recorded_without_a_price_and_the_borough_is_told(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        offer = an_offer(market.referral, market.rowan)
        acting(an_officer(market.referral))
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "submit_offer")).one()
        assert event.after == {"receipt": offer.receipt_hash}
        letters = db.session.scalars(select(Letter).where(Letter.act == "submit_offer")).all()
        assert [letter.organisation_id for letter in letters] == [market.borough.id]
        assert "£" not in letters[0].body


class TestTheSeal:
    """What the borough and the hub read before opening: that an offer lies there, and nothing of what is in it."""

    @pytest.mark.parametrize("table", ["offers", "offer_needs", "offer_fee_lines"])
    def test_before_opening_neither_the_borough_nor_the_hub_reads_a_row(self, market: Market, table: str) -> None:
        invited(market.referral, market.rowan)
        an_offer(market.referral, market.rowan)
        statement = text(f"SELECT count(*) FROM {table}")
        for reader in (an_officer(market.referral), a_colleague_at(market.hub.id, Role.HUB_MANAGER)):
            acting(reader)
            assert db.session.execute(statement).scalar_one() == 0

    def test_the_borough_sees_that_an_offer_lies_there_from_whom_and_since_when(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        offer = an_offer(market.referral, market.rowan)
        acting(an_officer(market.referral))
        row = db.session.execute(select(Response.provider_id, Response.kind, Response.answered_at)).one()
        assert tuple(row) == (market.rowan.provider_id, "offer", offer.submitted_at)

    def test_another_invited_provider_sees_nothing_of_it(self, market: Market) -> None:
        invited(market.referral, market.rowan, market.beech)
        an_offer(market.referral, market.rowan)
        acting(a_responder(market.beech))
        assert [the_count(table) for table in (Offer, OfferNeed, OfferFeeLine, Response)] == [0, 0, 0, 0]


class TestReviseOffer:
    def test_it_replaces_what_was_offered_under_a_new_receipt(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        first = an_offer(market.referral, market.rowan, weekly=4200)
        responder = acting(a_responder(market.rowan))
        terms = terms_for(market.rowan, weekly=4100, needs=needs_met(here(market.referral)))
        revise_offer(here(first), terms, version=first.version, by=responder)
        second = apart(first)
        assert db.session.scalars(select(OfferFeeLine.amount)).all() == [Decimal("4100.00")]
        assert second.receipt_hash != first.receipt_hash

    def test_a_stale_form_is_refused(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        offer = an_offer(market.referral, market.rowan)
        responder = acting(a_responder(market.rowan))
        with pytest.raises(Stale):
            revise_offer(here(offer), terms_for(market.rowan), version=offer.version + 1, by=responder)

    def test_not_after_the_deadline(self, market: Market, move_clock: Callable[[datetime], None]) -> None:
        invited(market.referral, market.rowan)
        offer = an_offer(market.referral, market.rowan)
        responder = acting(a_responder(market.rowan))
        terms = terms_for(market.rowan, weekly=1, needs=needs_met(here(market.referral)))
        assert market.referral.deadline is not None
        move_clock(market.referral.deadline + timedelta(seconds=1))
        with pytest.raises(TooLate):
            revise_offer(here(offer), terms, version=offer.version, by=responder)
        assert db.session.scalars(select(OfferFeeLine.amount)).all() == [Decimal("4200.00")]


class TestWithdrawOffer:
    def test_it_frees_the_setting_for_another_offer(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        offer = an_offer(market.referral, market.rowan)
        responder = acting(a_responder(market.rowan))
        withdraw_offer(here(offer), by=responder)
        assert apart(offer).state is OfferState.WITHDRAWN
        assert db.session.scalars(select(Response.withdrawn_at)).one() is not None
        assert an_offer(market.referral, market.rowan).state is OfferState.SUBMITTED

    def test_another_provider_may_not(self, market: Market) -> None:
        invited(market.referral, market.rowan, market.beech)
        offer = an_offer(market.referral, market.rowan)
        with pytest.raises(NotPermitted):
            withdraw_offer(offer, by=acting(a_responder(market.beech)))

    def test_not_twice(self, market: Market) -> None:
        invited(market.referral, market.rowan)
        offer = an_offer(market.referral, market.rowan)
        responder = acting(a_responder(market.rowan))
        withdraw_offer(here(offer), by=responder)
        with pytest.raises(NotNow):
            withdraw_offer(here(offer), by=responder)

"""Proposing a spot purchase: framework first, the search and the register attached, nothing that cannot be meant."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.spot.deciding import withdraw_spot_purchase
from contracts.spot.proposing import propose_spot_purchase
from contracts.spot.purchase import SpotFeeLine, SpotPurchase
from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from marketplace.acts import Act
from marketplace.fee_line import FeeKind, Unit
from marketplace.organisation import Organisation
from marketplace.roles import Kind, Role
from marketplace.setting import Accepts, Setting
from referrals.declining import decline_referral
from referrals.offer import DeclineReason
from referrals.offer_terms import Fee
from referrals.publishing import withdraw_referral
from referrals.referral import Referral
from tests.makers.answers import an_offer, here
from tests.makers.choosing import opened
from tests.makers.contracts import a_deal, a_placement
from tests.makers.referrals import CANARY
from tests.makers.spot import (
    EMERGENCY,
    Need,
    a_need,
    an_unknown_place,
    leaving,
    proposed,
    spot_terms,
    started,
    unregistered,
)
from tests.makers.standing import a_borough, a_person, acting

MoveClock = Callable[[datetime], None]


def tried(need: Need, place: Any = None, **facts: Any) -> None:
    """Propose, expecting a refusal; the officer acts."""
    proposed(need, place, **facts)


class TestDoesIt:
    def test_with_the_search_attached(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = proposed(need)
        assert purchase.state == "proposed"
        assert purchase.weekly_cost == Decimal("5200.00")
        (wave,) = purchase.search["waves"]
        assert [(each["provider"], each["answer"]) for each in wave["invited"]] == [("Oakfield Care Ltd", "Not opened")]
        assert (purchase.search["fit"], purchase.search["invited"], purchase.search["offers"]) == (1, 1, 0)
        assert (purchase.need, purchase.age_at_start, purchase.sex) == ("trauma", 12, "F")
        assert [line.amount for line in session.scalars(select(SpotFeeLine))] == [Decimal("5200.00")]

    def test_a_decline_with_its_reason_and_a_sealed_offer_without_its_price(
        self, session: scoped_session[Session]
    ) -> None:
        need = a_need()
        an_offer(need.referral, need.admitted, weekly=4321)
        purchase = proposed(need)
        (answer,) = purchase.search["waves"][0]["invited"]
        assert (answer["answer"], answer["note"]) == ("Offer, sealed", "")
        assert "4321" not in str(purchase.search)
        assert "4,321" not in str(purchase.search)

    def test_a_decline_says_why(self, session: scoped_session[Session]) -> None:
        need = a_need()
        head = a_person(
            Organisation(id=need.admitted.provider_id, kind=Kind.PROVIDER, name="Oakfield"), Role.PROVIDER_MANAGER
        )
        acting(head)
        referral = session.get_one(Referral, need.referral.id)
        decline_referral(referral, DeclineReason.NO_VACANCY, "The last room went on Monday.", by=head)
        (answer,) = proposed(need).search["waves"][0]["invited"]
        assert answer["answer"] == "Declined"
        assert answer["note"] == "No place on the date. The last room went on Monday."

    def test_an_opened_offer_shows_its_price_once_prices_are_open(
        self, session: scoped_session[Session], move_clock: MoveClock
    ) -> None:
        need = a_need()
        an_offer(need.referral, need.admitted, weekly=4321)
        need.referral = opened(need.referral, move_clock, by=need.officer)
        (answer,) = proposed(need).search["waves"][0]["invited"]
        assert answer["answer"] == "Offer"
        assert answer["note"] == "", "the lot marks quality first, and quality is not locked"

    def test_an_emergency_needs_no_search_but_its_explanation(self, session: scoped_session[Session]) -> None:
        need = a_need(published=False)
        purchase = proposed(need, emergency=EMERGENCY, reason="emergency")
        assert purchase.emergency
        assert purchase.search["published_at"] is None
        assert purchase.emergency_decided_by == "Director of children’s services"

    def test_an_unregistered_place_is_written_down_for_this_borough(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = unregistered(need)
        assert purchase.unregistered
        assert purchase.register_check["standing"] == "unregistered"
        assert (purchase.provider.name, purchase.setting.name) == ("Quick Homes Ltd", "The Annexe")
        assert purchase.setting.recorded_by_id == need.borough.id

    def test_the_same_unregistered_owner_is_written_down_once(self, session: scoped_session[Session]) -> None:
        need = a_need()
        first = unregistered(need)
        provider_id, setting_id = first.provider_id, first.setting_id
        withdraw_spot_purchase(first, "The house is not ready.", by=need.officer)
        second = unregistered(need)
        assert second.provider_id == provider_id
        assert second.setting_id != setting_id
        assert second.provider.claimed_at is None

    def test_what_does_not_fit_is_said(self, session: scoped_session[Session]) -> None:
        need = a_need(
            age_from=14, age_to=17, accepts=Accepts.BOYS, rating="Inadequate", registration_status="Suspended"
        )
        purchase = proposed(need, warned=True)
        assert purchase.warnings == [
            "Its registration is suspended.",
            "It was rated inadequate at its latest full inspection.",
            "It is registered for ages 14 to 17; the child will be 12.",
            "It is registered for boys only.",
        ]


class TestWhoMayNot:
    @pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.FINANCE_OFFICER, Role.AUDITOR, Role.DIRECTOR])
    def test_other_roles(self, session: scoped_session[Session], role: Role) -> None:
        need = a_need()
        somebody = a_person(need.borough, role)
        acting(somebody)
        with pytest.raises(NotPermitted):
            propose_spot_purchase(
                session.get_one(Referral, need.referral.id),
                session.get_one(Setting, need.outside.id),
                spot_terms(),
                by=somebody,
            )
        assert session.scalars(select(SpotPurchase)).all() == []

    def test_another_borough_does_not_find_the_referral(self, session: scoped_session[Session]) -> None:
        need = a_need()
        acting(a_person(a_borough(need.hub, "London Borough of Elsewhere"), Role.PLACEMENT_OFFICER))
        assert session.get(Referral, need.referral.id) is None


class TestBadInput:
    @pytest.mark.parametrize(
        ("facts", "field", "sentence"),
        [
            ({"reason": ""}, "reason", "Choose a reason"),
            ({"reason": "because"}, "reason", "Choose a reason"),
            ({"explanation": "  "}, "explanation", "Say in a few sentences"),
            ({"explanation": f"{CANARY} knows the cook."}, "explanation", "looks like the child’s name"),
            ({"explanation": "x" * 2001}, "explanation", "2,000 characters"),
            ({"fees": ()}, "fee_0_amount", "at least one fee line"),
            ({"notice_days": 400}, "notice_days", "0 to 365"),
        ],
    )
    def test_is_refused_beside_its_field(
        self, session: scoped_session[Session], facts: dict[str, Any], field: str, sentence: str
    ) -> None:
        with pytest.raises(Invalid, match=sentence) as refused:
            tried(a_need(), **facts)
        assert refused.value.field == field
        assert session.scalars(select(SpotPurchase)).all() == []

    @pytest.mark.parametrize(
        ("days", "field", "sentence"),
        [
            ({"starts_on": -1}, "starts_on", "in the past"),
            ({"starts_on": 7, "expected_end_on": 7}, "expected_end_on", "come after the start"),
            ({"review_on": 0}, "review_on", "a day to come"),
            ({"review_on": 92}, "review_on", "thirteen weeks"),
        ],
    )
    def test_days_that_cannot_be(
        self, session: scoped_session[Session], days: dict[str, int], field: str, sentence: str
    ) -> None:
        need, today = a_need(), clock.today()
        with pytest.raises(Invalid, match=sentence) as refused:
            tried(need, **{name: today + timedelta(days=ahead) for name, ahead in days.items()})
        assert refused.value.field == field

    def test_two_fees_of_one_name_and_a_discount_that_eats_them(self, session: scoped_session[Session]) -> None:
        need = a_need()
        core = Fee(kind=FeeKind.CORE, label="Core fee", amount=Decimal(5200), unit=Unit.WEEK)
        with pytest.raises(Invalid, match="same kind and label"):
            tried(need, fees=(core, core))
        off = Fee(kind=FeeKind.DISCOUNT, label="Discount", amount=Decimal(6000), unit=Unit.WEEK)
        with pytest.raises(Invalid, match="larger than the fees"):
            tried(need, fees=(core, off))

    def test_without_a_search_only_the_emergency_path(self, session: scoped_session[Session]) -> None:
        need = a_need(published=False)
        with pytest.raises(Invalid, match="No setting has been asked") as refused:
            tried(need)
        assert refused.value.field == "emergency"
        for facts, field in (({"reason": " "}, "emergency_reason"), ({"decided_by": ""}, "emergency_decided_by")):
            said = {"reason": "A bed tonight.", "decided_by": "Director"} | facts
            with pytest.raises(Invalid) as refused:
                tried(need, emergency=type(EMERGENCY)(**said))
            assert refused.value.field == field

    def test_a_withdrawn_referral_was_not_searched_to_its_end(self, session: scoped_session[Session]) -> None:
        need = a_need()
        withdraw_referral(here(need.referral), "The family found a place.", by=need.officer)
        with pytest.raises(Invalid, match="No setting has been asked"):
            tried(need)

    def test_an_admitted_setting_is_bought_through_the_framework(self, session: scoped_session[Session]) -> None:
        need = a_need()
        with pytest.raises(Invalid, match="Buy the place through the framework"):
            tried(need, need.admitted, warned=True)

    def test_warnings_are_read_first(self, session: scoped_session[Session]) -> None:
        need = a_need(rating="Inadequate")
        with pytest.raises(Invalid, match="Read the warnings") as refused:
            tried(need)
        assert refused.value.field == "warned"

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"reason": ""}, "unregistered_reason"),
            ({"plan": " "}, "leaving_plan"),
            ({"leave_by": None}, "leave_by"),
        ],
    )
    def test_an_unregistered_place_has_reason_plan_and_day(
        self, session: scoped_session[Session], facts: dict[str, Any], field: str
    ) -> None:
        need = a_need()
        with pytest.raises(Invalid) as refused:
            unregistered(need, leaving=leaving(**facts))
        assert refused.value.field == field
        assert session.scalars(select(Setting).where(Setting.source == "spot")).all() == []

    def test_it_is_reviewed_within_the_week(self, session: scoped_session[Session]) -> None:
        with pytest.raises(Invalid, match="every week"):
            unregistered(a_need(), review_on=clock.today() + timedelta(days=8))

    def test_a_setting_with_no_number_is_unregistered_too(self, session: scoped_session[Session]) -> None:
        need = a_need(urn=None, registered=None)
        with pytest.raises(Invalid, match="no registered place"):
            tried(need, warned=True)

    def test_a_postcode_that_is_none(self, session: scoped_session[Session]) -> None:
        need = a_need()
        with pytest.raises(Invalid) as refused:
            proposed(
                need, an_unknown_place(postcode="nowhere"), leaving=leaving(), warned=True,
                review_on=clock.today() + timedelta(days=7),
            )  # fmt: skip
        assert refused.value.field == "postcode"


class TestWhenItMayNot:
    def test_while_another_purchase_is_under_way(self, session: scoped_session[Session]) -> None:
        need = a_need()
        proposed(need)
        with pytest.raises(IntegrityError, match="uq_spot_purchases_one_live"):
            proposed(need)

    def test_while_a_place_of_the_referral_stands(self, session: scoped_session[Session]) -> None:
        need = a_need()
        agreement = started(need)
        with pytest.raises(NotNow, match=agreement.reference):
            proposed(need)

    def test_while_a_framework_placement_runs_even_in_an_emergency(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = a_placement(deal)
        referral = session.get_one(Referral, agreement.referral_id)
        setting = session.get_one(Setting, deal.setting.id)
        with pytest.raises((NotNow, Invalid)):
            propose_spot_purchase(referral, setting, spot_terms(emergency=EMERGENCY), by=deal.officer)


class TestWhatTheDatabaseRefuses:
    @pytest.mark.parametrize(
        ("facts", "constraint"),
        [
            ({"search": {}}, "searched_unless_emergency"),
            ({"unregistered": True}, "unregistered_with_a_plan_and_a_day"),
            ({"emergency": True}, "emergency_is_explained"),
            ({"weekly_cost": 0}, "costs_something"),
            ({"explanation": " "}, "is_explained"),
            ({"withdrawn_at": datetime(2026, 1, 1).astimezone()}, "withdrawn_for_a_reason"),
        ],
    )
    def test_a_row_that_says_too_little(
        self, session: scoped_session[Session], facts: dict[str, Any], constraint: str
    ) -> None:
        purchase = proposed(a_need())
        for name, value in facts.items():
            setattr(purchase, name, value)
        with pytest.raises(IntegrityError, match=constraint):
            session.flush()

    def test_its_proposer_as_its_approver(self, session: scoped_session[Session]) -> None:
        purchase = proposed(a_need())
        purchase.decided_at, purchase.decided_by_id, purchase.decided_by_name = (
            clock.now(),
            purchase.proposed_by_id,
            "Olu",
        )
        purchase.__dict__["state"] = "approved"
        with pytest.raises(IntegrityError):
            db.session.execute(
                SpotPurchase.__table__.update().values(
                    state="approved",
                    decided_at=clock.now(),
                    decided_by_id=purchase.proposed_by_id,
                    decided_by_name="Olu",
                )
            )


class TestWhatIsRecordedAndWhoIsTold:
    def test_one_row_and_one_letter_without_a_name(self, session: scoped_session[Session]) -> None:
        need = a_need()
        purchase = proposed(need)
        (event,) = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.PROPOSE_SPOT_PURCHASE)).all()
        assert event.subject_reference == purchase.reference
        (letter,) = session.scalars(select(Letter).where(Letter.act == Act.PROPOSE_SPOT_PURCHASE)).all()
        assert letter.to_roles == ["placement_manager", "director"]
        assert CANARY not in letter.body + str(event.after) + str(purchase.search) + str(purchase.register_check)

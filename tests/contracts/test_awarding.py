"""Awarding a place, and undoing the award."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.award import Award
from contracts.awarding import award_offer, undo_award
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from foundation.tenancy import SYSTEM_FENCE
from marketplace.organisation import Organisation
from marketplace.roles import Role
from referrals.child import Child, Identity
from referrals.offer import Offer, OfferResult, OfferState
from referrals.offering import withdraw_offer
from referrals.recommending import recommend_offer
from referrals.referral import Invitation, PublishedProfile, ReferralState
from referrals.results import result_of
from tests.makers.answers import a_colleague_at, a_responder, an_offer, apart, here, invited
from tests.makers.choosing import Competition, MoveClock, a_competition, an_award, live, recommended
from tests.makers.referrals import CANARY, a_published
from tests.makers.standing import acting, behind

LONG = "It is the nearest to her school, and she has said that she wants to live there."


@pytest.fixture
def competition(session: scoped_session[Session], move_clock: MoveClock) -> Competition:
    """Three offers, the first of them recommended by the officer; the manager acts."""
    competition = a_competition()
    recommended(competition.referral, move_clock, by=competition.officer)
    acting(competition.manager)
    return competition


def states(competition: Competition) -> dict[str, str]:
    offers = db.session.scalars(select(Offer).execution_options(populate_existing=True))
    return {offer.reference: offer.state.value for offer in offers}


def letters(act: str) -> list[Letter]:
    with behind(SYSTEM_FENCE):
        return list(db.session.scalars(select(Letter).where(Letter.act == act)))


class TestAwarding:
    def test_one_offer_is_awarded_and_the_others_are_not(self, competition: Competition) -> None:
        award = award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)
        first, second, third = (offer.reference for offer in competition.offers)
        assert states(competition) == {first: "awarded", second: "unsuccessful", third: "unsuccessful"}
        assert here(competition.referral).state is ReferralState.AWARDED
        assert here(competition.referral).awarded_offer_id == award.offer_id
        assert award.first_ranked
        assert award.weekly_cost == 4200

    def test_the_results_are_kept_for_all(self, competition: Competition) -> None:
        award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)
        kept = db.session.scalars(select(OfferResult).order_by(OfferResult.rank)).all()
        assert [(result.rank, result.successful, result.offers_compared) for result in kept] == [
            (1, True, 3), (2, False, 3), (3, False, 3),
        ]  # fmt: skip

    def test_the_identity_opens_to_the_winner_alone(self, competition: Competition) -> None:
        award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)
        for offer, sees in zip(competition.offers, (1, 0, 0), strict=True):
            acting(a_colleague_at(offer.provider_id, Role.PROVIDER_RESPONDER))
            assert len(db.session.scalars(select(Identity)).all()) == sees
            assert len(db.session.scalars(select(PublishedProfile)).all()) == sees

    def test_an_offer_that_is_not_first_needs_a_tick_and_a_fuller_rationale(self, competition: Competition) -> None:
        second = here(competition.offers[1])
        for rationale, departs, field in (("Short.", False, "departs"), ("Short.", True, "rationale")):
            with pytest.raises(Invalid) as refused:
                award_offer(second, rationale, departs=departs, by=competition.manager)
            assert refused.value.field == field
        award = award_offer(here(competition.offers[1]), LONG, departs=True, by=competition.manager)
        assert not award.first_ranked

    def test_the_recommender_may_not(self, session: scoped_session[Session], move_clock: MoveClock) -> None:
        competition = a_competition((4200,))
        recommended(competition.referral, move_clock, by=competition.manager)
        acting(competition.manager)
        with pytest.raises(NotPermitted, match="somebody else must award it"):
            award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)

    @pytest.mark.parametrize("role", [Role.PLACEMENT_OFFICER, Role.COMMISSIONER, Role.QUALITY_OFFICER, Role.AUDITOR])
    def test_who_else_may_not(self, competition: Competition, role: Role) -> None:
        acting(other := a_colleague_at(competition.borough.id, role))
        with pytest.raises(NotPermitted):
            award_offer(here(competition.offers[0]), "Nearest.", by=other)

    def test_above_the_limit_only_a_director_may(self, competition: Competition) -> None:
        with behind(SYSTEM_FENCE):
            db.session.get_one(Organisation, competition.borough.id).award_limit = 4000
        with pytest.raises(NotPermitted, match="only a director"):
            award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)
        acting(director := a_colleague_at(competition.borough.id, Role.DIRECTOR))
        award_offer(here(competition.offers[0]), "Nearest.", by=director)

    def test_not_without_a_recommendation(self, session: scoped_session[Session], move_clock: MoveClock) -> None:
        competition = a_competition((4200,))
        undo_award(_standing(competition, move_clock), "A mistake.", by=competition.manager)
        with pytest.raises(NotNow, match="recommended"):
            award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)

    def test_not_an_expired_offer(self, competition: Competition, move_clock: MoveClock) -> None:
        offer = here(competition.offers[0])
        move_clock(competition.referral.deadline + timedelta(days=90))  # type: ignore[operator]
        with pytest.raises(NotNow, match="valid until"):
            award_offer(offer, "Nearest.", by=competition.manager)

    def test_not_a_withdrawn_offer(self, competition: Competition) -> None:
        acting(responder := a_colleague_at(competition.offers[0].provider_id, Role.PROVIDER_RESPONDER))
        withdraw_offer(here(competition.offers[0]), by=responder)
        acting(competition.manager)
        with pytest.raises(NotNow, match="taken back"):
            award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)

    def test_not_twice(self, competition: Competition) -> None:
        award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)
        with pytest.raises(NotNow, match="awarded"):
            award_offer(here(competition.offers[1]), LONG, departs=True, by=competition.manager)

    def test_the_database_refuses_a_second_award(self, competition: Competition) -> None:
        award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)
        with pytest.raises(IntegrityError, match="uq_offers_one_award"):
            db.session.execute(text("UPDATE offers SET state = 'awarded'"))

    def test_the_database_refuses_a_second_standing_award(self, competition: Competition) -> None:
        award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)
        columns = (
            "referral_id, offer_id, provider_id, authority_id, rationale, first_ranked, weekly_cost, awarded_at, awarded_by_id,"
            " awarded_by_name"
        )
        with pytest.raises(IntegrityError, match="uq_awards_one_stands"):
            db.session.execute(
                text(f"INSERT INTO awards (id, {columns}) SELECT gen_random_uuid(), {columns} FROM awards")
            )

    def test_it_is_recorded_and_everyone_is_told_nothing_of_the_others(self, competition: Competition) -> None:
        award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)
        (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "award_offer"))
        assert event.about_id == competition.offers[0].provider_id
        told = {letter.organisation_id: letter for letter in letters("award_offer")}
        assert set(told) == {competition.borough.id, *(offer.provider_id for offer in competition.offers)}
        for offer in competition.offers:
            others = [each for each in competition.offers if each is not offer]
            words = told[offer.provider_id].subject + told[offer.provider_id].body
            assert offer.reference in words
            assert not any(each.reference in words for each in others)
            assert not any(f"{price:,}" in words or str(price) in words for price in (4200, 4600, 5000))
            assert CANARY not in words


class TestUndoing:
    @pytest.fixture
    def award(self, competition: Competition) -> Award:
        return award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)

    def test_everything_is_as_before(self, competition: Competition, award: Award) -> None:
        undo_award(award, "The home closed.", by=competition.manager)
        assert set(states(competition).values()) == {"submitted"}
        referral = here(competition.referral)
        assert referral.state is ReferralState.OPENED
        assert (referral.awarded_offer_id, referral.recommended_offer_id) == (None, None)
        assert set(db.session.scalars(select(Invitation.sight_ended_at))) == {None}
        acting(a_responder(competition.settings[0]))
        assert db.session.scalars(select(Identity)).all() == []

    def test_another_offer_can_be_awarded_then(self, competition: Competition, award: Award) -> None:
        undo_award(award, "The home closed.", by=competition.manager)
        acting(competition.officer)
        recommend_offer(here(competition.offers[1]), "Next.", by=competition.officer)
        acting(competition.manager)
        award_offer(here(competition.offers[1]), LONG, departs=True, by=competition.manager)
        first, second, third = (offer.reference for offer in competition.offers)
        assert states(competition) == {first: "unsuccessful", second: "awarded", third: "unsuccessful"}
        kept = {result.offer_id: result.successful for result in db.session.scalars(select(OfferResult))}
        assert kept[competition.offers[1].id]
        assert not kept[competition.offers[0].id]

    def test_results_are_not_shown_while_nothing_is_decided(self, competition: Competition, award: Award) -> None:
        undo_award(award, "The home closed.", by=competition.manager)
        acting(a_colleague_at(competition.offers[1].provider_id, Role.PROVIDER_RESPONDER))
        assert result_of(here(competition.offers[1])) is None

    @pytest.mark.parametrize("role", [Role.PLACEMENT_OFFICER, Role.DIRECTOR, Role.AUDITOR])
    def test_who_may_not(self, competition: Competition, award: Award, role: Role) -> None:
        acting(other := a_colleague_at(competition.borough.id, role))
        with pytest.raises(NotPermitted):
            undo_award(here(award), "A mistake.", by=other)

    def test_not_twice(self, competition: Competition, award: Award) -> None:
        undo_award(award, "The home closed.", by=competition.manager)
        with pytest.raises(NotNow, match="undone already"):
            undo_award(award, "The home closed.", by=competition.manager)

    def test_not_without_a_reason(self, competition: Competition, award: Award) -> None:
        with pytest.raises(Invalid) as refused:
            undo_award(award, "  ", by=competition.manager)
        assert refused.value.field == "reason"

    def test_the_database_refuses_an_undoing_without_its_reason(self, competition: Competition, award: Award) -> None:
        with pytest.raises(IntegrityError, match="undone_by_somebody_for_a_reason"):
            db.session.execute(text("UPDATE awards SET undone_at = awarded_at"))

    def test_all_are_told_and_the_reason_goes_to_the_former_winner_alone(
        self, competition: Competition, award: Award
    ) -> None:
        undo_award(award, "The home closed.", by=competition.manager)
        told = {letter.organisation_id: letter.body for letter in letters("undo_award")}
        assert set(told) == {competition.borough.id, *(offer.provider_id for offer in competition.offers)}
        assert "The home closed." in told[competition.offers[0].provider_id]
        assert "The home closed." not in told[competition.offers[1].provider_id]


class TestWhatALoserReads:
    def test_its_own_marks_scores_and_place(self, session: scoped_session[Session], move_clock: MoveClock) -> None:
        competition = a_competition()
        an_award(competition.referral, move_clock)
        acting(a_colleague_at(competition.offers[2].provider_id, Role.PROVIDER_RESPONDER))
        result = result_of(here(competition.offers[2]))
        assert result is not None
        assert (result.place, result.compared, result.is_chosen) == ("3", 3, False)
        assert [mark.mark for mark in result.marks] == ["4", "4", "4"]
        assert "3 of 3" in result.reason

    def test_nothing_of_another_is_in_its_rows(self, session: scoped_session[Session], move_clock: MoveClock) -> None:
        competition = a_competition(price_formula="lowest_over_price")
        an_award(competition.referral, move_clock)
        loser = competition.offers[2]
        acting(a_colleague_at(loser.provider_id, Role.PROVIDER_RESPONDER))
        tables = {
            "offers": "id",
            "offer_results": "offer_id",
            "marks": "offer_id",
            "offer_fee_lines": "offer_id",
            "responses": "offer_id",
        }
        for table, column in tables.items():
            seen = set(db.session.scalars(text(f"SELECT DISTINCT {column} FROM {table}")))
            assert seen == {loser.id}, table
        result = result_of(here(loser))
        assert result is not None
        assert "218,400" not in " ".join(result.arithmetic)
        assert here(loser).state is OfferState.UNSUCCESSFUL


def _standing(competition: Competition, move_clock: MoveClock) -> Award:
    award = an_award(competition.referral, move_clock)
    acting(competition.manager)
    assert not list(live(competition.referral))
    return here(award)


class TestTheChildsNextPlace:
    def test_an_award_of_it_does_not_close_the_identity_where_the_child_still_lives(
        self, competition: Competition, move_clock: MoveClock
    ) -> None:
        award_offer(here(competition.offers[0]), "Nearest.", by=competition.manager)
        acting(competition.officer)
        child = db.session.get_one(Child, here(competition.referral).child_id)
        onward = apart(a_published(competition.officer, competition.lot, child))
        invited(onward, competition.settings[2], by=competition.officer)
        an_offer(onward, competition.settings[2], weekly=4000)
        an_award(onward, move_clock)
        for setting, sees in zip(competition.settings, (1, 0, 1), strict=True):
            acting(a_responder(setting))
            assert len(db.session.scalars(select(Identity)).all()) == sees

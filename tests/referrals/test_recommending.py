"""Recommending an offer, ending without an award, writing down what the child says; and what the fences keep shut meanwhile."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, scoped_session

from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from foundation.tenancy import SYSTEM_FENCE
from marketplace.roles import Role
from referrals.evaluating import lock_quality
from referrals.evaluation import ChildsView, Choice
from referrals.offer import Mark, Offer, OfferFeeLine, OfferResult
from referrals.recommending import close_without_award, recommend_offer, record_view
from referrals.referral import PublishedProfile, ReferralState
from referrals.results import result_of
from tests.makers.answers import a_colleague_at, here
from tests.makers.choosing import (
    Competition,
    MoveClock,
    a_competition,
    an_award,
    live,
    locked,
    marked,
    opened,
    past_deadline,
    recommended,
)
from tests.makers.standing import a_person, acting, behind

Database = scoped_session[Session]


class TestRecommending:
    @pytest.fixture
    def competition(self, session: Database, move_clock: MoveClock) -> Competition:
        competition = a_competition((4200, 4600))
        locked(competition.referral, move_clock, by=competition.officer)
        return competition

    def test_it_stands_until_another_takes_its_place(self, competition: Competition) -> None:
        for offer in competition.offers:
            recommend_offer(here(offer), " Fits. ", by=competition.officer)
        found = here(competition.referral)
        assert found.recommended_offer_id == competition.offers[1].id
        assert (found.recommended_by_id, found.recommendation) == (competition.officer.person_id, "Fits.")

    @pytest.mark.parametrize("role", [Role.QUALITY_OFFICER, Role.DIRECTOR, Role.AUDITOR])
    def test_who_may_not(self, competition: Competition, role: Role) -> None:
        acting(other := a_colleague_at(competition.borough.id, role))
        with pytest.raises(NotPermitted):
            recommend_offer(here(competition.offers[0]), "Fits.", by=other)

    def test_not_before_quality_is_locked(self, session: Database, move_clock: MoveClock) -> None:
        competition = a_competition((4200,))
        opened(competition.referral, move_clock, by=competition.officer)
        with pytest.raises(NotNow, match="locked"):
            recommend_offer(here(competition.offers[0]), "Fits.", by=competition.officer)

    def test_not_without_a_reason(self, competition: Competition) -> None:
        with pytest.raises(Invalid) as refused:
            recommend_offer(here(competition.offers[0]), " ", by=competition.officer)
        assert refused.value.field == "reason"

    def test_the_managers_are_told(self, competition: Competition) -> None:
        recommend_offer(here(competition.offers[0]), "Fits.", by=competition.officer)
        with behind(SYSTEM_FENCE):
            (letter,) = db.session.scalars(select(Letter).where(Letter.act == "recommend_offer"))
        assert letter.to_roles == ["placement_manager"]


class TestClosingWithoutAward:
    def test_after_the_lock_everybody_keeps_a_result(self, session: Database, move_clock: MoveClock) -> None:
        competition = a_competition((4200, 4600))
        locked(competition.referral, move_clock)
        acting(competition.manager)
        close_without_award(here(competition.referral), "None meets the needs.", by=competition.manager)
        assert here(competition.referral).state is ReferralState.CLOSED
        assert [result.successful for result in db.session.scalars(select(OfferResult))] == [False, False]
        acting(a_colleague_at(competition.offers[0].provider_id, Role.PROVIDER_RESPONDER))
        assert db.session.scalars(select(PublishedProfile)).all() == []
        result = result_of(here(competition.offers[0]))
        assert result is not None
        assert result.reason.startswith("None meets the needs.")

    def test_before_the_lock_nothing_is_scored(self, session: Database, move_clock: MoveClock) -> None:
        competition = a_competition((4200,))
        opened(competition.referral, move_clock)
        acting(competition.manager)
        close_without_award(here(competition.referral), "No longer needed.", by=competition.manager)
        acting(a_colleague_at(competition.offers[0].provider_id, Role.PROVIDER_RESPONDER))
        result = result_of(here(competition.offers[0]))
        assert result is not None
        assert (result.reason, result.total, result.marks) == ("No longer needed.", None, ())

    def test_an_officer_may_not(self, session: Database, move_clock: MoveClock) -> None:
        competition = a_competition(())
        opened(competition.referral, move_clock, by=competition.officer)
        with pytest.raises(NotPermitted):
            close_without_award(here(competition.referral), "Nobody.", by=competition.officer)

    def test_not_before_opening(self, session: Database) -> None:
        competition = a_competition(())
        acting(competition.manager)
        with pytest.raises(NotNow):
            close_without_award(here(competition.referral), "Nobody.", by=competition.manager)

    def test_everybody_invited_is_told(self, session: Database, move_clock: MoveClock) -> None:
        competition = a_competition((4200, 4600))
        opened(competition.referral, move_clock)
        acting(competition.manager)
        close_without_award(here(competition.referral), "No longer needed.", by=competition.manager)
        with behind(SYSTEM_FENCE):
            told = list(db.session.scalars(select(Letter).where(Letter.act == "close_without_award")))
        assert {letter.organisation_id for letter in told} == {offer.provider_id for offer in competition.offers}
        assert all("No longer needed." in letter.body for letter in told)


class TestTheChildsView:
    def test_it_is_written_down_and_changed(self, session: Database, move_clock: MoveClock) -> None:
        competition = a_competition((4200,))
        opened(competition.referral, move_clock, by=competition.officer)
        record_view(here(competition.offers[0]), "Nice.", Choice.SECOND, "", by=competition.officer)
        record_view(here(competition.offers[0]), "Nicer.", Choice.FIRST, "Nan agrees.", by=competition.officer)
        (view,) = db.session.scalars(select(ChildsView))
        assert (view.said, view.choice, view.family) == ("Nicer.", Choice.FIRST, "Nan agrees.")

    def test_neither_hub_nor_provider_reads_it_and_the_audit_holds_none_of_it(
        self, session: Database, move_clock: MoveClock
    ) -> None:
        competition = a_competition((4200,))
        opened(competition.referral, move_clock, by=competition.officer)
        record_view(here(competition.offers[0]), "Near Nan.", Choice.FIRST, "Yes.", by=competition.officer)
        (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "record_view"))
        assert event.after == {"choice": "first_choice"}
        for stranger in (
            a_person(competition.hub, Role.HUB_MANAGER),
            a_colleague_at(competition.offers[0].provider_id, Role.PROVIDER_RESPONDER),
        ):
            acting(stranger)
            assert db.session.scalars(select(ChildsView)).all() == []

    def test_the_quality_officer_may_not(self, session: Database, move_clock: MoveClock) -> None:
        competition = a_competition((4200,))
        opened(competition.referral, move_clock)
        acting(other := a_colleague_at(competition.borough.id, Role.QUALITY_OFFICER))
        with pytest.raises(NotPermitted):
            record_view(here(competition.offers[0]), "", Choice.NO_VIEW, "", by=other)


class TestTheFences:
    def test_sealed_opened_locked(self, session: Database, move_clock: MoveClock) -> None:
        """The borough and the hub read offers once they are opened, prices once quality is locked; in SQL, not only on pages."""
        competition = a_competition((4200, 4600))
        readers = (competition.officer, competition.manager, a_person(competition.hub, Role.HUB_MANAGER))
        seen = []
        for step in (lambda: None, lambda: opened(competition.referral, move_clock), lambda: _lock(competition)):
            step()
            for reader in readers:
                acting(reader)
                seen.append(
                    (
                        len(db.session.scalars(select(Offer.id)).all()),
                        len(db.session.scalars(select(OfferFeeLine.id)).all()),
                    )
                )
        assert seen == [(0, 0)] * 3 + [(2, 0)] * 3 + [(2, 2)] * 3

    def test_where_quality_is_not_marked_first_prices_open_with_the_offers(
        self, session: Database, move_clock: MoveClock
    ) -> None:
        competition = a_competition((4200,), quality_first=False)
        opened(competition.referral, move_clock, by=competition.officer)
        assert len(db.session.scalars(select(OfferFeeLine.id)).all()) == 1

    def test_a_provider_reads_no_mark_before_the_decision_and_only_its_own_after(
        self, session: Database, move_clock: MoveClock
    ) -> None:
        competition = a_competition((4200, 4600))
        loser = competition.offers[1]
        recommended(competition.referral, move_clock)
        acting(a_colleague_at(loser.provider_id, Role.PROVIDER_RESPONDER))
        assert db.session.scalars(select(Mark)).all() == []

    def test_only_own_marks_after_the_award(self, session: Database, move_clock: MoveClock) -> None:
        competition = a_competition((4200, 4600))
        loser = competition.offers[1]
        an_award(competition.referral, move_clock)
        acting(a_colleague_at(loser.provider_id, Role.PROVIDER_RESPONDER))
        assert set(db.session.scalars(select(Mark.offer_id))) == {loser.id}

    def test_nobody_writes_marks_before_opening(self, session: Database, move_clock: MoveClock) -> None:
        competition = a_competition((4200,))
        past_deadline(competition.referral, move_clock)
        acting(competition.officer)
        offer = competition.offers[0]
        with pytest.raises(ProgrammingError, match="row-level security"):
            db.session.execute(
                text(
                    "INSERT INTO marks (id, offer_id, provider_id, authority_id, referral_id, criterion_id, evaluator_id,"
                    " evaluator_name, mark, reason, counted, marked_at) SELECT gen_random_uuid(), :offer, :provider, :borough,"
                    " :referral, id, gen_random_uuid(), 'X', 3, 'Y', true, now() FROM criteria LIMIT 1"
                ),
                {
                    "offer": offer.id, "provider": offer.provider_id, "borough": offer.authority_id, "referral": offer.referral_id,
                },
            )  # fmt: skip


def _lock(competition: Competition) -> None:
    marked(competition.referral)
    acting(competition.officer)
    lock = here(competition.referral)
    lock_quality(lock, by=competition.officer)
    assert len(list(live(competition.referral))) == len(competition.offers)

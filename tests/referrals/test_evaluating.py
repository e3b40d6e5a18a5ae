"""Opening the offers, marking their quality, locking the marks."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from foundation.audit import AuditEvent
from foundation.database import db
from foundation.permission import Invalid, NotNow, NotPermitted
from marketplace.roles import Role
from referrals.comparing import marking_of
from referrals.evaluating import lock_quality, mark_offer, open_offers
from referrals.evaluation import Moderation
from referrals.offer import Mark, Offer
from referrals.offering import withdraw_offer
from referrals.referral import Referral, ReferralState
from tests.makers.answers import a_colleague_at, here
from tests.makers.choosing import Competition, MoveClock, a_competition, live, marked, opened, past_deadline
from tests.makers.standing import a_borough, a_person, acting


def audited(act: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.act == act)))


def criteria_of(offer: Offer) -> list[object]:
    return [criterion.id for criterion in db.session.get_one(Referral, offer.referral_id).lot.criteria]


class TestOpeningTheOffers:
    def test_an_officer_opens_them_all_after_the_deadline(
        self, session: scoped_session[Session], move_clock: MoveClock
    ) -> None:
        competition = a_competition()
        assert list(live(competition.referral)) == []
        found = opened(competition.referral, move_clock, by=competition.officer)
        assert found.state is ReferralState.OPENED
        assert found.opened_by_id == competition.officer.person_id
        assert len(list(live(found))) == 3

    def test_a_referral_without_offers_is_opened_like_any_other(
        self, session: scoped_session[Session], move_clock: MoveClock
    ) -> None:
        assert opened(a_competition(()).referral, move_clock).state is ReferralState.OPENED

    @pytest.mark.parametrize("role", [Role.QUALITY_OFFICER, Role.FINANCE_OFFICER, Role.DIRECTOR, Role.AUDITOR])
    def test_who_may_not(self, session: scoped_session[Session], move_clock: MoveClock, role: Role) -> None:
        competition = a_competition(())
        past_deadline(competition.referral, move_clock)
        acting(other := a_colleague_at(competition.borough.id, role))
        with pytest.raises(NotPermitted):
            open_offers(here(competition.referral), by=other)

    def test_another_borough_s_officer_may_not(self, session: scoped_session[Session], move_clock: MoveClock) -> None:
        competition = a_competition(())
        past_deadline(competition.referral, move_clock)
        acting(stranger := a_person(a_borough(competition.hub, "London Borough of Elsewhere"), Role.PLACEMENT_OFFICER))
        with pytest.raises(NotPermitted):
            open_offers(competition.referral, by=stranger)

    @pytest.mark.parametrize("late_by", [timedelta(minutes=-1), timedelta(hours=-3)])
    def test_not_before_the_deadline_has_passed(
        self, session: scoped_session[Session], move_clock: MoveClock, late_by: timedelta
    ) -> None:
        competition = a_competition(())
        assert competition.referral.deadline is not None
        move_clock(competition.referral.deadline + late_by)
        acting(competition.officer)
        with pytest.raises(NotNow, match="can be opened after"):
            open_offers(here(competition.referral), by=competition.officer)

    def test_not_twice(self, session: scoped_session[Session], move_clock: MoveClock) -> None:
        competition = a_competition(())
        opened(competition.referral, move_clock, by=competition.officer)
        with pytest.raises(NotNow):
            open_offers(here(competition.referral), by=competition.officer)

    def test_the_database_refuses_an_opening_before_the_deadline(self, session: scoped_session[Session]) -> None:
        a_competition(())
        with pytest.raises(IntegrityError, match="opened_after_the_deadline"):
            db.session.execute(text("UPDATE referrals SET opened_at = deadline"))

    def test_it_is_recorded_with_how_many_lay_sealed(
        self, session: scoped_session[Session], move_clock: MoveClock
    ) -> None:
        competition = a_competition()
        opened(competition.referral, move_clock, by=competition.officer)
        (event,) = audited("open_offers")
        assert (event.person_id, event.after) == (competition.officer.person_id, {"offers": 3})


class TestMarking:
    @pytest.fixture
    def competition(self, session: scoped_session[Session], move_clock: MoveClock) -> Competition:
        competition = a_competition((4200, 4600))
        opened(competition.referral, move_clock, by=competition.officer)
        return competition

    def test_some_marks_now_the_rest_later_and_changed(self, competition: Competition) -> None:
        offer = next(live(competition.referral))
        first, second, third = criteria_of(offer)
        mark_offer(offer, {first: (3, " Sound. ")}, by=competition.officer)  # type: ignore[dict-item]
        mark_offer(offer, {first: (5, "Better."), second: (4, "Good.")}, by=competition.officer)  # type: ignore[dict-item]
        marks = {mark.criterion_id: (mark.mark, mark.reason) for mark in db.session.scalars(select(Mark))}
        assert marks == {first: (5, "Better."), second: (4, "Good.")}
        assert third not in marks

    def test_each_evaluator_s_are_kept_apart(self, competition: Competition) -> None:
        marked(competition.referral)
        marked(competition.referral)
        assert len(db.session.scalars(select(Mark)).all()) == 2 * 2 * 3

    @pytest.mark.parametrize("role", [Role.FINANCE_OFFICER, Role.DIRECTOR, Role.COMMISSIONER, Role.AUDITOR])
    def test_who_may_not(self, competition: Competition, role: Role) -> None:
        acting(other := a_colleague_at(competition.borough.id, role))
        offer = next(live(competition.referral))
        with pytest.raises(NotPermitted):
            mark_offer(offer, {}, by=other)

    def test_not_after_quality_is_locked(self, competition: Competition) -> None:
        marked(competition.referral)
        acting(competition.officer)
        lock_quality(here(competition.referral), by=competition.officer)
        offer = next(live(competition.referral))
        with pytest.raises(NotNow, match="locked on"):
            mark_offer(offer, {criteria_of(offer)[0]: (1, "Late.")}, by=competition.officer)  # type: ignore[dict-item]

    @pytest.mark.parametrize(
        ("mark", "reason", "field"), [(6, "Why", "mark_1"), (-1, "Why", "mark_1"), (3, "  ", "reason_1"), (3, "x" * 2001, "reason_1")]
    )  # fmt: skip
    def test_a_mark_is_on_the_scale_and_has_a_reason(
        self, competition: Competition, mark: int, reason: str, field: str
    ) -> None:
        offer = next(live(competition.referral))
        with pytest.raises(Invalid) as refused:
            mark_offer(offer, {criteria_of(offer)[0]: (mark, reason)}, by=competition.officer)  # type: ignore[dict-item]
        assert refused.value.field == field

    @pytest.mark.parametrize(
        ("value", "rule"), [("mark = 6", "mark_on_the_scale"), ("reason = ' '", "mark_has_a_reason")]
    )
    def test_the_database_refuses_what_is_off_the_scale(self, competition: Competition, value: str, rule: str) -> None:
        marked(competition.referral)
        with pytest.raises(IntegrityError, match=rule):
            db.session.execute(text(f"UPDATE marks SET {value}"))

    def test_it_is_recorded(self, competition: Competition) -> None:
        offer = next(live(competition.referral))
        mark_offer(offer, {criteria_of(offer)[0]: (3, "Sound.")}, by=competition.officer)  # type: ignore[dict-item]
        (event,) = audited("mark_offer")
        assert event.after == {"Meeting needs": 3}
        assert event.subject_reference == offer.reference


class TestLockingQuality:
    @pytest.fixture
    def competition(self, session: scoped_session[Session], move_clock: MoveClock) -> Competition:
        competition = a_competition((4200, 4600))
        opened(competition.referral, move_clock, by=competition.officer)
        return competition

    def test_it_locks_what_is_marked(self, competition: Competition) -> None:
        marked(competition.referral)
        acting(competition.officer)
        lock_quality(here(competition.referral), by=competition.officer)
        assert here(competition.referral).quality_locked_at is not None

    def test_a_difference_of_two_is_explained_first(self, competition: Competition) -> None:
        apart_one = competition.offers[0]
        marked(competition.referral, {apart_one.reference: 5})
        marked(competition.referral, {apart_one.reference: 3})
        acting(competition.officer)
        with pytest.raises(Invalid) as refused:
            lock_quality(here(competition.referral), by=competition.officer)
        assert refused.value.field == f"why_{apart_one.reference}_1"
        sheet = marking_of(here(competition.referral))
        explained = {(offer.id, cell.criterion.id): "One saw the evidence." for offer, cell in sheet.apart}
        lock_quality(here(competition.referral), explained, by=competition.officer)
        assert len(db.session.scalars(select(Moderation)).all()) == 3

    def test_a_difference_of_one_is_not(self, competition: Competition) -> None:
        marked(competition.referral, {competition.offers[0].reference: 5})
        marked(competition.referral)
        acting(competition.officer)
        lock_quality(here(competition.referral), by=competition.officer)

    def test_marks_of_somebody_who_saw_only_some_offers_are_set_aside(self, competition: Competition) -> None:
        marked(competition.referral)
        acting(competition.officer)
        offer = next(live(competition.referral))
        mark_offer(offer, {criteria_of(offer)[0]: (0, "Unread.")}, by=competition.officer)  # type: ignore[dict-item]
        lock_quality(here(competition.referral), by=competition.officer)
        counted = {mark.reason: mark.counted for mark in db.session.scalars(select(Mark))}
        assert counted == {"Unread.": False, "Shown with examples.": True}
        (event,) = audited("lock_quality")
        assert event.after["set_aside"] == [competition.officer.name]

    def test_a_withdrawn_offer_needs_no_marks(self, competition: Competition) -> None:
        marked(competition.referral)
        acting(responder := a_colleague_at(competition.offers[0].provider_id, Role.PROVIDER_RESPONDER))
        withdraw_offer(here(competition.offers[0]), by=responder)
        acting(competition.officer)
        lock_quality(here(competition.referral), by=competition.officer)

    @pytest.mark.parametrize("role", [Role.QUALITY_OFFICER, Role.DIRECTOR, Role.AUDITOR])
    def test_who_may_not(self, competition: Competition, role: Role) -> None:
        acting(other := a_colleague_at(competition.borough.id, role))
        with pytest.raises(NotPermitted):
            lock_quality(here(competition.referral), by=other)

    def test_not_before_every_offer_is_marked(self, competition: Competition) -> None:
        with pytest.raises(Invalid, match="Nobody has marked every offer"):
            lock_quality(here(competition.referral), by=competition.officer)

    def test_not_twice(self, competition: Competition) -> None:
        marked(competition.referral)
        acting(competition.officer)
        lock_quality(here(competition.referral), by=competition.officer)
        with pytest.raises(NotNow):
            lock_quality(here(competition.referral), by=competition.officer)

    def test_nothing_to_lock_without_offers(self, session: scoped_session[Session], move_clock: MoveClock) -> None:
        competition = a_competition(())
        opened(competition.referral, move_clock, by=competition.officer)
        with pytest.raises(NotNow, match="nothing to lock"):
            lock_quality(here(competition.referral), by=competition.officer)

    def test_the_database_refuses_a_lock_before_opening(self, session: scoped_session[Session]) -> None:
        a_competition(())
        with pytest.raises(IntegrityError, match="quality_locked_once_opened"):
            db.session.execute(text("UPDATE referrals SET quality_locked_at = published_at"))

"""Disruption meetings and their actions."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement
from contracts.placing import end_placement
from contracts.staying.holding_meetings import Minutes, Planned, complete_action, record_meeting
from contracts.staying.meeting import DisruptionAction, DisruptionMeeting
from contracts.staying.meetings import meeting_days, meeting_due, meetings_of
from contracts.staying.work_sources import actions_to_do, meetings_to_hold
from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from foundation.working_days import add_working_days
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.roles import Role
from marketplace.work import Group
from tests.contracts.varying.test_pages import boxes, text_of
from tests.makers.contracts import Deal, a_deal, a_placement, as_read_by, signed
from tests.makers.standing import a_borough, a_person, a_provider, acting

ClientAs = Callable[[Actor], FlaskClient]
ENDED = timedelta(7)


def a_breakdown(planned: bool = False) -> tuple[Deal, Agreement]:
    """A placement that ended a week ago, without a plan; the officer acts."""
    deal = a_deal(starts_on=clock.today() - timedelta(56))
    agreement = a_placement(deal)
    return deal, end_placement(agreement, clock.today() - ENDED, "CREQB", planned, by=deal.officer)


def some_minutes(held_on: date | None = None, **facts: object) -> Minutes:
    due = clock.today() + timedelta(14)
    said: dict[str, object] = {
        "held_on": held_on or clock.today(), "present": ["social_worker", "registered_manager"], "reasons": ["CREQB"],
        "found": "The home learned of the bullying late.",
        "actions": [
            Planned(action="Write a plan for the first week", owner="provider", due_on=due),
            Planned(action="Tell the next home what helps", owner="borough", due_on=due),
        ],
    }  # fmt: skip
    return Minutes(**(said | facts))  # type: ignore[arg-type]


def owned_by(side: str) -> DisruptionAction:
    return db.session.scalars(select(DisruptionAction).where(DisruptionAction.owner == side)).one()


class TestDoesIt:
    def test_an_unplanned_end_wants_a_meeting_within_ten_working_days(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_breakdown()
        due = add_working_days(clock.today() - ENDED, 10)
        assert meeting_due(agreement) == due
        (item,) = meetings_to_hold(deal.officer)
        assert (item.step, item.due_at and item.due_at.date()) == ("Hold a disruption meeting", due)
        record_meeting(agreement, some_minutes(), by=deal.officer)
        assert meeting_due(agreement) is None
        assert list(meetings_to_hold(deal.officer)) == []

    def test_the_terms_may_say_another_number(self) -> None:
        assert meeting_days([{"heading": "Notice"}, {"disruption_meeting_days": 20}]) == 20
        assert meeting_days([]) == 10

    def test_a_planned_end_wants_none(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_breakdown(planned=True)
        assert meeting_due(agreement) is None
        assert list(meetings_to_hold(deal.officer)) == []

    def test_a_meeting_while_at_risk_does_not_stand_for_the_one_after_the_end(
        self, session: scoped_session[Session]
    ) -> None:
        deal = a_deal(starts_on=clock.today() - timedelta(56))
        agreement = a_placement(deal)
        assert record_meeting(agreement, some_minutes(), by=deal.officer).stage == "at_risk"
        end_placement(agreement, clock.today(), "CREQB", False, by=deal.officer)
        assert len(list(meetings_to_hold(deal.officer))) == 1
        assert record_meeting(agreement, some_minutes(), by=deal.officer).stage == "ended"
        assert [meeting.number for meeting in meetings_of(agreement)] == [2, 1]

    def test_each_side_does_its_own_actions(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_breakdown()
        record_meeting(agreement, some_minutes(), by=deal.officer)
        complete_action(owned_by("borough"), by=deal.officer)
        acting(deal.head)
        (item,) = actions_to_do(deal.head)
        assert (item.group, item.about) == (Group.NOW, "Write a plan for the first week")
        done = complete_action(owned_by("provider"), by=deal.head)
        assert (done.done_on, done.done_by_name) == (clock.today(), deal.head.name)
        assert list(actions_to_do(deal.head)) == []


class TestWhoMayNot:
    def test_the_provider_records_none_and_nobody_does_the_other_side_s(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_breakdown()
        for actor in (deal.head, a_person(deal.borough, Role.COMMISSIONER)):
            agreement = as_read_by(actor, agreement)
            with pytest.raises(NotPermitted):
                record_meeting(agreement, some_minutes(), by=actor)
        record_meeting(as_read_by(deal.officer, agreement), some_minutes(), by=deal.officer)
        with pytest.raises(NotPermitted, match="The other side owns"):
            complete_action(owned_by("provider"), by=deal.officer)

    def test_strangers_and_the_hub_read_none(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_breakdown()
        record_meeting(agreement, some_minutes(), by=deal.officer)
        for stranger in (
            a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER),
            a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER),
            a_person(deal.hub, Role.HUB_MANAGER),
        ):
            acting(stranger)
            assert session.scalars(select(DisruptionMeeting)).all() == []
            assert session.scalars(select(DisruptionAction)).all() == []


class TestWhenItMayNot:
    def test_before_the_placement_started_or_twice_done(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        with pytest.raises(NotNow):
            record_meeting(signed(deal), some_minutes(), by=deal.officer)
        deal, agreement = a_breakdown()
        record_meeting(agreement, some_minutes(), by=deal.officer)
        complete_action(owned_by("borough"), by=deal.officer)
        with pytest.raises(NotNow):
            complete_action(owned_by("borough"), by=deal.officer)

    def test_what_cannot_be_meant(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_breakdown()
        late = Planned(action="Too late", owner="borough", due_on=clock.today() - timedelta(1))
        for minutes, field in (
            (some_minutes(clock.today() + timedelta(1)), "held_on"),
            (some_minutes(clock.today() - ENDED - timedelta(1)), "held_on"),
            (some_minutes(present=[]), "present"),
            (some_minutes(present=["Auntie May"]), "present"),
            (some_minutes(reasons=["WHIM"]), "reasons"),
            (some_minutes(found=" "), "found"),
            (some_minutes(actions=[late]), "actions"),
            (some_minutes(found="Zephyrine ran away."), "found"),
            (some_minutes(actions=[Planned(action="Ring quillfeather", owner="borough", due_on=clock.today())]), "actions"),
        ):  # fmt: skip
            with pytest.raises(Invalid) as refused:
                record_meeting(agreement, minutes, by=deal.officer)
            assert refused.value.field == field


class TestWhatTheDatabaseRefuses:
    def test_contradictions_and_the_other_side_s_hand(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_breakdown()
        meeting = record_meeting(agreement, some_minutes(), by=deal.officer)
        with pytest.raises(Exception, match="permission denied"), db.session.begin_nested():
            session.execute(update(DisruptionMeeting).values(found="Nothing"))
        ours = update(DisruptionAction).where(DisruptionAction.meeting_id == meeting.id)
        with pytest.raises(IntegrityError, match="done_by_somebody"), db.session.begin_nested():
            session.execute(ours.values(done_on=clock.today()))
        changed = session.execute(ours.values(done_on=clock.today(), done_by_name="X")).rowcount  # type: ignore[attr-defined]
        assert changed == 1, "only the borough's own action is the borough's to change"


class TestWhatIsRecordedAndWhoIsTold:
    def test_the_trail_and_the_letters_say_nothing_of_what_was_found(self, session: scoped_session[Session]) -> None:
        deal, agreement = a_breakdown()
        record_meeting(agreement, some_minutes(), by=deal.officer)
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.RECORD_DISRUPTION_MEETING)).one()
        assert event.after == {"meeting": 1, "held_on": clock.today().isoformat(), "actions": 2}
        acting(deal.head)
        told = session.scalars(select(Letter).where(Letter.act == Act.RECORD_DISRUPTION_MEETING)).one()
        assert "Some of its actions are yours" in told.body
        assert "bullying" not in told.body


class TestThePages:
    def test_recorded_by_the_officer_done_by_the_provider(
        self, session: scoped_session[Session], client_as: ClientAs
    ) -> None:
        deal, agreement = a_breakdown()
        page = f"/placements/{agreement.reference}/disruption"
        officer, head = client_as(deal.officer), client_as(deal.head)
        assert "A meeting is due by" in text_of(officer, page)
        text_of(officer, f"{page}/new")
        text_of(head, f"{page}/new", 403)
        typed = {
            "held_on": boxes(clock.today()), "present": ["child", "social_worker"], "reasons": ["CREQB"],
            "found": "Moved too soon.", "actions-0-action": "Write a plan", "actions-0-owner": "provider",
        }  # fmt: skip
        refused = officer.post(f"{page}/new", data=typed)
        assert refused.status_code == 422
        assert "Enter the day by which it is done." in refused.text
        assert "Moved too soon." in refused.text
        answer = officer.post(f"{page}/new", data=typed | {"actions-0-due_on": boxes(clock.today() + timedelta(5))})
        assert answer.status_code == 303, answer.text
        assert "Say that it is done" in text_of(head, page)
        assert "Say that it is done" not in text_of(officer, page)
        text_of(officer, f"{page}/1/1", 403)
        text_of(head, f"{page}/1/1")
        assert head.post(f"{page}/1/1").status_code == 303
        text_of(head, f"{page}/1/2", 404)
        assert "Say that it is done" not in text_of(head, page)

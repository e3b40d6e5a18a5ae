"""Holding a disruption meeting: the officer records it, the sides do what it agreed and say so."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from contracts.agreement import Agreement, AgreementState
from contracts.staying.meeting import DisruptionAction, DisruptionMeeting
from contracts.staying.moving import move_reasons
from contracts.staying.notices import tell_action_done, tell_meeting_held
from contracts.staying.words import OWNERS, PRESENT
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import day_plain
from foundation.permission import Invalid, NotNow
from foundation.states import hold, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from referrals.child import Identity
from referrals.identifying_text import known_of, matches


@dataclass(frozen=True, kw_only=True)
class Planned:
    """An action as the meeting agreed it."""

    action: str
    owner: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """What is kept of a meeting."""

    held_on: date
    present: Sequence[str]
    reasons: Sequence[str]
    found: str
    actions: Sequence[Planned]


def record_meeting(agreement: Agreement, minutes: Minutes, *, by: Actor) -> DisruptionMeeting:
    """An officer records the meeting; borough and provider read it, and each is told which actions are its own."""
    with transaction():
        authorise(by, Act.RECORD_DISRUPTION_MEETING, agreement)
        require(hold(agreement), Act.RECORD_DISRUPTION_MEETING)
        _check(agreement, minutes)
        meeting = _meeting(agreement, minutes, by)
        db.session.add(meeting)
        db.session.flush()
        db.session.add_all(_actions(meeting, minutes.actions))
        record(
            Act.RECORD_DISRUPTION_MEETING, agreement, by=by, about=agreement.provider_id,
            after={"meeting": meeting.number, "held_on": minutes.held_on, "actions": len(minutes.actions)},
        )  # fmt: skip
        tell_meeting_held(agreement, meeting, {planned.owner for planned in minutes.actions})
    return meeting


def complete_action(action: DisruptionAction, *, by: Actor) -> DisruptionAction:
    """The side that owns an action says that it is done; the other side is told."""
    with transaction():
        authorise(by, Act.COMPLETE_DISRUPTION_ACTION, action)
        if hold(action).done_on is not None:
            raise NotNow(f"This action was done on {day_plain(action.done_on)} already.")
        agreement = db.session.get_one(Agreement, action.agreement_id)
        action.done_on, action.done_by_name = clock.today(), by.name
        other = agreement.authority_id if action.owner == "provider" else agreement.provider_id
        record(Act.COMPLETE_DISRUPTION_ACTION, agreement, by=by, about=other, after={"action": action.position})
        tell_action_done(agreement, action)
    return action


def _check(agreement: Agreement, minutes: Minutes) -> None:
    started = agreement.ended_on or agreement.started_on
    assert started is not None, "the placement has started"
    if minutes.held_on < started:
        happened = "ended" if agreement.ended_on else "started"
        raise Invalid(f"The placement {happened} on {day_plain(started)}. Enter that day or a later one.", "held_on")
    if minutes.held_on > clock.today():
        raise Invalid("Record the meeting once it was held.", "held_on")
    if not minutes.present or not set(minutes.present) <= set(PRESENT):
        raise Invalid("Say who was there.", "present")
    if not minutes.reasons or not set(minutes.reasons) <= set(dict(move_reasons())):
        raise Invalid("Choose at least one reason from the list.", "reasons")
    if not minutes.found.strip():
        raise Invalid("Say what was found.", "found")
    for planned in minutes.actions:
        _check_action(planned, minutes.held_on)
    _require_no_name(agreement, minutes)


def _check_action(planned: Planned, held_on: date) -> None:
    if not planned.action.strip() or planned.owner not in OWNERS:
        raise Invalid("Give every action its words, its owner and its day.", "actions")
    if planned.due_on < held_on:
        raise Invalid(f"An action cannot be due before the meeting of {day_plain(held_on)}.", "actions")


def _require_no_name(agreement: Agreement, minutes: Minutes) -> None:
    """Minutes are copied and sent on: they speak of the child, never by name."""
    known = known_of(db.session.get_one(Identity, agreement.child_id))
    texts = [("found", minutes.found), *(("actions", planned.action) for planned in minutes.actions)]
    for field, text in texts:
        given_away = matches(text, known)
        if given_away:
            raise Invalid(f"Leave out {given_away[0].what}: write “the child”.", field)


def _meeting(agreement: Agreement, minutes: Minutes, by: Actor) -> DisruptionMeeting:
    of = select(func.max(DisruptionMeeting.number)).where(DisruptionMeeting.agreement_id == agreement.id)
    return DisruptionMeeting(
        id=uuid.uuid4(), number=(db.session.scalar(of) or 0) + 1, agreement_id=agreement.id,
        authority_id=agreement.authority_id, provider_id=agreement.provider_id, held_on=minutes.held_on,
        stage="ended" if agreement.state is AgreementState.ENDED else "at_risk",
        present=[who for who in PRESENT if who in minutes.present], reasons=sorted(set(minutes.reasons)),
        found=minutes.found.strip(), recorded_at=clock.now(), recorded_by_name=by.name,
    )  # fmt: skip


def _actions(meeting: DisruptionMeeting, actions: Sequence[Planned]) -> list[DisruptionAction]:
    return [
        DisruptionAction(
            id=uuid.uuid4(), meeting_id=meeting.id, agreement_id=meeting.agreement_id, authority_id=meeting.authority_id,
            provider_id=meeting.provider_id, position=position, action=planned.action.strip(), owner=planned.owner,
            due_on=planned.due_on,
        )
        for position, planned in enumerate(actions, start=1)
    ]  # fmt: skip

"""Publishing: a manager approves what an officer drafted, and the profile is frozen for the providers who will be invited."""

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import select

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import day, moment_long, plural
from foundation.permission import Invalid
from foundation.states import hold, move, require
from foundation.transaction import transaction
from foundation.working_days import BeyondBankHolidays, bank_holidays, deadline_after, is_working_day, london_day
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from referrals import notices, queries
from referrals.identifying_text import known_of, matches
from referrals.offer import Response
from referrals.profiling import awarded_profile_of, form_of, profile_of
from referrals.quality_check import Quality, check
from referrals.referral import Invitation, Referral

#: A deadline further away than this is a slip of the keyboard.
LONGEST_WAIT = timedelta(days=366)


def send_for_approval(referral: Referral, *, by: Actor) -> Referral:
    """An officer gives a complete referral to the managers, who are told. It cannot be changed until it comes back."""
    with transaction():
        authorise(by, Act.SEND_FOR_APPROVAL, referral)
        require(hold(referral), Act.SEND_FOR_APPROVAL)
        _require_quality(referral)
        move(referral, Act.SEND_FOR_APPROVAL)
        referral.sent_for_approval_at, referral.sent_for_approval_by_id = clock.now(), by.person_id
        referral.sent_back_reason = None
        record(Act.SEND_FOR_APPROVAL, referral, by=by)
        notices.referral_awaits_approval(referral)
    return referral


def send_back(referral: Referral, reason: str, *, by: Actor) -> Referral:
    """A manager sends a referral back to be mended, and says what. The officer is told."""
    with transaction():
        authorise(by, Act.SEND_BACK, referral)
        require(hold(referral), Act.SEND_BACK)
        referral.sent_back_reason = _reason(referral, reason, "Say what is to be mended.")
        move(referral, Act.SEND_BACK)
        record(Act.SEND_BACK, referral, by=by, after={"reason": referral.sent_back_reason})
        notices.referral_sent_back(referral)
    return referral


def publish_referral(referral: Referral, deadline: datetime, *, by: Actor) -> Referral:
    """A manager approves the referral and publishes it until a deadline. What providers will read is frozen; the officer is told.

    Nobody outside the borough sees it yet: providers do when they are invited.
    """
    with transaction():
        authorise(by, Act.PUBLISH_REFERRAL, referral)
        require(hold(referral), Act.PUBLISH_REFERRAL)
        _require_quality(referral)
        _require_future(deadline)
        answers, identity = queries.answers_of(referral).answers, queries.identity_of_referral(referral)
        db.session.add_all([profile_of(referral, answers, identity), awarded_profile_of(referral, answers)])
        referral.published_at, referral.published_by_id, referral.deadline = clock.now(), by.person_id, deadline
        move(referral, Act.PUBLISH_REFERRAL)
        record(Act.PUBLISH_REFERRAL, referral, by=by, after={"deadline": deadline})
        notices.referral_published(referral)
    return referral


def extend_deadline(referral: Referral, deadline: datetime, *, by: Actor) -> Referral:
    """An officer moves the deadline; once an offer lies, only to a later instant. Every invited provider is told."""
    with transaction():
        authorise(by, Act.EXTEND_DEADLINE, referral)
        require(hold(referral), Act.EXTEND_DEADLINE)
        before = referral.deadline
        assert before is not None
        _require_future(deadline)
        if deadline < before and _offers_lie(referral):
            raise Invalid(
                f"An offer lies already, so the deadline cannot come before {moment_long(before)}.", "deadline"
            )
        referral.deadline = deadline
        record(Act.EXTEND_DEADLINE, referral, by=by, before={"deadline": before}, after={"deadline": deadline})
        notices.deadline_moved(referral, _invited(referral))
    return referral


def withdraw_referral(referral: Referral, reason: str, *, by: Actor) -> Referral:
    """An officer ends a referral that is no longer needed. Invited providers are told, without the reason; their sight of it ends."""
    with transaction():
        authorise(by, Act.WITHDRAW_REFERRAL, referral)
        require(hold(referral), Act.WITHDRAW_REFERRAL)
        referral.closing_reason = _reason(referral, reason, "Say why it is withdrawn.")
        referral.closed_at = clock.now()
        move(referral, Act.WITHDRAW_REFERRAL)
        record(Act.WITHDRAW_REFERRAL, referral, by=by, after={"reason": referral.closing_reason})
        notices.referral_withdrawn(referral, _invited(referral))
        for invitation in db.session.scalars(select(Invitation).where(Invitation.referral_id == referral.id)):
            invitation.sight_ended_at = invitation.sight_ended_at or clock.now()
    return referral


def quality_of(referral: Referral) -> Quality:
    """The quality check of a referral as it is answered now; the actor's role must see identity."""
    saved, identity = queries.answers_of(referral), queries.identity_of_referral(referral)
    return check(form_of(referral), saved.answers, identity, clock.today(), saved.justified)


def default_deadline(referral: Referral) -> datetime:
    """What the approval page proposes: 5pm on the last of the working days that the lot gives providers to answer."""
    return deadline_after(clock.now(), referral.lot.answer_days)


def remark_on(deadline: datetime) -> str:
    """What a person should know of a deadline that is allowed: it falls on a weekend or a bank holiday. Empty: nothing."""
    on = london_day(deadline)
    if on in bank_holidays():
        return f"{day(on)} is a bank holiday ({bank_holidays()[on]}), when few providers can answer."
    return f"{day(on)} is at a weekend, when few providers can answer." if not _is_working(on) else ""


def _is_working(on: date) -> bool:
    try:
        return is_working_day(on)
    except BeyondBankHolidays:
        return on.weekday() < 5


def _require_quality(referral: Referral) -> None:
    quality = quality_of(referral)
    if quality.missing:
        raise Invalid(f"{plural(len(quality.missing), 'question')} must still be answered.")
    if quality.to_mend:
        raise Invalid(f"{plural(len(quality.to_mend), 'thing')} must be mended, or a reason given why it must stay.")


def _require_future(deadline: datetime) -> None:
    now = clock.now()
    if deadline <= now:
        raise Invalid("The deadline has passed. Choose a later one.", "deadline")
    if deadline > now + LONGEST_WAIT:
        raise Invalid("The deadline is over a year away. Check the year.", "deadline")


def _reason(referral: Referral, typed: str, ask: str) -> str:
    """A reason as it is kept: it stands in the audit trail, so nothing in it may give the child away."""
    reason = typed.strip()
    if not reason:
        raise Invalid(ask, "reason")
    if len(reason) > 2000:
        raise Invalid("Say it in 2,000 characters or fewer.", "reason")
    telling = matches(reason, known_of(queries.identity_of_referral(referral)))
    if telling:
        named = reason[telling[0].start : telling[0].end]
        raise Invalid(f"Leave out “{named}”: the reason stands in the audit trail, which names no child.", "reason")
    return reason


def _offers_lie(referral: Referral) -> bool:
    lying = select(Response.id).where(
        Response.referral_id == referral.id, Response.kind == "offer", Response.withdrawn_at.is_(None)
    )
    return db.session.scalar(lying.limit(1)) is not None


def _invited(referral: Referral) -> list[uuid.UUID]:
    return list(db.session.scalars(select(Invitation.provider_id).where(Invitation.referral_id == referral.id)))

"""Clarifications: an invited provider asks, the borough answers, and everybody who was invited reads both, without the asker."""

import uuid
from collections.abc import Iterable

from sqlalchemy import select

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import joined
from foundation.permission import Invalid, NotNow
from foundation.states import hold, require
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from marketplace.setting import Setting
from referrals.child import Identity
from referrals.identifying_text import Known, known_of, matches
from referrals.notices_answering import tell_answered, tell_asked
from referrals.referral import AnswerToAll, Clarification, Invitation, Referral

LONGEST = 2000

say("uq_answers_to_all_clarification_id", "This question was answered a moment ago.")


def ask_clarification(referral: Referral, question: str, *, by: Actor) -> Clarification:
    """An invited provider asks the borough. The question goes to all who were invited with its answer, so it names nobody."""
    with transaction():
        authorise(by, Act.ASK_CLARIFICATION, referral)
        require(hold(referral, share=True), Act.ASK_CLARIFICATION)
        if referral.is_closed_for_answers:
            raise NotNow("The deadline has passed, so no question can be asked any more.")
        text = _checked(question, "question", _own_names(by))
        clarification = Clarification(
            id=uuid.uuid4(), referral_id=referral.id, authority_id=referral.authority_id, provider_id=by.organisation_id,
            question=text, asked_at=clock.now(), asked_by_id=by.person_id,
        )  # fmt: skip
        db.session.add(clarification)
        record(Act.ASK_CLARIFICATION, referral, by=by, about=referral.authority_id)
        tell_asked(referral)
    return clarification


def answer_clarification(clarification: Clarification, answer: str, *, by: Actor) -> AnswerToAll:
    """The borough's officer answers, to every provider invited now or later, without saying who asked."""
    with transaction():
        authorise(by, Act.ANSWER_CLARIFICATION, clarification)
        referral = hold(db.session.get_one(Referral, clarification.referral_id), share=True)
        require(referral, Act.ANSWER_CLARIFICATION)
        if hold(clarification).answered_at is not None:
            raise NotNow("This question was answered already.")
        text = _checked(answer, "answer", _names_of_the_child(referral))
        clarification.answered_at, clarification.answered_by_id = clock.now(), by.person_id
        answered = AnswerToAll(
            id=uuid.uuid4(), referral_id=referral.id, authority_id=referral.authority_id, answer=text,
            clarification_id=clarification.id, question=clarification.question, answered_at=clock.now(),
        )  # fmt: skip
        db.session.add(answered)
        record(Act.ANSWER_CLARIFICATION, referral, by=by, after={"answered": clarification.id})
        tell_answered(referral, _invited(referral))
    return answered


def _checked(text: str, field: str, known: Iterable[Known]) -> str:
    """The text, trimmed; refused where it is empty, too long, or gives somebody away."""
    said = text.strip()
    if not said:
        raise Invalid(f"Enter the {field}.", field)
    if len(said) > LONGEST:
        raise Invalid(f"The {field} has {len(said):,} characters. Keep it to {LONGEST:,}.", field)
    found = [f"{match.what} (“{said[match.start : match.end]}”)" for match in matches(said, known)]
    if found:
        raise Invalid(f"Every invited provider reads this. Take out {joined(found)}.", field)
    return said


def _own_names(by: Actor) -> list[Known]:
    """What would tell the other providers who asks: the provider's name, its settings', and the person's."""
    settings = db.session.scalars(select(Setting.name).where(Setting.provider_id == by.organisation_id))
    names = [("your organisation’s name", by.organisation_name), ("your name", by.name)]
    return [Known(*each) for each in (*names, *(("your setting’s name", name) for name in settings))]


def _names_of_the_child(referral: Referral) -> list[Known]:
    """What may stand in no text that a provider reads."""
    identity = db.session.get(Identity, referral.child_id)
    return known_of(identity) if identity else []


def _invited(referral: Referral) -> Iterable[uuid.UUID]:
    return db.session.scalars(select(Invitation.provider_id).where(Invitation.referral_id == referral.id)).all()

"""Children and referrals, brought to their states through the real verbs. Answers are complete and give nothing to mend."""

import itertools
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import inspect

from foundation import clock
from foundation.database import db
from marketplace.actor import Actor
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.setting import Setting
from referrals.child import Child
from referrals.child_facts import ChildFacts
from referrals.drafting import draft_referral, save_answers
from referrals.inviting import invite_wave
from referrals.profiling import form_of
from referrals.publishing import default_deadline, publish_referral, send_for_approval
from referrals.question_set import Kind, Question, QuestionSet
from referrals.recording import record_child
from referrals.referral import Referral
from tests.makers.standing import a_person, acting

T = TypeVar("T")

_numbers = itertools.count(1)

#: a name that must never be met outside the child's identity
CANARY = "Quillonrose"

#: answers that the generic ones would contradict
CHOSEN: dict[str, Any] = {
    "communication_requirements": ["None"],
    "communication_needs": "N",
    "living_companions": "No preference",
    "home_size": "Two to four children",
    "pets": "Yes - can",
    "needed_by_band": "in more than 5 days",
    "sibling_count": 0,
    "expected_weeks": 52,
    "supported_accommodation": "Unsuitable",
    "own_words": "I want somewhere quiet where I can draw.",
    "needs_must": ["trauma"],
    "primary_need": "ASD",
    "school_phase": "Secondary",
    "year_group": "Year 8",
    "home_adaptation": "no",
}


def some_facts(**facts: Any) -> ChildFacts:
    """What is known of an invented girl, twelve years old."""
    number = next(_numbers)
    today = clock.today()
    described: dict[str, Any] = {
        "first_name": CANARY, "family_name": f"Vexworth{number}", "date_of_birth": date(today.year - 12, 1, 15), "sex": "F",
        "home_address": "12 Tamarisk Crescent, Croydon", "home_postcode": "CR0 1EA", "case_number": f"LCS-{number:06}",
        "other_names": "Nana Joycelyn\nBrackenfell Primary School",
    }  # fmt: skip
    return ChildFacts(**(described | facts))


def a_child(officer: Actor, **facts: Any) -> Child:
    """A child recorded by the officer."""
    acting(officer)
    return record_child(some_facts(**facts), by=officer, is_another_child=True)


def complete_answers(form: QuestionSet, **chosen: Any) -> dict[str, Any]:
    """An answer to every question that must be answered, and whatever is chosen."""
    answers: dict[str, Any] = {}
    for question in form.questions:
        if question.is_asked(answers) and (question.required or question.key in chosen):
            answers[question.key] = chosen.get(question.key, _answer(question))
    return answers


def a_draft(officer: Actor, lot: Lot, child: Child | None = None, *, answers: dict[str, Any] | None = None) -> Referral:
    """A referral drafted by the officer: complete, unless `answers` are given in place of the complete ones."""
    child = acting_on(officer, child) if child else a_child(officer)
    referral = draft_referral(child, lot, by=officer)
    given = complete_answers(form_of(referral)) if answers is None else answers
    if given:
        save_answers(referral, given, version=1, by=officer)
    return referral


def a_referral_awaiting_approval(officer: Actor, lot: Lot, child: Child | None = None, **chosen: Any) -> Referral:
    """A complete referral that its officer sent for approval."""
    referral = a_draft(officer, lot, child, answers={})
    save_answers(referral, complete_answers(form_of(referral), **chosen), version=1, by=officer)
    return send_for_approval(referral, by=officer)


def a_published(
    officer: Actor,
    lot: Lot,
    child: Child | None = None,
    *,
    manager: Actor | None = None,
    deadline: datetime | None = None,
    invited: Iterable[Setting] = (),
    **chosen: Any,
) -> Referral:
    """A referral published by a manager of the officer's borough, with these settings invited in the first wave.

    The session acts for the officer afterwards. `chosen` are answers by their key, such as `needs_must=["autism"]`.
    """
    referral = a_referral_awaiting_approval(officer, lot, child, **chosen)
    manager = manager or a_colleague(officer, Role.PLACEMENT_MANAGER)
    referral = acting_on(manager, referral)
    publish_referral(referral, deadline or default_deadline(referral), by=manager)
    referral = acting_on(officer, referral)
    chosen = [setting.id for setting in invited]
    if chosen:
        invite_wave(referral, chosen, by=officer)
    return referral


def a_colleague(actor: Actor, *roles: Role) -> Actor:
    """Somebody else at the actor's organisation."""
    organisation = Organisation(id=actor.organisation_id, kind=actor.kind, name=actor.organisation_name)
    return a_person(organisation, *roles)


def acting_on(actor: Actor, thing: T) -> T:
    """From here on the database cuts out its rows for this actor; the thing as the actor reads it."""
    read: Any = inspect(thing)
    acting(actor)
    return db.session.get_one(type(thing), read.identity)


def _answer(question: Question) -> Any:
    if question.key in CHOSEN:
        return CHOSEN[question.key]
    match question.kind:
        case Kind.CHOICE:
            return question.options[0].code
        case Kind.CHOICES | Kind.NEEDS:
            return [question.options[0].code]
        case Kind.YES_NO:
            return "no"
        case Kind.DATE:
            return (clock.today() + timedelta(days=30)).isoformat() if question.feeds else clock.today().isoformat()
        case Kind.NUMBER:
            return question.lowest or 1
        case _:
            return f"{question.label}: as seen at the last visit."

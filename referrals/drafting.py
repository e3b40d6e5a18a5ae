"""Drafting: an officer fills in the lot's form, over days and with colleagues, until nothing is missing."""

import uuid
from typing import Any

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid, Stale
from foundation.references import new_reference
from foundation.states import hold, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.policy import authorise
from referrals import queries
from referrals.answer import accept
from referrals.child import Child
from referrals.profiling import facts_fed, form_of
from referrals.question_set import Answers, latest_version
from referrals.referral import Referral, ReferralAnswers


class AnswersChanged(Stale):
    """A colleague saved the same form meanwhile: what stands now, and what this person typed."""

    def __init__(self, theirs: ReferralAnswers, mine: Answers) -> None:
        super().__init__("A colleague saved this form while you had it open.")
        self.theirs, self.mine = theirs, mine


def draft_referral(child: Child, lot: Lot, *, by: Actor) -> Referral:
    """An officer begins a referral for a recorded child on a lot's form. Nobody outside the borough sees it."""
    with transaction():
        authorise(by, Act.DRAFT_REFERRAL, child)
        _require_participation(lot, child.authority_id)
        authority = db.session.get_one(Organisation, child.authority_id)
        referral = Referral(
            id=uuid.uuid4(), reference=new_reference(authority.prefix), authority_id=authority.id, child_id=child.id,
            lot_id=lot.id, form_key=lot.form_key, form_version=latest_version(lot.form_key), officer_id=by.person_id,
        )  # fmt: skip
        db.session.add(referral)
        db.session.flush()
        db.session.add(ReferralAnswers(referral_id=referral.id, authority_id=authority.id, answers={}, justified={}))
        record(Act.DRAFT_REFERRAL, referral, by=by, after={"lot": lot.name, "form": referral.form_key})
    return referral


def save_answers(referral: Referral, section_answers: Answers, *, version: int, by: Actor) -> ReferralAnswers:
    """An officer saves part of the form, complete or not. Questions that it leaves out keep their answers.

    `version` is that of the answers when the form was opened; if a colleague saved since, `AnswersChanged` shows both.
    """
    with transaction():
        authorise(by, Act.SAVE_ANSWERS, referral)
        require(hold(referral), Act.SAVE_ANSWERS)
        form, saved = form_of(referral), hold(queries.answers_of(referral))
        given = {key: accept(form.question(key), typed) for key, typed in section_answers.items()}
        if saved.version != version:
            raise AnswersChanged(saved, given)
        changed = _save(saved, given, by)
        for name, value in facts_fed(form, saved.answers).items():
            setattr(referral, name, value)
        record(Act.SAVE_ANSWERS, referral, by=by, after={"changed": changed})
    return saved


def justify_finding(referral: Referral, finding: str, reason: str, *, by: Actor) -> ReferralAnswers:
    """An officer says why a finding of the quality check must stand; an empty reason takes the justification back."""
    with transaction():
        authorise(by, Act.SAVE_ANSWERS, referral)
        require(hold(referral), Act.SAVE_ANSWERS)
        saved = hold(queries.answers_of(referral))
        if len(reason) > 1000:
            raise Invalid("Say it in 1,000 characters or fewer.", "reason")
        others = {key: said for key, said in saved.justified.items() if key != finding}
        saved.justified = others | ({finding: reason.strip()} if reason.strip() else {})
        saved.saved_at, saved.saved_by_id = clock.now(), by.person_id
        record(
            Act.SAVE_ANSWERS,
            referral,
            by=by,
            after={"justified": finding} if reason.strip() else {"taken back": finding},
        )
    return saved


def _save(saved: ReferralAnswers, given: dict[str, Any], by: Actor) -> list[str]:
    changed = sorted(key for key, answer in given.items() if saved.answers.get(key) != answer)
    merged = {**saved.answers, **given}
    saved.answers = {key: answer for key, answer in merged.items() if answer is not None}
    saved.saved_at, saved.saved_by_id = clock.now(), by.person_id
    return changed


def _require_participation(lot: Lot, authority_id: uuid.UUID) -> None:
    if lot.id not in {each.id for each in queries.lots_open_to(authority_id, clock.today())}:
        raise Invalid(f"Your borough makes no referrals in {lot.framework.name}, {lot.name} today.", "lot")

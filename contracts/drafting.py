"""Drafting: what an officer may change while the agreement is the borough's own draft – its dates and its outcomes."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from contracts.agreement import Agreement, AgreementFeeLine, AgreementOutcome
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid
from foundation.states import hold, require, require_version
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.framework import Lot, TermsVersion
from marketplace.policy import authorise
from referrals.child import Identity

#: Days of notice where the terms say nothing else.
USUAL_NOTICE = 28


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the placement works towards, and how both sides will see it."""

    domain: str
    outcome: str
    measure: str


@dataclass(frozen=True, kw_only=True)
class DraftTerms:
    """What an officer may change while the agreement is a draft."""

    starts_on: date
    expected_end_on: date | None
    review_on: date
    outcomes: tuple[Outcome, ...]


def change_agreement(agreement: Agreement, terms: DraftTerms, *, version: int | None = None, by: Actor) -> Agreement:
    """An officer changes dates or outcomes of a draft; nobody outside the borough has seen it yet."""
    with transaction():
        authorise(by, Act.CHANGE_AGREEMENT, agreement)
        require(hold(agreement), Act.CHANGE_AGREEMENT)
        if version is not None:
            require_version(agreement, version)
        _check(terms)
        before = _dates(agreement)
        _set_dates(agreement, terms)
        set_outcomes(agreement, terms.outcomes)
        flag_modified(agreement, "review_on")  # so that a change of outcomes alone is a new version too
        record(
            Act.CHANGE_AGREEMENT,
            agreement,
            by=by,
            before=before,
            after=_dates(agreement) | {"outcomes": len(terms.outcomes)},
        )
    return agreement


def terms_in_force(lot: Lot, on: date) -> TermsVersion:
    """The framework's terms version that an agreement starting on that day stands under."""
    terms = db.session.scalar(
        select(TermsVersion)
        .where(TermsVersion.framework_id == lot.framework_id, TermsVersion.applies_from <= on)
        .order_by(TermsVersion.applies_from.desc(), TermsVersion.number.desc())
        .limit(1)
    )
    if terms is None:
        raise Invalid(
            f"{lot.framework.name} has no terms in force on {on:%-d %B %Y}. The hub must publish them first.",
            "starts_on",
        )
    return terms


def notice_days(terms: TermsVersion) -> int:
    """Calendar days of notice: what a clause of the terms says (`{"notice_days": 56}`), or the usual four weeks."""
    said = [clause["notice_days"] for clause in terms.clauses if clause.get("notice_days")]
    return int(said[0]) if said else USUAL_NOTICE


def set_outcomes(agreement: Agreement, outcomes: tuple[Outcome, ...]) -> None:
    db.session.execute(delete(AgreementOutcome).where(AgreementOutcome.agreement_id == agreement.id))
    db.session.add_all(
        AgreementOutcome(
            agreement_id=agreement.id, authority_id=agreement.authority_id, provider_id=agreement.provider_id,
            position=position, domain=said.domain.strip(), outcome=said.outcome.strip(), measure=said.measure.strip(),
        )
        for position, said in enumerate(outcomes, start=1)
    )  # fmt: skip
    db.session.flush()


def _check(terms: DraftTerms) -> None:
    if terms.expected_end_on is not None and terms.expected_end_on <= terms.starts_on:
        raise Invalid("The expected end must come after the start.", "expected_end_on")
    if terms.review_on <= terms.starts_on:
        raise Invalid("The first review must come after the start.", "review_on")
    if not terms.outcomes:
        raise Invalid("Give at least one outcome and how it is measured.", "outcomes")
    if any(not said.outcome.strip() or not said.measure.strip() for said in terms.outcomes):
        raise Invalid("Give every outcome a measure: how will both sides see that it is reached?", "outcomes")


def _set_dates(agreement: Agreement, terms: DraftTerms) -> None:
    if terms.starts_on != agreement.starts_on:
        move_fee_lines(agreement, agreement.starts_on, terms.starts_on)
        if agreement.terms_version_id is not None:
            in_force = terms_in_force(agreement.lot, terms.starts_on)
            agreement.terms_version_id, agreement.notice_days = in_force.id, notice_days(in_force)
        agreement.age_at_start = db.session.get_one(Identity, agreement.child_id).age_on(terms.starts_on)
    agreement.starts_on, agreement.expected_end_on = terms.starts_on, terms.expected_end_on
    agreement.review_on = terms.review_on


def move_fee_lines(agreement: Agreement, agreed: date, actual: date) -> None:
    """The first day moved: lines that were to begin with it begin with it still, and no line begins before it.

    A line that was closed on its first day – the core fee of a place that a block contract pays – stays without days.
    """
    for line in db.session.scalars(select(AgreementFeeLine).where(AgreementFeeLine.agreement_id == agreement.id)):
        if line.starts_on == agreed or line.starts_on < actual:
            never_paid = line.ends_on is not None and line.ends_on <= line.starts_on
            line.starts_on = min(actual, line.ends_on) if line.ends_on else actual
            if never_paid:
                line.ends_on = line.starts_on


def _dates(agreement: Agreement) -> dict[str, object]:
    return {
        "starts_on": agreement.starts_on, "expected_end_on": agreement.expected_end_on, "review_on": agreement.review_on
    }  # fmt: skip

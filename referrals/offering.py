"""Offering: a provider offers a setting for the child in a referral, under seal until the offers are opened."""

import uuid
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.references import new_reference
from foundation.states import hold, move, require, require_version
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from marketplace.terms_of_year import NO_TERMS
from referrals.deadlines import in_time
from referrals.notices_answering import tell_offered
from referrals.offer import Offer, OfferFeeLine, OfferNeed, Response
from referrals.offer_checks import check_offer
from referrals.offer_terms import OfferTerms
from referrals.receipt import receipt_hash
from referrals.referral import Referral

say(
    "uq_offers_one_live_per_setting",
    "You have already offered this setting on this referral. Change that offer, or take it back first.",
    "setting",
)


def submit_offer(referral: Referral, terms: OfferTerms, *, by: Actor) -> Offer:
    """An invited provider's responder offers one of its settings. Nobody at the borough or the hub can read it before opening.

    The deadline is judged by the database's clock in the statement that writes the offer. The provider gets a receipt with
    the time and the SHA-256 of all that was offered; the borough learns that an offer lies sealed.
    """
    with transaction():
        authorise(by, Act.SUBMIT_OFFER, referral)
        require(hold(referral, share=True), Act.SUBMIT_OFFER)
        check_offer(terms, referral, by)
        offer = Offer(
            id=uuid.uuid4(), reference=new_reference("OFR"), referral_id=referral.id, authority_id=referral.authority_id,
            provider_id=by.organisation_id,
        )  # fmt: skip
        _write(offer, terms, referral, by)
        db.session.add(_response(offer, by))
        in_time(referral)
        receipt = {"receipt": offer.receipt_hash}
        record(Act.SUBMIT_OFFER, offer, by=by, about=referral.authority_id, after=receipt)
        tell_offered(Act.SUBMIT_OFFER, referral, offer, by.organisation_name)
    return offer


def revise_offer(offer: Offer, terms: OfferTerms, *, version: int, by: Actor) -> Offer:
    """The provider changes its offer while it lies sealed; it gets a new receipt. The former text is gone, its receipt stays on record."""
    with transaction():
        authorise(by, Act.REVISE_OFFER, offer)
        referral = hold(db.session.get_one(Referral, offer.referral_id), share=True)
        require(referral, Act.REVISE_OFFER)
        require(hold(offer), Act.REVISE_OFFER)
        require_version(offer, version)
        check_offer(terms, referral, by)
        former = offer.receipt_hash
        for part in (OfferNeed, OfferFeeLine):
            db.session.execute(delete(part).where(part.offer_id == offer.id))
        _write(offer, terms, referral, by)
        particulars = {"receipt": offer.receipt_hash}
        record(
            Act.REVISE_OFFER, offer, by=by, about=referral.authority_id, before={"receipt": former}, after=particulars
        )
        tell_offered(Act.REVISE_OFFER, referral, offer, by.organisation_name)
    return offer


def withdraw_offer(offer: Offer, *, by: Actor) -> None:
    """The provider takes its offer back, at any time before the award; the setting may be offered again until the deadline."""
    with transaction():
        authorise(by, Act.WITHDRAW_OFFER, offer)
        referral = hold(db.session.get_one(Referral, offer.referral_id), share=True)
        require(referral, Act.WITHDRAW_OFFER)
        move(hold(offer), Act.WITHDRAW_OFFER)
        offer.withdrawn_at = clock.now()
        response = db.session.scalars(select(Response).where(Response.offer_id == offer.id)).one()
        response.withdrawn_at = clock.now()
        record(Act.WITHDRAW_OFFER, offer, by=by, about=referral.authority_id)
        tell_offered(Act.WITHDRAW_OFFER, referral, offer, by.organisation_name)


def _write(offer: Offer, terms: OfferTerms, referral: Referral, by: Actor) -> None:
    """Put the terms into the offer, its needs and its fee lines, under one receipt; raise `TooLate` after the deadline."""
    offer.submitted_at, offer.submitted_by_id = _this_instant(), by.person_id
    offer.setting_id, offer.starts_on, offer.valid_until = terms.setting_id, terms.starts_on, terms.valid_until
    offer.approach, offer.impact = terms.approach.strip(), terms.impact.strip()
    offer.criterion_answers = {str(key): answer.strip() for key, answer in terms.criterion_answers.items()}
    offer.outcomes = [asdict(outcome) for outcome in terms.outcomes]
    needs, lines = _needs(offer, terms), _fee_lines(offer, terms)
    offer.receipt_hash = receipt_hash(offer, needs, lines)
    db.session.add(offer)
    in_time(referral)
    db.session.add_all([*needs, *lines])
    in_time(referral)


def _this_instant() -> datetime:
    """The database's clock now, later than the transaction's beginning: the time on the receipt."""
    instant: datetime = db.session.execute(select(clock.this_instant())).scalar_one()
    return instant


def _needs(offer: Offer, terms: OfferTerms) -> list[OfferNeed]:
    return [
        OfferNeed(
            id=uuid.uuid4(), offer_id=offer.id, provider_id=offer.provider_id, authority_id=offer.authority_id,
            referral_id=offer.referral_id, need=answer.need, level=answer.level, evidence=answer.evidence.strip(),
        )
        for answer in terms.needs
    ]  # fmt: skip


def _fee_lines(offer: Offer, terms: OfferTerms) -> list[OfferFeeLine]:
    return [
        OfferFeeLine(
            id=uuid.uuid4(), offer_id=offer.id, provider_id=offer.provider_id, authority_id=offer.authority_id,
            referral_id=offer.referral_id, position=position, kind=line.kind.value, label=line.label.strip(),
            amount=line.amount, quantity=line.quantity, unit=line.unit.value, calendar=line.calendar.value,
            weeks=list(line.weeks), starts_on=line.starts, ends_on=line.ends, vat_rate=line.vat_rate,
            vat_recoverable=line.vat_recoverable,
        )
        for position, line in enumerate(terms.fee_lines(NO_TERMS), start=1)
    ]  # fmt: skip


def _response(offer: Offer, by: Actor) -> Response:
    """That an offer lies sealed, from whom and since when: all that the borough may know of it."""
    return Response(
        id=uuid.uuid4(), referral_id=offer.referral_id, authority_id=offer.authority_id, provider_id=offer.provider_id,
        kind="offer", offer_id=offer.id, answered_at=offer.submitted_at, answered_by_id=by.person_id,
    )  # fmt: skip

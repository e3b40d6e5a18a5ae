"""Recommending: what the officer proposes after comparing, what the child says of each place, and ending without an award."""

import uuid

from sqlalchemy import select, update

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import day
from foundation.permission import Invalid, NotNow
from foundation.states import hold, move, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from referrals.comparing import compare
from referrals.deciding import keep_results
from referrals.evaluation import ChildsView, Choice
from referrals.notices_choosing import tell_closed, tell_recommended
from referrals.offer import Offer, OfferState
from referrals.referral import Invitation, Referral

LONGEST_TEXT = 4000


def recommend_offer(offer: Offer, reason: str, *, by: Actor) -> Referral:
    """An officer recommends an offer for the award, with a reason; the managers are told. Somebody else awards it.

    A later recommendation takes the place of an earlier one, until the award.
    """
    with transaction():
        authorise(by, Act.RECOMMEND_OFFER, offer)
        referral = hold(db.session.get_one(Referral, offer.referral_id))
        require(referral, Act.RECOMMEND_OFFER)
        require(hold(offer, share=True), Act.RECOMMEND_OFFER)
        if referral.quality_locked_at is None:
            raise NotNow("An offer can be recommended when the quality marks are locked.")
        require_valid(offer)
        _require_reason(reason)
        referral.recommended_offer_id, referral.recommended_by_id = offer.id, by.person_id
        referral.recommended_at, referral.recommendation = clock.now(), reason.strip()
        record(Act.RECOMMEND_OFFER, referral, by=by, after={"offer": offer.reference, "reason": reason.strip()})
        tell_recommended(referral, offer)
    return referral


def close_without_award(referral: Referral, reason: str, *, by: Actor) -> Referral:
    """A manager ends the search without an award, with a reason that every provider reads; sight of the child's profile ends."""
    with transaction():
        authorise(by, Act.CLOSE_WITHOUT_AWARD, referral)
        require(hold(referral), Act.CLOSE_WITHOUT_AWARD)
        _require_reason(reason)
        comparison = compare(referral) if referral.quality_locked_at else None
        offers = live_offers(referral)
        for offer in offers:
            move(offer, Act.CLOSE_WITHOUT_AWARD)
        if comparison is not None:
            keep_results(referral, comparison, awarded=None)
        referral.closed_at, referral.closing_reason = clock.now(), reason.strip()
        move(referral, Act.CLOSE_WITHOUT_AWARD)
        invited = end_sight(referral)
        record(Act.CLOSE_WITHOUT_AWARD, referral, by=by, after={"reason": reason.strip(), "offers": len(offers)})
        tell_closed(referral, offers, invited)
    return referral


def record_view(offer: Offer, said: str, choice: Choice, family: str, *, by: Actor) -> ChildsView:
    """An officer writes down what the child said of an offered place, which it would choose, and what the family says.

    Only the borough reads it. It has no part in any score: it stands beside the scores when somebody decides.
    """
    with transaction():
        authorise(by, Act.RECORD_VIEW, offer)
        referral = hold(db.session.get_one(Referral, offer.referral_id), share=True)
        require(referral, Act.RECORD_VIEW)
        require(hold(offer), Act.RECORD_VIEW)
        for field, text in (("said", said), ("family", family)):
            if len(text) > LONGEST_TEXT:
                raise Invalid(f"Keep this to {LONGEST_TEXT:,} characters.", field)
        view = db.session.scalar(select(ChildsView).where(ChildsView.offer_id == offer.id)) or ChildsView(
            id=uuid.uuid4(), offer_id=offer.id, referral_id=offer.referral_id, authority_id=offer.authority_id
        )
        view.said, view.choice, view.family = said.strip(), choice, family.strip()
        view.recorded_at, view.recorded_by_id = clock.now(), by.person_id
        db.session.add(view)
        record(Act.RECORD_VIEW, offer, by=by, after={"choice": choice})
    return view


def require_valid(offer: Offer) -> None:
    """Raise `NotNow` when the last day on which the offer may be accepted has passed."""
    if offer.valid_until < clock.today():
        raise NotNow(f"This offer was valid until {day(offer.valid_until)} and can no longer be accepted.")


def live_offers(referral: Referral) -> list[Offer]:
    """The offers that stand, locked for whoever decides on them."""
    standing = select(Offer).where(Offer.referral_id == referral.id, Offer.state == OfferState.SUBMITTED)
    return list(
        db.session.scalars(
            standing.order_by(Offer.reference).with_for_update(of=Offer).execution_options(populate_existing=True)
        )
    )


def end_sight(referral: Referral, winner_id: uuid.UUID | None = None) -> list[uuid.UUID]:
    """End the sight of everybody who was invited, but for the winner; those whose sight ended."""
    ended = (
        update(Invitation)
        .where(Invitation.referral_id == referral.id, Invitation.sight_ended_at.is_(None))
        .where(Invitation.provider_id != winner_id if winner_id else Invitation.provider_id.is_not(None))
        .values(sight_ended_at=clock.now())
        .returning(Invitation.provider_id)
    )
    return list(db.session.scalars(ended))


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("Give a reason.", "reason")
    if len(reason) > LONGEST_TEXT:
        raise Invalid(f"Keep the reason to {LONGEST_TEXT:,} characters.", "reason")

"""Awarding: one offer is chosen, by a named person and for a reason; and, until the placement starts, the undoing of it."""

import uuid

from sqlalchemy import select, update

from contracts.award import Award
from contracts.drawing_up import cancel_agreement_of
from contracts.notices_awarding import tell_awarded, tell_undone
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import money
from foundation.permission import Invalid, NotNow, NotPermitted
from foundation.states import hold, move, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from marketplace.roles import Role
from referrals.comparing import Compared, compare
from referrals.deciding import keep_results
from referrals.offer import Offer, OfferState
from referrals.recommending import LONGEST_TEXT, end_sight, live_offers, require_valid
from referrals.referral import Invitation, Referral

#: Characters that a rationale has at least when the offer is not the first in the order, or not the one recommended.
STRONGER_REASON = 40


def award_offer(offer: Offer, rationale: str, *, departs: bool = False, by: Actor) -> Award:
    """A manager who did not recommend it awards the place to one offer; all the others become unsuccessful, in one act.

    `departs`: she has said that it is not the first in the order, or not the one recommended; then the rationale is a fuller one.
    The results are kept, the losers' sight of the child's profile ends, the child's identity opens to the winner, and everyone is
    told. One award: the referral's row is held and its state compared before it is set, and a unique key stands behind.
    """
    with transaction():
        referral = db.session.get_one(Referral, offer.referral_id)
        authorise(by, Act.AWARD_OFFER, referral)
        require(hold(referral), Act.AWARD_OFFER)
        # Again, now that the row is held: the recommendation may have changed hands while we waited for it.
        authorise(by, Act.AWARD_OFFER, referral)
        comparison, offers = compare(referral), live_offers(referral)
        chosen = comparison.of(offer.id)
        _check(referral, offer, chosen, rationale.strip(), departs, by)
        award = _award(offer, chosen, rationale.strip(), by)
        db.session.add(award)
        losers = [each for each in offers if each.id != offer.id]
        _decide(referral, offer, losers)
        keep_results(referral, comparison, awarded=offer.id)
        unseen = end_sight(referral, offer.provider_id)
        record(Act.AWARD_OFFER, offer, by=by, about=offer.provider_id, after={"first_ranked": award.first_ranked})
        tell_awarded(referral, offer, losers, set(unseen) - {each.provider_id for each in losers})
    return award


def undo_award(award: Award, reason: str, *, by: Actor) -> Award:
    """A manager undoes the award, with a reason, until the placement starts: everything is as it was before it, and all are told.

    The offers stand again, the losers see the profile again, the child's identity closes to the former winner, and the agreement is
    cancelled. The results are kept until the next decision, which needs a recommendation of its own.
    """
    with transaction():
        authorise(by, Act.UNDO_AWARD, award)
        referral = hold(db.session.get_one(Referral, award.referral_id))
        if hold(award).undone_at is not None:
            raise NotNow("This award was undone already.")
        _require_text(reason.strip(), "reason", "Give the reason why the award is undone.")
        cancel_agreement_of(award)
        offers = _decided_offers(referral)
        referral.awarded_offer_id = None
        _clear_recommendation(referral)
        move(referral, Act.UNDO_AWARD)
        for offer in offers:
            move(offer, Act.UNDO_AWARD)
        award.undone_at, award.undone_by_id, award.undone_reason = clock.now(), by.person_id, reason.strip()
        _reopen_sight(award)
        record(Act.UNDO_AWARD, referral, by=by, about=award.provider_id, after={"reason": reason.strip()})
        tell_undone(referral, award.offer_id, offers, reason.strip())
    return award


def _check(referral: Referral, offer: Offer, chosen: Compared, rationale: str, departs: bool, by: Actor) -> None:
    if referral.recommended_offer_id is None:
        raise NotNow("Nobody has recommended an offer yet. The award needs a recommendation by somebody else.")
    require_valid(offer)
    limit = referral.authority.award_limit
    if limit is not None and chosen.price.running_week > limit and Role.DIRECTOR not in by.roles:
        raise NotPermitted(
            Act.AWARD_OFFER, by, referral, f"Above {money(limit)} a week only a director may award a place."
        )
    _require_text(rationale, "rationale", "Say why this offer is chosen.")
    if chosen.rank == 1 and referral.recommended_offer_id == offer.id:
        return
    if not departs:
        raise Invalid(
            "This offer is not the first in the order, or not the one recommended. Tick that you choose it all the same.",
            "departs",
        )
    if len(rationale) < STRONGER_REASON:
        raise Invalid(
            f"Say more: why this offer and not the one that stands first, in {STRONGER_REASON} characters or more.",
            "rationale",
        )


def _require_text(text: str, field: str, sentence: str) -> None:
    if not text:
        raise Invalid(sentence, field)
    if len(text) > LONGEST_TEXT:
        raise Invalid(f"Keep this to {LONGEST_TEXT:,} characters.", field)


def _award(offer: Offer, chosen: Compared, rationale: str, by: Actor) -> Award:
    return Award(
        id=uuid.uuid4(), referral_id=offer.referral_id, offer_id=offer.id, provider_id=offer.provider_id,
        authority_id=offer.authority_id, rationale=rationale, first_ranked=chosen.rank == 1,
        weekly_cost=chosen.price.running_week, awarded_at=clock.now(), awarded_by_id=by.person_id, awarded_by_name=by.name,
    )  # fmt: skip


def _decide(referral: Referral, offer: Offer, losers: list[Offer]) -> None:
    referral.awarded_offer_id = offer.id
    move(referral, Act.AWARD_OFFER)
    move(offer, Act.AWARD_OFFER)
    for loser in losers:
        move(loser, Act.CLOSE_WITHOUT_AWARD)


def _clear_recommendation(referral: Referral) -> None:
    referral.recommended_offer_id = referral.recommended_by_id = None
    referral.recommended_at = referral.recommendation = None


def _decided_offers(referral: Referral) -> list[Offer]:
    decided = (OfferState.AWARDED, OfferState.UNSUCCESSFUL)
    offers = select(Offer).where(Offer.referral_id == referral.id, Offer.state.in_(decided)).order_by(Offer.reference)
    return list(db.session.scalars(offers.with_for_update(of=Offer).execution_options(populate_existing=True)))


def _reopen_sight(award: Award) -> None:
    """Those whose sight the award ended see the profile again; sight that had ended before stays ended."""
    db.session.execute(
        update(Invitation)
        .where(Invitation.referral_id == award.referral_id, Invitation.sight_ended_at == award.awarded_at)
        .values(sight_ended_at=None)
    )

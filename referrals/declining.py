"""Declining: a provider says that it cannot help and why, and may take that back until the deadline."""

import uuid

from sqlalchemy import Select, exists, select

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid, NotNow
from foundation.states import hold, require
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from referrals.deadlines import in_time
from referrals.notices_answering import tell_declined, tell_taken_back
from referrals.offer import DeclineReason, Offer, OfferState, Response
from referrals.referral import Referral

say("uq_responses_one_live_decline", "You have already declined this referral.")


def decline_referral(referral: Referral, reason: DeclineReason, note: str = "", *, by: Actor) -> Response:
    """An invited provider's responder declines, with a reason from the list. The borough reads it at once."""
    with transaction():
        authorise(by, Act.DECLINE_REFERRAL, referral)
        require(hold(referral, share=True), Act.DECLINE_REFERRAL)
        if _has_live_offer(referral, by):
            raise Invalid("You have an offer on this referral. Take it back before you decline.")
        response = Response(
            id=uuid.uuid4(), referral_id=referral.id, authority_id=referral.authority_id, provider_id=by.organisation_id,
            kind="decline", reason=reason, note=note.strip(), answered_at=clock.now(), answered_by_id=by.person_id,
        )  # fmt: skip
        db.session.add(response)
        in_time(referral)
        record(Act.DECLINE_REFERRAL, referral, by=by, about=referral.authority_id, after={"reason": reason})
        tell_declined(referral, by.organisation_name, reason)
    return response


def take_back_decline(referral: Referral, *, by: Actor) -> None:
    """The provider takes its decline back, until the deadline, and may then make an offer."""
    with transaction():
        authorise(by, Act.TAKE_BACK_DECLINE, referral)
        require(hold(referral, share=True), Act.TAKE_BACK_DECLINE)
        response = db.session.scalar(live_decline(referral, by))
        if response is None:
            raise NotNow("There is no decline of yours on this referral.")
        response.withdrawn_at = clock.now()
        in_time(referral)
        record(Act.TAKE_BACK_DECLINE, referral, by=by, about=referral.authority_id)
        tell_taken_back(referral, by.organisation_name)


def live_decline(referral: Referral, by: Actor) -> Select[Response]:
    """The provider's decline that stands, if there is one."""
    return select(Response).where(
        Response.referral_id == referral.id,
        Response.provider_id == by.organisation_id,
        Response.kind == "decline",
        Response.withdrawn_at.is_(None),
    )


def _has_live_offer(referral: Referral, by: Actor) -> bool:
    live = select(Offer.id).where(
        Offer.referral_id == referral.id,
        Offer.provider_id == by.organisation_id,
        Offer.state != OfferState.WITHDRAWN,
    )
    return bool(db.session.scalar(select(exists(live))))

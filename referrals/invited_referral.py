"""One referral as an invited provider reads it: the profile while it is in sight, the answers to all, and its own answers."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import defaultload

from foundation import clock
from foundation.database import db
from foundation.permission import NotFound
from marketplace.actor import Actor
from marketplace.framework import Lot
from marketplace.needs import need_label
from referrals.deadlines import working_days_until
from referrals.declining import live_decline
from referrals.offer import Offer, OfferState, Response
from referrals.queries import normal_reference
from referrals.referral import AnswerToAll, Clarification, Invitation, PublishedProfile, Referral, ReferralState
from referrals.titles import child_in_words, title_of


@dataclass(frozen=True)
class InvitedReferral:
    """A referral in the hands of one invited provider."""

    referral: Referral
    invitation: Invitation
    profile: PublishedProfile | None
    offers: Sequence[Offer]
    #: names of the provider's fitting settings that already stand in another offer: (setting, referral, until)
    promised: Sequence[tuple[str, str, date]]
    answers: Sequence[AnswerToAll] = ()
    waiting: Sequence[Clarification] = ()
    decline: Response | None = None

    @property
    def is_open(self) -> bool:
        """Whether an answer is still taken."""
        return self.referral.state is ReferralState.PUBLISHED and not self.referral.is_closed_for_answers

    @property
    def is_in_sight(self) -> bool:
        """Whether the provider still sees the profile: until it is withdrawn, closed, or awarded elsewhere."""
        return self.profile is not None

    @property
    def title(self) -> str:
        """Children’s home for a boy of 13."""
        profile = self.profile
        return title_of(self.referral.lot.key, profile.age if profile else None, profile.sex if profile else None)

    @property
    def child(self) -> str:
        """A boy of 13."""
        return child_in_words(self.profile.age, self.profile.sex) if self.profile else "a child"

    @property
    def days_left(self) -> int:
        """Working days until the deadline, 0 on its day, negative after it."""
        assert self.referral.deadline is not None
        return working_days_until(self.referral.deadline)

    @property
    def needs(self) -> list[tuple[str, str, bool]]:
        """Each need asked about: code, label, and whether it must be met."""
        asked = self.profile.wanted if self.profile else {}
        kinds = (("must", True), ("desirable", False))
        return [(code, need_label(code), is_must) for kind, is_must in kinds for code in asked.get(kind) or []]


Found = tuple[Invitation, Referral, PublishedProfile | None]


def invitation_of(reference: str, actor: Actor) -> Found:
    """The provider's invitation to that referral, with its profile while in sight; NotFound for anybody else's reference."""
    return _invitation(actor, Referral.reference == normal_reference(reference))


def invitation_to(referral_id: uuid.UUID, actor: Actor) -> Found:
    """The same, by the referral's key."""
    return _invitation(actor, Referral.id == referral_id)


def read_in_full(actor: Actor, found: Found) -> InvitedReferral:
    """The referral with everything that its invited provider may know of it."""
    referral = found[1]
    hand = in_brief(actor, found)
    return replace(
        hand,
        answers=db.session.scalars(
            select(AnswerToAll).where(AnswerToAll.referral_id == referral.id).order_by(AnswerToAll.answered_at)
        ).all(),
        waiting=db.session.scalars(
            select(Clarification)
            .where(Clarification.referral_id == referral.id, Clarification.answered_at.is_(None))
            .order_by(Clarification.asked_at)
        ).all(),
        decline=db.session.scalar(live_decline(referral, actor)),
    )


def in_brief(actor: Actor, found: Found) -> InvitedReferral:
    """The referral as the offer form needs it: without questions and answers."""
    invitation, referral, profile = found
    named = {each["setting_id"]: each["name"] for each in invitation.settings}
    offers = _live_offers(actor, referral, named)
    return InvitedReferral(
        referral=referral,
        invitation=invitation,
        profile=profile,
        offers=[offer for offer, _reference in offers if offer.referral_id == referral.id],
        promised=[
            (named[str(offer.setting_id)], reference, offer.valid_until)
            for offer, reference in offers
            if offer.referral_id != referral.id
        ],
    )


def _invitation(actor: Actor, which: ColumnElement[bool]) -> Found:
    found = db.session.execute(
        select(Invitation, Referral, PublishedProfile)
        .join(Referral, Referral.id == Invitation.referral_id)
        .outerjoin(PublishedProfile, PublishedProfile.referral_id == Invitation.referral_id)
        # the lot's criteria are read where an offer is written, not with every page
        .options(defaultload(Referral.lot).lazyload(Lot.criteria))
        .where(which, Invitation.provider_id == actor.organisation_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found.tuple()


def _live_offers(actor: Actor, referral: Referral, named: Iterable[str]) -> list[tuple[Offer, str]]:
    """The provider's live offers on this referral, and those elsewhere that still promise a place of the fitting settings."""
    elsewhere = and_(
        Offer.setting_id.in_([uuid.UUID(key) for key in named]),
        Offer.state == OfferState.SUBMITTED,
        Offer.valid_until >= clock.today(),
    )
    rows = db.session.execute(
        select(Offer, Referral.reference)
        .join(Referral, Referral.id == Offer.referral_id)
        .where(
            Offer.provider_id == actor.organisation_id,
            Offer.state != OfferState.WITHDRAWN,
            or_(Offer.referral_id == referral.id, elsewhere),
        )
        .order_by(Offer.submitted_at)
    )
    return [(offer, reference) for offer, reference in rows]

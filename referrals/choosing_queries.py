"""What the pages of choosing read: who lies sealed, an offer to mark, and what stands beside the scores."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from foundation.database import db
from foundation.geography import Point, distance_miles, is_far
from foundation.permission import NotFound, NotPermitted
from foundation.places import Postcode
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.person import Person
from referrals.child import Identity
from referrals.comparing import OpenedOffer
from referrals.evaluation import ChildsView
from referrals.offer import Mark, Offer, Response
from referrals.queries import normal_reference
from referrals.referral import PublishedProfile, Referral, ReferralState

#: How the child is spoken of, by the sex on the profile.
WHOSE = {"F": "Her", "M": "His"}


@dataclass(frozen=True)
class Sealed:
    """That an offer lies sealed: from whom and since when. Nothing else of it is known to the borough."""

    provider_name: str
    since: datetime


@dataclass(frozen=True)
class Distance:
    """The straight line from the child's home, and whether it wants a written reason."""

    miles: Decimal

    @property
    def is_far(self) -> bool:
        """Over 20 miles."""
        return is_far(self.miles)


@dataclass(frozen=True)
class Beside:
    """What stands beside the scores: the child's views, distances, and the names of those who acted."""

    whose: str
    views: dict[uuid.UUID, ChildsView]
    distances: dict[uuid.UUID, Distance]
    names: dict[uuid.UUID, str]


def sealed_offers(referral: Referral) -> list[Sealed]:
    """The offers that lie under seal, the first to answer first."""
    rows = db.session.execute(
        select(Organisation.name, Response.answered_at)
        .select_from(Response)
        .join(Organisation, Organisation.id == Response.provider_id)
        .where(Response.referral_id == referral.id, Response.kind == "offer", Response.withdrawn_at.is_(None))
        .order_by(Response.answered_at)
    )
    return [Sealed(*row.tuple()) for row in rows]


def offer_of(referral: Referral, reference: str, by: Actor) -> Offer:
    """An opened offer of the referral, with its setting and needs. An attempt at a sealed one is refused and leaves its trace."""
    if referral.state is ReferralState.PUBLISHED:
        with transaction():
            raise NotPermitted(
                Act.MARK_OFFER, by, referral, "The offers lie sealed until they are opened, all at once."
            )
    found = db.session.scalar(
        select(Offer)
        .where(Offer.referral_id == referral.id, Offer.reference == normal_reference(reference))
        .options(joinedload(Offer.setting), selectinload(Offer.needs))
    )
    if found is None:
        raise NotFound
    return found


def own_marks(offer: Offer, actor: Actor) -> dict[uuid.UUID, Mark]:
    """The actor's marks of an offer, by criterion."""
    own = select(Mark).where(Mark.offer_id == offer.id, Mark.evaluator_id == actor.person_id)
    return {mark.criterion_id: mark for mark in db.session.scalars(own)}


def profile_of(referral: Referral) -> PublishedProfile:
    """What providers were told when they made their offers."""
    return db.session.get_one(PublishedProfile, referral.id)


def view_of(offer: Offer) -> ChildsView | None:
    """What the child said of the place, if anything was written down."""
    return db.session.scalar(select(ChildsView).where(ChildsView.offer_id == offer.id))


def provider_name(offer: Offer) -> str:
    """Whose offer it is."""
    return db.session.get_one(Organisation, offer.provider_id).name


def beside(referral: Referral, offers: tuple[OpenedOffer, ...]) -> Beside:
    """Everything about these offers that no score holds, in three statements."""
    about: Any = db.session.execute(
        select(PublishedProfile.sex, Postcode.easting, Postcode.northing)
        .select_from(PublishedProfile)
        .outerjoin(Identity, Identity.child_id == referral.child_id)
        .outerjoin(Postcode, Postcode.postcode == func.replace(Identity.home_postcode, " ", ""))
        .where(PublishedProfile.referral_id == referral.id)
    ).one()
    home = Point(about.easting, about.northing) if about.easting is not None else None
    views = db.session.scalars(select(ChildsView).where(ChildsView.referral_id == referral.id))
    acted = [referral.opened_by_id, referral.recommended_by_id]
    names = db.session.execute(select(Person.id, Person.name).where(Person.id.in_([each for each in acted if each])))
    return Beside(
        whose=WHOSE.get(about.sex, "The child’s"),
        views={view.offer_id: view for view in views},
        distances=_distances(home, offers),
        names={row.id: row.name for row in names},
    )


def _distances(home: Point | None, offers: tuple[OpenedOffer, ...]) -> dict[uuid.UUID, Distance]:
    if home is None:
        return {}
    return {
        offer.id: Distance(distance_miles(home, Point(offer.easting, offer.northing)))
        for offer in offers
        if offer.easting is not None and offer.northing is not None
    }

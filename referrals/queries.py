"""Children, referrals and what belongs to one of them, read one at a time. Lists are in `referral_list.py`."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import contains_eager, defaultload, lazyload

from foundation.database import db
from foundation.permission import NotFound
from foundation.references import NotAReference, parse_reference
from marketplace.actor import Actor
from marketplace.framework import FrameworkParticipant, FrameworkState, Lot
from referrals.child import Child, Identity
from referrals.child_facts import ChildFacts
from referrals.referral import Referral, ReferralAnswers


@dataclass(frozen=True)
class ChildLike:
    """A recorded child that may be the one being recorded."""

    reference: str
    short_name: str
    date_of_birth: date


def normal_reference(typed: str) -> str:
    """The reference as it is kept; NotFound for what cannot be one."""
    try:
        return parse_reference(typed)
    except NotAReference:
        raise NotFound from None


def referral_of(reference: str, actor: Actor) -> Referral:
    """The borough's own referral; NotFound for anybody else's."""
    mine = Referral.reference == normal_reference(reference), Referral.authority_id == actor.organisation_id
    # The lot's criteria are read where they are needed: few pages about a referral show them.
    wanted = select(Referral).options(defaultload(Referral.lot).lazyload(Lot.criteria)).where(*mine)
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound
    return found


def answers_of(referral: Referral) -> ReferralAnswers:
    """The borough's answers on the referral's form."""
    return db.session.get_one(ReferralAnswers, referral.id)


def child_of(reference: str) -> Child:
    """The borough's own child with its identity, where the actor's role sees that; NotFound for anybody else's."""
    return _child(Child.reference == normal_reference(reference))


def child_of_referral(referral: Referral) -> Child:
    """The child of a referral, with its identity where the actor's role sees that."""
    return _child(Child.id == referral.child_id)


def identity_of(child: Child) -> Identity:
    """Who the child is; NotFound to a role that does not see it."""
    found = db.session.get(Identity, child.id)
    if found is None:
        raise NotFound
    return found


def identity_of_referral(referral: Referral) -> Identity:
    """Who the child of a referral is; NotFound to a role that does not see it."""
    found = identity_by_child(referral.child_id)
    if found is None:
        raise NotFound
    return found


def identity_by_child(child_id: uuid.UUID) -> Identity | None:
    """Who the child is; None to a role that does not see it."""
    return db.session.get(Identity, child_id)


def children_like(facts: ChildFacts) -> list[ChildLike]:
    """Children of the borough that may be the same one: the same name and date of birth, or the same UPN or case number."""
    same: list[ColumnElement[bool]] = [
        and_(
            Identity.date_of_birth == facts.date_of_birth,
            func.lower(Identity.family_name) == facts.family_name.strip().lower(),
            or_(
                func.lower(Identity.first_name) == facts.first_name.strip().lower(),
                func.lower(Identity.known_as) == facts.first_name.strip().lower(),
            ),
        )
    ]
    for column, number in ((Identity.upn, facts.upn), (Identity.case_number, facts.case_number)):
        if number and number.strip():
            same.append(func.replace(column, " ", "") == number.replace(" ", ""))
    rows = db.session.execute(select(Child.reference, Identity).join(Identity.child).where(or_(*same)).limit(5))
    return [ChildLike(reference, identity.short_name, identity.date_of_birth) for reference, identity in rows]


def lots_open_to(authority_id: uuid.UUID | None, today: date) -> list[Lot]:
    """The lots in which an authority may make a referral today."""
    taking_part = select(FrameworkParticipant.framework_id).where(
        FrameworkParticipant.authority_id == authority_id,
        FrameworkParticipant.joined_on <= today,
        or_(FrameworkParticipant.left_on.is_(None), FrameworkParticipant.left_on > today),
    )
    wanted = select(Lot).where(Lot.framework_id.in_(taking_part)).options(lazyload(Lot.criteria)).order_by(Lot.name)
    lots = db.session.scalars(wanted).all()
    return [
        lot
        for lot in lots
        if lot.framework.state is FrameworkState.LIVE and lot.framework.starts_on <= today <= lot.framework.ends_on
    ]


def _child(condition: ColumnElement[bool]) -> Child:
    found = db.session.scalar(
        select(Child).outerjoin(Child.identity).options(contains_eager(Child.identity)).where(condition)
    )
    if found is None:
        raise NotFound
    return found


def reference_of_child(referral: Referral) -> str:
    """The reference under which the borough keeps the referral's child."""
    return db.session.execute(select(Child.reference).where(Child.id == referral.child_id)).scalar_one()


def lot_of(lot_id: uuid.UUID) -> Lot:
    """A lot by its key."""
    return db.session.get_one(Lot, lot_id)

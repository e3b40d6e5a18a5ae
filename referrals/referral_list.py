"""Lists of the borough's children and referrals, read in one statement each, as small frozen rows."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from foundation.database import db
from foundation.paging import Paged, paged
from foundation.references import NotAReference, parse_reference
from marketplace.actor import Actor
from marketplace.framework import Lot
from marketplace.person import Membership, Person
from referrals.child import Child, Identity
from referrals.offer import Response
from referrals.referral import Invitation, Referral, ReferralState

S = ReferralState

#: States in which somebody still has something to do.
OPEN = (S.DRAFT, S.AWAITING_APPROVAL, S.PUBLISHED, S.OPENED)


@dataclass(frozen=True)
class Filters:
    """What a person asks of the list of referrals."""

    state: str = "open"
    lot: str = ""
    officer: str = ""
    sought: str = ""

    @classmethod
    def asked(cls, asked: Mapping[str, str]) -> "Filters":
        """What stands in the address."""
        sought = asked.get("q", "").strip()
        return cls(asked.get("state", "open"), asked.get("lot", ""), asked.get("officer", ""), sought)


def short_name() -> ColumnElement[Any]:
    """First name and initial, in SQL; NULL to a role that does not see identity."""
    first = func.coalesce(func.nullif(Identity.known_as, ""), Identity.first_name)
    return (first + " " + func.left(Identity.family_name, 1) + ".").label("short_name")


def children_of(actor: Actor, sought: str = "") -> Paged:
    """A page of the borough's children, those recorded last first, with the number of referrals still open for each."""
    still_open = (
        select(func.count())
        .where(Referral.child_id == Child.id, Referral.state.in_(OPEN))
        .scalar_subquery()
        .label("open")
    )
    wanted = (
        select(Child.reference, Child.recorded_at, short_name(), still_open)
        .outerjoin(Identity, Identity.child_id == Child.id)
        .where(Child.authority_id == actor.organisation_id)
        .order_by(Child.recorded_at.desc(), Child.reference)
    )
    return paged(wanted.where(_is_sought(sought, Child.reference)) if sought else wanted)


def referrals_for(child: Child) -> list[Any]:
    """A child's referrals, the newest first."""
    wanted = (
        select(Referral.reference, Referral.state, Referral.drafted_at, Referral.deadline, Lot.name.label("lot"))
        .join(Lot, Lot.id == Referral.lot_id)
        .where(Referral.child_id == child.id)
        .order_by(Referral.drafted_at.desc())
    )
    return list(db.session.execute(wanted).all())


def referrals_of(actor: Actor, filters: Filters) -> Paged:
    """A page of the borough's referrals: what is still open by what is due, then what has ended, the latest first."""
    is_open = Referral.state.in_(OPEN)
    due = case((Referral.state == S.PUBLISHED, Referral.deadline), else_=None)
    ended = case((is_open, None), else_=func.coalesce(Referral.closed_at, Referral.published_at))
    wanted = (
        _listed()
        .where(Referral.authority_id == actor.organisation_id, *_conditions(filters))
        .order_by(
            is_open.desc(), due.asc().nulls_last(), ended.desc().nulls_last(), Referral.needed_by.asc().nulls_last(),
            Referral.reference,
        )
    )  # fmt: skip
    return paged(wanted)


def lots_used(actor: Actor) -> list[tuple[str, str]]:
    """The lots in which the borough has referrals, for a filter."""
    used = select(Referral.lot_id).where(Referral.authority_id == actor.organisation_id)
    rows = db.session.execute(select(Lot.key, Lot.name).where(Lot.id.in_(used)).order_by(Lot.name).distinct())
    return [(row.key, row.name) for row in rows]


def officers(actor: Actor) -> list[tuple[str, str]]:
    """The colleagues whose work a referral may be, for a filter."""
    rows = db.session.execute(
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == actor.organisation_id,
            or_(Membership.roles.contains(["placement_officer"]), Membership.roles.contains(["placement_manager"])),
        )
        .order_by(Person.name)
    )
    return [(str(row.id), row.name) for row in rows]


def _listed() -> Select[Any]:
    invited = select(func.count()).where(Invitation.referral_id == Referral.id).scalar_subquery()
    live = and_(Response.referral_id == Referral.id, Response.withdrawn_at.is_(None))
    answered = select(func.count(Response.provider_id.distinct())).where(live).scalar_subquery()
    offers = select(func.count()).where(live, Response.kind == "offer").scalar_subquery()
    return (
        select(
            Referral.reference, Referral.state, Referral.needed_by, Referral.deadline, Referral.closed_at,
            Lot.name.label("lot"), short_name(), Person.name.label("officer"), invited.label("invited"),
            answered.label("answered"), offers.label("offers"),
        )
        .join(Lot, Lot.id == Referral.lot_id)
        .outerjoin(Identity, Identity.child_id == Referral.child_id)
        .outerjoin(Person, Person.id == Referral.officer_id)
    )  # fmt: skip


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.state == "open":
        found.append(Referral.state.in_(OPEN))
    elif filters.state in set(S):
        found.append(Referral.state == S(filters.state))
    if filters.lot:
        found.append(Lot.key == filters.lot)
    if filters.officer:
        found.append(Referral.officer_id == _uuid(filters.officer))
    if filters.sought:
        found.append(_is_sought(filters.sought, Referral.reference))
    return found


def _is_sought(sought: str, reference: Any) -> ColumnElement[bool]:
    """The whole reference however it is typed, its beginning, or the beginning of the first name."""
    try:
        whole: ColumnElement[bool] = reference == parse_reference(sought)
        return whole
    except NotAReference:
        pass
    begins = sought.replace("%", "").replace("_", "")
    return or_(
        reference.istartswith(begins), Identity.first_name.istartswith(begins), Identity.known_as.istartswith(begins)
    )


def _uuid(typed: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(typed)
    except ValueError:
        return None

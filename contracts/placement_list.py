"""The list of agreements and placements, as each organisation sees it, and the awards that still want an agreement."""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import aliased, lazyload

from contracts.agreement import Agreement, AgreementFeeLine, AgreementState
from contracts.award import Award
from contracts.costs import reckoned_by_agreement, weekly_of
from contracts.words import BADGES, GROUPS
from foundation.database import db
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.fee_line import FeeLine
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.policy import POLICY
from marketplace.roles import Kind
from marketplace.setting import Setting
from referrals.child import Identity
from referrals.offer import Offer
from referrals.referral import Referral

PAGE_SIZE = 25
_at = Setting.id == Agreement.setting_id


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """A line of the list. `child` is the first name and initial, and only for the borough's roles that place children."""

    reference: str
    child: str
    sex: str
    age: int
    setting: str
    provider: str
    authority: str
    lot: str
    badge: tuple[str, str]
    starts_on: date
    ended_on: date | None
    weekly: Decimal


@dataclass(frozen=True, slots=True)
class AwardedRow:
    """An award from which no agreement has been drawn up."""

    referral: str
    provider: str
    setting: str
    starts_on: date


def placements(actor: Actor, group: str = "", words: str = "", page: int = 1) -> tuple[list[PlacementRow], int]:
    """A page of the agreements that the actor may see, the latest start first, and how many there are in all."""
    wanted = _wanted(group, words)
    count = db.session.scalar(select(func.count(Agreement.id)).join(Setting, _at).where(*wanted)) or 0
    rows = db.session.execute(_listed(actor).where(*wanted).limit(PAGE_SIZE).offset(PAGE_SIZE * (page - 1))).all()
    fees = _fees_of([row.Agreement.id for row in rows])
    return [_row(row, fees[row.Agreement.id]) for row in rows], count


def may_draw_up(actor: Actor) -> bool:
    """Whether the actor is one of those who draw up their borough's agreements."""
    return actor.kind is Kind.AUTHORITY and bool(actor.roles & POLICY[Act.DRAW_UP_AGREEMENT].roles)


def awarded() -> list[AwardedRow]:
    """Awards that stand without an agreement, the earliest start first: only the borough draws them up."""
    drawn_up = select(Agreement.id).where(Agreement.award_id == Award.id, Agreement.state != AgreementState.CANCELLED)
    rows = db.session.execute(
        select(Referral.reference, Organisation.name, Setting.name, Offer.starts_on)
        .select_from(Award)
        .join(Referral, Referral.id == Award.referral_id)
        .join(Offer, Offer.id == Award.offer_id)
        .join(Setting, Setting.id == Offer.setting_id)
        .join(Organisation, Organisation.id == Award.provider_id)
        .where(Award.undone_at.is_(None), ~drawn_up.exists())
        .order_by(Offer.starts_on, Referral.reference)
    )
    return [AwardedRow(*row) for row in rows]


def _wanted(group: str, words: str) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if group in GROUPS:
        wanted.append(Agreement.state.in_(GROUPS[group][1]))
    if words:
        part = f"%{words.translate({37: None, 95: None})}%"
        wanted.append(or_(Agreement.reference.ilike(part), Setting.name.ilike(part)))
    return wanted


def _listed(actor: Actor) -> Select[*tuple[Any, ...]]:
    provider, authority = aliased(Organisation), aliased(Organisation)
    listed: Select[*tuple[Any, ...]] = (
        select(
            Agreement, Setting.name.label("setting"), provider.name.label("provider"),
            authority.name.label("authority"), Lot.name.label("lot")
        )
        .options(
            lazyload(Agreement.lot), lazyload(Agreement.provider), lazyload(Agreement.authority), lazyload(Agreement.setting)
        )
        .join(Setting, _at)
        .join(provider, provider.id == Agreement.provider_id)
        .join(authority, authority.id == Agreement.authority_id)
        .join(Lot, Lot.id == Agreement.lot_id)
        .order_by(Agreement.starts_on.desc(), Agreement.reference)
    )  # fmt: skip
    if actor.kind is not Kind.AUTHORITY:
        return listed
    # Behind the fence of `identities` the row is there only for the roles that may know it.
    return listed.add_columns(Identity).outerjoin(Identity, Identity.child_id == Agreement.child_id)


def _row(row: Row[Any], fees: list[FeeLine]) -> PlacementRow:
    agreement: Agreement = row.Agreement
    identity = getattr(row, "Identity", None)
    return PlacementRow(
        reference=agreement.reference, child=identity.short_name if identity else "", sex=agreement.sex,
        age=agreement.age_at_start, setting=row.setting, provider=row.provider, authority=row.authority.removeprefix("London Borough of "),
        lot=row.lot,
        badge=BADGES[agreement.state], starts_on=agreement.started_on or agreement.starts_on, ended_on=agreement.ended_on,
        weekly=weekly_of(agreement, fees),
    )  # fmt: skip


def _fees_of(agreements: list[uuid.UUID]) -> dict[uuid.UUID, list[FeeLine]]:
    lines = select(AgreementFeeLine).where(AgreementFeeLine.agreement_id.in_(agreements))
    return reckoned_by_agreement(db.session.scalars(lines).all())

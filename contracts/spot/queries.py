"""What the pages ask about spot purchases: a list, one purchase with everything about it, the place that is proposed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import aliased, joinedload, lazyload

from contracts.agreement import Agreement, AgreementState
from contracts.spot.converting import is_convertible
from contracts.spot.purchase import SpotFeeLine, SpotPurchase, SpotReview, SpotState
from contracts.spot.words import BADGES
from contracts.words import BADGES as AGREEMENT_BADGES
from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.paging import Paged, paged
from foundation.permission import NotFound, NotPermitted
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.policy import refusal_of
from marketplace.roles import Kind
from marketplace.setting import Setting
from referrals.referral import Referral

#: An agreement that carries a purchase out.
CARRIES_OUT = and_(Agreement.spot_purchase_id == SpotPurchase.id, Agreement.state != AgreementState.CANCELLED)
#: What the list's filter offers: the words, and the condition.
GROUPS: dict[str, tuple[str, ColumnElement[bool]]] = {
    "waiting": ("Waits for a decision", SpotPurchase.state == SpotState.PROPOSED),
    "live": (
        "Approved, not ended",
        and_(
            SpotPurchase.state == SpotState.APPROVED,
            or_(Agreement.state.is_(None), Agreement.state != AgreementState.ENDED),
        ),
    ),
    "unregistered": ("Unregistered", SpotPurchase.unregistered.is_(True)),
    "emergency": ("Emergency path", SpotPurchase.emergency.is_(True)),
    "ended": ("Ended", Agreement.state == AgreementState.ENDED),
    "not_bought": ("Refused or withdrawn", SpotPurchase.state.in_((SpotState.REFUSED, SpotState.WITHDRAWN))),
}


@dataclass(frozen=True, slots=True)
class SpotRow:
    """A line of the list. It names no child."""

    reference: str
    authority: str
    lot: str
    setting: str
    provider: str
    reason: str
    weekly: Decimal
    peer_median: Decimal | None
    badge: tuple[str, str]
    emergency: bool
    unregistered: bool
    starts_on: date
    #: the day by which somebody looks again; None where nothing runs
    review_on: date | None
    agreement: str | None

    @property
    def gap(self) -> Decimal | None:
        """How much dearer a week is than the peers' median."""
        return None if self.peer_median is None else self.weekly - self.peer_median


@dataclass(frozen=True)
class Particulars:
    """What belongs to one purchase and is read with it."""

    lines: Sequence[SpotFeeLine]
    reviews: Sequence[SpotReview]
    events: Sequence[Row[*tuple[Any, ...]]]
    agreement: Agreement | None
    referral: str | None
    is_convertible: bool

    @property
    def carried_out(self) -> tuple[AgreementState | None, date | None]:
        """The agreement's state and the day of its conversion, where there is one."""
        return (self.agreement.state, self.agreement.converted_on) if self.agreement else (None, None)

    @property
    def is_live(self) -> bool:
        """Whether it is carried out outside the framework, or still may be: there is something to review."""
        state, converted_on = self.carried_out
        return state is not AgreementState.ENDED and converted_on is None


def spot_page(group: str, words: str) -> tuple[list[SpotRow], Paged]:
    """The page of purchases that the request asks for, newest first, and the whole of which it is a part."""
    found = paged(_listed(group, words))
    return [_row(row) for row in found.rows], found


def whole_list(group: str, words: str) -> list[SpotRow]:
    """Every purchase that fits, for a spreadsheet."""
    return [_row(row) for row in db.session.execute(_listed(group, words))]


def purchase_called(reference: str) -> SpotPurchase:
    """The purchase of that reference, if the actor may see it: its borough, and the borough's hub."""
    whole = select(SpotPurchase).options(joinedload(SpotPurchase.lot, innerjoin=True).options(lazyload(Lot.criteria)))
    purchase = db.session.scalar(whole.where(SpotPurchase.reference == reference))
    if purchase is None:
        raise NotFound
    return purchase


def purchase_for(reference: str, actor: Actor, act: Act) -> SpotPurchase:
    """The purchase on which the actor is about to act: refused on opening the page as the act itself would be, state aside."""
    purchase = purchase_called(reference)
    refusal = refusal_of(actor, act, purchase)
    if refusal is not None:
        raise NotPermitted(act, actor, purchase, refusal)
    return purchase


def particulars_of(purchase: SpotPurchase) -> Particulars:
    """Fee lines, reviews and what happened, newest first, with the agreement and the referral."""
    of_purchase = SpotFeeLine.spot_purchase_id == purchase.id
    agreement = db.session.execute(
        select(Agreement, is_convertible())
        .options(
            *(lazyload(part) for part in (Agreement.lot, Agreement.provider, Agreement.authority, Agreement.setting))
        )
        .where(Agreement.spot_purchase_id == purchase.id, Agreement.state != AgreementState.CANCELLED)
    ).one_or_none()
    return Particulars(
        lines=db.session.scalars(select(SpotFeeLine).where(of_purchase).order_by(SpotFeeLine.position)).all(),
        reviews=db.session.scalars(
            select(SpotReview).where(SpotReview.spot_purchase_id == purchase.id).order_by(SpotReview.reviewed_at.desc())
        ).all(),
        events=list(
            db.session.execute(
                select(AuditEvent.act, AuditEvent.person_name, AuditEvent.organisation_name, AuditEvent.at)
                .where(AuditEvent.subject_id == purchase.id, AuditEvent.refused.is_(False))
                .order_by(AuditEvent.at.desc(), AuditEvent.sequence.desc())
            )
        ),
        agreement=agreement[0] if agreement else None,
        referral=db.session.scalar(select(Referral.reference).where(Referral.id == purchase.referral_id)),
        is_convertible=bool(agreement and agreement[1]),
    )


def purchase_of_agreement(reference: str) -> str:
    """The reference of the purchase that an agreement carries out, for those who may read it."""
    found = db.session.scalar(
        select(SpotPurchase.reference)
        .join(Agreement, Agreement.spot_purchase_id == SpotPurchase.id)
        .where(Agreement.reference == reference)
    )
    if found is None:
        raise NotFound
    return found


def place_called(reference: str) -> Setting:
    """A setting as the fence lets the borough see it."""
    setting = db.session.scalar(select(Setting).where(Setting.reference == reference))
    if setting is None:
        raise NotFound
    return setting


def owner_of(setting: Setting) -> str:
    """The name of the provider that runs a setting."""
    return db.session.scalars(select(Organisation.name).where(Organisation.id == setting.provider_id)).one()


def _listed(group: str, words: str) -> Select[*tuple[Any, ...]]:
    authority, provider = aliased(Organisation), aliased(Organisation)
    listed: Select[*tuple[Any, ...]] = (
        select(
            SpotPurchase.reference, authority.name.label("authority"), Lot.name.label("lot"), Setting.name.label("setting"),
            provider.name.label("provider"), SpotPurchase.reason, SpotPurchase.weekly_cost, SpotPurchase.peer_median,
            SpotPurchase.state, SpotPurchase.emergency, SpotPurchase.unregistered, SpotPurchase.starts_on,
            SpotPurchase.review_on, Agreement.reference.label("agreement"), Agreement.state.label("agreement_state"),
            Agreement.converted_on,
        )
        .join(authority, authority.id == SpotPurchase.authority_id)
        .join(provider, provider.id == SpotPurchase.provider_id)
        .join(Setting, Setting.id == SpotPurchase.setting_id)
        .join(Lot, Lot.id == SpotPurchase.lot_id)
        .outerjoin(Agreement, CARRIES_OUT)
        .order_by(SpotPurchase.proposed_at.desc(), SpotPurchase.reference)
    )  # fmt: skip
    if group in GROUPS:
        listed = listed.where(GROUPS[group][1])
    if words:
        part = f"%{words.translate({37: None, 95: None})}%"
        named = (SpotPurchase.reference, Agreement.reference, Setting.name, provider.name)
        listed = listed.where(or_(*(column.ilike(part) for column in named)))
    return listed


def _row(row: Row[Any]) -> SpotRow:
    runs = (
        row.state in (SpotState.PROPOSED, SpotState.APPROVED)
        and row.agreement_state != AgreementState.ENDED
        and row.converted_on is None
    )
    return SpotRow(
        reference=row.reference, authority=_short(row.authority), lot=row.lot, setting=row.setting, provider=row.provider,
        reason=row.reason, weekly=row.weekly_cost, peer_median=row.peer_median,
        badge=standing_badge(row.state, row.agreement_state, row.converted_on), emergency=row.emergency,
        unregistered=row.unregistered, starts_on=row.starts_on, review_on=row.review_on if runs else None,
        agreement=row.agreement,
    )  # fmt: skip


def standing_badge(state: SpotState, agreement: AgreementState | None, converted_on: date | None) -> tuple[str, str]:
    """Where a purchase stands: its decision until there is an agreement, then the agreement's state."""
    if state is not SpotState.APPROVED or agreement is None:
        return BADGES[state]
    if converted_on is not None and converted_on <= clock.today() and agreement is not AgreementState.ENDED:
        return ("ok", "Converted to the framework")
    return AGREEMENT_BADGES[agreement]


def of_borough_or_hub(actor: Actor) -> Actor:
    """Providers have no page of spot purchases: the agreement is all that they see of one."""
    if actor.kind is Kind.PROVIDER:
        raise NotFound
    return actor


def _short(name: str) -> str:
    return name.removeprefix("London Borough of ").removeprefix("Royal Borough of ")

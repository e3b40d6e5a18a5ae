"""What the pages ask about agreements and placements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import joinedload, lazyload, undefer

from contracts.agreement import Agreement, AgreementFeeLine, AgreementOutcome, AgreementState, Signature
from contracts.award import Award
from contracts.sealing.sealed_paper import seal_of
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.files import StoredFile
from foundation.permission import NotFound, NotPermitted
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.framework import Lot
from marketplace.policy import refusal_of
from marketplace.roles import SEES_IDENTITY, Kind
from referrals.child import Identity
from referrals.offer import Offer
from referrals.referral import Referral


@dataclass(frozen=True)
class Particulars:
    """What belongs to one agreement and is read with it."""

    lines: Sequence[AgreementFeeLine]
    outcomes: Sequence[AgreementOutcome]
    signatures: Sequence[Signature]
    events: Sequence[Row[Any]]


def agreement_called(reference: str) -> Agreement:
    """The agreement of that reference, if the actor may see it."""
    agreement = db.session.scalar(_whole().where(Agreement.reference == reference))
    if agreement is None:
        raise NotFound
    return agreement


def agreement_for(reference: str, actor: Actor, act: Act) -> Agreement:
    """The agreement on which the actor is about to act: refused on opening the page as the act itself would be, state aside."""
    agreement = agreement_called(reference)
    refusal = refusal_of(actor, act, agreement)
    if refusal is not None:
        raise NotPermitted(act, actor, agreement, refusal)
    return agreement


def particulars_of(agreement: Agreement) -> Particulars:
    """Fee lines, outcomes, signatures, and what happened, newest first."""
    return Particulars(
        lines=fee_lines_of(agreement),
        outcomes=outcomes_of(agreement),
        signatures=db.session.scalars(
            select(Signature).where(Signature.agreement_id == agreement.id).order_by(Signature.signed_at)
        ).all(),
        events=db.session.execute(
            select(
                AuditEvent.act, AuditEvent.person_name, AuditEvent.organisation_name, AuditEvent.at, AuditEvent.after
            )
            .where(AuditEvent.subject_id == agreement.id, AuditEvent.refused.is_(False))
            .order_by(AuditEvent.at.desc(), AuditEvent.sequence.desc())
        ).all(),
    )


def fee_lines_of(agreement: Agreement) -> Sequence[AgreementFeeLine]:
    """The fee lines in their order, the rates of one fee by their days."""
    of = select(AgreementFeeLine).where(AgreementFeeLine.agreement_id == agreement.id)
    return db.session.scalars(of.order_by(AgreementFeeLine.position, AgreementFeeLine.starts_on)).all()


def outcomes_of(agreement: Agreement) -> Sequence[AgreementOutcome]:
    """The outcomes in their order."""
    of = select(AgreementOutcome).where(AgreementOutcome.agreement_id == agreement.id)
    return db.session.scalars(of.order_by(AgreementOutcome.position)).all()


def award_for(reference: str, actor: Actor) -> Award:
    """The award that stands on a referral, for either side of it, by the referral's reference."""
    return _award(Referral.reference == reference, actor)


def offer_to_draw_up(award: Award, actor: Actor) -> Offer:
    """The awarded offer with its setting, for whoever may draw up its agreement."""
    refusal = refusal_of(actor, Act.DRAW_UP_AGREEMENT, award)
    if refusal is not None:
        raise NotPermitted(Act.DRAW_UP_AGREEMENT, actor, award, refusal)
    return db.session.scalars(select(Offer).where(Offer.id == award.offer_id).options(joinedload(Offer.setting))).one()


def reference_of_agreement(award: Award) -> str | None:
    """The reference of the agreement that was drawn up from the award already, if there is one."""
    of = select(Agreement.reference).where(Agreement.award_id == award.id, Agreement.state != AgreementState.CANCELLED)
    return db.session.scalar(of)


def issued_hash(agreement: Agreement) -> str:
    """The fingerprint of the issued paper, which the signature is bound to."""
    return db.session.scalars(select(StoredFile.sha256).where(StoredFile.id == agreement.issued_file_id)).one()


def kept_paper(agreement: Agreement, *, issued: bool = False) -> StoredFile:
    """The signed paper, with its seal once it has one; before, or where it is asked for, the issued one; only for who may read it."""
    sealed = None if agreement.cancelled_at else seal_of(agreement)
    signed = sealed.file_id if sealed else agreement.signed_file_id
    key = agreement.issued_file_id if issued else signed or agreement.issued_file_id
    # Selected, not got: what lies in the session already would not be asked of the fence again.
    paper = db.session.scalar(select(StoredFile).where(StoredFile.id == key).options(undefer(StoredFile.content)))
    if paper is None:
        raise NotFound
    return paper


def award_with_identity(reference: str, actor: Actor) -> Award:
    """The standing award whose child the actor's role may know, by the agreement's or the referral's reference."""
    if not actor.roles & SEES_IDENTITY or actor.kind is Kind.HUB:
        raise NotFound
    drawn_up = select(Agreement.award_id).where(Agreement.reference == reference)
    return _award(or_(Award.id.in_(drawn_up), Referral.reference == reference), actor)


def bought_outside(reference: str, actor: Actor) -> Agreement | None:
    """The agreement of that reference, if its place was bought outside the framework and the actor's role may know the child."""
    if not actor.roles & SEES_IDENTITY or actor.kind is Kind.HUB:
        return None
    return db.session.scalar(_whole().where(Agreement.reference == reference, Agreement.award_id.is_(None)))


def short_name_of(agreement: Agreement, actor: Actor) -> str:
    """The child's first name and initial, for the borough's roles that may know it; otherwise nothing."""
    if actor.kind is not Kind.AUTHORITY:
        return ""
    identity = db.session.scalar(select(Identity).where(Identity.child_id == agreement.child_id))
    return identity.short_name if identity else ""


def _award(condition: ColumnElement[bool], actor: Actor) -> Award:
    award = db.session.scalar(
        select(Award).join(Referral, Referral.id == Award.referral_id).where(condition, Award.undone_at.is_(None))
    )
    if award is None or actor.organisation_id not in (award.authority_id, award.provider_id):
        raise NotFound
    return award


def _whole() -> Select[Agreement]:
    return select(Agreement).options(joinedload(Agreement.lot, innerjoin=True).options(lazyload(Lot.criteria)))

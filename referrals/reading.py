"""Reading a referral: the borough sees which people of which provider opened it, and when each first did."""

from sqlalchemy import exists, select

from foundation.audit import AuditEvent, record
from foundation.database import db
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import POLICY, authorise
from referrals.referral import Referral


def read_referral(referral: Referral, *, by: Actor) -> None:
    """An invited provider's responder opens the referral: recorded once a person, where the borough reads it too."""
    if by.roles & POLICY[Act.READ_REFERRAL].roles and _has_read(referral, by):
        return
    with transaction():
        authorise(by, Act.READ_REFERRAL, referral)
        record(Act.READ_REFERRAL, referral, by=by, about=referral.authority_id)


def _has_read(referral: Referral, by: Actor) -> bool:
    before = select(AuditEvent.id).where(
        AuditEvent.subject_id == referral.id,
        AuditEvent.act == Act.READ_REFERRAL,
        AuditEvent.person_id == by.person_id,
        AuditEvent.refused.is_(False),
    )
    return bool(db.session.scalar(select(exists(before))))

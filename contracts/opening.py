"""Opening a child's identity: from the award on, by both sides' roles that place children; audited each time."""

from contracts.award import Award
from foundation.audit import record
from foundation.database import db
from foundation.permission import NotFound
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from referrals.child import Identity
from referrals.referral import Referral


def open_identity(award: Award, *, by: Actor) -> Identity:
    """Read who the child is. The row security of `identities` decides; the borough reads in its audit trail that it was opened."""
    with transaction():
        authorise(by, Act.OPEN_IDENTITY, award)
        referral = db.session.get_one(Referral, award.referral_id)
        identity = db.session.get(Identity, referral.child_id)
        if identity is None:
            raise NotFound
        record(Act.OPEN_IDENTITY, referral, by=by, about=award.authority_id)
    return identity

"""Opening a child's identity: from the award on – of a place bought outside the framework from the agreement's issue on –, by both
sides' roles that place children; audited each time."""

from sqlalchemy import select

from contracts.agreement import Agreement
from contracts.award import Award
from contracts.words import SEXES
from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import day_plain
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
        identity = db.session.scalar(select(Identity).where(Identity.child_id == referral.child_id))
        if identity is None:
            raise NotFound
        record(Act.OPEN_IDENTITY, referral, by=by, about=award.authority_id)
    return identity


def open_identity_of(agreement: Agreement, *, by: Actor) -> Identity:
    """The same for a place bought outside the framework, whose provider may never have seen the referral."""
    with transaction():
        authorise(by, Act.OPEN_IDENTITY, agreement)
        identity = db.session.scalar(select(Identity).where(Identity.child_id == agreement.child_id))
        if identity is None:
            raise NotFound
        record(Act.OPEN_IDENTITY, agreement, by=by, about=agreement.authority_id)
    return identity


def facts_of(identity: Identity) -> list[tuple[str, str]]:
    """What the page shows: the facts that there are."""
    facts = [
        ("First name", identity.first_name),
        ("Family name", identity.family_name),
        ("Known as", identity.known_as),
        ("Date of birth", f"{day_plain(identity.date_of_birth)}, aged {identity.age_on(clock.today())}"),
        ("Sex", SEXES[identity.sex]),
        ("Home address", identity.home_address),
        ("Home postcode", identity.home_postcode or ""),
        ("Unique pupil number", identity.upn or ""),
        ("Unique learner number", identity.uln or ""),
        ("NHS number", identity.nhs_number or ""),
        ("Case number", identity.case_number or ""),
    ]
    return [(name, value) for name, value in facts if value]

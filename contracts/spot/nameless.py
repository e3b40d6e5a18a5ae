"""What is written about a spot purchase is read by the hub and kept for long: no text may say who the child is."""

import uuid

from sqlalchemy import select

from foundation.database import db
from foundation.permission import Invalid
from referrals.child import Identity
from referrals.identifying_text import known_of, matches
from referrals.referral import Referral

LONGEST_TEXT = 2000


def require_nameless(referral_id: uuid.UUID, **texts: str | None) -> None:
    """Refuse a text that names the child, its family or home, or is too long, beside its field. A role that sees no identity is
    checked against everything shaped like an address or a number."""
    child = select(Referral.child_id).where(Referral.id == referral_id).scalar_subquery()
    identity = db.session.scalar(select(Identity).where(Identity.child_id == child))
    known = known_of(identity) if identity else []
    for field, text in texts.items():
        if len(text or "") > LONGEST_TEXT:
            raise Invalid(f"Keep this to {LONGEST_TEXT:,} characters.", field)
        for found in matches(text or "", known):
            said = (text or "")[found.start : found.end]
            raise Invalid(f"“{said}” looks like {found.what}. Leave it out: the hub reads this.", field)

"""The award as pages read it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementState
from contracts.award import Award
from foundation.database import db
from foundation.permission import NotFound
from marketplace.organisation import Organisation
from marketplace.setting import Setting
from referrals.offer import Offer
from referrals.referral import Referral

#: Agreements whose placement has not started: the award can still be undone.
BEFORE_THE_START = frozenset(
    {AgreementState.DRAFT, AgreementState.ISSUED, AgreementState.SIGNED_BY_PROVIDER, AgreementState.SIGNED_BY_BOROUGH}
)


@dataclass(frozen=True)
class AwardShown:
    """A decision as it stands in the record."""

    offer_reference: str
    setting_name: str
    provider_name: str
    rationale: str
    first_ranked: bool
    weekly_cost: Decimal
    awarded_by_name: str
    awarded_at: datetime
    undone_at: datetime | None
    undone_reason: str | None


def standing_award(referral: Referral) -> Award:
    """The award that stands; NotFound where there is none."""
    found = db.session.scalar(select(Award).where(Award.referral_id == referral.id, Award.undone_at.is_(None)))
    if found is None:
        raise NotFound
    return found


def awards_of(referral: Referral) -> list[AwardShown]:
    """Every award of a referral, the last first, undone ones included."""
    rows: Any = db.session.execute(
        select(
            Offer.reference, Setting.name, Organisation.name, Award.rationale, Award.first_ranked, Award.weekly_cost,
            Award.awarded_by_name, Award.awarded_at, Award.undone_at, Award.undone_reason,
        )
        .select_from(Award)
        .join(Offer, Offer.id == Award.offer_id)
        .join(Setting, Setting.id == Offer.setting_id)
        .join(Organisation, Organisation.id == Award.provider_id)
        .where(Award.referral_id == referral.id)
        .order_by(Award.awarded_at.desc())
    )  # fmt: skip
    return [AwardShown(*row) for row in rows]


def has_started(referral: Referral) -> bool:
    """Whether the placement has started, so that the award is past undoing."""
    states = db.session.scalars(
        select(Agreement.state).where(
            Agreement.referral_id == referral.id, Agreement.state != AgreementState.CANCELLED
        )
    )  # fmt: skip
    return any(state not in BEFORE_THE_START for state in states)

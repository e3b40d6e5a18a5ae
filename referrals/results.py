"""What a provider learns of its own offer when the choice was made: its marks with reasons, its scores, its place, why, and whom to ask.

Row security gives it no other's marks or results; the names of the evaluators stay with the borough.
"""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select

from foundation.database import db
from marketplace.framework import Criterion
from referrals.evaluation import Moderation
from referrals.offer import Mark, Offer, OfferResult, OfferState
from referrals.quality import TOP_MARK, figure
from referrals.referral import Referral


@dataclass(frozen=True)
class OwnMark:
    """A criterion, the mean mark of those who marked it, their reasons, and why they differ where they do."""

    criterion: str
    weight: int
    mark: str
    reasons: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class OwnResult:
    """The decision on one's own offer. Without scores where the search ended before quality was locked."""

    is_chosen: bool
    was_awarded: bool
    reason: str
    decided_at: datetime
    borough: str
    debrief_email: str | None
    quality: Decimal | None = None
    price: Decimal | None = None
    total: Decimal | None = None
    is_evaluated_price: bool = False
    place: str = ""
    compared: int = 0
    arithmetic: tuple[str, ...] = ()
    marks: tuple[OwnMark, ...] = ()
    top_mark: int = TOP_MARK


def result_of(offer: Offer) -> OwnResult | None:
    """The result as its provider may read it; None until a decision stands."""
    if offer.state not in (OfferState.AWARDED, OfferState.UNSUCCESSFUL):
        return None
    referral, kept = db.session.get_one(Referral, offer.referral_id), db.session.get(OfferResult, offer.id)
    borough, email = referral.authority.name, referral.authority.contact_email
    if kept is None:
        assert referral.closed_at is not None, "an offer without a result is one whose search was ended"
        return OwnResult(False, False, referral.closing_reason or "", referral.closed_at, borough, email)
    return OwnResult(
        is_chosen=kept.successful, was_awarded=referral.closed_at is None,
        reason=kept.reason if referral.closed_at is None else f"{referral.closing_reason} {kept.reason}",
        decided_at=kept.decided_at, borough=borough, debrief_email=email,
        quality=kept.quality_score, price=kept.price_score, total=kept.total_score, is_evaluated_price=kept.price_score is None,
        place=f"{kept.rank}=" if kept.is_tied else str(kept.rank), compared=kept.offers_compared,
        arithmetic=tuple(kept.arithmetic), marks=_marks(offer),
    )  # fmt: skip


def _marks(offer: Offer) -> tuple[OwnMark, ...]:
    rows = db.session.execute(
        select(Criterion.id, Criterion.name, Criterion.weight, Mark.mark, Mark.reason, Moderation.note)
        .select_from(Mark)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .outerjoin(Moderation, (Moderation.offer_id == Mark.offer_id) & (Moderation.criterion_id == Mark.criterion_id))
        .where(Mark.offer_id == offer.id, Mark.counted)
        .order_by(Criterion.position, Mark.marked_at)
    ).all()
    given: dict[uuid.UUID, list[int]] = defaultdict(list)
    reasons: dict[uuid.UUID, list[str]] = defaultdict(list)
    for row in rows:
        given[row.id].append(row.mark)
        reasons[row.id].append(row.reason)
    first = {row.id: row for row in reversed(rows)}
    return tuple(
        OwnMark(
            first[key].name, first[key].weight, figure(Fraction(sum(marks), len(marks))), tuple(reasons[key]), first[key].note or ""
        )
        for key, marks in given.items()
    )  # fmt: skip

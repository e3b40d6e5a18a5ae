"""The results that a decision leaves behind: what each offer scored, its place, and in a sentence why it was not chosen.

They are kept for the letter to its provider and for the file; an undone award leaves them until the next decision. A provider reads
its own and nothing of another's: no name, no price, not even the lowest one.
"""

import uuid

from foundation import clock
from foundation.database import db
from foundation.formatting import joined
from foundation.money import to_penny
from referrals.comparing import Compared, Comparison
from referrals.offer import OfferResult
from referrals.quality import TOP_MARK, figure
from referrals.referral import Referral
from referrals.scoring import arithmetic_for_provider


def keep_results(referral: Referral, comparison: Comparison, awarded: uuid.UUID | None) -> None:
    """Write down every live offer's result, in place of an earlier decision's."""
    for compared in comparison.offers:
        db.session.merge(_result(referral, comparison, compared, compared.offer.id == awarded))


def _result(referral: Referral, comparison: Comparison, compared: Compared, successful: bool) -> OfferResult:
    scored = compared.scored
    return OfferResult(
        offer_id=compared.offer.id, provider_id=compared.offer.provider_id, authority_id=referral.authority_id,
        referral_id=referral.id, quality_score=to_penny(compared.quality),
        price_score=None if scored.price_score is None else to_penny(scored.price_score),
        total_score=to_penny(scored.total), rank=scored.rank, is_tied=scored.is_tied, offers_compared=len(comparison.offers),
        expected_cost=compared.price.whole, expected_weeks=comparison.stay.weeks,
        arithmetic=arithmetic_for_provider(comparison.evaluation, scored), successful=successful,
        reason=_reason(comparison, compared, successful), decided_at=clock.now(),
    )  # fmt: skip


def _reason(comparison: Comparison, compared: Compared, successful: bool) -> str:
    """In a sentence, from the offer's own marks and place."""
    place = f"{compared.scored.place} of {len(comparison.offers)}"
    if successful:
        return f"Your offer was chosen. It stood at {place}."
    means = {cell.mean for cell in compared.cells}
    if len(means) <= 1:
        return f"Your offer stood at {place}." + "".join(
            f" Every question had {figure(m)} of {TOP_MARK}." for m in means
        )
    weakest = joined([cell.criterion.name for cell in compared.cells if cell.mean == min(means)])
    return f"Your offer stood at {place}. It was marked lowest on {weakest}: {figure(min(means))} of {TOP_MARK}."

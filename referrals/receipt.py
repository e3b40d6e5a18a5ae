"""The receipt of an offer: everything offered, prices included, in one canonical text, and its SHA-256.

Whoever holds the text can prove later what was sent: same text, same hash. The hash alone says nothing of a price.
"""

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from foundation.formatting import timestamp
from referrals.offer import Offer, OfferFeeLine, OfferNeed

FORMAT = "harbour-offer-1"
_OF_A_LINE = ("kind", "label", "amount", "quantity", "unit", "calendar", "starts_on", "ends_on")


def receipt_text(offer: Offer, needs: Iterable[OfferNeed], lines: Iterable[OfferFeeLine]) -> str:
    """The canonical text: JSON with sorted keys, no spaces, amounts with two decimals, dates as YYYY-MM-DD, instants in UTC."""
    said = {
        "format": FORMAT,
        "offer": offer.reference,
        "referral_id": offer.referral_id,
        "provider_id": offer.provider_id,
        "setting_id": offer.setting_id,
        "submitted_at": timestamp(offer.submitted_at),
        "starts_on": offer.starts_on,
        "valid_until": offer.valid_until,
        "approach": offer.approach,
        "impact": offer.impact,
        "criterion_answers": offer.criterion_answers,
        "outcomes": offer.outcomes,
        "needs": [
            {"need": need.need, "level": str(need.level), "evidence": need.evidence}
            for need in sorted(needs, key=lambda need: need.need)
        ],
        "fee_lines": [
            {name: getattr(line, name) for name in _OF_A_LINE} | _beyond(line)
            for line in sorted(lines, key=lambda line: line.position)
        ],
    }
    return json.dumps(said, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def receipt_hash(offer: Offer, needs: Iterable[OfferNeed], lines: Iterable[OfferFeeLine]) -> str:
    """SHA-256 of the canonical text in UTF-8, in hexadecimal."""
    return hashlib.sha256(receipt_text(offer, needs, lines).encode()).hexdigest()


def _beyond(line: OfferFeeLine) -> dict[str, Any]:
    """VAT and named weeks, of a line that has them: the text of every other line is as it was before fees could carry either."""
    vat = {"vat_rate": line.vat_rate, "vat_recoverable": line.vat_recoverable} if line.vat_rate else {}
    return vat | ({"weeks": line.weeks} if line.weeks else {})


def _plain(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)

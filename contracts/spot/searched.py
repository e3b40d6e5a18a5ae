"""The framework search of a referral as it stands: what the system attaches to a spot purchase, so that nobody has to describe it.

The seal holds here too: an offer that is not opened shows that it lies sealed and since when, and its price only once prices may be
read. What is attached is a copy of the day; later answers do not change it.
"""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from foundation import clock
from foundation.database import db
from foundation.formatting import money
from marketplace.costing import weekly_cost
from marketplace.fee_line import FeeLine
from marketplace.organisation import Organisation
from referrals.matching import matches_of
from referrals.offer import Offer, OfferFeeLine, OfferState
from referrals.overview import Invited, Wave, waves_of
from referrals.referral import Referral
from referrals.timeline import entries_of, readers_among


def search_of(referral: Referral) -> dict[str, Any]:
    """Dates, settings that fit, waves with every answer, and their counts; of an unpublished referral that there was none."""
    if referral.published_at is None:
        return {"taken_at": clock.now().isoformat(), "published_at": None, "waves": []}
    waves = waves_of(referral, readers_among(entries_of(referral)))
    matches, prices = matches_of(referral), _prices(referral)
    invited = [each for wave in waves for each in wave.invited]
    answers = [_kind(each) for each in invited]
    return {
        "taken_at": clock.now().isoformat(), "state": referral.state.value, "published_at": _instant(referral.published_at),
        "deadline": _instant(referral.deadline), "opened_at": _instant(referral.opened_at),
        "closed_at": _instant(referral.closed_at), "fit": len(matches.eligible),
        "admitted": len(matches.eligible) + len(matches.ineligible), "waves": [_wave(wave, prices) for wave in waves],
        "invited": len(invited), "offers": answers.count("offer"), "declines": answers.count("decline"),
        "silent": answers.count("silence"),
    }  # fmt: skip


def is_a_search(search: dict[str, Any]) -> bool:
    """Whether somebody was asked, or nobody could be: the referral was published, and a wave went out unless no setting fits."""
    return bool(search["published_at"]) and bool(search["waves"] or not search["fit"])


def as_read(search: dict[str, Any]) -> dict[str, Any]:
    """The search with its instants as instants, for a page."""
    dates = {
        name: _read(search.get(name)) for name in ("taken_at", "published_at", "deadline", "opened_at", "closed_at")
    }
    waves = [
        wave
        | {
            "sent_at": _read(wave["sent_at"]),
            "invited": [each | {"when": _read(each["when"])} for each in wave["invited"]],
        }
        for wave in search["waves"]
    ]
    return search | dates | {"waves": waves}


def _wave(wave: Wave, prices: dict[str, list[Decimal]]) -> dict[str, Any]:
    return {
        "number": wave.number, "sent_at": wave.sent_at.isoformat(),
        "invited": [
            {
                "provider": each.provider, "settings": each.settings, "answer": each.badge[1], "kind": each.badge[0],
                "when": _instant(each.when), "note": each.note or _priced(prices.get(each.provider, [])),
            }
            for each in wave.invited
        ],
    }  # fmt: skip


def _kind(invited: Invited) -> str:
    if not invited.has_answered:
        return "silence"
    return "decline" if invited.badge[1] == "Declined" else "offer"


def _priced(weekly: list[Decimal]) -> str:
    return ", ".join(f"{money(each)} a week" for each in weekly)


def _prices(referral: Referral) -> dict[str, list[Decimal]]:
    """What each provider's live offers come to in a week; nothing while the prices are closed: the fence shows no line then."""
    if referral.opened_at is None or (referral.quality_locked_at is None and referral.lot.quality_first):
        return {}
    rows = db.session.execute(
        select(Organisation.name, Offer.id, Offer.starts_on, OfferFeeLine)
        .join(Offer, Offer.provider_id == Organisation.id)
        .join(OfferFeeLine, OfferFeeLine.offer_id == Offer.id)
        .where(Offer.referral_id == referral.id, Offer.state != OfferState.WITHDRAWN)
        .order_by(Organisation.name, Offer.reference)
    )
    lines: dict[tuple[Any, ...], list[FeeLine]] = defaultdict(list)
    for name, key, starts_on, line in rows:
        lines[name, key, starts_on].append(line.reckoned)
    prices: dict[str, list[Decimal]] = defaultdict(list)
    for (name, _, starts_on), of_offer in lines.items():
        prices[name].append(weekly_cost(of_offer, starts_on))
    return prices


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _read(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None

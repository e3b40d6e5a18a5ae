"""What such a place costs through the framework: the median weekly fee of the live framework agreements of the same lot.

Of the same need and age band where there are enough, else of the same need, else of the same age band, else of the whole lot; fewer than
five are too few to compare. The fees are read as the hub reads them, over all boroughs of the partnership, and only the one figure comes
back: no borough sees another's agreement. Pounds a week to the penny, net of VAT, as they stand on the day.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementFeeLine, AgreementState
from contracts.costs import reckoned
from foundation.database import db
from foundation.money import to_penny
from foundation.tenancy import Fence, act_behind, present_fence
from marketplace.actor import Actor
from marketplace.costing import NOUGHT, weekly_cost
from marketplace.needs import need_label
from marketplace.organisation import PartnershipMember
from marketplace.roles import Kind
from marketplace.small_numbers import LEAST_SHOWN
from referrals.referral import PublishedProfile

#: The age bands of the national return on children looked after; the last has no upper end.
BANDS = ((0, 4), (5, 9), (10, 15), (16, 25))


@dataclass(frozen=True, slots=True)
class PeerPrice:
    """One live framework agreement as a peer: what it costs a week, for a child of which age and foremost need."""

    lot_id: uuid.UUID
    age: int
    need: str | None
    weekly: Decimal


@dataclass(frozen=True, slots=True)
class Peers:
    """The median weekly fee, over how many agreements, and which they are; without a median there are too few."""

    median: Decimal | None
    count: int | None
    basis: str

    def gap(self, weekly: Decimal) -> Decimal | None:
        """How much dearer (or, below nought, cheaper) a weekly price is."""
        return None if self.median is None else weekly - self.median


TOO_FEW = Peers(None, None, "Too few to compare")


def peers_for(lot_id: uuid.UUID, lot_name: str, age: int, need: str | None, prices: Sequence[PeerPrice]) -> Peers:
    """The narrowest circle of peers with enough agreements in it."""
    lowest, highest = band_of(age)
    ages = f"aged {lowest} and over" if highest == BANDS[-1][1] else f"aged {lowest} to {highest}"
    in_lot = [price for price in prices if price.lot_id == lot_id]
    of_need = [price for price in in_lot if need is not None and price.need == need]
    of_age = [price for price in in_lot if lowest <= price.age <= highest]
    words = need_label(need).lower() if need else ""
    for found, basis in (
        ([price for price in of_need if price in of_age], f"{lot_name}, {words}, {ages}"),
        (of_need, f"{lot_name}, {words}"), (of_age, f"{lot_name}, {ages}"), (in_lot, lot_name),
    ):  # fmt: skip
        if len(found) >= LEAST_SHOWN:
            return Peers(to_penny(median(price.weekly for price in found)), len(found), basis)
    return TOO_FEW


def band_of(age: int) -> tuple[int, int]:
    """The age band in which the age lies."""
    return next((band for band in BANDS if band[0] <= age <= band[1]), BANDS[-1])


def prices_of_peers(lots: Collection[uuid.UUID], on: date, by: Actor) -> list[PeerPrice]:
    """The live framework agreements of those lots across the partnership. Not inside a verb's changes: the session is read anew."""
    hub_id = _hub_of(by)
    if hub_id is None or not lots:
        return []
    with _as_the_hub(hub_id):
        rows = db.session.execute(
            select(Agreement.id, Agreement.lot_id, Agreement.age_at_start, PublishedProfile.wanted, AgreementFeeLine)
            .join(AgreementFeeLine, AgreementFeeLine.agreement_id == Agreement.id)
            .outerjoin(PublishedProfile, PublishedProfile.referral_id == Agreement.referral_id)
            .where(Agreement.lot_id.in_(lots), Agreement.state.in_((AgreementState.ACTIVE, AgreementState.NOTICE)))
            .where((Agreement.bought_by == "framework") | (Agreement.converted_on <= on))
        ).all()
        lines: dict[uuid.UUID, list[AgreementFeeLine]] = defaultdict(list)
        facts = {}
        for key, lot_id, age, wanted, line in rows:
            lines[key].append(line)
            facts[key] = (lot_id, age, foremost(wanted))
        found = [PeerPrice(*facts[key], weekly_cost(reckoned(lines[key]), on)) for key in lines]
    return [price for price in found if price.weekly > NOUGHT]


def foremost(wanted: dict[str, list[str]] | None) -> str | None:
    """The first of the needs that must be met, by which reports count a child."""
    must = (wanted or {}).get("must") or []
    return must[0] if must else None


def _hub_of(by: Actor) -> uuid.UUID | None:
    """The hub of the partnership that the actor's organisation belongs to."""
    if by.kind is Kind.HUB:
        return by.organisation_id
    of_member = select(PartnershipMember.hub_id).where(PartnershipMember.authority_id == by.organisation_id).limit(1)
    return db.session.scalar(of_member)


@contextmanager
def _as_the_hub(hub_id: uuid.UUID) -> Iterator[None]:
    before = present_fence()
    act_behind(Fence(hub_id, None, Kind.HUB.value))
    try:
        yield
    finally:
        act_behind(before)

"""Offers opened, marked, locked, recommended and awarded, through the real verbs. `move_clock` is the fixture of that name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from contracts.award import Award
from contracts.awarding import award_offer
from foundation.database import db
from marketplace.actor import Actor
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.setting import Setting
from referrals.comparing import compare
from referrals.evaluating import lock_quality, mark_offer, open_offers
from referrals.offer import Offer, OfferState
from referrals.recommending import recommend_offer
from referrals.referral import Referral
from tests.makers.answers import a_colleague_at, an_offer, an_officer, apart, here, invited
from tests.makers.referrals import a_published
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, a_provider, a_setting, acting

MoveClock = Callable[[datetime], None]

#: a mark that is given where a test does not say
USUAL_MARK = 4


@dataclass(frozen=True)
class Competition:
    """A published referral with sealed offers of three providers, and the people who will choose."""

    hub: Organisation
    borough: Organisation
    officer: Actor
    manager: Actor
    lot: Lot
    settings: tuple[Setting, ...]
    referral: Referral
    offers: tuple[Offer, ...]


def a_competition(prices: tuple[int, ...] = (4200, 4600, 5000), key: str = "residential", **facts: Any) -> Competition:
    """Offers at these prices a week, each by a provider of its own, sealed on one referral; `facts` are the lot's."""
    hub = a_hub()
    borough = a_borough(hub)
    lot = a_lot(hub, key, (borough,), **facts)
    names = ("Tamar Road", "Fernbank", "The Weir", "Ferry House", "Alder Court", "Beck Side", "Cedar Lodge", "Dell End")
    settings = tuple(
        a_setting(a_provider(f"{name} Care Ltd"), lot, name, needs=("trauma",)) for name in names[: len(prices)]
    )
    officer, manager = a_person(borough, Role.PLACEMENT_OFFICER), a_person(borough, Role.PLACEMENT_MANAGER)
    referral = apart(a_published(officer, lot))
    if settings:
        invited(referral, *settings, by=officer)
    offers = tuple(an_offer(referral, setting, weekly=weekly) for setting, weekly in zip(settings, prices, strict=True))
    acting(officer)
    return Competition(hub, borough, officer, manager, lot, settings, referral, offers)


def past_deadline(referral: Referral, move_clock: MoveClock) -> None:
    """One minute after the deadline."""
    assert referral.deadline is not None
    move_clock(referral.deadline + timedelta(minutes=1))


def opened(referral: Referral, move_clock: MoveClock, *, by: Actor | None = None) -> Referral:
    """The referral with its offers opened by an officer after the deadline."""
    past_deadline(referral, move_clock)
    acting(officer := by or an_officer(referral))
    return apart(open_offers(here(referral), by=officer))


def marked(referral: Referral, marks: Mapping[str, int] | None = None, *, by: Actor | None = None) -> Actor:
    """Every live offer marked on every criterion by one evaluator; `marks` are by the offers' references."""
    acting(evaluator := by or a_colleague_at(referral.authority_id, Role.QUALITY_OFFICER))
    criteria = [criterion.id for criterion in here(referral).lot.criteria]
    for offer in live(referral):
        mark = (marks or {}).get(offer.reference, USUAL_MARK)
        mark_offer(offer, dict.fromkeys(criteria, (mark, "Shown with examples.")), by=evaluator)
    return evaluator


def locked(
    referral: Referral, move_clock: MoveClock, marks: Mapping[str, int] | None = None, *, by: Actor | None = None
) -> Referral:
    """The referral opened, its offers marked, the marks locked."""
    officer = by or an_officer(referral)
    opened(referral, move_clock, by=officer)
    marked(referral, marks)
    acting(officer)
    return apart(lock_quality(here(referral), by=officer))


def recommended(
    referral: Referral,
    move_clock: MoveClock,
    offer: Offer | None = None,
    marks: Mapping[str, int] | None = None,
    *,
    by: Actor | None = None,
) -> Referral:
    """The referral with an offer recommended by an officer: the first in the order, unless another is given."""
    officer = by or an_officer(referral)
    locked(referral, move_clock, marks, by=officer)
    chosen = here(offer) if offer else db.session.get_one(Offer, compare(here(referral)).offers[0].offer.id)
    return apart(recommend_offer(chosen, "It meets every need and keeps the school.", by=officer))


def an_award(
    referral: Referral,
    move_clock: MoveClock,
    offer: Offer | None = None,
    marks: Mapping[str, int] | None = None,
    *,
    by: Actor | None = None,
) -> Award:
    """The place awarded by a manager to the offer that an officer recommended: the first in the order, unless another is given."""
    standing = recommended(referral, move_clock, offer, marks)
    acting(manager := by or a_colleague_at(referral.authority_id, Role.PLACEMENT_MANAGER))
    chosen = db.session.get_one(Offer, standing.recommended_offer_id)
    rationale = "It meets every must-have need, keeps the school, and is where she wants to live."
    return apart(award_offer(chosen, rationale, departs=offer is not None, by=manager))


def live(referral: Referral) -> Iterator[Offer]:
    """The offers that stand."""
    standing = select(Offer).where(Offer.referral_id == here(referral).id, Offer.state == OfferState.SUBMITTED)
    return iter(db.session.scalars(standing.order_by(Offer.reference)).all())

"""The provider's offers: all of them, and one with everything that was offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select

from foundation.database import db
from foundation.permission import NotFound
from marketplace.actor import Actor
from marketplace.framework import Criterion, Lot
from marketplace.needs import need_label
from marketplace.organisation import Organisation
from marketplace.setting import Setting
from referrals.offer import Offer, OfferFeeLine, OfferNeed, OfferState
from referrals.offer_terms import Totals, totals_of
from referrals.offered_fees import offered_fees
from referrals.queries import normal_reference
from referrals.receipt import receipt_text
from referrals.referral import PublishedProfile, Referral, ReferralState
from referrals.titles import title_of

PAGE = 30


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer in the provider's list."""

    reference: str
    referral: str
    title: str
    borough: str
    setting: str
    state: OfferState
    referral_state: ReferralState
    submitted_at: datetime
    valid_until: date
    deadline: datetime


@dataclass(frozen=True)
class OfferInFull:
    """An offer with its setting, its referral and all its parts, as its provider reads it."""

    offer: Offer
    referral: Referral
    setting: Setting
    needs: Sequence[OfferNeed]
    lines: Sequence[OfferFeeLine]

    @property
    def totals(self) -> Totals:
        """What it comes to, by the cost engine."""
        return totals_of(offered_fees(self.lines), self.offer.starts_on, self.referral.expected_weeks)

    @property
    def answers(self) -> list[tuple[str, str]]:
        """The lot's questions with the answers that were given."""
        criteria: Sequence[Criterion] = self.referral.lot.criteria
        return [(each.question, self.offer.criterion_answers.get(str(each.id), "")) for each in criteria]

    @property
    def needs_in_words(self) -> list[tuple[str, OfferNeed]]:
        """Each need's label with how it would be met."""
        return [(need_label(need.need), need) for need in self.needs]

    @property
    def receipt(self) -> str:
        """The canonical text under the receipt's hash."""
        return receipt_text(self.offer, self.needs, self.lines)

    @property
    def is_changeable(self) -> bool:
        """Whether it may still be changed: it lies sealed and the deadline has not passed."""
        in_time = self.referral.state is ReferralState.PUBLISHED and not self.referral.is_closed_for_answers
        return in_time and self.offer.state is OfferState.SUBMITTED


def offers_of(actor: Actor, page: int) -> tuple[list[OfferRow], int]:
    """The provider's offers, newest first, and how many there are in all; one statement."""
    rows = db.session.execute(
        select(
            Offer.reference, Referral.reference.label("referral"), Lot.key, PublishedProfile.age, PublishedProfile.sex,
            Organisation.name.label("borough"), Setting.name.label("setting"), Offer.state,
            Referral.state.label("referral_state"), Offer.submitted_at, Offer.valid_until, Referral.deadline,
            func.count().over().label("in_all"),
        )
        .select_from(Offer)
        .join(Referral, Referral.id == Offer.referral_id)
        .join(Lot, Lot.id == Referral.lot_id)
        .join(Organisation, Organisation.id == Offer.authority_id)
        .join(Setting, Setting.id == Offer.setting_id)
        .outerjoin(PublishedProfile, PublishedProfile.referral_id == Offer.referral_id)
        .where(Offer.provider_id == actor.organisation_id)
        .order_by(Offer.submitted_at.desc(), Offer.reference)
        .limit(PAGE)
        .offset(PAGE * (page - 1))
    ).all()  # fmt: skip
    return [_row(row) for row in rows], rows[0].in_all if rows else 0


def offer_of(reference: str, actor: Actor) -> Offer:
    """The provider's own offer; NotFound for any other's, and for the borough and the hub, whose pages of offers are elsewhere."""
    mine = Offer.reference == normal_reference(reference), Offer.provider_id == actor.organisation_id
    found = db.session.scalar(select(Offer).where(*mine))
    if found is None:
        raise NotFound
    return found


def in_full(offer: Offer) -> OfferInFull:
    """The offer with all that belongs to it."""
    referral, setting = db.session.get_one(Referral, offer.referral_id), db.session.get_one(Setting, offer.setting_id)
    return OfferInFull(offer, referral, setting, *parts_of(offer))


def parts_of(offer: Offer) -> tuple[Sequence[OfferNeed], Sequence[OfferFeeLine]]:
    """How it meets each need, and its fee lines in their order."""
    needs = select(OfferNeed).where(OfferNeed.offer_id == offer.id).order_by(OfferNeed.need)
    lines = select(OfferFeeLine).where(OfferFeeLine.offer_id == offer.id).order_by(OfferFeeLine.position)
    return db.session.scalars(needs).all(), db.session.scalars(lines).all()


def _row(row: Row[*tuple[Any, ...]]) -> OfferRow:
    return OfferRow(
        row.reference, row.referral, title_of(row.key, row.age, row.sex), row.borough, row.setting, row.state,
        row.referral_state, row.submitted_at, row.valid_until, row.deadline,
    )  # fmt: skip

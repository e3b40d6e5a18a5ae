"""The opened offers of a referral side by side: read in a handful of statements whatever their number, then reckoned by `scoring`.

Before the quality lock the fee lines are not there to be read (row policy): `marking_of` is what evaluators work from, `compare`
what the recommendation and the award stand on.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from sqlalchemy import func, select

from foundation import clock
from foundation.database import db
from foundation.formatting import money
from foundation.money import to_penny
from foundation.permission import NotNow
from marketplace.cost_explained import ExplainedLine
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.setting import Setting
from referrals.evaluation import Moderation
from referrals.offer import Mark, Offer, OfferFeeLine, OfferResult, OfferState
from referrals.offered_fees import offered_fees
from referrals.price_scores import Scored, is_abnormal, shown
from referrals.quality import Cell, Given, Weighed, cells_of, finished, quality_score
from referrals.referral import PublishedProfile, Referral
from referrals.scoring import Evaluation, Price, Stay, evaluation_of, price_of, score, stay_of, warning

#: Prices older than this are not comparable with today's.
COMPARABLE_FOR = timedelta(days=730)
#: Need bands by the number of must-have needs: up to 2, 3 to 5, 6 and more.
BAND_ENDS = (2, 5)


@dataclass(frozen=True)
class OpenedOffer:
    """An offer as it lies open: whose, which setting, from when, valid until when; no price."""

    id: uuid.UUID
    reference: str
    state: OfferState
    provider_id: uuid.UUID
    provider_name: str
    setting_name: str
    starts_on: date
    valid_until: date
    easting: int | None
    northing: int | None

    @property
    def is_expired(self) -> bool:
        """A question about the clock: the day named is the last on which it may be accepted."""
        return self.valid_until < clock.today()


@dataclass(frozen=True)
class Marking:
    """The marking sheet: live offers, criteria, marks, and what is still to do before quality can be locked."""

    offers: tuple[OpenedOffer, ...]
    criteria: tuple[Weighed, ...]
    marks: tuple[Given, ...]
    notes: dict[tuple[uuid.UUID, uuid.UUID], str]

    @cached_property
    def finished(self) -> frozenset[uuid.UUID]:
        """Evaluators who have marked everything."""
        return finished(self.marks, [offer.id for offer in self.offers], [c.id for c in self.criteria])

    @property
    def unfinished(self) -> dict[uuid.UUID, str]:
        """Evaluators who have begun and not finished, by name."""
        return {m.evaluator_id: m.evaluator_name for m in self.marks if m.evaluator_id not in self.finished}

    @cached_property
    def rows(self) -> dict[uuid.UUID, tuple[Cell, ...]]:
        """Each offer's cells, from the marks of those who finished."""
        counting = [mark for mark in self.marks if mark.evaluator_id in self.finished]
        return {offer.id: cells_of(offer.id, self.criteria, counting, self.notes) for offer in self.offers}

    @property
    def apart(self) -> list[tuple[OpenedOffer, Cell]]:
        """Where evaluators differ by two or more."""
        return [(offer, cell) for offer in self.offers for cell in self.rows[offer.id] if cell.is_apart]

    def marked_by(self, evaluator_id: uuid.UUID | None, offer_id: uuid.UUID) -> int:
        """How many criteria of an offer somebody has marked."""
        return sum(1 for mark in self.marks if (mark.evaluator_id, mark.offer_id) == (evaluator_id, offer_id))


@dataclass(frozen=True)
class Compared:
    """An offer with everything that the decision weighs."""

    offer: OpenedOffer
    cells: tuple[Cell, ...]
    quality: Fraction
    price: Price
    scored: Scored
    abnormal: str | None

    @property
    def rank(self) -> int:
        """Its place in the order."""
        return self.scored.rank

    @property
    def total_text(self) -> str:
        """The final score, or where quality is monetised the evaluated price, as it is printed."""
        return money(to_penny(self.scored.total)) if self.scored.price_score is None else shown(self.scored.total)

    def line(self, kind: str, label: str) -> ExplainedLine | None:
        """Its fee line of that kind and label."""
        return next((line for line in self.price.lines if (line.kind.value, line.label) == (kind, label)), None)

    def sum_of(self, step: int) -> str:
        """A step of the arithmetic without its name."""
        return self.scored.arithmetic[step].partition(": ")[2]


@dataclass(frozen=True)
class Comparison:
    """The live offers, best first, with the rules they were measured by."""

    offers: tuple[Compared, ...]
    criteria: tuple[Weighed, ...]
    evaluation: Evaluation
    stay: Stay
    warning: str | None

    @property
    def has_vat(self) -> bool:
        """Whether any offer carries VAT: then it is shown beside the prices, which are net."""
        return any(each.price.charge.vat for each in self.offers)

    @property
    def assumes_terms(self) -> bool:
        """Whether a price follows terms that nobody has entered yet."""
        return any(each.price.terms_assumed for each in self.offers)

    def of(self, offer_id: uuid.UUID) -> Compared:
        """The offer's own column; NotNow if it is not among the live ones."""
        found = next((each for each in self.offers if each.offer.id == offer_id), None)
        if found is None:
            raise NotNow("This offer was taken back, so that is not possible now.")
        return found


def marking_of(referral: Referral) -> Marking:
    """The marking sheet of an opened referral."""
    offers = opened_offers(referral, OfferState.SUBMITTED)
    marks, notes = _marks(referral.id)
    live = {offer.id for offer in offers}
    return Marking(offers, criteria_of(referral.lot), tuple(m for m in marks if m.offer_id in live), notes)


def compare(referral: Referral) -> Comparison:
    """The offers side by side, once quality is locked: those still live or decided, never those taken back."""
    if referral.quality_locked_at is None:
        raise NotNow("The offers can be compared when the quality marks are locked.")
    offers = opened_offers(referral, OfferState.SUBMITTED, OfferState.AWARDED, OfferState.UNSUCCESSFUL)
    marks, notes = _marks(referral.id)
    stay, criteria = stay_of(referral), criteria_of(referral.lot)
    evaluation = evaluation_of(referral.lot, stay)
    cells = {offer.id: cells_of(offer.id, criteria, marks, notes) for offer in offers}
    prices = _prices(referral, offers, stay)
    scored = score(
        evaluation, [(o.id, o.reference, prices[o.id].whole, quality_score(cells[o.id])) for o in offers]
    )  # fmt: skip
    comparable = _comparable_weeks(referral)
    by_id = {offer.id: offer for offer in offers}
    compared = tuple(
        Compared(
            by_id[offer_id], cells[offer_id], Fraction(result.bid.quality), prices[offer_id], result,
            is_abnormal(prices[offer_id].average_week, comparable),
        )
        for offer_id, result in scored.items()
    )  # fmt: skip
    return Comparison(compared, criteria, evaluation, stay, warning(evaluation, list(scored.values())))


def opened_offers(referral: Referral, *states: OfferState) -> tuple[OpenedOffer, ...]:
    """The offers in these states in a fixed order that says nothing of their worth: by their references."""
    rows: Any = db.session.execute(
        select(
            Offer.id, Offer.reference, Offer.state, Offer.provider_id, Organisation.name, Setting.name, Offer.starts_on,
            Offer.valid_until, Setting.easting, Setting.northing,
        )
        .select_from(Offer)
        .join(Organisation, Organisation.id == Offer.provider_id)
        .join(Setting, Setting.id == Offer.setting_id)
        .where(Offer.referral_id == referral.id, Offer.state.in_(states))
        .order_by(Offer.reference)
    )  # fmt: skip
    return tuple(OpenedOffer(*row) for row in rows)


def criteria_of(lot: Lot) -> tuple[Weighed, ...]:
    """The lot's criteria in their order."""
    return tuple(Weighed(c.id, c.position, c.name, c.weight) for c in lot.criteria)


def _marks(referral_id: uuid.UUID) -> tuple[tuple[Given, ...], dict[tuple[uuid.UUID, uuid.UUID], str]]:
    """All marks of a referral's offers, and the notes on those that lie apart."""
    rows: Any = db.session.execute(
        select(
            Mark.offer_id, Mark.criterion_id, Mark.evaluator_id, Mark.evaluator_name, Mark.mark, Mark.reason, Mark.counted,
            Moderation.note,
        )
        .select_from(Mark)
        .outerjoin(
            Moderation, (Moderation.offer_id == Mark.offer_id) & (Moderation.criterion_id == Mark.criterion_id)
        )
        .where(Mark.referral_id == referral_id)
        .order_by(Mark.evaluator_name, Mark.evaluator_id)
    ).all()  # fmt: skip
    notes = {(row.offer_id, row.criterion_id): row.note for row in rows if row.note}
    return tuple(Given(*row[:7]) for row in rows), notes


def _prices(referral: Referral, offers: Sequence[OpenedOffer], stay: Stay) -> dict[uuid.UUID, Price]:
    of_referral = select(OfferFeeLine).where(OfferFeeLine.referral_id == referral.id).order_by(OfferFeeLine.position)
    rows, lines = db.session.scalars(of_referral).all(), defaultdict(list)
    for row, fee in zip(rows, offered_fees(rows), strict=True):
        lines[row.offer_id].append(fee)
    return {offer.id: price_of(lines[offer.id], offer.starts_on, stay) for offer in offers}


def _comparable_weeks(referral: Referral) -> list[Decimal]:
    """The average week of the authority's decided offers in the same lot and need band, of the last two years."""
    musts = func.coalesce(func.jsonb_array_length(PublishedProfile.wanted["must"]), 0)
    band = func.width_bucket(musts, [end + 1 for end in BAND_ENDS])
    own = select(band).where(PublishedProfile.referral_id == referral.id).scalar_subquery()
    rows = db.session.execute(
        select(OfferResult.expected_cost, OfferResult.expected_weeks)
        .join(Referral, Referral.id == OfferResult.referral_id)
        .join(PublishedProfile, PublishedProfile.referral_id == Referral.id)
        .where(
            Referral.lot_id == referral.lot_id,
            Referral.id != referral.id,
            OfferResult.decided_at > clock.now() - COMPARABLE_FOR,
            band == own,
        )
    )
    return [to_penny(Fraction(row.expected_cost) / row.expected_weeks) for row in rows]

"""Scores: what an offer costs over the expected stay, what its quality came to, and its place by the lot's published formula.

"Price" is the net cost of the whole expected stay, from the day the offer would begin, all fee lines and one-offs included, by the
cost engine. The ceiling of formula (a) is the lot's weekly one times the weeks of the stay, so comparing the two is comparing the
average week with the weekly ceiling. Everything is exact (fractions) until it is shown; half-up, two places, only there.
Source: matching.md, Price and quality.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from foundation.formatting import money
from foundation.money import to_penny
from marketplace.cost_explained import ExplainedLine, assumes_terms, explain
from marketplace.costing import Charge, charge, weekly_cost
from marketplace.fee_line import FeeLine
from marketplace.framework import Lot, PriceFormula
from referrals.price_scores import (
    Bid,
    Scored,
    Weights,
    score_against_ceiling,
    score_against_lowest,
    score_monetised,
    shown,
    warning_for_lowest,
)
from referrals.quality import TOP_MARK
from referrals.referral import Referral

#: Weeks over which prices are compared in every lot where the referral does not say how long the stay is expected to last: a year.
USUAL_WEEKS = 52

#: How far and how often the weights are moved to see whether the first offer stays first.
MOVED_BY = 0.1
TRIES = 1000


@dataclass(frozen=True, slots=True)
class Stay:
    """The expected stay over which prices are compared: its weeks, and whether they are the usual ones for want of the referral's own."""

    weeks: int
    is_usual: bool

    def last_day(self, starts_on: date) -> date:
        """The last day of a stay that begins then."""
        return starts_on + timedelta(weeks=self.weeks, days=-1)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How the lot weighs quality against price, over the stay of one referral."""

    formula: PriceFormula
    weights: Weights
    weeks: int
    weekly_ceiling: Decimal | None
    point_value: Decimal | None

    @property
    def ceiling(self) -> Decimal | None:
        """The ceiling for the whole stay."""
        return self.weekly_ceiling * self.weeks if self.weekly_ceiling else None


@dataclass(frozen=True, slots=True)
class Price:
    """What an offer costs, net of VAT: each line with its sum, the whole stay, the average week, and a running week without one-offs.

    Offers compete on the net price; `charge` has the VAT of the stay beside it, for the borough's own planning.
    """

    lines: tuple[ExplainedLine, ...]
    charge: Charge
    average_week: Decimal
    running_week: Decimal
    #: fees follow terms of a school year that nobody has entered yet, taken to be like the nearest known one
    terms_assumed: bool

    @property
    def whole(self) -> Decimal:
        """The net cost of the whole stay."""
        return self.charge.net


def stay_of(referral: Referral) -> Stay:
    """How long the child is expected to stay."""
    if referral.expected_weeks:
        return Stay(referral.expected_weeks, is_usual=False)
    return Stay(USUAL_WEEKS, is_usual=True)


def evaluation_of(lot: Lot, stay: Stay) -> Evaluation:
    """The lot's published rules for a stay."""
    weights = Weights(Decimal(lot.quality_weight), Decimal(lot.price_weight))
    return Evaluation(lot.price_formula, weights, stay.weeks, lot.price_ceiling, lot.quality_point_value)


def price_of(lines: Sequence[FeeLine], starts_on: date, stay: Stay) -> Price:
    """The expected cost of an offer, line by line."""
    ends = starts_on + timedelta(weeks=stay.weeks)
    whole = charge(lines, starts_on, ends)
    return Price(
        tuple(explain(lines, starts_on, ends)), whole, to_penny(Fraction(whole.net) / stay.weeks),
        weekly_cost(lines, starts_on), assumes_terms(lines, starts_on, ends),
    )  # fmt: skip


def score(
    evaluation: Evaluation, offers: Sequence[tuple[uuid.UUID, str, Decimal, Fraction]]
) -> dict[uuid.UUID, Scored]:
    """Each offer's result by its id, best first, from (id, reference, whole cost, quality out of 100)."""
    bids = [_bid(evaluation, reference, whole, quality) for _, reference, whole, quality in offers]
    ids = {reference: offer_id for offer_id, reference, _, _ in offers}
    return {ids[result.bid.reference]: result for result in _scored(evaluation, bids)}


def warning(evaluation: Evaluation, results: Sequence[Scored]) -> str | None:
    """Under (c), where (a) would choose another: a sentence for the decider."""
    if evaluation.formula is not PriceFormula.LOWEST_OVER_PRICE or evaluation.ceiling is None or not results:
        return None
    return warning_for_lowest([result.bid for result in results], evaluation.weights, evaluation.ceiling)


def arithmetic_for_provider(evaluation: Evaluation, result: Scored) -> list[str]:
    """The arithmetic as its own provider may read it: under (c) without the lowest price, which is another's."""
    if evaluation.formula is not PriceFormula.LOWEST_OVER_PRICE or result.price_score is None:
        return list(result.arithmetic)
    quality, _, total = result.arithmetic
    price = f"Price: 100 × the lowest price ÷ {money(result.bid.price)} = {shown(result.price_score)}"
    return [quality, price, total]


def _bid(evaluation: Evaluation, reference: str, whole: Decimal, quality: Fraction) -> Bid:
    value = quality * Fraction(evaluation.point_value or 0) * evaluation.weeks
    return Bid(reference, whole, quality, value)


def _scored(evaluation: Evaluation, bids: Sequence[Bid]) -> list[Scored]:
    match evaluation.formula:
        case PriceFormula.ABSOLUTE:
            assert evaluation.ceiling is not None, "the lot's constraint: the absolute formula has a ceiling"
            return score_against_ceiling(bids, evaluation.weights, evaluation.ceiling)
        case PriceFormula.LOWEST_OVER_PRICE:
            return score_against_lowest(bids, evaluation.weights)
        case PriceFormula.MONETISED:
            return score_monetised(bids)


def steadiness(evaluation: Evaluation, results: Sequence[tuple[Scored, Sequence[tuple[int, Fraction]]]]) -> int:
    """In how many of 1,000 tries the first offer stays first when every published weight moves by up to 10% either way.

    Each try moves the criteria's weights and those of quality and price (or, where quality is monetised, the value of a point) by
    chance and brings them back to 100. `results`: each offer with its criteria's weights and mean marks. The draws are the same for
    the same offers; they are reckoned in floats, since they count tries and print no score.
    """
    draw = Random(" ".join(sorted(result.bid.reference for result, _ in results)))
    rows = [(_floats(result), [(weight, float(mean)) for weight, mean in means]) for result, means in results]
    first = min(range(len(rows)), key=lambda place: (results[place][0].rank, results[place][0].bid.reference))
    return sum(_try(evaluation, rows, draw) == first for _ in range(TRIES))


def _floats(result: Scored) -> tuple[float, float]:
    return float(result.price_score or 0), float(result.bid.price)


def _try(
    evaluation: Evaluation, rows: Sequence[tuple[tuple[float, float], list[tuple[int, float]]]], draw: Random
) -> int:
    moved = [1 + draw.uniform(-MOVED_BY, MOVED_BY) for _ in rows[0][1]]
    by_quality = float(evaluation.weights.quality) * (1 + draw.uniform(-MOVED_BY, MOVED_BY))
    by_price = float(evaluation.weights.price) * (1 + draw.uniform(-MOVED_BY, MOVED_BY))
    point = float(evaluation.point_value or 0) * evaluation.weeks * (1 + draw.uniform(-MOVED_BY, MOVED_BY))
    totals = []
    for (price_score, price), means in rows:
        weights = [weight * by for (weight, _), by in zip(means, moved, strict=True)]
        quality = (
            sum(w * mean for w, (_, mean) in zip(weights, means, strict=True)) / (sum(weights) or 1) * 100 / TOP_MARK
        )
        monetised = evaluation.formula is PriceFormula.MONETISED
        totals.append(quality * point - price if monetised else (quality * by_quality + price_score * by_price))
    return totals.index(max(totals))

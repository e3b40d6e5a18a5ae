"""Price scores: three published ways of setting quality against price, each with its arithmetic in words.

Every lot publishes one of them. (a) *ceiling*: 100 × (1 − price ÷ ceiling), nought at or above the ceiling; (b)
*monetised quality*: price less the published value of the quality reached, lowest first; (c) *lowest price ÷ price*,
kept because existing frameworks prescribe it, with a warning wherever (a) would pick another winner: under (c) a losing
offer can change the order of the others.

"Price" is the whole expected cost over the expected stay in pounds. Scores are exact while they are compared and
ranked; they are rounded half-up to two decimals only where they are shown, so a tie is a tie and not a rounding.
Source: matching.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

from foundation.formatting import money
from foundation.money import to_penny

#: From how many comparable prices on a price can be called abnormal, and how many deviations away.
FEWEST_COMPARABLE = 8
DEVIATIONS = Fraction(7, 2)


@dataclass(frozen=True, slots=True)
class Bid:
    """One offer as it is scored: its reference, its whole expected cost, its quality out of 100, and that quality's value in pounds."""

    reference: str
    price: Decimal
    quality: Decimal | Fraction
    quality_value: Decimal | Fraction = Decimal(0)


@dataclass(frozen=True, slots=True)
class Weights:
    """Per cent of the total for quality and for price; together 100."""

    quality: Decimal
    price: Decimal

    def __post_init__(self) -> None:
        if min(self.quality, self.price) < 0 or self.quality + self.price != 100:
            raise ValueError("The weights of quality and price are nought or more and come to 100.")


@dataclass(frozen=True, slots=True)
class Scored:
    """An offer's result: place (ties share one), exact price score and total, and the arithmetic, a row of text for
    each step.

    Under monetised quality `total` is the evaluated price in pounds and the lowest is first; else the highest is first.
    """

    bid: Bid
    rank: int
    is_tied: bool
    price_score: Fraction | None
    total: Fraction
    arithmetic: tuple[str, ...]

    @property
    def place(self) -> str:
        """As it is shown: `2`, or `2=` when the place is shared."""
        return f"{self.rank}=" if self.is_tied else str(self.rank)


def score_against_ceiling(bids: Sequence[Bid], weights: Weights, ceiling: Decimal) -> list[Scored]:
    """(a) The price score depends on the offer and the published ceiling alone, so no other offer can move it."""
    if ceiling <= 0:
        raise ValueError("The ceiling price is more than nought.")

    def price_score(bid: Bid) -> tuple[Fraction, str]:
        score = max(Fraction(0), 100 * (1 - Fraction(bid.price) / Fraction(ceiling)))
        return score, f"Price: 100 × (1 − {money(bid.price)} ÷ {money(ceiling)}) = {shown(score)}"

    return _weighed(bids, weights, price_score)


def score_against_lowest(bids: Sequence[Bid], weights: Weights) -> list[Scored]:
    """(c) 100 × lowest price ÷ price; every price is above nought."""
    if any(bid.price <= 0 for bid in bids):
        raise ValueError("Lowest ÷ price needs prices above nought.")
    lowest = min((bid.price for bid in bids), default=Decimal(1))

    def price_score(bid: Bid) -> tuple[Fraction, str]:
        score = 100 * Fraction(lowest) / Fraction(bid.price)
        return score, f"Price: 100 × {money(lowest)} ÷ {money(bid.price)} = {shown(score)}"

    return _weighed(bids, weights, price_score)


def score_monetised(bids: Sequence[Bid]) -> list[Scored]:
    """(b) Evaluated price = price − value of the quality reached; the lowest is first."""
    totals = [Fraction(bid.price) - Fraction(bid.quality_value) for bid in bids]
    rows = [
        (f"Evaluated price: {money(bid.price)} − {money(to_penny(bid.quality_value))} = {money(to_penny(total))}",)
        for bid, total in zip(bids, totals, strict=True)
    ]
    return _ranked(bids, [None] * len(bids), totals, rows, lowest_first=True)


def warning_for_lowest(bids: Sequence[Bid], weights: Weights, ceiling: Decimal) -> str | None:
    """A sentence where (c) picks another winner than (a) would, for the decider to read; None where they agree."""
    by_lowest = _winners(score_against_lowest(bids, weights))
    by_ceiling = _winners(score_against_ceiling(bids, weights, ceiling))
    if by_lowest == by_ceiling:
        return None
    return (
        f"Lowest ÷ price puts {' and '.join(by_lowest)} first; measured against the ceiling of {money(ceiling)} it would be"
        f" {' and '.join(by_ceiling)}. Under lowest ÷ price a losing offer can change who wins: say in the rationale why"
        " this choice is right."
    )


def is_abnormal(price: Decimal, comparable: Sequence[Decimal]) -> str | None:
    """Why a price asks for an explanation: beyond the median ± 3.5 median absolute deviations of the comparable prices.

    Comparable: the same need band and lot, at least eight of them, else None. It is a flag and never a rejection.
    """
    if len(comparable) < FEWEST_COMPARABLE:
        return None
    prices = [Fraction(each) for each in comparable]
    middle = median(prices)
    deviation = median([abs(each - middle) for each in prices])
    distance = Fraction(price) - middle
    if abs(distance) <= DEVIATIONS * deviation:
        return None
    return (
        f"{money(price)} is abnormally {'high' if distance > 0 else 'low'}: the median of {len(prices)} comparable prices is"
        f" {money(to_penny(middle))} and their median deviation {money(to_penny(deviation))}. Ask the provider to explain it."
    )


def shown(score: Fraction) -> str:
    """A score as it is printed: two decimals, half-up."""
    return f"{to_penny(score):.2f}"


def _weighed(bids: Sequence[Bid], weights: Weights, price_score: Callable[[Bid], tuple[Fraction, str]]) -> list[Scored]:
    scores, totals, rows = [], [], []
    for bid in bids:
        score, sentence = price_score(bid)
        total = (Fraction(bid.quality) * Fraction(weights.quality) + score * Fraction(weights.price)) / 100
        scores.append(score)
        totals.append(total)
        quality = f"Quality: {shown(Fraction(bid.quality))}"
        sums = f"{shown(Fraction(bid.quality))} × {weights.quality:f}% + {shown(score)} × {weights.price:f}%"
        rows.append((quality, sentence, f"Total: {sums} = {shown(total)}"))
    return _ranked(bids, scores, totals, rows, lowest_first=False)


def _ranked(
    bids: Sequence[Bid],
    scores: Sequence[Fraction | None],
    totals: Sequence[Fraction],
    rows: Sequence[tuple[str, ...]],
    *,
    lowest_first: bool,
) -> list[Scored]:
    """Best first; equal totals share a place and stand in the order of their references, so the input order does not matter."""
    keys = [total if lowest_first else -total for total in totals]
    results = [
        Scored(bid, 1 + sum(other < key for other in keys), keys.count(key) > 1, score, total, row)
        for bid, key, score, total, row in zip(bids, keys, scores, totals, rows, strict=True)
    ]
    return sorted(results, key=lambda result: (result.rank, result.bid.reference))


def _winners(results: Sequence[Scored]) -> list[str]:
    return [result.bid.reference for result in results if result.rank == 1]

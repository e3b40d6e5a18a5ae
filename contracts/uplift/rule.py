"""What the round's rule says: fixed, the lower of a cap and an index with a review above a line, or left open."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from foundation.formatting import percent


class RuleKind(StrEnum):
    """How the framework's terms set the yearly increase."""

    FIXED = "fixed"
    LOWER_OF = "lower_of"
    OPEN = "open"


class CostPart(StrEnum):
    """What a provider's costs are made of: the parts of the cost model, and of the breakdown that providers are asked for."""

    LIVING_WAGE = "living_wage"
    OTHER_PAY = "other_pay"
    EMPLOYER = "employer"
    PRICES = "prices"
    PREMISES = "premises"


@dataclass(frozen=True, slots=True)
class Index:
    """A published figure as somebody entered it: per cent, its share of the cost model, where it came from."""

    name: str
    percent: Decimal
    #: per cent of a provider's costs that move with it; nought: it is no part of the cost model
    weight: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule comes to: a percentage (None: it is left open, or its index is missing), whether it wants a review, and why."""

    percent: Decimal | None
    is_reviewed: bool
    words: str


def rule_on(kind: RuleKind, cap: Decimal | None, review_above: Decimal | None, index: Index | None) -> Ruling:
    """Lower of 1.5 % and CPI, review where CPI is over 3 %: at 0.9 → 0.9; at 2.0 → 1.5; at 4.2 → 1.5 and a review."""
    if kind is RuleKind.OPEN or cap is None:
        return Ruling(None, False, "The terms set no figure: each request is judged on its evidence.")
    if kind is RuleKind.FIXED:
        return Ruling(cap, False, f"A fixed {percent(cap, 2)}.")
    if index is None:
        return Ruling(None, False, f"The lower of {percent(cap, 2)} and an index that nobody has entered yet.")
    reviewed = review_above is not None and index.percent > review_above
    review = f", with a review where it is over {percent(review_above, 2)}" if review_above is not None else ""
    words = f"The lower of {percent(cap, 2)} and {index.name}{review}. {index.name} was {percent(index.percent, 2)}."
    return Ruling(min(cap, index.percent), reviewed, words)


def cost_model(indices: Sequence[Index]) -> Decimal | None:
    """Σ weight × index over the weighted ones, in per cent to two decimals; None unless the weights total 100."""
    if sum(index.weight for index in indices) != 100:
        return None
    total = sum((index.weight * index.percent for index in indices), Decimal(0)) / 100
    return total.quantize(Decimal("0.01"), ROUND_HALF_UP)

"""How a figure stands against its target. Exact fractions, no database: a figure at the very boundary is on its good side."""

from enum import StrEnum
from fractions import Fraction


class Kind(StrEnum):
    """How numerator and denominator become a figure."""

    SHARE = "share"
    RATE = "rate"
    MEAN = "mean"


class Aim(StrEnum):
    """Which way is good: the target is the least, or the most, that is wanted."""

    LEAST = "least"
    MOST = "most"


class Rating(StrEnum):
    """The four standings, as the look's shapes and words name them."""

    ON_TARGET = "on_target"
    CLOSE = "close"
    OFF_TARGET = "off_target"
    NO_FIGURE = "no_figure"


def figure_of(kind: Kind, numerator: int | None, denominator: int | None) -> Fraction | None:
    """Per cent for a share, for each 100 for a rate, the plain quotient for a mean; None where there is nothing to divide by."""
    if numerator is None or not denominator:
        return None
    return Fraction(numerator * (1 if kind is Kind.MEAN else 100), denominator)


def rate(figure: Fraction | None, target: Fraction, limit: Fraction, aim: Aim) -> Rating:
    """On target at the target itself, close up to and including the limit, off target beyond it."""
    if figure is None:
        return Rating.NO_FIGURE
    sign = 1 if aim is Aim.LEAST else -1
    if sign * figure >= sign * target:
        return Rating.ON_TARGET
    return Rating.CLOSE if sign * figure >= sign * limit else Rating.OFF_TARGET

"""A lot's way of setting price against quality, in words and with a worked example. The scoring itself is in `referrals`."""

from dataclasses import dataclass
from decimal import Decimal

from foundation.formatting import money, pounds
from marketplace.framework import Lot, PriceFormula

EXAMPLE_PRICES = (Decimal(3600), Decimal(4500), Decimal(6000))


@dataclass(frozen=True)
class PriceExplained:
    """The rule in sentences, and what it makes of example prices: price, arithmetic, price score of 100, points in the total."""

    sentences: tuple[str, ...]
    example: tuple[tuple[str, str, str, str], ...]


def explain_price(lot: Lot) -> PriceExplained:
    """The rule that the lot publishes. Example prices are pounds a week; scores are rounded half-up to two decimals."""
    if lot.price_formula is PriceFormula.ABSOLUTE:
        return _absolute(lot)
    if lot.price_formula is PriceFormula.LOWEST_OVER_PRICE:
        return _lowest(lot)
    return PriceExplained(
        (
            (
                "Each level of quality has a published value in pounds. It is taken off the price, and the offer whose price less"
                " its quality's value is lowest comes first."
            ),
            "The price is the whole expected cost over the expected stay, all fee lines and one-off fees included.",
        ),
        (),
    )


def _absolute(lot: Lot) -> PriceExplained:
    ceiling = lot.price_ceiling or Decimal(1)
    rows = []
    for share in (Decimal("0.50"), Decimal("0.75"), Decimal(1)):
        price, score = ceiling * share, 100 * (1 - share)
        arithmetic = f"100 × (1 − {money(price)} ÷ {money(ceiling)})"
        rows.append((money(price), arithmetic, f"{score:.2f}", _points(lot, score)))
    return PriceExplained(
        (
            (
                f"The price score falls in a straight line from 100 to nought at the published ceiling of {pounds(ceiling)} a week:"
                " 100 × (1 − price ÷ ceiling), never below nought."
            ),
            (
                "No other offer can move it. The price is the whole expected cost over the expected stay, all fee lines and one-off"
                " fees included, set against the ceiling for the same stay."
            ),
        ),
        tuple(rows),
    )


def _lowest(lot: Lot) -> PriceExplained:
    lowest = min(EXAMPLE_PRICES)
    rows = []
    for price in EXAMPLE_PRICES:
        score = 100 * lowest / price
        rows.append((money(price), f"100 × {money(lowest)} ÷ {money(price)}", f"{score:.2f}", _points(lot, score)))
    return PriceExplained(
        (
            "The lowest price scores 100 and every other one 100 × lowest ÷ its own price.",
            (
                "Under this rule a losing offer can change the order of the others; Harbour warns where the straight-line rule would"
                " pick another winner."
            ),
        ),
        tuple(rows),
    )


def _points(lot: Lot, score: Decimal) -> str:
    return f"{score * lot.price_weight / 100:.2f} of {lot.price_weight}"

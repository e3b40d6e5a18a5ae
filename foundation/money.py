"""Money: pounds sterling as `Decimal`, two places, as the database's NUMERIC(12,2) holds them. Never a float.

Rounding is half-up (away from nought on the half penny) everywhere, because that is how an invoice is rounded and
because a rule that people can do by hand can be checked by hand.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import lcm

PENNY = Decimal("0.01")
#: The most that a NUMERIC(12,2) column holds.
LARGEST_AMOUNT = Decimal("9999999999.99")

_PLAIN_AMOUNT = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<pence>\d*))?", re.ASCII)


class NotAnAmount(ValueError):
    """Typed money that cannot be read; its text is a sentence for the person who typed it."""


def to_penny(amount: Decimal | Fraction | int) -> Decimal:
    """The amount in pounds to the penny, half-up: 2.345 → 2.35, −2.345 → −2.35.

    Exact for fractions too (`14500 × 3/7`): no intermediate rounding takes place.
    """
    if isinstance(amount, Decimal) and amount.same_quantum(PENNY):
        return amount
    pence = Fraction(amount) * 100
    whole, rest = divmod(abs(pence.numerator), pence.denominator)
    if 2 * rest >= pence.denominator:
        whole += 1
    return Decimal(whole if pence >= 0 else -whole).scaleb(-2)


def share_out(total: Decimal, shares: Sequence[Decimal | Fraction | int]) -> list[Decimal]:
    """`total` (pounds, whole pennies) split in proportion to `shares`, so that the parts sum to it to the penny.

    Largest remainder: each part is first rounded down to the penny, then the pennies left over go one each to the parts
    that lost most; equal losses are settled in favour of the earlier part, so that the answer never varies.
    `share_out(Decimal("100.01"), [60, 25, 15])` → 60.01, 25.00, 15.00. A negative total is shared as its mirror image.
    """
    if to_penny(total) != total:
        raise ValueError(f"{total} is not a whole number of pennies, so it cannot be shared out to the penny.")
    fractions = [Fraction(share) for share in shares]
    whole = lcm(*(share.denominator for share in fractions))
    parts = share_pennies(int(total * 100), [int(share * whole) for share in fractions])
    return [Decimal(part).scaleb(-2) for part in parts]


def share_pennies(pence: int, weights: Sequence[int]) -> list[int]:
    """The same in whole pence by whole weights: a sum may be shared out at every cut of a thousand fee lines."""
    of = sum(weights)
    if not weights or min(weights) < 0 or of == 0:
        raise ValueError("Shares are nought or more, and at least one of them is more than nought.")
    parts, lost = zip(*(divmod(abs(pence) * weight, of) for weight in weights), strict=True)
    shared = list(parts)
    by_loss = sorted(range(len(shared)), key=lambda place: -lost[place])
    for place in by_loss[: abs(pence) - sum(shared)]:
        shared[place] += 1
    return shared if pence >= 0 else [-part for part in shared]


def parse_money(typed: str, *, at_most: Decimal = LARGEST_AMOUNT) -> Decimal:
    """Pounds as people type them: `£4,200`, `4200.5`, `£ 4 200.00` → `Decimal("4200.00")`.

    Refuses, with a sentence saying what to do: nothing typed, a negative amount, more than two decimals, commas that do
    not part thousands (`4,20` might mean £4.20 or £420), anything else unclear, and more than `at_most`.
    """
    text = re.sub(r"\s+", "", typed)
    if not text:
        raise NotAnAmount("Enter an amount in pounds, for example 4,200 or 4200.50.")
    if re.match(r"[-−–(]|£[-−–]", text):
        raise NotAnAmount(f"“{typed.strip()}” is below nought. Enter an amount of nought or more.")
    plain = _PLAIN_AMOUNT.fullmatch(text.removeprefix("£"))
    if plain is None:
        raise NotAnAmount(f"“{typed.strip()}” is not clear. Enter an amount in pounds, for example 4,200 or 4200.50.")
    if len(plain["pence"] or "") > 2:
        raise NotAnAmount(f"“{typed.strip()}” has more than two decimals. Enter pounds and pence, for example 4200.50.")
    amount = Decimal(plain.group().replace(",", ""))
    if amount > at_most:
        raise NotAnAmount(f"“{typed.strip()}” is too large. Enter an amount of no more than £{at_most:,.2f}.")
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP)

"""Who in the borough's area pays a fee: social care, education and health, in shares of 100 %.

A share-out of pounds is by largest remainder: every part rounded down to the penny, the pennies left over to those who lost most, the
earlier of two equal ones first. So the parts always sum to the whole. Source: the domain's rule 1 on money.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from foundation.money import share_out, share_pennies, to_penny

HUNDRED = Decimal(100)


class ImpossibleShares(ValueError):
    """Shares that cannot be paid by; its text is a sentence for the person who entered them."""


class Shares(NamedTuple):
    """Pounds to the penny that each payer bears of one amount; they sum to it."""

    social_care: Decimal
    education: Decimal
    health: Decimal


@dataclass(frozen=True, slots=True)
class PayerShares:
    """Percentages with at most two decimals, nought or more, that total 100."""

    social_care: Decimal = HUNDRED
    education: Decimal = Decimal(0)
    health: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if min(self.percentages) < 0:
            raise ImpossibleShares("A share cannot be below nought.")
        if any(to_penny(share) != share for share in self.percentages):
            raise ImpossibleShares("Enter shares in per cent with at most two decimals.")
        if sum(self.percentages) != HUNDRED:
            raise ImpossibleShares(f"The shares total {_percent(sum(self.percentages))}%. They must total 100%.")

    @property
    def percentages(self) -> tuple[Decimal, Decimal, Decimal]:
        return self.social_care, self.education, self.health

    @property
    def is_one_payer(self) -> bool:
        """Whether a single payer bears it all."""
        return HUNDRED in self.percentages

    def of_pence(self, pence: int) -> list[int]:
        """Whole pence, below nought for a discount, split among the three."""
        return share_pennies(pence, [int(share * 100) for share in self.percentages])


class PayersFrom(NamedTuple):
    """Other shares from a day on."""

    day: date
    shares: PayerShares


SOCIAL_CARE_PAYS = PayerShares()
EDUCATION_PAYS = PayerShares(Decimal(0), HUNDRED)


def split(amount: Decimal, shares: PayerShares) -> Shares:
    """Pounds and whole pennies split among the payers by largest remainder; the parts sum to the amount."""
    return Shares(*share_out(amount, shares.percentages))


@lru_cache(maxsize=1024)
def payer_shares(social_care: Decimal, education: Decimal, health: Decimal) -> PayerShares:
    """The shares with these percentages: thousands of fee lines that are paid alike hold the same object."""
    return PayerShares(social_care, education, health)


def _percent(share: Decimal | int) -> str:
    return f"{Decimal(share).normalize():f}"

"""A change of fees: a percentage, or a new rate. Pure arithmetic, the same for modelling and for agreeing."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from contracts.costs import RATES
from foundation.formatting import money, percent
from marketplace.fee_line import Unit

#: A new rate outside these shares of the old one, bounds included within, needs an explicit override.
LEAST, MOST = Fraction(9, 10), Fraction(11, 10)


@dataclass(frozen=True, slots=True)
class Change:
    """Either `percent` (6.5 raises by 6.5 %; two decimals) or `rate`, the new amount for each `unit` in pounds; never both."""

    percent: Decimal | None = None
    rate: Decimal | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.rate is None):
            raise ValueError("A change is a percentage or a new rate.")
        if self.percent is not None and self.percent != round(self.percent, 2):
            raise ValueError("A percentage has two decimals.")

    def of(self, amount: Decimal) -> Decimal:
        """The new amount for each unit, to the penny, half-up: £4,166.67 raised by 3.9 % is £4,329.17."""
        if self.rate is not None:
            return self.rate
        assert self.percent is not None
        # In whole pennies and hundredths of a per cent: exact, and thousands of amounts take milliseconds.
        pennies, part = divmod(_hundredths(amount) * (100_00 + _hundredths(self.percent)), 100_00)
        return Decimal(pennies + (2 * part >= 100_00)).scaleb(-2)

    @property
    def words(self) -> str:
        """8.4%, or £4,500.00 a week."""
        if self.rate is None:
            return percent(self.percent, 2)
        return f"{money(self.rate)} {RATES[Unit(self.unit)]}" if self.unit else money(self.rate)

    @property
    def figure(self) -> Decimal:
        """The percentage or the rate: more of it is more money."""
        return self.percent if self.percent is not None else self.rate or Decimal(0)


def is_unusual(old: Decimal, new: Decimal) -> bool:
    """Whether the new rate lies outside 0.9 to 1.1 of the old one; both bounds are usual."""
    return not LEAST * Fraction(old) <= Fraction(new) <= MOST * Fraction(old)


def _hundredths(figure: Decimal) -> int:
    return int(figure.scaleb(2))

"""What a claim comes to: the cost at the price before less the cost at the price after, over the days really paid.

Pure, in net pounds to the penny, by the one cost engine: both costs are differences of running totals, so days sum to months, months
to years, fee lines to entries and entries to the ledger – and the ledger to the difference between what was asked and what is paid.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from contracts.savings.saving import Rating
from foundation.quarters import FinancialYear
from marketplace.costing import NOUGHT, charges_between
from marketplace.fee_line import FeeKind, FeeLine, Unit


@dataclass(frozen=True, slots=True)
class Compared:
    """A fee line, and the two amounts for each of its units: what it would have been, and what it is (nought: nothing is paid)."""

    line: FeeLine
    before: Decimal
    after: Decimal

    def saved(self, cuts: Sequence[date]) -> list[Decimal]:
        """What is saved in each of the periods between the cuts."""
        return saved_by([self], cuts)

    def at(self, amount: Decimal) -> FeeLine | None:
        """The line at that amount for each unit; None where nothing is paid. A discount's amount is what it would cost not to have it."""
        if not amount:
            return None
        kind = FeeKind.CORE if self.line.kind is FeeKind.DISCOUNT else self.line.kind
        same = (amount, kind) == (self.line.amount, self.line.kind)
        return self.line if same else replace(self.line, kind=kind, amount=amount)


def saved_by(compared: Iterable[Compared], cuts: Sequence[date]) -> list[Decimal]:
    """What all of them save in each of the periods: the cost at the prices before less the cost at the prices after, each to the penny."""
    pairs = [(each.at(each.before), each.at(each.after)) for each in compared]
    befores = charges_between([before for before, _ in pairs if before], cuts)
    afters = charges_between([after for _, after in pairs if after], cuts)
    return [before.net - after.net for before, after in zip(befores, afters, strict=True)]


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount of an entry in a financial year, and how sure it is."""

    year: FinancialYear
    rating: Rating
    amount: Decimal


def weekly_line(starts_on: date, ends_on: date | None) -> FeeLine:
    """A stand-in for a whole place at a price a week, over the days of a stay."""
    return FeeLine(
        kind=FeeKind.CORE, label="The place", amount=Decimal(1), unit=Unit.WEEK, starts=starts_on, ends=ends_on
    )  # fmt: skip


def figures_of(compared: Sequence[Compared], rating: Rating, today: date, *, sign: int = 1) -> list[Figure]:
    """The claim by financial year: what was paid up to today is delivered; the rest of this year stands at its rating.

    Days after this financial year are not reckoned: nobody knows whether the child stays. `sign` is −1 for an entry that reverses.
    """
    if not compared:
        return []
    cuts = _cuts(FinancialYear.of(min(each.line.starts for each in compared)), FinancialYear.of(today), today)
    return [
        Figure(FinancialYear.of(starts), Rating.GREEN_DELIVERED if ends <= today else rating, sign * amount)
        for (starts, ends), amount in zip(pairwise(cuts), saved_by(compared, cuts), strict=True)
        if amount
    ]  # fmt: skip


def in_twelve_months(compared: Sequence[Compared]) -> Decimal:
    """What the claim would come to over the year from its first day, if every stay lasted: what an approver looks at."""
    if not compared:
        return NOUGHT
    begins = min(each.line.starts for each in compared)
    cuts = [begins, begins + timedelta(days=365)]
    return saved_by(compared, cuts)[0]


def _cuts(first: FinancialYear, last: FinancialYear, today: date) -> list[date]:
    """The first days of the years from the first to the end of the last, and today."""
    cuts, year = [first.first_day], first
    while year <= last:
        if year.first_day < today < year.day_after:
            cuts.append(today)
        cuts.append(year.day_after)
        year = year.next()
    return cuts

"""The year so far at a glance: what each lot has cost in each month since the first of April."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.spending import months, spend_by_month
from foundation.quarters import FinancialYear
from marketplace.costing import NOUGHT


@dataclass(frozen=True, slots=True)
class YearSoFar:
    """What was spent from the first of April up to, not including, today: in all, by month, and by lot and month."""

    year: FinancialYear
    until: date
    months: tuple[date, ...]
    by_lot: dict[str, tuple[Decimal, ...]]
    agreements: int

    @property
    def by_month(self) -> tuple[Decimal, ...]:
        """All lots together."""
        return tuple(sum(amounts, NOUGHT) for amounts in zip(*self.by_lot.values(), strict=True))

    @property
    def total(self) -> Decimal:
        """All months together."""
        return sum(self.by_month, NOUGHT)


def year_so_far(today: date) -> YearSoFar:
    """The spend that the reader's fence shows, in the financial year of that day."""
    year = FinancialYear.of(today)
    firsts = tuple(first for first, _ in months(year.first_day, today))
    spent: dict[str, dict[date, Decimal]] = defaultdict(lambda: dict.fromkeys(firsts, NOUGHT))
    references = set()
    for row in spend_by_month(year.first_day, today):
        spent[row.lot][row.starts_on] += row.amount
        references.add(row.reference)
    by_lot = {lot: tuple(spent[lot].values()) for lot in sorted(spent)}
    return YearSoFar(year=year, until=today, months=firsts, by_lot=by_lot, agreements=len(references))

"""Spot's share of placements and of spend, group by group; and how small groups are kept from telling of a single child.

Inside its borough every number is said. Outside it – at the hub – groups with one to four spot placements are joined, and where even all
of them together are few, "fewer than 5" stands in place of the numbers and of the money that belongs to them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from foundation.formatting import plural
from marketplace.small_numbers import LEAST_SHOWN, is_few

NOUGHT = Decimal("0.00")


@dataclass(slots=True)
class ShareRow:
    """A group: placements that cost money in the period, those of them bought by spot, and what both cost: net pounds."""

    name: str
    all_of: set[str] = field(default_factory=set)
    spot_of: set[str] = field(default_factory=set)
    spent: Decimal = NOUGHT
    spot_spent: Decimal = NOUGHT
    #: its spot figures are not said: they would tell of fewer than five children
    hidden: bool = False

    def add(self, reference: str, amount: Decimal, *, is_spot: bool, is_placement: bool = True) -> None:
        """Count a cost; an agreement is counted once however often it costs something, a block contract is no placement."""
        if is_placement:
            self.all_of.add(reference)
        self.spent += amount
        if is_spot:
            self.spot_of.add(reference)
            self.spot_spent += amount

    @property
    def placements(self) -> int:
        return len(self.all_of)

    @property
    def spot(self) -> int:
        return len(self.spot_of)

    @property
    def share(self) -> Decimal | None:
        """Spot placements of all, in per cent; None where there are none at all, or where it is not said."""
        return None if self.hidden or not self.all_of else Decimal(100) * self.spot / self.placements

    @property
    def spend_share(self) -> Decimal | None:
        """Spot spend of all, in per cent."""
        return None if self.hidden or not self.spent else 100 * self.spot_spent / self.spent


def said_outside(rows: Sequence[ShareRow], thing: str) -> list[ShareRow]:
    """The rows as the hub reads them: small ones joined, with the smallest of their neighbours where they are few still."""
    small = [row for row in rows if _is_small(row)]
    shown = [row for row in rows if not _is_small(row)]
    while small and _few_together(small) and any(row.spot for row in shown):
        smallest = min((row for row in shown if row.spot), key=lambda row: row.spot)
        shown.remove(smallest)
        small.append(smallest)
    return [*shown, _joined(small, thing)] if small else shown


def months_outside(rows: Sequence[ShareRow]) -> list[ShareRow]:
    """Months cannot be joined, so the small ones are not said; nor the next smallest where only one is small, or it could be reckoned."""
    small = [row for row in rows if _is_small(row)]
    if len(small) == 1 and (others := [row for row in rows if row.spot and row not in small]):
        small.append(min(others, key=lambda row: row.spot))
    for row in small:
        row.hidden = True
    return list(rows)


def total_of(rows: Iterable[ShareRow], *, outside: bool) -> ShareRow:
    """All of them together; few of them are not said outside."""
    total = _sum("All", rows)
    total.hidden = outside and _is_small(total)
    return total


def _is_small(row: ShareRow) -> bool:
    return is_few(row.spot) or (not row.spot and row.spot_spent != 0)


def _few_together(rows: Sequence[ShareRow]) -> bool:
    return len(set().union(*(row.spot_of for row in rows))) < LEAST_SHOWN


def _joined(small: list[ShareRow], thing: str) -> ShareRow:
    joined = _sum(small[0].name if len(small) == 1 else f"{plural(len(small), thing)} joined", small)
    joined.hidden = _is_small(joined)
    return joined


def _sum(name: str, rows: Iterable[ShareRow]) -> ShareRow:
    total = ShareRow(name)
    for row in rows:
        total.all_of |= row.all_of
        total.spot_of |= row.spot_of
        total.spent += row.spent
        total.spot_spent += row.spot_spent
    return total

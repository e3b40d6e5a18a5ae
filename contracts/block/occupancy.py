"""Occupancy: how many of the paid places were taken, month by month and stretch by stretch, and what the empty ones cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.block.block_contract import BlockContract
from contracts.block.costs import Stretch, Taken, lines_of, places_taken, stretches, void_cost
from contracts.spending import months
from foundation import clock
from marketplace.costing import NOUGHT, cost


@dataclass(frozen=True, slots=True)
class OccupiedMonth:
    """A month of a contract, or what of it has passed: place-days paid for and taken, and pounds to the penny."""

    first: date
    #: the first day that is not in it
    until: date
    paid_days: int
    #: place-days that were taken, those beyond the guaranteed places among them
    taken_days: int
    cost: Decimal
    void: Decimal

    @property
    def empty_days(self) -> int:
        """Paid place-days that nobody took."""
        return max(0, self.paid_days - self.taken_days)


@dataclass(frozen=True)
class Occupancy:
    """A contract from its first day up to, not including, today or its end."""

    contract: BlockContract
    months: tuple[OccupiedMonth, ...]
    stretches: tuple[Stretch, ...]

    @property
    def void(self) -> Decimal:
        return sum((month.void for month in self.months), NOUGHT)

    @property
    def cost(self) -> Decimal:
        return sum((month.cost for month in self.months), NOUGHT)

    @property
    def share(self) -> Decimal | None:
        """Of the paid place-days, the share taken, at most the whole, in per cent; None before the first day."""
        paid = sum(part.days for part in self.stretches) * self.contract.places
        taken = sum(part.days * min(part.taken, self.contract.places) for part in self.stretches)
        return Decimal(100 * taken) / paid if paid else None

    @property
    def taken_now(self) -> int:
        """Places taken on the last day that is shown."""
        return self.stretches[-1].taken if self.stretches else 0


def occupancy_of(contract: BlockContract) -> Occupancy:
    """The contract's days so far; of one that never ran, none."""
    taken, until = places_taken([contract.id])[contract.id], min(clock.today(), contract.paid_until)
    if not contract.is_paid or until <= contract.starts_on:
        return Occupancy(contract, (), ())
    return Occupancy(
        contract,
        tuple(_month(contract, taken, first, last) for first, last in months(contract.starts_on, until)),
        tuple(stretches(contract, taken, until)),
    )


def _month(contract: BlockContract, taken: Sequence[Taken], first: date, until: date) -> OccupiedMonth:
    parts = [
        (part.taken, (min(part.ends_on, until) - max(part.starts_on, first)).days)
        for part in stretches(contract, taken, until)
        if part.ends_on > first
    ]
    return OccupiedMonth(
        first, until, paid_days=contract.places * (until - first).days, taken_days=sum(count * days for count, days in parts),
        cost=cost(lines_of(contract, taken), first, until), void=void_cost(contract, taken, first, until),
    )  # fmt: skip

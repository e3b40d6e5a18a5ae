"""What block contracts cost, as fee lines for the one cost engine: the guaranteed places, and each stretch of places beyond them.

Read by `contracts.spending` and by forecasts, so that a block is counted once: the children in it pay no core fee of their own.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload, lazyload

from contracts.agreement import Agreement
from contracts.block.block_contract import BlockContract, BlockKind, BlockState
from foundation import clock
from foundation.database import db
from foundation.money import to_penny
from marketplace.costing import total_until
from marketplace.fee_line import FeeLine
from marketplace.framework import Lot


@dataclass(frozen=True, slots=True)
class Taken:
    """One child's days in a place, up to, not including, the last (None: still there)."""

    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Successive days on which so many places were taken."""

    starts_on: date
    ends_on: date
    taken: int

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days


def stretches(contract: BlockContract, taken: Iterable[Taken], until: date) -> list[Stretch]:
    """The contract's days up to `until`, cut where a place is taken or freed: in order and without a gap."""
    first, last = contract.starts_on, min(contract.paid_until, until)
    stays = [(max(stay.starts_on, first), min(stay.ends_on or last, last)) for stay in taken]
    stays = [(starts, ends) for starts, ends in stays if starts < ends]
    cuts = sorted({first, last, *(day for stay in stays for day in stay)}) if first < last else []
    return [Stretch(start, end, sum(starts <= start < ends for starts, ends in stays)) for start, end in pairwise(cuts)]


def lines_of(contract: BlockContract, taken: Iterable[Taken]) -> list[FeeLine]:
    """The contract as fee lines, to its last day; places that are taken today are taken to be so until they are known to be freed."""
    if not contract.is_paid:
        return []
    lines = [contract.line(contract.title, contract.price, contract.places, contract.starts_on, contract.paid_until)]
    if contract.kind is BlockKind.COST_AND_VOLUME and contract.price_above is not None:
        lines += [
            contract.line(
                f"{contract.title}: beyond {contract.places}", contract.price_above, part.taken - contract.places,
                part.starts_on, part.ends_on,
            )
            for part in stretches(contract, taken, contract.paid_until)
            if part.taken > contract.places
        ]  # fmt: skip
    return lines


def void_cost(contract: BlockContract, taken: Sequence[Taken], start: date, end: date) -> Decimal:
    """What the paid places that nobody took cost from `start` up to, not including, `end`: R(total to the end) − R(total to the start)."""
    return to_penny(_void_until(contract, taken, end)) - to_penny(_void_until(contract, taken, start))


def _void_until(contract: BlockContract, taken: Sequence[Taken], day: date) -> Fraction:
    empty = (
        contract.line("Empty", contract.price, contract.places - part.taken, part.starts_on, part.ends_on)
        for part in stretches(contract, taken, day)
        if part.taken < contract.places
    )
    return sum((total_until(line, day) for line in empty), start=Fraction(0))


def places_taken(contracts: Iterable[uuid.UUID], *, to_known_end: bool = False) -> defaultdict[uuid.UUID, list[Taken]]:
    """The days of every child in these contracts' places. `to_known_end`: as far as a forecast knows them."""
    planned, today = func.coalesce(Agreement.notice_ends_on, Agreement.expected_end_on), clock.today()
    # a planned end that has passed without the child's leaving ends nothing
    known = func.coalesce(Agreement.ended_on, case((planned > today, planned)))
    found = defaultdict[uuid.UUID, list[Taken]](list)
    rows = db.session.execute(
        select(Agreement.block_contract_id, Agreement.started_on, known if to_known_end else Agreement.ended_on)
        .where(Agreement.block_contract_id.in_(set(contracts)), Agreement.started_on.is_not(None))
        .order_by(Agreement.started_on)
    )
    for contract_id, starts_on, ends_on in rows:
        if contract_id is not None and starts_on is not None:
            found[contract_id].append(Taken(starts_on, ends_on))
    return found


def paid_between(
    start: date, end: date, *, provider_id: uuid.UUID | None = None, authority_id: uuid.UUID | None = None,
    to_known_end: bool = False,
) -> Iterator[tuple[BlockContract, list[FeeLine]]]:  # fmt: skip
    """Every block contract that the reader may see and that costs something between the days, with its fee lines, by reference."""
    asked = (
        select(BlockContract)
        .options(joinedload(BlockContract.lot, innerjoin=True).options(lazyload(Lot.criteria)))
        .where(
            BlockContract.state.in_([BlockState.AGREED, BlockState.ENDED]), BlockContract.starts_on < end,
            func.coalesce(BlockContract.ended_on, BlockContract.ends_on) > start,
        )
        .order_by(BlockContract.reference)
    )  # fmt: skip
    if provider_id:
        asked = asked.where(BlockContract.provider_id == provider_id)
    if authority_id:
        asked = asked.where(BlockContract.authority_id == authority_id)
    contracts = db.session.scalars(asked).all()
    taken = places_taken([contract.id for contract in contracts], to_known_end=to_known_end) if contracts else {}
    for contract in contracts:
        yield contract, lines_of(contract, taken.get(contract.id, ()))

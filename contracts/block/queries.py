"""What the pages ask about block contracts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import joinedload, lazyload

from contracts.agreement import Agreement
from contracts.block.block_contract import BlockContract, BlockState
from contracts.block.costs import Taken, lines_of, places_taken, stretches
from contracts.block.words import badge_of
from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.permission import NotFound, NotPermitted
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.costing import cost
from marketplace.framework import Lot
from marketplace.policy import refusal_of


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A contract in a list: where it stands, what is taken today, and its cost in the financial year."""

    contract: BlockContract
    badge: tuple[str, str]
    taken: int
    this_year: Decimal


def block_rows() -> list[BlockRow]:
    """Every contract that the reader's fence shows: those that run first, the latest begun first."""
    contracts = db.session.scalars(_whole().order_by(BlockContract.starts_on.desc(), BlockContract.reference)).all()
    taken, today = places_taken([contract.id for contract in contracts]), clock.today()
    year = FinancialYear.of(today)
    rows = [
        BlockRow(
            contract, badge_of(contract, today), _taken_on(contract, taken[contract.id], today),
            cost(lines_of(contract, taken[contract.id]), year.first_day, year.day_after),
        )
        for contract in contracts
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row.badge[1] != "Running")


def block_called(reference: str) -> BlockContract:
    """The contract of that reference, if the actor may see it."""
    contract = db.session.scalar(_whole().where(BlockContract.reference == reference))
    if contract is None:
        raise NotFound
    return contract


def block_for(reference: str, actor: Actor, act: Act) -> BlockContract:
    """The contract on which the actor is about to act: refused on opening the page as the act itself would be, state aside."""
    contract = block_called(reference)
    refusal = refusal_of(actor, act, contract)
    if refusal is not None:
        raise NotPermitted(act, actor, contract, refusal)
    return contract


def children_in(contract: BlockContract) -> Sequence[Row[*tuple[Any, ...]]]:
    """The agreements that take its places, by their pseudonymous references."""
    return db.session.execute(
        select(
            Agreement.reference, Agreement.child_reference, Agreement.state, Agreement.starts_on, Agreement.started_on,
            Agreement.ended_on,
        )
        .where(Agreement.block_contract_id == contract.id)
        .order_by(Agreement.starts_on.desc())
    ).all()  # fmt: skip


def happened_to(contract: BlockContract) -> Sequence[Row[*tuple[Any, ...]]]:
    """Who did what, newest first, as far as the reader's organisation may know."""
    return db.session.execute(
        select(AuditEvent.act, AuditEvent.person_name, AuditEvent.organisation_name, AuditEvent.at)
        .where(AuditEvent.subject_id == contract.id, AuditEvent.refused.is_(False))
        .order_by(AuditEvent.at.desc(), AuditEvent.sequence.desc())
    ).all()


def waiting_contracts() -> Sequence[BlockContract]:
    """Contracts that one of the sides has still to confirm."""
    wanted = BlockContract.state.in_([BlockState.DRAFT, BlockState.ISSUED])
    return db.session.scalars(_whole().where(wanted).order_by(BlockContract.starts_on)).all()


def _taken_on(contract: BlockContract, taken: Sequence[Taken], today: date) -> int:
    parts = [part for part in stretches(contract, taken, contract.paid_until) if part.starts_on <= today < part.ends_on]
    return parts[0].taken if parts else 0


def _whole() -> Select[BlockContract]:
    lot = joinedload(BlockContract.lot, innerjoin=True).options(lazyload(Lot.criteria))
    return select(BlockContract).options(lot)

"""Taking a place: a child's draft agreement takes a paid place, and pays no core fee of its own."""

from datetime import date

from sqlalchemy import func, or_, select

from contracts.agreement import Agreement, AgreementFeeLine, AgreementState
from contracts.block.block_contract import BlockContract
from contracts.fee_changes import close_line
from foundation.audit import record
from foundation.database import db
from foundation.formatting import day_plain, plural
from foundation.permission import Invalid, NotNow
from foundation.states import hold, require
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.fee_line import FeeKind
from marketplace.policy import authorise

S = AgreementState


def take_block_place(agreement: Agreement, contract: BlockContract, *, by: Actor) -> Agreement:
    """An officer puts a child whose agreement is drafted into a paid place: its core fee closes before its first day."""
    with transaction():
        authorise(by, Act.TAKE_BLOCK_PLACE, agreement)
        require(hold(agreement), Act.TAKE_BLOCK_PLACE)
        require(hold(contract), Act.TAKE_BLOCK_PLACE)
        if agreement.bought_by == "spot":
            raise NotNow("A place bought outside the framework is no place of a block contract.")
        _require_place(agreement, contract)
        for line in db.session.scalars(select(AgreementFeeLine).where(AgreementFeeLine.agreement_id == agreement.id)):
            if line.kind == FeeKind.CORE:
                close_line(line, line.starts_on)
        agreement.block_contract_id, agreement.bought_by = contract.id, "block"
        record(Act.TAKE_BLOCK_PLACE, agreement, by=by, after={"block_contract": contract.reference})
    return agreement


def blocks_that_fit(agreement: Agreement) -> list[BlockContract]:
    """The borough's contracts at the agreement's setting and in its lot that run on its first day and have room."""
    asked = select(BlockContract).where(
        BlockContract.setting_id == agreement.setting_id,
        BlockContract.lot_id == agreement.lot_id,
        BlockContract.authority_id == agreement.authority_id,
        BlockContract.starts_on <= agreement.starts_on,
        func.coalesce(BlockContract.ended_on, BlockContract.ends_on) > agreement.starts_on,
    )
    found = db.session.scalars(asked.order_by(BlockContract.starts_on)).all()
    return [contract for contract in found if contract.is_paid and _has_room(contract, agreement.starts_on)]


def _require_place(agreement: Agreement, contract: BlockContract) -> None:
    if agreement.block_contract_id is not None:
        raise Invalid("The child has a place of a block contract already.")
    same = ("authority_id", "provider_id", "setting_id", "lot_id")
    if any(getattr(agreement, name) != getattr(contract, name) for name in same):
        raise Invalid("The contract buys places elsewhere: choose one at the child’s setting and in its lot.")
    if not contract.starts_on <= agreement.starts_on < contract.paid_until:
        raise Invalid(
            f"The contract runs from {day_plain(contract.starts_on)} to {day_plain(contract.paid_until)}; the child’s"
            f" first day is {day_plain(agreement.starts_on)}."
        )
    if not _has_room(contract, agreement.starts_on):
        raise Invalid(f"The contract has {plural(contract.room or 0, 'place')}, and all are taken on that day.")


def _has_room(contract: BlockContract, day: date) -> bool:
    if contract.room is None:
        return True
    taken = db.session.scalar(
        select(func.count())
        .select_from(Agreement)
        .where(
            Agreement.block_contract_id == contract.id,
            Agreement.state != S.CANCELLED,
            or_(Agreement.ended_on.is_(None), Agreement.ended_on > day),
        )
    )
    return (taken or 0) < contract.room

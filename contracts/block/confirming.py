"""Confirming: the borough by issuing the contract, the provider after it; each by their own name, typed after the password again."""

import hashlib
import json
from datetime import date

from contracts.block.block_contract import BlockContract
from contracts.block.notices import tell_agreed, tell_ended, tell_issued, tell_withdrawn
from contracts.signing import require_own_name
from foundation import clock
from foundation.audit import record
from foundation.formatting import day_plain
from foundation.permission import Invalid
from foundation.states import hold, move, require, require_version
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise

#: What both sides confirm.
TERMS = (
    "reference", "kind", "title", "purpose", "authority_id", "provider_id", "setting_id", "lot_id", "places", "price", "unit",
    "price_above", "most_places", "starts_on", "ends_on", "review_on", "evaluation_on",
)  # fmt: skip


def terms_hash(contract: BlockContract) -> str:
    """SHA-256 of everything that is agreed."""
    said = {name: str(getattr(contract, name)) for name in TERMS}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def issue_block(contract: BlockContract, typed_name: str, *, version: int | None = None, by: Actor) -> BlockContract:
    """A placement manager or director confirms the contract for the borough and issues it: the provider confirms next."""
    with transaction():
        authorise(by, Act.ISSUE_BLOCK, contract)
        require(_hold_at(contract, version), Act.ISSUE_BLOCK)
        require_own_name(typed_name, by)
        contract.issued_at, contract.issued_by_name, contract.terms_sha256 = clock.now(), by.name, terms_hash(contract)
        move(contract, Act.ISSUE_BLOCK)
        record(Act.ISSUE_BLOCK, contract, by=by, about=contract.provider_id, after={"sha256": contract.terms_sha256})
        tell_issued(contract)
    return contract


def agree_block(contract: BlockContract, typed_name: str, *, version: int | None = None, by: Actor) -> BlockContract:
    """The provider's manager confirms it: from its first day the places are paid for, taken or not."""
    with transaction():
        authorise(by, Act.AGREE_BLOCK, contract)
        require(_hold_at(contract, version), Act.AGREE_BLOCK)
        require_own_name(typed_name, by)
        contract.agreed_at, contract.agreed_by_name = clock.now(), by.name
        move(contract, Act.AGREE_BLOCK)
        record(Act.AGREE_BLOCK, contract, by=by, about=contract.authority_id, after={"sha256": contract.terms_sha256})
        tell_agreed(contract)
    return contract


def withdraw_block(contract: BlockContract, reason: str, *, by: Actor) -> BlockContract:
    """The borough takes back what is not agreed yet; a provider that saw it is told."""
    with transaction():
        authorise(by, Act.WITHDRAW_BLOCK, contract)
        require(hold(contract), Act.WITHDRAW_BLOCK)
        if not reason.strip():
            raise Invalid("Say why it is withdrawn.", "reason")
        was_issued = contract.issued_at is not None
        contract.end_reason = reason.strip()
        move(contract, Act.WITHDRAW_BLOCK)
        record(
            Act.WITHDRAW_BLOCK, contract, by=by, about=contract.provider_id if was_issued else None,
            after={"reason": reason.strip()},
        )  # fmt: skip
        if was_issued:
            tell_withdrawn(contract)
    return contract


def end_block(contract: BlockContract, on: date, reason: str, *, by: Actor) -> BlockContract:
    """The borough ends it before its last day, as both have agreed: from that day on nothing is paid. What was paid stays."""
    with transaction():
        authorise(by, Act.END_BLOCK, contract)
        require(hold(contract), Act.END_BLOCK)
        _require_end(contract, on, reason)
        contract.ended_on, contract.end_reason = on, reason.strip()
        move(contract, Act.END_BLOCK)
        record(
            Act.END_BLOCK, contract, by=by, about=contract.provider_id, before={"ends_on": contract.ends_on},
            after={"ended_on": on, "reason": reason.strip()},
        )  # fmt: skip
        tell_ended(contract)
    return contract


def _hold_at(contract: BlockContract, version: int | None) -> BlockContract:
    hold(contract)
    if version is not None:
        require_version(contract, version)
    return contract


def _require_end(contract: BlockContract, on: date, reason: str) -> None:
    if on < clock.today():
        raise Invalid("Enter today or a later day: what was paid is never edited.", "ended_on")
    if on <= contract.starts_on:
        raise Invalid(f"The contract begins on {day_plain(contract.starts_on)}. Enter a day after it.", "ended_on")
    if on >= contract.ends_on:
        raise Invalid(f"The contract ends on {day_plain(contract.ends_on)} anyway. Enter a day before it.", "ended_on")
    if not reason.strip():
        raise Invalid("Say why it ends early.", "reason")

"""Makers of block contracts, through the real verbs."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from contracts.agreement import Agreement
from contracts.block.block_contract import BlockContract, BlockKind
from contracts.block.confirming import agree_block, issue_block
from contracts.block.drafting_blocks import BlockTerms, draft_block
from contracts.block.taking_places import take_block_place
from contracts.drawing_up import draw_up_agreement, issue_agreement
from contracts.placing import start_placement
from contracts.signing import sign_for_borough, sign_for_provider
from foundation import clock
from foundation.database import db
from marketplace.actor import Actor
from marketplace.admission import Admission
from marketplace.fee_line import Unit
from tests.makers.contracts import Deal, as_read_by
from tests.makers.standing import acting

#: how long ago the contracts of these tests began: ten weeks
BEGAN = timedelta(70)


def block_terms(deal: Deal, **facts: object) -> BlockTerms:
    """Two places at the deal's setting for £3,500 a week each, begun ten weeks ago, for two years. The borough acts."""
    begins = clock.today() - BEGAN
    admission = db.session.scalars(select(Admission.reference).where(Admission.lot_id == deal.lot.id)).first()
    said: dict[str, object] = {
        "kind": BlockKind.BLOCK, "title": "Two beds at Rowan House", "purpose": "No home nearby takes emergencies.",
        "place": f"{admission}/{deal.setting.reference}", "places": 2, "price": Decimal(3500), "unit": Unit.WEEK,
        "starts_on": begins, "ends_on": begins + timedelta(730), "review_on": begins + timedelta(365),
    }  # fmt: skip
    return BlockTerms(**(said | facts))  # type: ignore[arg-type]


def a_draft_block(deal: Deal, **facts: object) -> BlockContract:
    """The contract drafted; the placement manager acts."""
    acting(deal.manager)
    return draft_block(block_terms(deal, **facts), by=deal.manager)


def an_issued_block(deal: Deal, **facts: object) -> BlockContract:
    """The contract confirmed by the borough; the provider's manager acts, who confirms next."""
    contract = issue_block(a_draft_block(deal, **facts), deal.manager.name, by=deal.manager)
    return block_as_read_by(deal.head, contract)


def a_block(deal: Deal, **facts: object) -> BlockContract:
    """The contract agreed by both; the officer acts."""
    contract = agree_block(an_issued_block(deal, **facts), deal.head.name, by=deal.head)
    return block_as_read_by(deal.officer, contract)


def a_child_in(contract: BlockContract, deal: Deal, days_ago: int, *, moved_in: int | None = None) -> Agreement:
    """The deal's child in a place of the contract since that day; the officer acts. The deal begins that day, too.

    `moved_in`: how many days ago the child moved in, where that was before the agreed day.
    """
    key = contract.id
    acting(deal.officer)
    agreement = draw_up_agreement(deal.award, by=deal.officer)
    assert agreement.starts_on == clock.today() - timedelta(days_ago)
    take_block_place(agreement, db.session.get_one(BlockContract, key), by=deal.officer)
    issue_agreement(agreement, by=deal.officer)
    for actor, sign in ((deal.head, sign_for_provider), (deal.manager, sign_for_borough)):
        agreement = as_read_by(actor, agreement)
        sign(agreement, actor.name, by=actor)
    agreement = as_read_by(deal.officer, agreement)
    on = agreement.starts_on if moved_in is None else clock.today() - timedelta(moved_in)
    return start_placement(agreement, on, reason="The place was free.", by=deal.officer)


def block_as_read_by(actor: Actor, contract: BlockContract) -> BlockContract:
    """From here on the actor acts, and reads the contract anew."""
    key = contract.id
    acting(actor)
    return db.session.get_one(BlockContract, key)

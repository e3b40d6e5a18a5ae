"""How boroughs buy places ahead of children: Croydon two beds as a block, Lambeth by cost and volume, Merton a pilot still to confirm."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from contracts.agreement import Agreement
from contracts.block.block_contract import BlockContract, BlockKind
from contracts.block.confirming import agree_block, issue_block
from contracts.block.drafting_blocks import BlockTerms, draft_block, places_to_buy
from contracts.block.taking_places import blocks_that_fit, take_block_place
from demo.case import Case
from demo.cast import Cast, fetch
from demo.partnership import Borough, Provider
from demo.storytelling import Story, acting, in_office_hours
from foundation.clock import today
from foundation.database import db
from marketplace.fee_line import Unit
from marketplace.roles import Role

YEAR = timedelta(days=365)
#: who buys the first block: with the child whose agreement is drawn up first
BUYS_A_BLOCK = ("CRO", "residential")


def a_paid_place_is_taken(case: Case) -> None:
    """As the agreement is drafted: its child takes a place that the borough pays for already, or is the first of a new block."""
    if (case.plan.borough.prefix, case.plan.lot) != BUYS_A_BLOCK or case.plan.rests is not None:
        return
    with acting(case.manager):
        if db.session.scalar(select(BlockContract.id).limit(1)) is None:
            _buy_two_beds(case)
    with acting(case.officer) as officer:
        agreement = _agreement(case)
        for contract in blocks_that_fit(agreement)[:1]:
            take_block_place(agreement, contract, by=officer)


def blocks_are_bought(cast: Cast) -> Story:
    """The innovative lot: a contract by cost and volume that runs, and a pilot that its provider has still to confirm."""
    first, *_, last = cast.partnership.providers_in("interventions")
    yield in_office_hours(cast.present - timedelta(days=150))
    terms = replace(
        _terms(today() + timedelta(days=7), "Supported flats", "Nobody near by takes care leavers at short notice."),
        kind=BlockKind.COST_AND_VOLUME, places=3, price=Decimal(1450), price_above=Decimal(1320), most_places=5,
    )  # fmt: skip
    _buy(cast.partnership.borough("LAM"), first, terms)
    yield in_office_hours(cast.present - timedelta(days=3))
    terms = replace(
        _terms(today() + timedelta(days=30), "A farm by day", "Young people out of school have nothing in the week."),
        kind=BlockKind.PILOT, places=4, price=Decimal(980), evaluation_on=today() + timedelta(days=300),
    )  # fmt: skip
    _buy(cast.partnership.borough("MER"), last, terms, confirmed=False)


def _buy_two_beds(case: Case) -> None:
    agreement = _agreement(case)
    assert case.winner is not None
    purpose = "Each week a child in Croydon needs a bed within two days, and none is free near by."
    terms = replace(
        _terms(agreement.starts_on - timedelta(days=14), "Two beds for Croydon", purpose), price=Decimal(4150)
    )
    _buy(case.plan.borough, case.winner, terms, setting=agreement.setting.name)


def _terms(starts_on: date, title: str, purpose: str) -> BlockTerms:
    return BlockTerms(
        kind=BlockKind.BLOCK, title=title, purpose=purpose, place="", places=2, price=Decimal(1), unit=Unit.WEEK,
        starts_on=starts_on, ends_on=starts_on + 2 * YEAR, review_on=starts_on + YEAR,
    )  # fmt: skip


def _buy(borough: Borough, provider: Provider, terms: BlockTerms, *, setting: str = "", confirmed: bool = True) -> None:
    with acting(borough.actor(Role.PLACEMENT_MANAGER)) as manager:
        row = next(row for row in places_to_buy() if row.provider_id == provider.id and setting in ("", row.setting))
        key = draft_block(replace(terms, place=row.value), by=manager).id
        issue_block(fetch(BlockContract, key), manager.name, by=manager)
    if confirmed:
        with acting(provider.actor(Role.PROVIDER_MANAGER)) as signer:
            agree_block(fetch(BlockContract, key), signer.name, by=signer)


def _agreement(case: Case) -> Agreement:
    assert case.agreement_id is not None
    return fetch(Agreement, case.agreement_id)

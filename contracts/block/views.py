"""Pages of block contracts: the list, one with its occupancy, drafting, confirming, ending, and a child's taking a place."""

import uuid
from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from contracts.block.block_contract import BlockContract
from contracts.block.confirming import agree_block, end_block, issue_block, withdraw_block
from contracts.block.drafting_blocks import change_block, draft_block
from contracts.block.drawing import occupancy_chart
from contracts.block.forms import BlockForm, ConfirmForm, EndForm, TakeForm, WithdrawForm
from contracts.block.occupancy import occupancy_of
from contracts.block.queries import block_called, block_for, block_rows, children_in, happened_to
from contracts.block.taking_places import blocks_that_fit, take_block_place
from contracts.block.words import HAPPENED, KIND_HINTS, KINDS, UNITS, badge_of
from contracts.forms import day_of
from contracts.queries import agreement_called, agreement_for
from contracts.signing import require_turn
from contracts.words import BADGES
from foundation import clock
from foundation.database import db
from foundation.permission import NotFound, NotPermitted
from foundation.spreadsheets import csv_download
from foundation.states import require
from foundation.submitting import Form
from marketplace.acts import Act
from marketplace.person import Person
from marketplace.policy import POLICY, may
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("blocks", __name__)

Answer = Answered | tuple[str, int]


@blueprint.get("/contracts/blocks")
def index() -> str:
    """The contracts for places that concern the reader's organisation."""
    actor = signed_in_actor()
    return render_template(
        "block/index.html", rows=block_rows(), kinds=KINDS, units=UNITS,
        may_draft=actor.kind is Kind.AUTHORITY and bool(actor.roles & POLICY[Act.DRAFT_BLOCK].roles),
    )  # fmt: skip


@blueprint.route("/contracts/blocks/new", methods=["GET", "POST"])
def new() -> Answer:
    """A commissioner or placement manager drafts a contract."""
    actor, form = signed_in_actor(), BlockForm()
    if actor.kind is not Kind.AUTHORITY or not actor.roles & POLICY[Act.DRAFT_BLOCK].roles:
        raise NotPermitted(Act.DRAFT_BLOCK, actor)
    if form.validate_on_submit() and form.carry_out(draft_block, form.terms, by=actor):
        return _on_to(
            form.outcome.reference, "The contract is drafted. A placement manager or director confirms it next."
        )
    return render_template("block/form.html", form=form, contract=None, hints=KIND_HINTS), form.status


@blueprint.get("/contracts/blocks/<reference>")
def show(reference: str) -> str:
    """One contract: what is bought, how far its places are taken, and what the empty ones cost."""
    actor, contract = signed_in_actor(), block_called(reference)
    occupancy = occupancy_of(contract)
    return render_template(
        "block/show.html", contract=contract, badge=badge_of(contract, clock.today()), occupancy=occupancy, kinds=KINDS,
        units=UNITS, children=children_in(contract), badges=BADGES, events=happened_to(contract), happened=HAPPENED,
        chart=occupancy_chart(occupancy), acts={act for act in contract.MOVES if may(actor, act, contract)}, Act=Act,
    )  # fmt: skip


@blueprint.get("/contracts/blocks/<reference>/occupancy.csv")
def days(reference: str) -> Response:
    """Day by day, how many paid places were taken."""
    contract = block_called(reference)
    rows = [
        (date.fromordinal(day), part.taken, max(0, contract.places - part.taken), max(0, part.taken - contract.places))
        for part in occupancy_of(contract).stretches
        for day in range(part.starts_on.toordinal(), part.ends_on.toordinal())
    ]
    heads = ("Day", "Places taken", "Paid and empty", "Beyond the paid places")
    return csv_download(f"{reference}-occupancy.csv", heads, rows)


@blueprint.route("/contracts/blocks/<reference>/change", methods=["GET", "POST"])
def change(reference: str) -> Answer:
    """The borough changes its draft."""
    actor = signed_in_actor()
    contract = block_for(reference, actor, Act.CHANGE_BLOCK)
    _in_time(contract, Act.CHANGE_BLOCK)
    form = BlockForm.of(contract)
    if form.validate_on_submit() and form.carry_out(
        change_block, contract, form.terms, version=form.version_held, by=actor
    ):
        return _on_to(reference, "The draft is changed.")
    return render_template("block/form.html", form=form, contract=contract, hints=KIND_HINTS), form.status


@blueprint.route("/contracts/blocks/<reference>/confirm", methods=["GET", "POST"])
def confirm(reference: str) -> Answer:
    """A side confirms the contract by name, the password given again: the borough first, then the provider."""
    actor = signed_in_actor()
    act, verb, done = CONFIRMING[actor.kind is Kind.PROVIDER]
    contract = block_for(reference, actor, act)
    _in_time(contract, act)
    form = ConfirmForm(version=contract.version)
    if (
        form.validate_on_submit()
        and form.is_by(db.session.get_one(Person, actor.person_id))
        and form.carry_out(verb, contract, form.typed_name.data, version=form.version_held, by=actor)
    ):
        return _on_to(reference, done)
    return _page("confirm", form, contract)


@blueprint.route("/contracts/blocks/<reference>/withdraw", methods=["GET", "POST"])
def withdraw(reference: str) -> Answer:
    """The borough takes back what is not agreed yet."""
    actor, form = signed_in_actor(), WithdrawForm()
    contract = block_for(reference, actor, Act.WITHDRAW_BLOCK)
    _in_time(contract, Act.WITHDRAW_BLOCK)
    if form.validate_on_submit() and form.carry_out(withdraw_block, contract, form.reason.data or "", by=actor):
        return _on_to(reference, "The contract is withdrawn.")
    return _page("withdraw", form, contract)


@blueprint.route("/contracts/blocks/<reference>/end", methods=["GET", "POST"])
def end(reference: str) -> Answer:
    """The borough ends it before its last day."""
    actor, form = signed_in_actor(), EndForm()
    contract = block_for(reference, actor, Act.END_BLOCK)
    _in_time(contract, Act.END_BLOCK)
    if form.validate_on_submit() and form.carry_out(
        end_block, contract, day_of(form.ended_on), form.reason.data or "", by=actor
    ):
        return _on_to(reference, "The contract ends early, and both sides are told.")
    return _page("end", form, contract)


@blueprint.route("/placements/<reference>/block-place", methods=["GET", "POST"])
def take(reference: str) -> Answer:
    """An officer puts the child of a draft agreement into a paid place."""
    actor, form = signed_in_actor(), TakeForm()
    agreement = agreement_for(reference, actor, Act.TAKE_BLOCK_PLACE)
    if request.method == "GET":
        require_turn(agreement, Act.TAKE_BLOCK_PLACE)
    fitting = {contract.reference: contract for contract in blocks_that_fit(agreement)}
    form.contract.choices = [(each, f"{each}: {contract.title}") for each, contract in fitting.items()]
    if form.validate_on_submit() and form.carry_out(take_block_place, agreement, fitting[form.contract.data], by=actor):
        flash("The child takes a paid place: its core fee is the contract’s.", "ok")
        return redirect(url_for("placements.show", reference=reference), 303)
    return render_template("block/take.html", form=form, agreement=agreement, fitting=fitting), form.status


@blueprint.get("/placements/<reference>/block")
def of_agreement(reference: str) -> Answered:
    """The contract whose place the child of an agreement takes."""
    contract = db.session.get(BlockContract, agreement_called(reference).block_contract_id or uuid.UUID(int=0))
    if contract is None:
        raise NotFound
    return redirect(url_for("blocks.show", reference=contract.reference), 303)


#: whose confirmation it is, by whether a provider confirms
CONFIRMING = {
    False: (Act.ISSUE_BLOCK, issue_block, "The contract is confirmed for the borough. The provider confirms next."),
    True: (Act.AGREE_BLOCK, agree_block, "The contract is agreed."),
}


def _in_time(contract: object, act: Act) -> None:
    if request.method == "GET":
        require(contract, act)  # type: ignore[arg-type]


def _page(name: str, form: Form, contract: object) -> tuple[str, int]:
    return render_template(f"block/{name}.html", form=form, contract=contract, kinds=KINDS, units=UNITS), form.status


def _on_to(reference: str, done: str) -> Answered:
    flash(done, "ok")
    return redirect(url_for("blocks.show", reference=reference), 303)

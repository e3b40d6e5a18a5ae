"""Pages of variations: the list of an agreement, a proposal, one variation with its effect, and the decisions on it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.costs import payers_in_words
from contracts.queries import agreement_called, agreement_for
from contracts.signing import require_turn
from contracts.varying.approving import approve_variation, changes_of
from contracts.varying.forms import DecideForm, ProposeForm, RefuseForm
from contracts.varying.proposing import agree_to_variation, propose_variation, refuse_variation, withdraw_variation
from contracts.varying.queries import arrears_of, assess, fees_to_change, paid_now, variation_numbered, variations_of
from contracts.varying.variation import Variation
from contracts.varying.words import BADGES, DECISIONS, DONE, SIDES
from foundation.permission import NotPermitted
from foundation.states import require
from marketplace.acts import Act
from marketplace.policy import may, refusal_of
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor
from referrals.fee_fields import KINDS, UNITS

blueprint = Blueprint("variations", __name__, url_prefix="/placements/<reference>/variations")

VERBS = {
    Act.AGREE_TO_VARIATION: agree_to_variation,
    Act.APPROVE_VARIATION: approve_variation,
    Act.WITHDRAW_VARIATION: withdraw_variation,
}
Answer = Response | tuple[str, int]


@blueprint.get("")
def index(reference: str) -> str:
    """The variations of an agreement."""
    actor, agreement = signed_in_actor(), agreement_called(reference)
    return render_template(
        "varying/index.html", agreement=agreement, variations=variations_of(agreement), badges=BADGES, sides=SIDES,
        may_propose=may(actor, Act.PROPOSE_VARIATION, agreement),
    )  # fmt: skip


@blueprint.route("/new", methods=["GET", "POST"])
def propose(reference: str) -> Answer:
    """Either side proposes other fees."""
    actor = signed_in_actor()
    agreement = agreement_for(reference, actor, Act.PROPOSE_VARIATION)
    if request.method == "GET":
        require_turn(agreement, Act.PROPOSE_VARIATION)
    fees = fees_to_change(agreement)
    form = ProposeForm.of(fees)
    if form.validate_on_submit() and form.carry_out(propose_variation, agreement, form.proposal, by=actor):
        return _on_to(
            reference, form.outcome.number, "The variation is proposed. Nothing changes until it is approved."
        )
    return render_template(
        "varying/propose.html", form=form, agreement=agreement, fees=fees, kinds=KINDS, units=UNITS, paid_now=paid_now,
        is_borough=actor.kind is Kind.AUTHORITY,
    ), form.status  # fmt: skip


@blueprint.get("/<int:number>")
def show(reference: str, number: int) -> str:
    """One variation: what changes, what that costs, who proposed and decided it."""
    actor, agreement = signed_in_actor(), agreement_called(reference)
    variation = variation_numbered(agreement, number)
    changes = changes_of(variation)
    return render_template(
        "varying/show.html", agreement=agreement, variation=variation, changes=changes, kinds=KINDS, units=UNITS,
        assessed=assess(variation, agreement, changes), arrears=arrears_of(changes), badge=BADGES[variation.state], payers=payers_in_words,
        side=SIDES[variation.side], acts=[act for act in DECISIONS if may(actor, act, variation)], decisions=DECISIONS,
    )  # fmt: skip


@blueprint.route("/<int:number>/<any(agree, approve, withdraw):step>", methods=["GET", "POST"])
def decide(reference: str, number: int, step: str) -> Answer:
    """The provider agrees, the placement manager approves, or the proposer takes it back."""
    actor, agreement, act = signed_in_actor(), agreement_called(reference), DECISIONS_BY_STEP[step]
    variation = variation_numbered(agreement, number)
    _require_page(variation, act)
    form = DecideForm(version=variation.version)
    if form.validate_on_submit() and form.carry_out(VERBS[act], variation, version=form.version_held, by=actor):
        return _on_to(reference, number, DONE[act])
    changes = changes_of(variation)
    return render_template(
        "varying/decide.html", form=form, agreement=agreement, variation=variation, decision=DECISIONS[act], step=step,
        assessed=assess(variation, agreement, changes), kinds=KINDS, units=UNITS, payers=payers_in_words,
    ), form.status  # fmt: skip


@blueprint.route("/<int:number>/refuse", methods=["GET", "POST"])
def refuse(reference: str, number: int) -> Answer:
    """The side that decides says no, and why."""
    actor, agreement = signed_in_actor(), agreement_called(reference)
    variation = variation_numbered(agreement, number)
    _require_page(variation, Act.REFUSE_VARIATION)
    form = RefuseForm(version=variation.version)
    if form.validate_on_submit() and form.carry_out(
        refuse_variation, variation, form.note.data or "", version=form.version_held, by=actor
    ):
        return _on_to(reference, number, DONE[Act.REFUSE_VARIATION])
    return render_template("varying/refuse.html", form=form, agreement=agreement, variation=variation), form.status


DECISIONS_BY_STEP = {decision.step: act for act, decision in DECISIONS.items()}


def _require_page(variation: Variation, act: Act) -> None:
    """The page is refused on opening as the act itself would be; of what is sent the verb judges."""
    actor = signed_in_actor()
    refusal = refusal_of(actor, act, variation)
    if refusal is not None:
        raise NotPermitted(act, actor, variation, refusal)
    if request.method == "GET":
        require(variation, act)


def _on_to(reference: str, number: int, done: str) -> Response:
    flash(done, "ok")
    return redirect(url_for("variations.show", reference=reference, number=number), 303)

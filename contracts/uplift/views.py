"""Pages of uplift rounds: the list, one round with its requests, opening, indices, participation, asking."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answered

from contracts.uplift.forms import IndexForm, ParticipationForm, RoundForm
from contracts.uplift.opening_rounds import change_participation, close_round, enter_index, open_round
from contracts.uplift.queries import (
    evidence_file,
    indices_of,
    lots_to_open,
    participants_of,
    request_called,
    requests_of,
    round_called,
    round_for,
    rounds,
    ruling_of,
    scopes_of,
)
from contracts.uplift.request_forms import DecideForm, RequestForm
from contracts.uplift.requesting import request_uplift
from contracts.uplift.round import UpliftRound
from contracts.uplift.words import BADGES
from foundation import clock
from foundation.permission import NotPermitted
from marketplace.acts import Act
from marketplace.policy import may, permits, refusal_of
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("uplifts", __name__, url_prefix="/uplifts")
Answer = Answered | tuple[str, int]


@blueprint.get("")
def index() -> str:
    """Every round, the latest first."""
    may_open = permits(signed_in_actor(), Act.OPEN_UPLIFT_ROUND)
    return render_template("uplifts/index.html", rounds=rounds(), may_open=may_open)


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    """The hub opens a round."""
    actor, form = signed_in_actor(), RoundForm(lots_to_open())
    refusal = refusal_of(actor, Act.OPEN_UPLIFT_ROUND)
    if refusal is not None:
        raise NotPermitted(Act.OPEN_UPLIFT_ROUND, actor, None, refusal)
    if form.validate_on_submit() and form.carry_out(open_round, form.terms, by=actor):
        return _on_to(form.outcome, "The round is open. Enter its indices next.")
    return render_template("uplifts/new.html", form=form), form.status


@blueprint.get("/<reference>")
def show(reference: str) -> str:
    """One round: its rule and indices, who takes part, what is asked and agreed."""
    actor, opened = signed_in_actor(), round_called(reference)
    indices = indices_of(opened)
    acts = {act for act in opened.MOVES if may(actor, act, opened)}
    return render_template(
        "uplifts/show.html", round=opened, indices=indices, ruling=ruling_of(opened, indices), acts=acts, Act=Act,
        requests=requests_of(opened), participants=participants_of(opened), badges=BADGES,
    )  # fmt: skip


@blueprint.route("/<reference>/indices", methods=["GET", "POST"])
def enter(reference: str) -> Answer:
    """The hub enters an index."""
    actor, form = signed_in_actor(), IndexForm()
    opened = round_for(reference, actor, Act.ENTER_INDEX)
    if form.validate_on_submit() and form.carry_out(enter_index, opened, form.typed, by=actor):
        return _on_to(opened, "The index is entered.")
    return render_template("uplifts/index_form.html", form=form, round=opened), form.status


@blueprint.route("/<reference>/boroughs", methods=["GET", "POST"])
def boroughs(reference: str) -> Answer:
    """The hub says which borough takes part."""
    actor = signed_in_actor()
    opened = round_for(reference, actor, Act.CHANGE_PARTICIPATION)
    form = ParticipationForm(participants_of(opened))
    if form.validate_on_submit() and form.carry_out(
        change_participation, opened, form.boroughs[form.authority.data], form.joins.data == "yes", form.reason.data or "",
        by=actor,
    ):  # fmt: skip
        return _on_to(opened, "Who takes part is written down.")
    return render_template("uplifts/boroughs.html", form=form, round=opened), form.status


@blueprint.route("/<reference>/close", methods=["GET", "POST"])
def close(reference: str) -> Answer:
    """The hub closes the round."""
    actor, form = signed_in_actor(), DecideForm()
    opened = round_for(reference, actor, Act.CLOSE_UPLIFT_ROUND)
    if form.validate_on_submit() and form.carry_out(close_round, opened, by=actor):
        return _on_to(opened, "The round is closed.")
    return render_template("uplifts/close.html", form=form, round=opened), form.status


@blueprint.route("/<reference>/request", methods=["GET", "POST"])
def ask(reference: str) -> Answer:
    """A provider asks for an uplift."""
    actor = signed_in_actor()
    opened = round_for(reference, actor, Act.REQUEST_UPLIFT)
    form = RequestForm(opened, scopes_of(opened))
    if form.validate_on_submit() and form.carry_out(request_uplift, opened, form.asked, by=actor):
        flash("Your request is with the hub.", "ok")
        return redirect(url_for("uplifts.request_page", reference=form.outcome.reference), 303)
    return render_template("uplifts/ask.html", form=form, round=opened, today=clock.today()), form.status


@blueprint.get("/requests/<reference>/evidence")
def evidence(reference: str) -> Response:
    """The document that came with a request: for the provider and the hub."""
    kept = evidence_file(request_called(reference))
    response = Response(kept.content, mimetype=kept.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=kept.name)
    return response


def _on_to(opened: UpliftRound, done: str) -> Answered:
    flash(done, "ok")
    return redirect(url_for("uplifts.show", reference=opened.reference), 303)

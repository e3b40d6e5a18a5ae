"""Pages of one request: beside the rule, the model and the peers; and each act on it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.uplift.answering import appeal_until, comment_on_uplift, counter_uplift
from contracts.uplift.doings import DOINGS
from contracts.uplift.drawing import peer_chart, waterfall_chart
from contracts.uplift.queries import comments_on, counters_of, joins, parts_of, request_called, request_for
from contracts.uplift.report import request_figures
from contracts.uplift.request import RequestState, UpliftRequest
from contracts.uplift.request_forms import ChangeForm, CommentForm
from contracts.uplift.views import blueprint as blueprint
from contracts.uplift.weighing import breakdown_of, evidence_for, explained, modelled
from contracts.uplift.words import BADGES, BUTTONS, PART_NAMES
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import may
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor

Answer = Response | tuple[str, int]

S = RequestState
#: nothing is modelled for these any more
SETTLED = (S.AGREED, S.UNDONE, S.SPLIT, S.WITHDRAWN, S.DISMISSED)


@blueprint.get("/requests/<reference>")
def request_page(reference: str) -> str:
    """One request: what is asked, beside what the reader may weigh it against."""
    actor, asked = signed_in_actor(), request_called(reference)
    form = ChangeForm(asked, **_tried(asked)) if may(actor, Act.COUNTER_UPLIFT, asked) else None
    return _shown(actor, asked, form)


@blueprint.post("/requests/<reference>/counter")
def counter(reference: str) -> Answer:
    """The hub sends a counter-offer, or has it modelled."""
    actor = signed_in_actor()
    asked = request_for(reference, actor, Act.COUNTER_UPLIFT)
    form = ChangeForm(asked)
    if request.form.get("then") == "model":
        return _shown(actor, asked, form), 200
    if form.validate_on_submit() and form.carry_out(counter_uplift, asked, form.counter, by=actor):
        return _on_to(asked, "The counter-offer is sent.")
    return _shown(actor, asked, form), form.status


@blueprint.route("/requests/<reference>/comment", methods=["GET", "POST"])
def comment(reference: str) -> Answer:
    """A borough tells the hub what it thinks."""
    actor, form = signed_in_actor(), CommentForm()
    asked = request_for(reference, actor, Act.COMMENT_ON_UPLIFT)
    if form.validate_on_submit() and form.carry_out(comment_on_uplift, asked, form.words.data, by=actor):
        return _on_to(asked, "Your comment is with the hub.")
    return render_template("uplifts/comment.html", form=form, request=asked), form.status


@blueprint.route(
    "/requests/<reference>/<any(agree,refuse,split,accept,appeal,allow,dismiss,undo,withdraw):doing>",
    methods=["GET", "POST"],
)
def act(reference: str, doing: str) -> Answer:
    """Any other act on a request: its page says what follows."""
    actor, todo = signed_in_actor(), DOINGS[doing]
    asked = request_for(reference, actor, todo.act)
    form, counters = todo.form(asked), counters_of(asked)
    if form.validate_on_submit() and form.carry_out(todo.verb, asked, **todo.typed(form), by=actor):
        return _on_to(asked, todo.done)
    return render_template(
        "uplifts/act.html", form=form, request=asked, todo=todo, button=BUTTONS[todo.act],
        counter=_standing(counters),
        effect=None if asked.agreed else modelled(asked, evidence_for(asked).ruling, _standing(counters), None),
    ), form.status  # fmt: skip


def _shown(actor: Actor, asked: UpliftRequest, form: ChangeForm | None) -> str:
    counters, evidence, settled = counters_of(asked), evidence_for(asked), asked.state in SETTLED
    tried = form.tried if form else None
    effect = None if settled else modelled(asked, evidence.ruling, _standing(counters), tried)
    steps = explained(effect, evidence, asked) if effect and actor.kind is Kind.HUB else None
    return render_template(
        "uplifts/request.html", request=asked, form=form, evidence=evidence, effect=effect, counters=counters, Act=Act,
        acts={act for act in asked.MOVES if may(actor, act, asked)}, may_comment=_may_comment(actor, asked),
        steps=steps, waterfall=waterfall_chart(steps, asked) if steps else None,
        peers=peer_chart(evidence, asked, form.change if form else None) if actor.kind is Kind.HUB else None,
        figures=request_figures(asked) if asked.agreed else None, comments=comments_on(asked), parts=parts_of(asked),
        breakdown=breakdown_of(asked), part_names=PART_NAMES, badge=BADGES[asked.state], badges=BADGES,
        until=appeal_until(asked), sees_peers=actor.kind is Kind.HUB,
    )  # fmt: skip


def _may_comment(actor: Actor, asked: UpliftRequest) -> bool:
    return may(actor, Act.COMMENT_ON_UPLIFT, asked) and joins(asked.round, actor.organisation_id)


def _standing(counters: Any) -> Any:
    return counters[-1] if counters else None


def _tried(asked: UpliftRequest) -> dict[str, Any]:
    """The last counter-offer, to begin another from."""
    counters = counters_of(asked)
    return {"from_on": counters[-1].effective_on} if counters else {}


def _on_to(asked: UpliftRequest, done: str) -> Response:
    flash(done, "ok")
    return redirect(url_for("uplifts.request_page", reference=asked.reference), 303)

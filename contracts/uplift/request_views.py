"""Pages of one request: beside the rule, the model and the peers; and each act on it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.uplift.agreeing import agree_uplift, allow_appeal
from contracts.uplift.answering import (
    accept_counter,
    appeal_until,
    appeal_uplift,
    comment_on_uplift,
    counter_uplift,
    dismiss_appeal,
    refuse_uplift,
    split_uplift_request,
)
from contracts.uplift.forms import AcceptForm, AgreeForm, AnswerForm, ChangeForm, CommentForm, DecideForm
from contracts.uplift.queries import (
    comments_on,
    counters_of,
    evidence_for,
    joins,
    modelled,
    parts_of,
    request_called,
    request_for,
)
from contracts.uplift.request import UpliftRequest
from contracts.uplift.requesting import withdraw_uplift_request
from contracts.uplift.views import blueprint as blueprint
from contracts.uplift.words import BADGES, BUTTONS
from foundation.submitting import Form
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import may
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor

Answer = Response | tuple[str, int]


class Doing(NamedTuple):
    """An act with a page of its own: what it is, what follows, its form, how its verb is called, and what is said afterwards."""

    act: Act
    consequence: str
    form: Callable[[UpliftRequest], Form]
    verb: Callable[..., Any]
    typed: Callable[[Any], dict[str, Any]]
    done: str
    kind: str = ""


def _reason(form: AnswerForm) -> dict[str, Any]:
    return {"reason": form.reason.data or ""}


def _agreed(form: AgreeForm) -> dict[str, Any]:
    return _reason(form) | {"override": bool(form.override.data)}


def _allowed(form: ChangeForm) -> dict[str, Any]:
    return _agreed(form) | {"change": form.change, "from_on": form.from_on.data}


#: each act's page by its address
DOINGS: dict[str, Doing] = {
    "agree": Doing(
        Act.AGREE_UPLIFT, "Every fee that it covers changes on the day. The provider and the boroughs are told. It cannot be undone:"
        " what follows is a new decision.", lambda _: AgreeForm(), agree_uplift, _agreed, "The uplift is agreed and the fees are changed.",
    ),
    "refuse": Doing(
        Act.REFUSE_UPLIFT, "The fees stay as they are. The provider reads your reason and may appeal.", lambda _: AnswerForm(),
        refuse_uplift, _reason, "The request is refused.", "warning",
    ),
    "split": Doing(
        Act.SPLIT_UPLIFT_REQUEST, "Each setting becomes a request of its own, which you answer for itself.", lambda _: DecideForm(),
        split_uplift_request, lambda _: {}, "The request is split.",
    ),
    "accept": Doing(
        Act.ACCEPT_COUNTER, "The hub then agrees it, and your fees change on the day.", lambda _: AcceptForm(),
        accept_counter, lambda form: {"number": int(form.number.data) if str(form.number.data or "").isdecimal() else 0},
        "You have accepted the counter-offer.",
    ),
    "appeal": Doing(
        Act.APPEAL_UPLIFT, "Somebody else than who gave the answer decides your appeal.", lambda _: AnswerForm(), appeal_uplift,
        _reason, "Your appeal is with the hub.",
    ),
    "allow": Doing(
        Act.ALLOW_APPEAL, "Every fee that it covers changes on the day. The provider and the boroughs are told.", ChangeForm,
        allow_appeal, _allowed, "The appeal is allowed and the fees are changed.",
    ),
    "dismiss": Doing(
        Act.DISMISS_APPEAL, "The fees stay as they are, and the matter is closed.", lambda _: AnswerForm(), dismiss_appeal,
        _reason, "The appeal is dismissed.", "warning",
    ),
    "withdraw": Doing(
        Act.WITHDRAW_UPLIFT_REQUEST, "Nobody answers it any more. You can ask again.", lambda _: DecideForm(),
        withdraw_uplift_request, lambda _: {}, "Your request is withdrawn.", "warning",
    ),
}  # fmt: skip


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
    "/requests/<reference>/<any(agree,refuse,split,accept,appeal,allow,dismiss,withdraw):doing>",
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
        counter=counters[-1] if counters else None, effect=modelled(asked, evidence_for(asked).ruling, _standing(counters), None),
    ), form.status  # fmt: skip


def _shown(actor: Actor, asked: UpliftRequest, form: ChangeForm | None) -> str:
    counters, evidence = counters_of(asked), evidence_for(asked)
    acts = {act for act in asked.MOVES if may(actor, act, asked)}
    effect = modelled(asked, evidence.ruling, _standing(counters), form.change if form else None)
    return render_template(
        "uplifts/request.html", request=asked, form=form, evidence=evidence, effect=effect, counters=counters, acts=acts, Act=Act,
        comments=comments_on(asked) if actor.kind is not Kind.PROVIDER else [], badge=BADGES[asked.state],
        badges=BADGES, parts=parts_of(asked), until=appeal_until(asked), sees_peers=actor.kind is Kind.HUB,
        for_provider=actor.kind is Kind.PROVIDER, may_comment=Act.COMMENT_ON_UPLIFT in acts and joins(asked.round, actor.organisation_id),
    )  # fmt: skip


def _standing(counters: Any) -> Any:
    return counters[-1] if counters else None


def _tried(asked: UpliftRequest) -> dict[str, Any]:
    """The last counter-offer, to begin another from."""
    counters = counters_of(asked)
    return {"from_on": counters[-1].effective_on} if counters else {}


def _on_to(asked: UpliftRequest, done: str) -> Response:
    flash(done, "ok")
    return redirect(url_for("uplifts.request_page", reference=asked.reference), 303)

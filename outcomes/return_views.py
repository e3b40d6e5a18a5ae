"""Monitoring returns: the list of each side, and one return to fill in, to read, to query or to accept."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.states import is_possible
from marketplace.acts import Act
from marketplace.policy import may
from marketplace.signed_in import signed_in_actor
from outcomes.indicators.reading import present_framework
from outcomes.monitoring import MonitoringReturn, ReturnState
from outcomes.return_forms import PROGRESS_WORDS, QueryForm, ReturnForm, form_for
from outcomes.return_queries import (
    PAGE_SIZE,
    asked_figures,
    list_returns,
    outcomes_due,
    quarters_of_returns,
    return_called,
)
from outcomes.returning import accept_return, query_return, save_return, send_return

blueprint = Blueprint("returns", __name__)

BADGES = {
    ReturnState.OPEN: ("none", "To be sent"),
    ReturnState.SENT: ("wait", "Sent"),
    ReturnState.QUERIED: ("warn", "Queried"),
    ReturnState.ACCEPTED: ("ok", "Accepted"),
}


@blueprint.get("/returns")
def index() -> str:
    """Returns of every quarter: a provider's own, those sent to a borough, all for the hub."""
    actor, page = signed_in_actor(), max(1, request.args.get("page", 1, int))
    quarter, state = request.args.get("quarter", ""), request.args.get("state", "")
    rows, total = list_returns(actor, quarter, state, page)
    last = max(1, -(-total // PAGE_SIZE))
    return render_template(
        "returns/index.html", rows=rows, total=total, page=page, last=last, quarter=quarter, state=state,
        quarters=quarters_of_returns(), badges=BADGES, today=clock.today(),
    )  # fmt: skip


@blueprint.get("/returns/<reference>")
def show(reference: str) -> str:
    """One return: a form for its provider while it is being filled in, and otherwise what it says."""
    of = return_called(reference, signed_in_actor())
    if may(signed_in_actor(), Act.SAVE_RETURN, of):
        return _filling_in(of, form_for(of, asked_figures(of), outcomes_due(of)))[0]
    return _reading(of, QueryForm())[0]


@blueprint.post("/returns/<reference>")
def save(reference: str) -> Response | tuple[str, int]:
    """Save what was typed and, when asked to, send it."""
    actor = signed_in_actor()
    of = return_called(reference, actor)
    form = form_for(of, asked_figures(of), outcomes_due(of))
    wants_to_send = request.form.get("then") == "send"
    if form.validate_on_submit() and form.carry_out(save_return, of, form.typed, version=form.version.data, by=actor):
        if not wants_to_send:
            flash("Saved. You can close this page and go on later.", "ok")
            return redirect(url_for("returns.show", reference=reference), 303)
        if form.carry_out(send_return, of, by=actor):
            return redirect(url_for("returns.show", reference=reference), 303)
    return _filling_in(of, form)


@blueprint.post("/returns/<reference>/query")
def query(reference: str) -> Response | tuple[str, int]:
    """The hub asks about something."""
    of, form = return_called(reference, signed_in_actor()), QueryForm()
    if form.validate_on_submit() and form.carry_out(query_return, of, form.reason.data or "", by=signed_in_actor()):
        return redirect(url_for("returns.show", reference=reference), 303)
    return _reading(of, form)


@blueprint.post("/returns/<reference>/accept")
def accept(reference: str) -> Response:
    """The hub accepts the return."""
    accept_return(return_called(reference, signed_in_actor()), by=signed_in_actor())
    return redirect(url_for("returns.show", reference=reference), 303)


@blueprint.get("/indicators")
def indicators() -> str:
    """What is measured, in plain words: every definition with its target."""
    return render_template("returns/indicators.html", framework=present_framework())


def _filling_in(of: MonitoringReturn, form: ReturnForm) -> tuple[str, int]:
    status = form.status
    if form.errors and is_possible(of, Act.SAVE_RETURN):
        form.version.data = of.version
        form.version.raw_data = None
    left = sum(1 for _, figure in form.figures if not figure or figure.numerator is None or figure.denominator is None)
    unsaid = sum(due.progress is None for due in form.outcomes)
    page = render_template(
        "returns/form.html", of=of, form=form, badges=BADGES, figures_left=left, outcomes_left=unsaid
    )
    return page, status


def _reading(of: MonitoringReturn, form: QueryForm) -> tuple[str, int]:
    figures, outcomes = asked_figures(of), outcomes_due(of)
    page = render_template(
        "returns/show.html", of=of, form=form, figures=figures, outcomes=outcomes, badges=BADGES, words=PROGRESS_WORDS,
        may_check=may(signed_in_actor(), Act.ACCEPT_RETURN, of),
    )  # fmt: skip
    return page, form.status

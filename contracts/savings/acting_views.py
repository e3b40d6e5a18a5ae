"""Pages on which the ledger is written: entering, approving, refusing, rating, reversing; savings plans."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answered

from contracts.money.tabs import money_tabs
from contracts.savings.approving import rate_saving, refuse_saving, reverse_saving
from contracts.savings.entering import enter_saving
from contracts.savings.forms import DecideForm, PlanForm, RateForm, ReasonForm, saving_form
from contracts.savings.plan import SavingsPlan
from contracts.savings.plan_table import read_in_words
from contracts.savings.planning import discard_plan, keep_plan, read_savings_plan, table_of
from contracts.savings.queries import (
    boroughs_of,
    entries_of_plan,
    file_of,
    plan_called,
    plan_for,
    reader,
    require_permitted,
    saving_for,
)
from contracts.savings.saving import Rating
from contracts.savings.words import MEANINGS, words_for_pages
from foundation.formatting import plural
from marketplace.acts import Act
from marketplace.policy import may

blueprint = Blueprint("savings_acts", __name__, url_prefix="/money/savings")
Answer = Answered | tuple[str, int]
blueprint.context_processor(words_for_pages)
HINTS = {rating.value: words for rating, words in MEANINGS.items()}


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    """A saving is entered by hand."""
    actor = reader()
    require_permitted(actor, Act.ENTER_SAVING)
    form = saving_form(boroughs_of(actor))
    if form.validate_on_submit() and form.carry_out(enter_saving, form.typed, by=actor):
        return _on_to(
            form.outcome.reference, "The saving is entered. It counts once a finance officer has approved it."
        )
    return render_template("savings/new.html", tabs=money_tabs(), form=form, hints=HINTS), form.status


@blueprint.route("/<reference>/refuse", methods=["GET", "POST"])
def refuse(reference: str) -> Answer:
    """A finance officer refuses an entry."""
    actor, form = reader(), ReasonForm()
    saving = saving_for(reference, actor, Act.REFUSE_SAVING)
    if form.validate_on_submit() and form.carry_out(refuse_saving, saving, form.reason.data or "", by=actor):
        return _on_to(reference, "The entry is refused and does not count.")
    return render_template("savings/refuse.html", tabs=money_tabs(), form=form, saving=saving), form.status


@blueprint.route("/<reference>/reverse", methods=["GET", "POST"])
def reverse(reference: str) -> Answer:
    """A finance officer takes an approved entry back by another."""
    actor, form = reader(), ReasonForm()
    saving = saving_for(reference, actor, Act.REVERSE_SAVING)
    if form.validate_on_submit() and form.carry_out(reverse_saving, saving, form.reason.data or "", by=actor):
        return _on_to(reference, "The entry is reversed by a new one. Together they come to nought.")
    return render_template("savings/reverse.html", tabs=money_tabs(), form=form, saving=saving), form.status


@blueprint.route("/<reference>/rate", methods=["GET", "POST"])
def rate(reference: str) -> Answer:
    """Somebody says anew how sure an entry is."""
    actor = reader()
    saving = saving_for(reference, actor, Act.RATE_SAVING)
    form = RateForm(saving)
    if form.validate_on_submit() and form.carry_out(
        rate_saving, saving, Rating(form.rating.data), form.reason.data or "", version=form.version_held, by=actor
    ):
        return _on_to(reference, "The rating is changed.")
    return render_template("savings/rate.html", tabs=money_tabs(), form=form, saving=saving, hints=HINTS), form.status


@blueprint.route("/plans/new", methods=["GET", "POST"])
def new_plan() -> Answer:
    """A savings plan is sent: read, checked, and shown before it is kept."""
    actor = reader()
    require_permitted(actor, Act.READ_SAVINGS_PLAN)
    form = PlanForm(boroughs_of(actor))
    if form.validate_on_submit() and form.carry_out(read_savings_plan, form.typed, by=actor):
        return redirect(url_for("savings_acts.show_plan", reference=form.outcome.reference), 303)
    return render_template("savings/new_plan.html", tabs=money_tabs(), form=form), form.status


@blueprint.get("/plans/<reference>")
def show_plan(reference: str) -> str:
    """What was read of a plan: figures, totals that agree or do not, rows that are no figures."""
    return _plan_page(plan_called(reference), None)


@blueprint.post("/plans/<reference>/keep")
def keep(reference: str) -> Answer:
    """The plan's figures become entries of the ledger."""
    actor, form = reader(), DecideForm()
    plan = plan_for(reference, actor, Act.KEEP_SAVINGS_PLAN)
    if form.validate_on_submit() and form.carry_out(keep_plan, plan, by=actor):
        flash(f"The plan is in the ledger: {plural(len(form.outcome), 'entry', 'entries')} to approve.", "ok")
        return redirect(url_for("savings.queue"), 303)
    return _plan_page(plan_called(reference), form), form.status


@blueprint.post("/plans/<reference>/discard")
def discard(reference: str) -> Answer:
    """The plan is put aside."""
    actor, form = reader(), DecideForm()
    plan = plan_for(reference, actor, Act.DISCARD_SAVINGS_PLAN)
    if form.validate_on_submit() and form.carry_out(discard_plan, plan, by=actor):
        flash("The plan is put aside. Nothing of it is in the ledger.", "ok")
        return redirect(url_for("savings.index"), 303)
    return _plan_page(plan_called(reference), form), form.status


@blueprint.get("/plans/<reference>/file")
def plan_file(reference: str) -> Response:
    """What was sent, byte for byte."""
    kept = file_of(plan_called(reference).file_id)
    response = Response(kept.content, mimetype=kept.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=kept.name)
    return response


def _plan_page(plan: SavingsPlan, form: DecideForm | None) -> str:
    table = table_of(plan)
    return render_template(
        "savings/plan.html", tabs=money_tabs(), plan=plan, table=table, read=read_in_words(table), form=form,
        may_keep=may(reader(), Act.KEEP_SAVINGS_PLAN, plan), entries=entries_of_plan(plan),
    )  # fmt: skip


def _on_to(reference: str, done: str) -> Answered:
    flash(done, "ok")
    return redirect(url_for("savings.show", reference=reference), 303)

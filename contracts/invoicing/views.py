"""Pages of schedules: the list, one schedule with its charges, the provider's answer and the borough's answers to disputes."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from contracts.invoicing import queries, words
from contracts.invoicing.answering import answer_schedule, dispute_charge, disputed_in, take_back_dispute
from contracts.invoicing.forms import ActForm, DisputeForm, MakeForm, SettleForm, begun_dispute
from contracts.invoicing.making import make_schedules
from contracts.invoicing.months import said
from contracts.invoicing.schedule import APPROVED, ChargeState
from contracts.invoicing.schedule_sheet import HEADS, cells
from contracts.invoicing.settling import accept_dispute, stand_by_charge
from contracts.money.tabs import money_tabs
from foundation.database import db
from foundation.spreadsheets import csv_download
from foundation.states import require
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.policy import POLICY, may, permits
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("invoices", __name__, url_prefix="/money/invoices")

Answer = Redirect | tuple[str, int]
#: The borough's two answers to a dispute, by what the form calls them.
ANSWERS = {"accept": accept_dispute, "stand": stand_by_charge}


@blueprint.get("")
def index() -> str:
    """The schedules of a borough with all its providers, or of a provider with all its boroughs."""
    actor = queries.require_reader(signed_in_actor())
    wanted = queries.Wanted(
        words=request.args.get("q", "").strip(), month=queries.month_asked(request.args.get("month", "")),
        state=request.args.get("state", ""),
    )  # fmt: skip
    rows, found = queries.schedules_page(actor, wanted)
    return render_template(
        "invoicing/index.html", tabs=money_tabs(), rows=rows, found=found, wanted=wanted, months=queries.months_listed(),
        states=words.SCHEDULES, said=said, of_provider=actor.roles <= POLICY[Act.SEND_INVOICE].roles,
        made=queries.months_of(actor), may_make=bool(actor.roles & POLICY[Act.MAKE_SCHEDULES].roles),
    )  # fmt: skip


@blueprint.post("/make")
def make() -> Answer:
    """The finance officer makes a month's schedules by hand."""
    actor, form = queries.require_reader(signed_in_actor()), MakeForm()
    authority = db.session.get_one(Organisation, actor.organisation_id)
    if form.validate_on_submit() and form.carry_out(make_schedules, authority, form.asked, by=actor):
        flash(f"The schedules of {said(form.asked)} are made, and each provider has its letter.", "ok")
        return redirect(url_for("invoices.index", month=form.month.data), 303)
    return render_template("invoicing/not_made.html", form=form, tabs=money_tabs()), form.status


@blueprint.get("/<reference>")
def show(reference: str) -> str:
    """One schedule: what it comes to, its charges, invoices and credit notes, and what is to be done."""
    actor, schedule = queries.require_reader(signed_in_actor()), queries.schedule_called(reference)
    found = queries.charges_page(schedule)
    return render_template(
        "invoicing/show.html", tabs=money_tabs(), schedule=schedule, found=found, sums=queries.sums_of(schedule),
        invoices=queries.invoices_of(schedule), notes=queries.credit_notes_of(schedule), said=said, words=words,
        state=ChargeState, approved=APPROVED, may_answer=may(actor, Act.CONFIRM_SCHEDULE, schedule),
        may_settle=may(actor, Act.ACCEPT_DISPUTE, schedule), may_credit=permits(actor, Act.ISSUE_CREDIT_NOTE, schedule),
    )  # fmt: skip


@blueprint.get("/<reference>.csv")
def sheet(reference: str) -> Response:
    """Every charge of the schedule as CSV."""
    queries.require_reader(signed_in_actor())
    schedule = queries.schedule_called(reference)
    rows = [cells(charge) for charge in queries.all_charges(schedule)]
    return csv_download(f"{schedule.reference}.csv", HEADS, rows)


@blueprint.route("/<reference>/answer", methods=["GET", "POST"])
def answer(reference: str) -> Answer:
    """The provider confirms all that it does not dispute."""
    actor, form = signed_in_actor(), ActForm()
    schedule = queries.schedule_for(reference, actor, Act.CONFIRM_SCHEDULE)
    if request.method == "GET":
        require(schedule, Act.CONFIRM_SCHEDULE)
    if form.validate_on_submit() and form.carry_out(answer_schedule, schedule, by=actor):
        return _on_to(reference, "Your answer is with the borough.")
    return render_template(
        "invoicing/answer.html", form=form, schedule=schedule, sums=queries.sums_of(schedule), state=ChargeState, said=said,
        disputed=disputed_in(schedule),
    ), form.status  # fmt: skip


@blueprint.route("/<reference>/charges/<int:position>/dispute", methods=["GET", "POST"])
def dispute(reference: str, position: int) -> Answer:
    """The provider says what is due instead, and why."""
    actor = signed_in_actor()
    schedule, charge = queries.charge_for(reference, position, actor, Act.DISPUTE_CHARGE)
    form = DisputeForm() if request.method == "POST" else begun_dispute(charge)
    if form.validate_on_submit() and form.carry_out(
        dispute_charge, schedule, charge, form.reason.data, form.due.pounds, by=actor
    ):
        return _on_to(
            reference, f"Charge {position} is marked as disputed. Send your answer when you have been through all."
        )
    return render_template(
        "invoicing/dispute.html", form=form, schedule=schedule, charge=charge, said=said
    ), form.status


@blueprint.post("/<reference>/charges/<int:position>/take-back")
def take_back(reference: str, position: int) -> Answer:
    """The provider takes a dispute back before it answers."""
    actor, form = signed_in_actor(), ActForm()
    schedule, charge = queries.charge_for(reference, position, actor, Act.TAKE_BACK_DISPUTE)
    if form.validate_on_submit() and form.carry_out(take_back_dispute, schedule, charge, by=actor):
        return _on_to(reference, f"Charge {position} is no longer disputed.")
    return render_template("invoicing/not_made.html", form=form, tabs=money_tabs()), form.status


@blueprint.route("/<reference>/charges/<int:position>/settle", methods=["GET", "POST"])
def settle(reference: str, position: int) -> Answer:
    """The borough's finance officer accepts what the provider says is due, or stands by the charge."""
    actor, form = signed_in_actor(), SettleForm()
    schedule, charge = queries.charge_for(reference, position, actor, Act.ACCEPT_DISPUTE)
    if form.validate_on_submit() and form.carry_out(
        ANSWERS[form.decision.data], schedule, charge, form.reason.data or "", by=actor
    ):
        return _on_to(reference, f"Your answer to charge {position} is kept.")
    return render_template("invoicing/settle.html", form=form, schedule=schedule, charge=charge, said=said), form.status


def _on_to(reference: str, done: str) -> Redirect:
    flash(done, "ok")
    return redirect(url_for("invoices.show", reference=reference), 303)

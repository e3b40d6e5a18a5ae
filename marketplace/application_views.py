"""A provider applies to a lot, adds settings to its admission, takes its application back."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from foundation import clock
from marketplace.admission_forms import application_form
from marketplace.admission_queries import admission_called
from marketplace.applying import add_to_admission, apply_to_lot, withdraw_application
from marketplace.framework_queries import lot_called
from marketplace.roles import Kind
from marketplace.setting_queries import settings_to_bring
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("applications", __name__)
Answer = Response | tuple[str, int]


@blueprint.before_request
def _providers_only() -> None:
    if signed_in_actor().kind is not Kind.PROVIDER:
        abort(403)


@blueprint.route("/lots/<framework_reference>/<int:number>/apply", methods=["GET", "POST"])
def new(framework_reference: str, number: int) -> Answer:
    """The application to a lot."""
    actor, lot = signed_in_actor(), lot_called(framework_reference, number)
    mine = settings_to_bring(actor, lot)
    form = application_form(lot, [setting for setting in mine if not setting.missing_facts], is_new=True)
    if form.validate_on_submit() and form.carry_out(apply_to_lot, lot, form.application, by=actor):
        flash("The application was sent. The hub decides within ten working days.", "ok")
        return redirect(url_for("admissions.show", reference=form.outcome.reference), 303)
    closed = lot.framework.why_closed(clock.today())
    return render_template("admissions/apply.html", lot=lot, form=form, mine=mine, closed=closed), form.status


@blueprint.route("/admissions/<reference>/settings", methods=["GET", "POST"])
def add(reference: str) -> Answer:
    """Further settings for an admission."""
    actor = signed_in_actor()
    admission = admission_called(reference, actor)
    mine = settings_to_bring(actor, admission.lot)
    form = application_form(admission.lot, [setting for setting in mine if not setting.missing_facts], is_new=False)
    if form.validate_on_submit() and form.carry_out(add_to_admission, admission, form.application, by=actor):
        flash("The settings were brought into the lot.", "ok")
        return redirect(url_for("admissions.show", reference=reference), 303)
    return render_template(
        "admissions/add.html", admission=admission, lot=admission.lot, form=form, mine=mine
    ), form.status


@blueprint.post("/admissions/<reference>/withdrawal")
def withdraw(reference: str) -> Response:
    """The application is taken back."""
    actor = signed_in_actor()
    withdraw_application(admission_called(reference, actor), by=actor)
    flash("The application was withdrawn. You may apply again.", "ok")
    return redirect(url_for("admissions.show", reference=reference), 303)

"""Pages of notice: give it, withdraw it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovTextArea
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from contracts.agreement import Agreement
from contracts.forms import AT_MOST, DecideForm, day_of
from contracts.queries import agreement_for
from contracts.signing import require_turn
from contracts.varying.giving_notice import earliest_end, give_notice, withdraw_notice
from foundation.forms import DayField
from foundation.submitting import Form
from marketplace.acts import Act
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("notice", __name__, url_prefix="/placements/<reference>/notice")

Answer = Response | tuple[str, int]


class NoticeForm(Form):
    """The day on which the place ends, and why."""

    ends_on = DayField("Day on which the place ends", [InputRequired("Enter the day.")])
    reason = TextAreaField("Why notice is given", [InputRequired("Say why."), AT_MOST], widget=GovTextArea())


@blueprint.route("", methods=["GET", "POST"])
def give(reference: str) -> Answer:
    """Either side gives notice."""
    actor, agreement = signed_in_actor(), _about_to(reference, Act.GIVE_NOTICE)
    form = NoticeForm(ends_on=earliest_end(agreement))
    if form.validate_on_submit() and form.carry_out(
        give_notice, agreement, day_of(form.ends_on), form.reason.data or "", by=actor
    ):
        return _on_to(agreement, "Notice is given, and the other side is told.")
    return render_template(
        "varying/notice.html", form=form, agreement=agreement, earliest=earliest_end(agreement)
    ), form.status


@blueprint.route("/withdraw", methods=["GET", "POST"])
def withdraw(reference: str) -> Answer:
    """The side that gave notice takes it back."""
    actor, agreement = signed_in_actor(), _about_to(reference, Act.WITHDRAW_NOTICE)
    form = DecideForm()
    if form.validate_on_submit() and form.carry_out(withdraw_notice, agreement, by=actor):
        return _on_to(agreement, "The notice is withdrawn. The placement goes on.")
    return render_template("varying/withdraw_notice.html", form=form, agreement=agreement), form.status


def _about_to(reference: str, act: Act) -> Agreement:
    agreement = agreement_for(reference, signed_in_actor(), act)
    if request.method == "GET":
        require_turn(agreement, act)
    return agreement


def _on_to(agreement: Agreement, done: str) -> Response:
    flash(done, "ok")
    return redirect(url_for("placements.show", reference=agreement.reference), 303)

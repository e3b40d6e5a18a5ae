"""Pages of absences: those of an agreement, recording one, deciding on one."""

from collections.abc import Sequence
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovTextArea
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Optional

from contracts.agreement import Agreement
from contracts.costs import reckoned
from contracts.forms import AT_MOST, VersionedForm, day_of
from contracts.queries import agreement_called, agreement_for, fee_lines_of
from contracts.signing import require_turn
from contracts.varying.absence import Absence
from contracts.varying.absences import REASONS, confirm_absence, record_absence, refuse_absence
from contracts.varying.retainers import reduction_in_all, retainer_starts
from contracts.varying.words import ABSENCES
from foundation.database import db
from foundation.forms import DayField
from foundation.permission import NotFound, NotPermitted
from foundation.states import require
from foundation.submitting import Form
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.fee_line import FeeLine
from marketplace.policy import may, permits, refusal_of
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("absences", __name__, url_prefix="/placements/<reference>/absences")

Answer = Response | tuple[str, int]


class AbsenceForm(Form):
    """From when to when the child was away, and why."""

    away_from = DayField("First night away", [InputRequired("Enter the first night away.")])
    back_on = DayField("First night back", [InputRequired("Enter the first night back.")])
    reason = SelectField("Why", choices=[("", "Choose"), *REASONS.items()], widget=GovSelect())


class AnswerForm(VersionedForm):
    """The borough's answer to a record."""

    decision = RadioField(
        "Is the record right?", [InputRequired("Choose an answer.")], widget=GovRadioInput(),
        choices=[("confirm", "Confirm it"), ("refuse", "Refuse it")],
    )  # fmt: skip
    note = TextAreaField("Why it is refused", [Optional(), AT_MOST], widget=GovTextArea())

    def decide(self, absence: Absence, by: Actor) -> bool:
        """Carry the answer out."""
        if self.decision.data == "confirm":
            return self.carry_out(confirm_absence, absence, version=self.version_held, by=by)
        return self.carry_out(refuse_absence, absence, self.note.data or "", version=self.version_held, by=by)


@blueprint.get("")
def index(reference: str) -> str:
    """The absences from a placement, and what each takes off its cost."""
    actor, agreement = signed_in_actor(), agreement_called(reference)
    absences, lines = _absences_of(agreement), reckoned(fee_lines_of(agreement))
    return render_template(
        "varying/absences.html", agreement=agreement, reasons=REASONS, badges=ABSENCES,
        rows=[(absence, _reduction(absence, lines)) for absence in absences],
        may_record=may(actor, Act.RECORD_ABSENCE, agreement),
        may_decide=any(permits(actor, Act.CONFIRM_ABSENCE, absence) for absence in absences),
    )  # fmt: skip


@blueprint.route("/new", methods=["GET", "POST"])
def new(reference: str) -> Answer:
    """The provider records an absence."""
    actor, form = signed_in_actor(), AbsenceForm()
    agreement = agreement_for(reference, actor, Act.RECORD_ABSENCE)
    if request.method == "GET":
        require_turn(agreement, Act.RECORD_ABSENCE)
    if form.validate_on_submit() and form.carry_out(
        record_absence, agreement, day_of(form.away_from), day_of(form.back_on), form.reason.data, by=actor
    ):
        return _on_to(reference, "The absence is recorded. The borough confirms it next.")
    return render_template("varying/record_absence.html", form=form, agreement=agreement), form.status


@blueprint.route("/<int:number>", methods=["GET", "POST"])
def decide(reference: str, number: int) -> Answer:
    """The borough's officer confirms or refuses what the provider recorded, with its effect on the cost in view."""
    actor, agreement = signed_in_actor(), agreement_called(reference)
    absence = _about_to_decide(agreement, number, actor)
    form = AnswerForm(version=absence.version)
    if form.validate_on_submit() and form.decide(absence, actor):
        return _on_to(reference, "Your answer is recorded, and the provider is told.")
    return render_template(
        "varying/decide_absence.html", form=form, agreement=agreement, absence=absence, reasons=REASONS,
        reduction=_reduction(absence, reckoned(fee_lines_of(agreement))), retainer_from=retainer_starts(absence),
    ), form.status  # fmt: skip


def _absences_of(agreement: Agreement) -> Sequence[Absence]:
    of = select(Absence).where(Absence.agreement_id == agreement.id).order_by(Absence.away_from.desc())
    return db.session.scalars(of).all()


def _about_to_decide(agreement: Agreement, number: int, actor: Actor) -> Absence:
    absence = next((absence for absence in _absences_of(agreement) if absence.number == number), None)
    if absence is None:
        raise NotFound
    refusal = refusal_of(actor, Act.CONFIRM_ABSENCE, absence)
    if refusal is not None:
        raise NotPermitted(Act.CONFIRM_ABSENCE, actor, absence, refusal)
    if request.method == "GET":
        require(absence, Act.CONFIRM_ABSENCE)
    return absence


def _reduction(absence: Absence, lines: Sequence[FeeLine]) -> Decimal:
    return reduction_in_all(absence, lines) if absence.reduction is None else absence.reduction


def _on_to(reference: str, done: str) -> Response:
    flash(done, "ok")
    return redirect(url_for("absences.index", reference=reference), 303)

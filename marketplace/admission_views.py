"""Applications and admissions: the queue, each one, and what the hub decides about it."""

import io

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.submitting import Form
from marketplace.acts import Act
from marketplace.admission import Admission, AdmissionState
from marketplace.admission_forms import AdmitForm, ReasonForm, RefuseForm
from marketplace.admission_queries import (
    PAGE_SIZE,
    admission_called,
    document_in,
    documents_in,
    queue,
    rates_in,
    settings_in,
)
from marketplace.admission_words import STATES, standing_badge
from marketplace.admitting import DECISION_DAYS, admit_provider, lift_suspension, refuse_provider, suspend_admission
from marketplace.policy import may
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("admissions", __name__, url_prefix="/admissions")
Answer = Response | tuple[str, int]
ACTS = (
    Act.ADMIT_PROVIDER, Act.REFUSE_PROVIDER, Act.SUSPEND_ADMISSION, Act.LIFT_SUSPENSION, Act.WITHDRAW_APPLICATION,
    Act.ADD_TO_ADMISSION,
)  # fmt: skip


@blueprint.before_request
def _hub_and_providers() -> None:
    if signed_in_actor().kind is Kind.AUTHORITY:
        abort(403)


@blueprint.get("")
def index() -> str:
    """Applications, the oldest first: those to decide unless another state is asked for."""
    wanted = request.args.get("state", AdmissionState.APPLIED.value if signed_in_actor().kind is Kind.HUB else "")
    states = [state for state in AdmissionState if wanted in ("", state.value)]
    page = max(1, request.args.get("page", 1, int))
    rows, number = queue(states, page)
    return render_template(
        "admissions/index.html",
        rows=rows, number=number, page=page, last=max(1, -(-number // PAGE_SIZE)), wanted=wanted, today=clock.today(),
        states=[("", "All")] + [(state.value, words) for state, (_, words) in STATES.items()], target=DECISION_DAYS,
    )  # fmt: skip


@blueprint.get("/<reference>")
def show(reference: str) -> Answer:
    """One application: what it brings, where it stands, and what can be done about it."""
    return _page(admission_called(reference, signed_in_actor()))


@blueprint.get("/<reference>/documents/<int:number>")
def document(reference: str, number: int) -> Response:
    """A document that came with it, to keep; never shown inside our pages."""
    file = document_in(admission_called(reference, signed_in_actor()), number)
    return send_file(io.BytesIO(file.content), file.media_type, as_attachment=True, download_name=file.name)


@blueprint.post("/<reference>/admission")
def admit(reference: str) -> Answer:
    """The hub admits."""
    actor, form = signed_in_actor(), AdmitForm()
    admission = admission_called(reference, actor)
    if form.validate_on_submit() and form.carry_out(
        admit_provider, admission, form.tier.data or None, form.note.data or "", by=actor
    ):
        return _done(admission, f"{admission.provider.name} is admitted. Its managers are told.")
    return _page(admission, admit_form=form)


@blueprint.post("/<reference>/refusal")
def refuse(reference: str) -> Answer:
    """The hub refuses, with reasons."""
    actor, form = signed_in_actor(), RefuseForm()
    admission = admission_called(reference, actor)
    if form.validate_on_submit() and form.carry_out(refuse_provider, admission, form.refusals, by=actor):
        return _done(admission, "The application was refused. The provider reads the reasons.")
    return _page(admission, refuse_form=form)


@blueprint.post("/<reference>/suspension")
def suspend(reference: str) -> Answer:
    """The hub suspends."""
    actor, form = signed_in_actor(), ReasonForm()
    admission = admission_called(reference, actor)
    if form.validate_on_submit() and form.carry_out(suspend_admission, admission, form.reason.data or "", by=actor):
        return _done(admission, "The admission is suspended: no new invitations from now on.")
    return _page(admission, reason_form=form)


@blueprint.post("/<reference>/suspension/end")
def lift(reference: str) -> Answer:
    """The hub lifts the suspension."""
    actor, form = signed_in_actor(), ReasonForm()
    admission = admission_called(reference, actor)
    if form.validate_on_submit() and form.carry_out(lift_suspension, admission, form.reason.data or "", by=actor):
        return _done(admission, "The suspension is lifted.")
    return _page(admission, reason_form=form)


def _page(admission: Admission, **sent_back: Form) -> Answer:
    """The page of an admission; a form that was sent back keeps its text and its errors."""
    actor, today = signed_in_actor(), clock.today()
    forms = {"admit_form": AdmitForm, "refuse_form": RefuseForm, "reason_form": ReasonForm}
    made = {name: sent_back.get(name) or kind(formdata=None) for name, kind in forms.items()}
    made["admit_form"].tier.choices = [(tier, tier) for tier in admission.lot.tiers]
    form = next(iter(sent_back.values()), None)
    shown = render_template(
        "admissions/admission.html",
        admission=admission, badge=standing_badge(admission.state, admission.tier), settings=settings_in(admission),
        rates=rates_in(admission, today, actor), documents=documents_in(admission), now=clock.now(), form=form,
        may={act.value for act in ACTS if may(actor, act, admission)}, **made,
    )  # fmt: skip
    return shown, form.status if form else 200


def _done(admission: Admission, said: str) -> Response:
    flash(said, "ok")
    return redirect(url_for("admissions.show", reference=admission.reference), 303)

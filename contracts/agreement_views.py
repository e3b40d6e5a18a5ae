"""Pages on which somebody acts on an agreement: draw up, change, issue, sign, start, end."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.agreement import Agreement
from contracts.drafting import change_agreement
from contracts.drawing_up import draw_up_agreement, issue_agreement
from contracts.forms import DecideForm, DraftForm, EndForm, SignForm, StartForm, day_of
from contracts.placing import end_placement, start_placement
from contracts.queries import (
    agreement_for,
    award_for,
    issued_hash,
    offer_to_draw_up,
    outcomes_of,
    reference_of_agreement,
)
from contracts.signing import require_turn, sign_for_borough, sign_for_provider
from contracts.views import blueprint as blueprint
from foundation.database import db
from foundation.submitting import Form
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.person import Person
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor

Answer = Response | tuple[str, int]


@blueprint.route("/new/<referral>", methods=["GET", "POST"])
def draw_up(referral: str) -> Answer:
    """An officer has the agreement drawn up from the award; whoever comes once it is there is led to it."""
    actor, form = signed_in_actor(), DecideForm()
    award = award_for(referral, actor)
    drawn_up = reference_of_agreement(award) if request.method == "GET" else None
    if drawn_up:
        return redirect(url_for("placements.show", reference=drawn_up), 303)
    offer = offer_to_draw_up(award, actor)
    if form.validate_on_submit() and form.carry_out(draw_up_agreement, award, by=actor):
        return _on_to(form.outcome, "The agreement is drawn up. Check it, then issue it to the provider.")
    return render_template(
        "placements/draw_up.html", form=form, award=award, offer=offer, referral=referral
    ), form.status


@blueprint.route("/<reference>/change", methods=["GET", "POST"])
def change(reference: str) -> Answer:
    """An officer changes dates and outcomes of the draft."""
    actor = signed_in_actor()
    agreement = _about_to(reference, actor, Act.CHANGE_AGREEMENT)
    form = DraftForm.of(agreement, list(outcomes_of(agreement)))
    if form.validate_on_submit() and form.carry_out(
        change_agreement, agreement, form.terms, version=form.version_held, by=actor
    ):
        return _on_to(agreement, "The draft is changed.")
    return _page("change", agreement, form)


@blueprint.route("/<reference>/issue", methods=["GET", "POST"])
def issue(reference: str) -> Answer:
    """An officer issues the agreement to the provider."""
    actor, form = signed_in_actor(), DecideForm()
    agreement = _about_to(reference, actor, Act.ISSUE_AGREEMENT)
    if form.validate_on_submit() and form.carry_out(issue_agreement, agreement, by=actor):
        return _on_to(agreement, f"The agreement is issued. {agreement.provider.name} signs next.")
    return _page("issue", agreement, form)


@blueprint.route("/<reference>/sign", methods=["GET", "POST"])
def sign(reference: str) -> Answer:
    """A party's signatory reads the paper, types their name, gives the password again, and signs."""
    actor = signed_in_actor()
    act, verb = SIGNING[actor.kind is Kind.PROVIDER]
    agreement = _about_to(reference, actor, act)
    form = SignForm(version=agreement.version)
    person = db.session.get_one(Person, actor.person_id)
    if (
        form.validate_on_submit()
        and form.is_by(person)
        and form.carry_out(verb, agreement, form.typed_name.data, version=form.version_held, by=actor)
    ):
        return _on_to(agreement, "You have signed the agreement.")
    return _page("sign", agreement, form, sha256=issued_hash(agreement))


@blueprint.route("/<reference>/start", methods=["GET", "POST"])
def start(reference: str) -> Answer:
    """An officer records that the child moved in."""
    actor = signed_in_actor()
    agreement = _about_to(reference, actor, Act.START_PLACEMENT)
    form = StartForm(started_on=agreement.starts_on)
    if form.validate_on_submit() and form.carry_out(
        start_placement, agreement, day_of(form.started_on), reason=form.reason.data or "", by=actor
    ):
        return _on_to(agreement, "The placement has started.")
    return _page("start", agreement, form)


@blueprint.route("/<reference>/end", methods=["GET", "POST"])
def end(reference: str) -> Answer:
    """An officer records that the child left."""
    actor, form = signed_in_actor(), EndForm()
    agreement = _about_to(reference, actor, Act.END_PLACEMENT)
    if form.validate_on_submit() and form.carry_out(
        end_placement, agreement, day_of(form.ended_on), form.reason.data, form.planned.data == "yes", by=actor
    ):
        return _on_to(agreement, "The placement has ended, and its fees are closed.")
    return _page("end", agreement, form)


#: whose signature it is, by whether a provider signs
SIGNING = {True: (Act.SIGN_FOR_PROVIDER, sign_for_provider), False: (Act.SIGN_FOR_BOROUGH, sign_for_borough)}


def _about_to(reference: str, actor: Actor, act: Act) -> Agreement:
    """The agreement, when its page is opened in time; of what is sent the verb judges, which knows a second press from a late one."""
    agreement = agreement_for(reference, actor, act)
    if request.method == "GET":
        require_turn(agreement, act)
    return agreement


def _page(name: str, agreement: Agreement, form: Form, **context: str) -> tuple[str, int]:
    return render_template(f"placements/{name}.html", agreement=agreement, form=form, **context), form.status


def _on_to(agreement: Agreement, done: str) -> Response:
    flash(done, "ok")
    return redirect(url_for("placements.show", reference=agreement.reference), 303)

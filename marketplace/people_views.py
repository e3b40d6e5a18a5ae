"""The people of one's own organisation: who may do what, inviting, other roles."""

from flask import Blueprint, flash, redirect, render_template
from werkzeug.wrappers import Response

from marketplace.account_forms import InviteForm, RolesForm
from marketplace.acts import Act
from marketplace.changing_roles import change_roles
from marketplace.joining import invite_person, renew_joining, withdraw_joining
from marketplace.people_queries import (
    colleague_by,
    colleagues_of,
    invitation_by,
    open_invitations,
    own_organisation,
)
from marketplace.policy import authorise, permits
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("people", __name__, url_prefix="/people")

Page = str | Response | tuple[str, int]


@blueprint.get("")
def show_people() -> str:
    """Who acts for the organisation, who was invited, who has left."""
    actor = signed_in_actor()
    own = actor.organisation_id
    may_invite = permits(actor, Act.INVITE_PERSON, own_organisation(actor))
    people, left, invited = colleagues_of(own), colleagues_of(own, left=True), open_invitations(own)
    return render_template("people/people.html", people=people, left=left, invited=invited, may_invite=may_invite)


@blueprint.route("/invite", methods=["GET", "POST"])
def show_invite() -> Page:
    """Ask somebody to join."""
    actor = signed_in_actor()
    authorise(actor, Act.INVITE_PERSON, own_organisation(actor))
    form = InviteForm(kind=actor.kind)
    if form.validate_on_submit() and form.carry_out(
        invite_person, own_organisation(actor), form.email.data, form.name.data, form.chosen_roles, by=actor
    ):
        flash(f"The invitation to {form.name.data} is on its way. It serves for 14 days.", "ok")
        return redirect("/people", 303)
    return render_template("people/invite.html", form=form), form.status


@blueprint.post("/invitations/<reference>/renew")
def send_renew(reference: str) -> Page:
    """Send an invitation again."""
    actor = signed_in_actor()
    renew_joining(invitation_by(reference), own_organisation(actor), by=actor)
    flash("The invitation was sent again, with a new link. The earlier link serves no more.", "ok")
    return redirect("/people", 303)


@blueprint.post("/invitations/<reference>/withdraw")
def send_withdraw(reference: str) -> Page:
    """Take an invitation back."""
    withdraw_joining(invitation_by(reference), by=signed_in_actor())
    flash("The invitation was withdrawn. Its link serves no more.", "ok")
    return redirect("/people", 303)


@blueprint.route("/<reference>/roles", methods=["GET", "POST"])
def show_roles(reference: str) -> Page:
    """Give somebody other roles."""
    actor = signed_in_actor()
    colleague, membership = colleague_by(reference, actor.organisation_id)
    authorise(actor, Act.CHANGE_ROLES, membership)
    form = RolesForm(kind=actor.kind, roles=colleague.roles, version=membership.version)
    if form.validate_on_submit() and form.carry_out(
        change_roles, membership, form.chosen_roles, version=form.version.data or 0, by=actor
    ):
        flash(f"{colleague.name} has other roles now.", "ok")
        return redirect("/people", 303)
    return render_template("people/roles.html", form=form, colleague=colleague), form.status

"""One's own account: name, password, browsers, and the organisations that one acts for."""

import uuid

from flask import Blueprint, flash, redirect, render_template, session
from werkzeug.wrappers import Response

from marketplace.account_forms import ChangePasswordForm
from marketplace.choosing_passwords import change_password
from marketplace.people_queries import browsers_of, places_of
from marketplace.signed_in import leave, let_in, signed_in_actor, whence
from marketplace.signing_in import sign_out_everywhere, switch_organisation

blueprint = Blueprint("account", __name__, url_prefix="/account")

Page = str | Response | tuple[str, int]


@blueprint.get("")
def show_account() -> str:
    """What Harbour knows of oneself, and where one is signed in."""
    actor = signed_in_actor()
    here = uuid.UUID(session["browser"])
    browsers, places = browsers_of(actor.person_id), places_of(actor)
    return render_template("accounts/account.html", browsers=browsers, here=here, places=places)


@blueprint.route("/password", methods=["GET", "POST"])
def show_password() -> Page:
    """Choose another password."""
    form = ChangePasswordForm()
    if form.validate_on_submit() and form.carry_out(
        change_password, form.current_password.data, form.password.data, whence=whence(), by=signed_in_actor()
    ):
        let_in(*form.outcome)
        flash("Your password is changed. Every other browser was signed out.", "ok")
        return redirect("/account", 303)
    return render_template("accounts/change_password.html", form=form), form.status


@blueprint.post("/sign-out-everywhere")
def send_sign_out_everywhere() -> Page:
    """Shut every browser."""
    sign_out_everywhere(by=signed_in_actor())
    leave()
    flash("You have signed out everywhere.", "ok")
    return redirect("/sign-in", 303)


@blueprint.get("/organisations")
def show_organisations() -> str:
    """The organisations that one may act for."""
    return render_template("accounts/organisations.html", places=places_of(signed_in_actor()))


@blueprint.post("/organisations/<reference>")
def send_switch(reference: str) -> Page:
    """Act for another organisation from now on."""
    session["organisation_id"] = str(switch_organisation(reference, by=signed_in_actor()))
    return redirect("/work", 303)

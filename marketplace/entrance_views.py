"""The pages before one is signed in: signing in and out, a forgotten password, joining by invitation; and the help page."""

import uuid

from flask import Blueprint, flash, redirect, render_template, session
from werkzeug.wrappers import Response

from foundation.web import open_to_all
from marketplace.account_forms import (
    ForgottenPasswordForm,
    JoinForm,
    JoinWithAccountForm,
    NewPasswordForm,
    SignInForm,
)
from marketplace.choosing_passwords import ask_for_new_password, find_reset, set_new_password
from marketplace.joining import accept_invitation, join_with_account
from marketplace.people_queries import invitation_seen_with
from marketplace.roles import DOES, words
from marketplace.signed_in import leave, let_in, signed_in_actor, whence
from marketplace.signing_in import sign_in, sign_out
from marketplace.standing import at_the_desk
from marketplace.typed_text import local_path, unseal_typed_text

blueprint = Blueprint("entrance", __name__)

Page = str | Response | tuple[str, int]


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_all
def show_sign_in() -> Page:
    """Sign in; then go on to where one was going, or find again what one was typing."""
    form = SignInForm()
    last = session.get("organisation_id")
    wanted = uuid.UUID(last) if last else None
    if not form.validate_on_submit() or not form.carry_out(
        sign_in, form.email.data, form.password.data, whence=whence(), organisation_id=wanted
    ):
        return render_template("accounts/sign_in.html", form=form, interrupted=bool(form.typed.data)), form.status
    let_in(*form.outcome)
    typed = unseal_typed_text(form.typed.data or "")
    if typed is not None and typed.is_of(form.outcome.place.person_id):
        return render_template("accounts/typed_text.html", typed=typed)
    return redirect(local_path(form.next.data), 303)


@blueprint.post("/sign-out")
def send_sign_out() -> Page:
    """Leave this browser."""
    sign_out(uuid.UUID(session["browser"]), by=signed_in_actor())
    leave()
    flash("You have signed out.", "ok")
    return redirect("/sign-in", 303)


@blueprint.route("/forgotten-password", methods=["GET", "POST"])
@open_to_all
def show_forgotten_password() -> Page:
    """Ask for a letter; the answer is the same whether or not there is such an account."""
    form = ForgottenPasswordForm()
    if form.validate_on_submit() and form.carry_out(ask_for_new_password, form.email.data, whence=whence()):
        return render_template("accounts/letter_on_its_way.html", email=form.email.data)
    return render_template("accounts/forgotten_password.html", form=form), form.status


@blueprint.route("/new-password/<token>", methods=["GET", "POST"])
@open_to_all
def show_new_password(token: str) -> Page:
    """Choose another password by the letter's link."""
    form = NewPasswordForm()
    if form.validate_on_submit() and form.carry_out(set_new_password, token, form.password.data, whence=whence()):
        let_in(*form.outcome)
        flash("Your new password is set. Every other browser was signed out.", "ok")
        return redirect("/work", 303)
    with at_the_desk():
        find_reset(token)
    return render_template("accounts/new_password.html", form=form), form.status


@blueprint.route("/join/<token>", methods=["GET", "POST"])
@open_to_all
def show_join(token: str) -> Page:
    """Take up an invitation, with a new account or the one that there is."""
    invitation = invitation_seen_with(token)
    form = JoinWithAccountForm() if invitation.has_account else JoinForm(name=invitation.name)
    if form.validate_on_submit() and (
        form.carry_out(join_with_account, token, form.password.data, whence=whence())
        if invitation.has_account
        else form.carry_out(accept_invitation, token, form.name.data, form.password.data, whence=whence())
    ):
        let_in(*form.outcome)
        flash(f"You have joined {invitation.organisation}.", "ok")
        return redirect("/work", 303)
    return render_template("accounts/join.html", form=form, invitation=invitation), form.status


@blueprint.get("/help")
@open_to_all
def show_help() -> str:
    """Whom to ask, what each role does here, and how to get about by keyboard."""
    roles = [(words(role), does) for role, does in DOES.items()]
    return render_template("accounts/help.html", roles=roles)

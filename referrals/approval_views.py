"""A manager's approval, and what may happen to a published referral: another deadline, withdrawal."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation.formatting import moment_long
from marketplace.acts import Act
from marketplace.policy import authorise, may
from marketplace.signed_in import signed_in_actor
from referrals import queries
from referrals.forms_of_acts import DeadlineForm, ReasonForm
from referrals.profiling import profile_of
from referrals.publishing import (
    default_deadline,
    extend_deadline,
    publish_referral,
    quality_of,
    remark_on,
    send_back,
    withdraw_referral,
)

blueprint = Blueprint("approving", __name__, url_prefix="/referrals/<reference>")

Page = str | Response | tuple[str, int]


@blueprint.route("/approval", methods=["GET", "POST"])
def show_approval(reference: str) -> Page:
    """Read what providers would see and what the check found; then publish it, or send it back."""
    actor = signed_in_actor()
    referral = queries.referral_of(reference, actor)
    authorise(actor, Act.SEND_BACK, referral)
    form = DeadlineForm() if request.method == "POST" else DeadlineForm.proposing(default_deadline(referral))
    if form.validate_on_submit() and form.carry_out(publish_referral, referral, form.instant, by=actor):
        flash(
            f"The referral is published. Offers close on {moment_long(form.instant)}. {remark_on(form.instant)}", "ok"
        )
        return redirect(url_for("referrals.show_referral", reference=reference), 303)
    profile = profile_of(referral, queries.answers_of(referral).answers, queries.identity_of_referral(referral))
    return render_template(
        "referrals/approval.html", referral=referral, form=form, profile=profile, quality=quality_of(referral),
        may_publish=may(actor, Act.PUBLISH_REFERRAL, referral),
    ), form.status  # fmt: skip


@blueprint.route("/send-back", methods=["GET", "POST"])
def show_send_back(reference: str) -> Page:
    """Send the referral back to be mended."""
    actor = signed_in_actor()
    referral = queries.referral_of(reference, actor)
    authorise(actor, Act.SEND_BACK, referral)
    form = ReasonForm()
    if form.validate_on_submit() and form.carry_out(send_back, referral, form.reason.data, by=actor):
        flash("The referral is back with its officer, who is told.", "ok")
        return redirect(url_for("referrals.show_referral", reference=reference), 303)
    return render_template("referrals/send_back.html", referral=referral, form=form), form.status


@blueprint.route("/deadline", methods=["GET", "POST"])
def show_deadline(reference: str) -> Page:
    """Move the deadline."""
    actor = signed_in_actor()
    referral = queries.referral_of(reference, actor)
    authorise(actor, Act.EXTEND_DEADLINE, referral)
    there = referral.deadline or default_deadline(referral)
    form = DeadlineForm() if request.method == "POST" else DeadlineForm.proposing(there)
    if form.validate_on_submit() and form.carry_out(extend_deadline, referral, form.instant, by=actor):
        flash(f"Offers now close on {moment_long(form.instant)}. {remark_on(form.instant)}", "ok")
        return redirect(url_for("referrals.show_referral", reference=reference), 303)
    return render_template("referrals/deadline.html", referral=referral, form=form), form.status


@blueprint.route("/withdraw", methods=["GET", "POST"])
def show_withdraw(reference: str) -> Page:
    """Withdraw the referral, with a reason."""
    actor = signed_in_actor()
    referral = queries.referral_of(reference, actor)
    authorise(actor, Act.WITHDRAW_REFERRAL, referral)
    form = ReasonForm()
    if form.validate_on_submit() and form.carry_out(withdraw_referral, referral, form.reason.data, by=actor):
        flash("The referral is withdrawn. Every invited provider is told, without the reason.", "ok")
        return redirect(url_for("referrals.show_referral", reference=reference), 303)
    return render_template("referrals/withdraw.html", referral=referral, form=form), form.status

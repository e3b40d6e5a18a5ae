"""The borough's children: by reference, first name and initial; the full identity behind a link whose opening is audited."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.acts import Act
from marketplace.policy import authorise, permits
from marketplace.signed_in import signed_in_actor
from referrals import queries, referral_list
from referrals.children_forms import ChangeChildForm, RecordChildForm
from referrals.recording import change_child, open_identity, record_child

blueprint = Blueprint("children", __name__, url_prefix="/children")

Page = str | Response | tuple[str, int]


@blueprint.get("")
def show_children() -> str:
    """The children whom the borough has recorded."""
    actor = signed_in_actor()
    sought = request.args.get("q", "").strip()
    children = referral_list.children_of(actor, sought)
    may_record = permits(actor, Act.RECORD_CHILD)
    return render_template("children/children.html", children=children, sought=sought, may_record=may_record)


@blueprint.route("/new", methods=["GET", "POST"])
def show_new() -> Page:
    """Record a child."""
    actor = signed_in_actor()
    authorise(actor, Act.RECORD_CHILD)
    form = RecordChildForm()
    if form.validate_on_submit() and form.carry_out(
        record_child, form.facts, by=actor, is_another_child=form.is_another_child.data
    ):
        flash("The child is recorded.", "ok")
        return redirect(url_for("children.show_child", reference=form.outcome.reference), 303)
    like = queries.children_like(form.facts) if form.date_of_birth.data and form.errors else []
    return render_template("children/new.html", form=form, like=like), form.status


@blueprint.get("/<reference>")
def show_child(reference: str) -> str:
    """A child, and the referrals made for it."""
    actor = signed_in_actor()
    child = queries.child_of(reference)
    referrals = referral_list.referrals_for(child)
    return render_template(
        "children/child.html",
        child=child,
        referrals=referrals,
        may_change=permits(actor, Act.CHANGE_CHILD, child),
        may_draft=permits(actor, Act.DRAFT_REFERRAL, child),
        may_open=permits(actor, Act.OPEN_IDENTITY, child),
    )


@blueprint.get("/<reference>/identity")
def show_identity(reference: str) -> str:
    """Who the child is. Opening this page is written into the audit trail."""
    actor = signed_in_actor()
    child = queries.child_of(reference)
    identity = open_identity(child, by=actor)
    may_change = permits(actor, Act.CHANGE_CHILD, child)
    return render_template("children/identity.html", child=child, identity=identity, may_change=may_change)


@blueprint.route("/<reference>/change", methods=["GET", "POST"])
def show_change(reference: str) -> Page:
    """Correct what is recorded of a child; opening the form is an opening of the identity."""
    actor = signed_in_actor()
    child = queries.child_of(reference)
    authorise(actor, Act.CHANGE_CHILD, child)
    form = ChangeChildForm() if request.method == "POST" else ChangeChildForm.showing(open_identity(child, by=actor))
    if form.validate_on_submit() and form.carry_out(
        change_child, child, form.facts, version=form.version.data, by=actor
    ):
        flash("The record is changed.", "ok")
        return redirect(url_for("children.show_child", reference=child.reference), 303)
    return render_template("children/change.html", form=form, child=child), form.status

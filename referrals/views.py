"""The borough's referrals: the list, a new one, one at a glance, and everything that happened to it."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.formatting import capital
from foundation.permission import NotFound
from marketplace.acts import Act
from marketplace.policy import authorise, may, permits
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor
from referrals import queries, referral_list
from referrals.drafting import draft_referral
from referrals.forms_of_acts import NewReferralForm
from referrals.overview import STEPS, head_of, overview_of
from referrals.referral import ReferralState
from referrals.referral_list import Filters
from referrals.timeline import MOST, entries_of

blueprint = Blueprint("referrals", __name__, url_prefix="/referrals")

Page = str | Response | tuple[str, int]

STATES = [
    ("open", "Still open"),
    ("all", "All"),
    *((state.value, capital(state.value.replace("_", " "))) for state in ReferralState),
]


@blueprint.get("")
def show_referrals() -> str:
    """The borough's referrals, by what is due."""
    actor = signed_in_actor()
    if actor.kind is not Kind.AUTHORITY:
        raise NotFound
    filters = Filters.asked(request.args)
    return render_template(
        "referrals/referrals.html",
        referrals=referral_list.referrals_of(actor, filters),
        filters=filters,
        states=STATES,
        lots=referral_list.lots_used(actor),
        officers=referral_list.officers(actor),
        may_draft=permits(actor, Act.RECORD_CHILD),
    )


@blueprint.route("/new", methods=["GET", "POST"])
def show_new() -> Page:
    """Begin a referral for a recorded child."""
    actor = signed_in_actor()
    if "child" not in request.args:
        authorise(actor, Act.RECORD_CHILD)
        return redirect(url_for("children.show_children"))
    child = queries.child_of(request.args["child"])
    authorise(actor, Act.DRAFT_REFERRAL, child)
    lots = queries.lots_open_to(child.authority_id, clock.today())
    form = NewReferralForm()
    form.lot.choices = [(str(lot.id), f"{lot.name}: {lot.framework.name}") for lot in lots]
    if form.validate_on_submit() and form.carry_out(
        draft_referral, child, queries.lot_of(UUID(form.lot.data)), by=actor
    ):
        return redirect(url_for("referral_form.show_form", reference=form.outcome.reference), 303)
    return render_template("referrals/new.html", form=form, child=child, lots=lots), form.status


@blueprint.get("/<reference>")
def show_referral(reference: str) -> Page:
    """One referral at a glance."""
    actor = signed_in_actor()
    referral = queries.referral_of(reference, actor)
    overview = overview_of(referral, actor)
    may_approve = may(actor, Act.PUBLISH_REFERRAL, referral)
    may_draft = may(actor, Act.SAVE_ANSWERS, referral)
    return render_template(
        "referrals/referral.html", overview=overview, head=overview.head, referral=referral, steps=STEPS,
        may_approve=may_approve, may_draft=may_draft, may_open=permits(actor, Act.OPEN_IDENTITY, referral),
    )  # fmt: skip


@blueprint.get("/<reference>/timeline")
def show_timeline(reference: str) -> str:
    """Every act, with who, when and why."""
    referral = queries.referral_of(reference, signed_in_actor())
    entries, head = entries_of(referral), head_of(referral)
    return render_template(
        "referrals/timeline.html", referral=referral, entries=entries, head=head, steps=STEPS, most=MOST
    )

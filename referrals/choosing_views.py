"""The offers of a referral, in their phases: sealed, opened to be marked, locked and compared, decided."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from marketplace.acts import Act
from marketplace.needs import need_label
from marketplace.policy import may
from marketplace.signed_in import signed_in_actor
from referrals.choosing_forms import (
    SCALE,
    CloseForm,
    ViewForm,
    lock_form,
    mark_form,
    recommend_form,
)
from referrals.choosing_page import closing_page, comparison_page, page_of
from referrals.choosing_queries import offer_of, own_marks, profile_of, provider_name, view_of
from referrals.comparing import compare, marking_of
from referrals.evaluating import lock_quality, mark_offer, open_offers
from referrals.evaluation import Choice
from referrals.offer import Offer
from referrals.queries import referral_of
from referrals.recommending import close_without_award, recommend_offer, record_view
from referrals.referral import Referral

blueprint = Blueprint("choosing", __name__, url_prefix="/referrals/<reference>/offers")

Page = str | tuple[str, int] | Response


@blueprint.get("")
def show_offers(reference: str) -> str:
    """The offers as they may be seen now."""
    actor = signed_in_actor()
    return page_of(referral_of(reference, actor), actor)


@blueprint.post("/open")
def open_them(reference: str) -> Response:
    """Open the offers, all at once."""
    actor = signed_in_actor()
    open_offers(referral_of(reference, actor), by=actor)
    flash("The offers are open. Mark their quality before their prices.", "ok")
    return redirect(url_for("choosing.show_offers", reference=reference), 303)


@blueprint.route("/<offer_reference>/mark", methods=["GET", "POST"])
def mark(reference: str, offer_reference: str) -> Page:
    """An evaluator's marks of one offer, beside what it says. No price."""
    actor = signed_in_actor()
    referral = referral_of(reference, actor)
    offer = offer_of(referral, offer_reference, actor)
    form = mark_form(referral.lot.criteria, own_marks(offer, actor))
    if form.validate_on_submit() and form.carry_out(lambda: mark_offer(offer, form.marks(), by=actor)):
        flash(f"Your marks for {offer.setting.name} are saved.", "ok")
        return redirect(url_for("choosing.show_offers", reference=reference), 303)
    shown = render_template(
        "referrals/offer_to_mark.html", referral=referral, offer=offer, form=form, scale=SCALE, profile=profile_of(referral),
        provider=provider_name(offer), may_mark=is_markable(referral, offer), need_label=need_label,
    )  # fmt: skip
    return shown, form.status


@blueprint.route("/lock", methods=["GET", "POST"])
def lock(reference: str) -> Page:
    """Lock the quality marks; wherever two evaluators differ widely, say why."""
    actor = signed_in_actor()
    referral = referral_of(reference, actor)
    sheet = marking_of(referral)
    form = lock_form(sheet)
    if form.validate_on_submit() and form.carry_out(lock_quality, referral, form.explained(), by=actor):
        flash("The quality marks are locked. The prices are open.", "ok")
        return redirect(url_for("choosing.show_offers", reference=reference), 303)
    return render_template("referrals/lock_quality.html", referral=referral, sheet=sheet, form=form), form.status


@blueprint.post("/recommend")
def recommend(reference: str) -> Page:
    """Recommend one of the compared offers for the award."""
    actor = signed_in_actor()
    referral = referral_of(reference, actor)
    comparison = compare(referral)
    form = recommend_form(comparison)
    if form.validate_on_submit() and form.carry_out(
        lambda: recommend_offer(offer_of(referral, form.offer.data, actor), form.reason.data or "", by=actor)
    ):
        flash("Your recommendation was sent to the placement managers. One of them decides.", "ok")
        return redirect(url_for("choosing.show_offers", reference=reference), 303)
    return comparison_page(referral, comparison, actor, form), form.status


@blueprint.route("/<offer_reference>/view", methods=["GET", "POST"])
def childs_view(reference: str, offer_reference: str) -> Page:
    """What the child said of the place."""
    actor = signed_in_actor()
    referral = referral_of(reference, actor)
    offer = offer_of(referral, offer_reference, actor)
    form = ViewForm(obj=view_of(offer), data={"choice": Choice.NO_VIEW.value})
    if form.validate_on_submit() and form.carry_out(
        lambda: record_view(offer, form.said.data or "", Choice(form.choice.data), form.family.data or "", by=actor)
    ):
        flash(f"What was said of {offer.setting.name} is written down.", "ok")
        return redirect(url_for("choosing.show_offers", reference=reference), 303)
    return render_template("referrals/childs_view.html", referral=referral, offer=offer, form=form), form.status


@blueprint.route("/close", methods=["GET", "POST"])
def close(reference: str) -> Page:
    """End the search without an award."""
    actor = signed_in_actor()
    referral = referral_of(reference, actor)
    form = CloseForm()
    if form.validate_on_submit() and form.carry_out(close_without_award, referral, form.reason.data or "", by=actor):
        flash("The search has ended without an award. Everybody who was invited is told.", "ok")
        return redirect(url_for("choosing.show_offers", reference=reference), 303)
    return closing_page(referral, form), form.status


def is_markable(referral: Referral, offer: Offer) -> bool:
    """Whether the person signed in may mark the offer now."""
    actor = signed_in_actor()
    return (
        referral.quality_locked_at is None
        and may(actor, Act.MARK_OFFER, referral)
        and may(actor, Act.MARK_OFFER, offer)
    )

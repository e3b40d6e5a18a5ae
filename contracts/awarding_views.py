"""The award of a referral: deciding on it, reading it, undoing it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.awarding import STRONGER_REASON, award_offer, undo_award
from contracts.awarding_forms import AwardForm, UndoForm, award_form
from contracts.awarding_queries import awards_of, has_started, standing_award
from foundation.permission import NotNow
from foundation.states import require
from marketplace.acts import Act
from marketplace.policy import may, refusal_of
from marketplace.signed_in import signed_in_actor
from referrals.choosing_forms import hints_of
from referrals.choosing_queries import offer_of
from referrals.comparing import Comparison, compare
from referrals.queries import referral_of
from referrals.referral import Referral, ReferralState

blueprint = Blueprint("awarding", __name__, url_prefix="/referrals/<reference>/award")

Page = str | tuple[str, int] | Response


@blueprint.route("", methods=["GET", "POST"])
def award(reference: str) -> Page:
    """Decide on the award; once decided, read it."""
    actor = signed_in_actor()
    referral = referral_of(reference, actor)
    if referral.state is not ReferralState.OPENED:
        return decided_page(referral)
    comparison = compare(referral)
    form = award_form(referral, comparison)
    if form.validate_on_submit() and form.carry_out(
        lambda: award_offer(
            offer_of(referral, form.offer.data, actor), form.rationale.data or "", departs=form.departs.data, by=actor
        )
    ):
        flash("The place is awarded. Everybody who was invited is told.", "ok")
        return redirect(url_for("awarding.award", reference=reference), 303)
    return deciding_page(referral, comparison, form), form.status


@blueprint.route("/undo", methods=["GET", "POST"])
def undo(reference: str) -> Page:
    """Undo the award, until the placement starts."""
    actor = signed_in_actor()
    referral = referral_of(reference, actor)
    standing, form = standing_award(referral), UndoForm()
    if form.validate_on_submit() and form.carry_out(undo_award, standing, form.reason.data or "", by=actor):
        flash("The award is undone. The offers stand again, and everybody is told.", "ok")
        return redirect(url_for("choosing.show_offers", reference=reference), 303)
    return render_template(
        "contracts/undo_award.html", referral=referral, form=form, award=awards_of(referral)[0]
    ), form.status


def decided_page(referral: Referral) -> str:
    """The award as it stands, to a reader; to whoever sends a second one, that it comes too late."""
    if request.method == "POST":
        require(referral, Act.AWARD_OFFER)
    return award_page(referral)


def award_page(referral: Referral) -> str:
    """The award as it was decided, and those that were undone before it. NotNow where nothing was ever decided."""
    awards = awards_of(referral)
    if not awards:
        raise NotNow("There is nothing to award yet: the offers have to be opened, marked and compared first.")
    stands = referral.state is ReferralState.AWARDED
    may_undo = stands and may(signed_in_actor(), Act.UNDO_AWARD, referral) and not has_started(referral)
    return render_template("contracts/award.html", referral=referral, awards=awards, stands=stands, may_undo=may_undo)


def deciding_page(referral: Referral, comparison: Comparison, form: AwardForm) -> str:
    """The decider's form, or why this person may not decide."""
    refusal = refusal_of(signed_in_actor(), Act.AWARD_OFFER, referral)
    return render_template(
        "contracts/award_offer.html", referral=referral, comparison=comparison, form=form, hints=hints_of(comparison),
        refusal=refusal, stronger=STRONGER_REASON, undone=awards_of(referral),
    )  # fmt: skip

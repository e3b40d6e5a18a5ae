"""The provider's inbox, and one referral in it: read it, ask about it, decline it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.signed_in import signed_in_actor
from referrals.clarifying import ask_clarification
from referrals.declining import decline_referral, take_back_decline
from referrals.inbox_forms import DeclineForm, QuestionForm
from referrals.inbox_list import (
    ORDERS,
    PAGE,
    STATES,
    Filters,
    boroughs_of,
    counts_of,
    inbox_of,
    own_settings,
    places_in_offers,
)
from referrals.invited_referral import invitation_of, read_in_full
from referrals.offer import DECLINED
from referrals.reading import read_referral

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/inbox")
def list_referrals() -> str:
    """Every referral to which the provider was invited: those that wait for an answer, best fit first, unless filtered."""
    actor, wanted = signed_in_actor(), _filters()
    rows, in_all = inbox_of(actor, wanted)
    return render_template(
        "referrals/inbox.html", rows=rows, in_all=in_all, wanted=wanted, first=PAGE * (wanted.page - 1) + 1,
        last_page=-(-in_all // PAGE), counts=counts_of(actor), settings=own_settings(actor), boroughs=boroughs_of(actor),
        held=places_in_offers(actor), reasons=DECLINED, STATES=STATES, ORDERS=ORDERS,
    )  # fmt: skip


@blueprint.route("/inbox/<reference>", methods=["GET", "POST"])
def show_referral(reference: str) -> str | Response | tuple[str, int]:
    """The referral as the provider may know it; a question is asked here."""
    actor = signed_in_actor()
    found = invitation_of(reference, actor)
    form = QuestionForm()
    if form.validate_on_submit() and form.carry_out(ask_clarification, found[1], form.question.data or "", by=actor):
        flash("Your question was sent. The answer will stand here, for everybody who was invited.", "ok")
        return redirect(url_for("inbox.show_referral", reference=reference), 303)
    page = render_template("referrals/invited.html", hand=read_in_full(actor, found), form=form, reasons=DECLINED)
    read_referral(found[1], by=actor)
    return page, form.status


@blueprint.post("/inbox/<reference>/decline")
def decline(reference: str) -> Response | tuple[str, int]:
    """A reason was pressed: that declines."""
    actor = signed_in_actor()
    found = invitation_of(reference, actor)
    referral = found[1]
    form = DeclineForm()
    if form.validate() and form.carry_out(decline_referral, referral, form.reason.data, form.note.data or "", by=actor):
        flash(f"You declined {referral.reference}: {form.reason.data.words.lower()}. You can take it back here.", "ok")
        return redirect(url_for("inbox.show_referral", reference=reference), 303)
    hand = read_in_full(actor, found)
    return render_template("referrals/invited.html", hand=hand, form=form, reasons=DECLINED), form.status


@blueprint.post("/inbox/<reference>/take-back")
def take_back(reference: str) -> Response:
    """The decline is taken back; an offer may be made again."""
    actor = signed_in_actor()
    take_back_decline(invitation_of(reference, actor)[1], by=actor)
    flash("Your decline is taken back. You can make an offer until the deadline.", "ok")
    return redirect(url_for("inbox.show_referral", reference=reference), 303)


def _filters() -> Filters:
    asked = request.args
    page = asked.get("page", "1")
    return Filters(
        standing=asked.get("standing", "waiting"),
        setting=asked.get("setting", ""),
        borough=asked.get("borough", ""),
        order=asked.get("order", "fit"),
        page=int(page) if page.isdecimal() and 0 < int(page) < 10_000 else 1,
    )

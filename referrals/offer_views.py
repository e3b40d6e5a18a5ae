"""The provider's offers: write one, read it with its receipt, change it or take it back while it lies sealed."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from foundation.permission import NotFound
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor
from referrals.fee_fields import KINDS
from referrals.offer_desk import OfferDesk, desk_for, desk_of
from referrals.offer_form import OfferForm
from referrals.offer_list import PAGE, in_full, offer_of, offers_of
from referrals.offering import revise_offer, submit_offer, withdraw_offer
from referrals.peeking import report_peeking
from referrals.reading import read_referral
from referrals.results import result_of

blueprint = Blueprint("offers", __name__)

Answer = str | BaseResponse | tuple[str, int]


@blueprint.get("/offers")
def list_offers() -> str:
    """The provider's offers, newest first."""
    asked = request.args.get("page", "1")
    page = int(asked) if asked.isdecimal() and 0 < int(asked) < 10_000 else 1
    rows, in_all = offers_of(signed_in_actor(), page)
    return render_template("referrals/offers.html", rows=rows, in_all=in_all, page=page, last_page=-(-in_all // PAGE))


@blueprint.route("/inbox/<reference>/offer", methods=["GET", "POST"])
def make_offer(reference: str) -> Answer:
    """Write an offer on a referral and send it, or see what it comes to so far."""
    actor = signed_in_actor()
    desk = desk_for(reference, actor)
    if request.method == "GET" and not desk.hand.is_open:
        return redirect(url_for("inbox.show_referral", reference=reference))
    form = desk.form()
    if form.is_sent and form.carry_out(submit_offer, desk.hand.referral, form.terms, by=actor):
        flash(
            "Your offer was sent. It lies sealed: nobody at the borough can read it before the offers are opened.", "ok"
        )
        return redirect(url_for("offers.show_offer", reference=form.outcome.reference), 303)
    page = _written(desk, form)
    read_referral(desk.hand.referral, by=actor)
    return page, form.status


@blueprint.get("/offers/<reference>")
def show_offer(reference: str) -> str:
    """The provider's offer with its receipt. To anybody else it does not exist; that they asked is on record."""
    actor = signed_in_actor()
    if actor.kind is not Kind.PROVIDER:
        report_peeking(reference, by=actor)
        raise NotFound
    offer = offer_of(reference, actor)
    return render_template("referrals/offer.html", full=in_full(offer), result=result_of(offer))


@blueprint.get("/offers/<reference>/receipt.json")
def download_receipt(reference: str) -> Response:
    """The canonical text whose SHA-256 stands on the receipt."""
    full = in_full(offer_of(reference, signed_in_actor()))
    named = {"Content-Disposition": f'attachment; filename="{full.offer.reference}-receipt.json"'}
    return Response(full.receipt, mimetype="application/json", headers=named)


@blueprint.route("/offers/<reference>/change", methods=["GET", "POST"])
def change_offer(reference: str) -> Answer:
    """Change an offer while it lies sealed."""
    actor = signed_in_actor()
    offer = offer_of(reference, actor)
    desk = desk_of(offer, actor)
    form = desk.form()
    version = form.version.data or 0
    if form.is_sent and form.carry_out(revise_offer, offer, form.terms, version=version, by=actor):
        flash("Your offer was changed and has a new receipt. It lies sealed as before.", "ok")
        return redirect(url_for("offers.show_offer", reference=reference), 303)
    return _written(desk, form), form.status


@blueprint.post("/offers/<reference>/withdraw")
def withdraw(reference: str) -> BaseResponse:
    """Take the offer back."""
    actor = signed_in_actor()
    withdraw_offer(offer_of(reference, actor), by=actor)
    flash("Your offer is taken back. The borough is told that it was, and nothing of what was in it.", "ok")
    return redirect(url_for("offers.show_offer", reference=reference), 303)


def _written(desk: OfferDesk, form: OfferForm) -> str:
    """The form as it stands, with what its fee lines come to."""
    totals = form.totals(desk.hand.referral.expected_weeks, desk.terms(form))
    return render_template("referrals/offer_form.html", desk=desk, form=form, totals=totals, KINDS=KINDS)

"""Pages on which a spot purchase is proposed from a referral: find the place in the register, or write it down; then say why."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.spot.forms import SpotForm, UnknownPlaceForm
from contracts.spot.places import SHORTEST_SEARCH, places_called
from contracts.spot.proposing import propose_spot_purchase
from contracts.spot.queries import owner_of, place_called
from contracts.spot.register_check import STANDING_WORDS, RegisterCheck, Standing, check_setting
from contracts.spot.searched import as_read, is_a_search, search_of
from contracts.spot.views import blueprint as blueprint
from foundation import clock
from foundation.permission import NotPermitted
from marketplace.acts import Act
from marketplace.policy import refusal_of
from marketplace.setting import Setting
from marketplace.signed_in import signed_in_actor
from referrals.queries import child_of_referral, identity_of, referral_of
from referrals.referral import Referral

Answer = Response | tuple[str, int]


@blueprint.get("/referrals/<referral>/spot-purchase")
def find_place(referral: str) -> str:
    """Which place: what the framework search found so far, and a search of the register."""
    begun, words = _begun(referral), request.args.get("q", "").strip()
    search = search_of(begun)
    return render_template(
        "spot/find.html", referral=begun, search=as_read(search), searched=is_a_search(search), words=words,
        places=places_called(words), shortest=SHORTEST_SEARCH,
    )  # fmt: skip


@blueprint.route("/referrals/<referral>/spot-purchase/unregistered", methods=["GET", "POST"])
def propose_unregistered(referral: str) -> Answer:
    """An officer proposes a place that no register holds."""
    begun = _begun(referral)
    form = UnknownPlaceForm(begun.lot.setting_kinds)
    if form.is_sent and form.carry_out(propose_spot_purchase, begun, form.place, form.terms, by=signed_in_actor()):
        return _on_to(form.outcome.reference)
    return _page(begun, form)


@blueprint.route("/referrals/<referral>/spot-purchase/<place>", methods=["GET", "POST"])
def propose(referral: str, place: str) -> Answer:
    """An officer proposes a place that is known here."""
    begun, setting = _begun(referral), place_called(place)
    found = _checked(setting, begun)
    form = SpotForm(unregistered=found.is_unregistered)
    if form.is_sent and form.carry_out(propose_spot_purchase, begun, setting, form.terms, by=signed_in_actor()):
        return _on_to(form.outcome.reference)
    return _page(
        begun, form, setting=setting, found=found, standing=STANDING_WORDS[found.standing], owner=owner_of(setting)
    )


def _begun(reference: str) -> Referral:
    actor = signed_in_actor()
    referral = referral_of(reference, actor)
    refusal = refusal_of(actor, Act.PROPOSE_SPOT_PURCHASE, referral)
    if refusal is not None:
        raise NotPermitted(Act.PROPOSE_SPOT_PURCHASE, actor, referral, refusal)
    return referral


def _checked(setting: Setting, referral: Referral) -> RegisterCheck:
    identity = identity_of(child_of_referral(referral))
    return check_setting(setting, referral.lot, age=identity.age_on(clock.today()), sex=identity.sex)


def _page(referral: Referral, form: SpotForm, **about_place: Any) -> tuple[str, int]:
    search = search_of(referral)
    shown: dict[str, Any] = {
        "setting": None,
        "found": None,
        "owner": "",
        "standing": STANDING_WORDS[Standing.UNREGISTERED],
    }
    return render_template(
        "spot/propose.html", referral=referral, form=form, search=as_read(search), searched=is_a_search(search),
        totals=form.totals, limit=referral.authority.award_limit, **(shown | about_place),
    ), form.status  # fmt: skip


def _on_to(reference: str) -> Response:
    flash("The purchase is proposed. Somebody else decides on it.", "ok")
    return redirect(url_for("spot.show", reference=reference), 303)

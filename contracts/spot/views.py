"""Pages of spot purchases: the list, one purchase with the search and the register's word, and the decisions on it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.forms import day_of
from contracts.spot.agreeing import draw_up_spot_agreement
from contracts.spot.converting import admitted_on, convert_spot_purchase
from contracts.spot.deciding import (
    approve_spot_purchase,
    limit_of,
    refuse_spot_purchase,
    withdraw_spot_purchase,
)
from contracts.spot.doings import DECISIONS, Doing
from contracts.spot.forms import (
    ConvertForm,
    EmergencyReviewForm,
    NoteForm,
    OfstedForm,
    ReviewForm,
)
from contracts.spot.purchase import SpotPurchase
from contracts.spot.queries import (
    GROUPS,
    of_borough_or_hub,
    particulars_of,
    purchase_called,
    purchase_for,
    purchase_of_agreement,
    spot_page,
    standing_badge,
    whole_list,
)
from contracts.spot.register_check import STANDING_WORDS, Standing
from contracts.spot.reviewing import record_ofsted_told, review_emergency, review_spot_purchase
from contracts.spot.searched import as_read
from contracts.spot.tabs import spot_tabs
from contracts.spot.words import HAPPENED, REVIEWS, reason_words
from foundation import clock
from foundation.permission import NotNow
from foundation.spreadsheets import csv_download
from foundation.states import require
from marketplace.acts import Act
from marketplace.policy import may
from marketplace.roles import Kind, Role
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("spot", __name__)

Answer = Response | tuple[str, int]
HEADS = (
    "Spot purchase", "Borough", "Lot", "Setting", "Provider", "Reason", "A week (£)", "Peers’ median (£)", "Gap (£)",
    "Where it stands", "Emergency", "Unregistered", "Starts", "Review by", "Agreement",
)  # fmt: skip
VERBS = {
    Act.APPROVE_SPOT_PURCHASE: approve_spot_purchase,
    Act.REFUSE_SPOT_PURCHASE: refuse_spot_purchase,
    Act.WITHDRAW_SPOT_PURCHASE: withdraw_spot_purchase,
}


@blueprint.get("/spot-purchases")
def index() -> str:
    """The purchases of the borough, or of the hub's boroughs."""
    actor = of_borough_or_hub(signed_in_actor())
    group, words = request.args.get("state", ""), request.args.get("q", "").strip()
    rows, found = spot_page(group, words)
    return render_template(
        "spot/index.html", rows=rows, found=found, group=group, words=words, tabs=spot_tabs(),
        groups=[(key, text) for key, (text, _) in GROUPS.items()], of_hub=actor.kind is Kind.HUB, reason_words=reason_words,
        today=clock.today(),
    )  # fmt: skip


@blueprint.get("/spot-purchases/list.csv")
def sheet() -> Response:
    """The list with its filters as CSV, every page of it."""
    of_borough_or_hub(signed_in_actor())
    rows = [
        (
            row.reference, row.authority, row.lot, row.setting, row.provider, reason_words(row.reason), row.weekly,
            row.peer_median, row.gap, row.badge[1], "yes" if row.emergency else "no", "yes" if row.unregistered else "no",
            row.starts_on, row.review_on, row.agreement,
        )
        for row in whole_list(request.args.get("state", ""), request.args.get("q", "").strip())
    ]  # fmt: skip
    return csv_download(f"spot-purchases-{clock.today().isoformat()}.csv", HEADS, rows)


@blueprint.get("/spot-purchases/<reference>")
def show(reference: str) -> str:
    """One purchase: why, what was tried first, what the register says, the price beside its peers, who decided, every review."""
    actor = of_borough_or_hub(signed_in_actor())
    purchase = purchase_called(reference)
    details = particulars_of(purchase)
    acts = {act for act in purchase.MOVES if may(actor, act, purchase)}
    return render_template(
        "spot/show.html", purchase=purchase, details=details, acts=acts, Act=Act, reason=reason_words(purchase.reason),
        badge=standing_badge(purchase.state, *details.carried_out), search=as_read(purchase.search),
        standing=STANDING_WORDS[Standing(purchase.register_check["standing"])], reviews=REVIEWS, happened=HAPPENED,
        limit=None if Role.DIRECTOR in actor.roles else limit_of(purchase), today=clock.today(), of_hub=actor.kind is Kind.HUB,
    )  # fmt: skip


@blueprint.route("/spot-purchases/<reference>/<any(approve,refuse,withdraw):step>", methods=["GET", "POST"])
def decide(reference: str, step: str) -> Answer:
    """Somebody who did not propose it approves or refuses; an officer withdraws."""
    actor, doing = signed_in_actor(), DECISIONS[step]
    purchase = _about_to(reference, doing.act)
    form = NoteForm(version=purchase.version)
    if form.validate_on_submit() and form.carry_out(
        VERBS[doing.act], purchase, form.note.data or "", version=form.version_held, by=actor
    ):
        return _on_to(purchase, doing.done)
    return _page(purchase, doing, form, limit=None if Role.DIRECTOR in actor.roles else limit_of(purchase))


@blueprint.route("/spot-purchases/<reference>/review", methods=["GET", "POST"])
def review(reference: str) -> Answer:
    """Somebody of the borough looks again."""
    purchase, doing = _about_to(reference, Act.REVIEW_SPOT_PURCHASE), DECISIONS["review"]
    form = ReviewForm(version=purchase.version)
    if form.validate_on_submit() and form.carry_out(
        review_spot_purchase, purchase, form.finding.data, day_of(form.next_on), version=form.version_held, by=signed_in_actor()
    ):  # fmt: skip
        return _on_to(purchase, doing.done)
    return _page(purchase, doing, form)


@blueprint.route("/spot-purchases/<reference>/emergency-review", methods=["GET", "POST"])
def emergency_review(reference: str) -> Answer:
    """A manager says afterwards whether the emergency path was right."""
    purchase, doing = _about_to(reference, Act.REVIEW_EMERGENCY), DECISIONS["emergency-review"]
    form = EmergencyReviewForm(version=purchase.version)
    if form.validate_on_submit() and form.carry_out(
        review_emergency, purchase, form.finding.data, version=form.version_held, by=signed_in_actor()
    ):
        return _on_to(purchase, doing.done)
    return _page(purchase, doing, form)


@blueprint.route("/spot-purchases/<reference>/ofsted", methods=["GET", "POST"])
def ofsted(reference: str) -> Answer:
    """An officer records that Ofsted was told."""
    purchase, doing = _about_to(reference, Act.RECORD_OFSTED_TOLD), DECISIONS["ofsted"]
    form = OfstedForm(version=purchase.version)
    if form.validate_on_submit() and form.carry_out(
        record_ofsted_told, purchase, day_of(form.ofsted_told_on), version=form.version_held, by=signed_in_actor()
    ):
        return _on_to(purchase, doing.done)
    return _page(purchase, doing, form)


@blueprint.route("/spot-purchases/<reference>/convert", methods=["GET", "POST"])
def convert(reference: str) -> Answer:
    """A manager lets the placement count as bought through the framework from a day on."""
    purchase, doing = _about_to(reference, Act.CONVERT_SPOT_PURCHASE), DECISIONS["convert"]
    agreement = particulars_of(purchase).agreement
    form = ConvertForm(version=purchase.version, on=clock.today())
    if form.validate_on_submit() and form.carry_out(
        convert_spot_purchase, purchase, day_of(form.on), version=form.version_held, by=signed_in_actor()
    ):
        return _on_to(purchase, doing.done)
    return _page(purchase, doing, form, admitted=admitted_on(agreement) if agreement else None)


@blueprint.route("/spot-purchases/<reference>/agreement", methods=["GET", "POST"])
def draw_up(reference: str) -> Answer:
    """An officer has the agreement drawn up."""
    purchase, doing = _about_to(reference, Act.DRAW_UP_SPOT_AGREEMENT), DECISIONS["agreement"]
    form = NoteForm(version=purchase.version)
    if form.validate_on_submit() and form.carry_out(
        draw_up_spot_agreement, purchase, version=form.version_held, by=signed_in_actor()
    ):
        flash(doing.done, "ok")
        return redirect(url_for("placements.show", reference=form.outcome.reference), 303)
    return _page(purchase, doing, form)


@blueprint.get("/placements/<reference>/spot-purchase")
def of_agreement(reference: str) -> Response:
    """From an agreement to the purchase that it carries out."""
    return redirect(url_for("spot.show", reference=purchase_of_agreement(reference)), 303)


def _about_to(reference: str, act: Act) -> SpotPurchase:
    """The purchase, when its page is opened in time; of what is sent the verb judges, which knows a second press from a late one."""
    purchase = purchase_for(reference, signed_in_actor(), act)
    if request.method == "GET":
        require(purchase, act)
        if act is Act.RECORD_OFSTED_TOLD and not purchase.unregistered:
            raise NotNow("This place is registered, so Ofsted need not be told.")
    return purchase


def _page(purchase: SpotPurchase, doing: Doing, form: object, **context: object) -> tuple[str, int]:
    status: int = form.status  # type: ignore[attr-defined]
    return render_template("spot/act.html", purchase=purchase, doing=doing, form=form, **context), status


def _on_to(purchase: SpotPurchase, done: str) -> Response:
    flash(done, "ok")
    return redirect(url_for("spot.show", reference=purchase.reference), 303)

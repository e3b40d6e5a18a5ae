"""Frameworks and lots, for everybody who signs in; what a provider may do there depends on its standing."""

from flask import Blueprint, render_template

from foundation import clock
from marketplace.admission_words import standing_badge
from marketplace.framework_queries import (
    BADGES,
    KINDS,
    REGIMES,
    admitted_in,
    framework_called,
    frameworks,
    lot_called,
    participants_of,
    standings_of,
    terms_of,
)
from marketplace.framework_term import periods_of
from marketplace.price_explained import explain_price
from marketplace.setting_words import KIND_WORDS
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("frameworks", __name__)


@blueprint.get("/frameworks")
def index() -> str:
    """Every framework."""
    return render_template("frameworks/index.html", rows=frameworks(clock.today()))


@blueprint.get("/frameworks/<reference>")
def show(reference: str) -> str:
    """One framework: its term, its lots, who takes part, on which terms."""
    framework, today = framework_called(reference), clock.today()
    return render_template(
        "frameworks/framework.html",
        framework=framework, kind=KINDS[framework.kind], regime=REGIMES[framework.regime],
        badge=BADGES[framework.state],
        periods=periods_of(framework.starts_on, framework.ends_on, framework.term_years, today),
        participants=participants_of(framework), terms=terms_of(framework), closed=framework.why_closed(today), today=today,
        standings=standings_of(signed_in_actor(), [lot.id for lot in framework.lots]), standing_badge=standing_badge,
    )  # fmt: skip


@blueprint.get("/lots/<framework_reference>/<int:number>")
def lot(framework_reference: str, number: int) -> str:
    """One lot: what is bought, how offers are compared, what an application brings; a provider's standing in it."""
    shown = lot_called(framework_reference, number)
    return render_template(
        "frameworks/lot.html",
        lot=shown, kinds=[KIND_WORDS[kind] for kind in shown.setting_kinds], price=explain_price(shown),
        admitted=admitted_in(shown), standing=standings_of(signed_in_actor(), [shown.id]).get(shown.id),
        closed=shown.framework.why_closed(clock.today()), standing_badge=standing_badge,
    )  # fmt: skip

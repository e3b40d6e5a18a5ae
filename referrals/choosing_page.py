"""Which page the offers are shown on: it follows where the referral stands."""

from flask import render_template

from foundation import clock
from foundation.formatting import money
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.framework import PriceFormula
from marketplace.policy import may, permits
from referrals.choosing_forms import CHOICES, CloseForm, RecommendForm, hints_of, recommend_form
from referrals.choosing_queries import beside, sealed_offers
from referrals.comparing import Comparison, compare, marking_of
from referrals.offer import OfferState
from referrals.overview import STEP_OF, STEPS
from referrals.price_scores import shown
from referrals.quality import figure
from referrals.referral import Referral, ReferralState
from referrals.scoring import steadiness
from referrals.tabs import tabs_of

#: Columns of a comparison by the number of offers: the first for the criteria, in per cent.
WIDTHS = {1: 60, 2: 40, 3: 25, 4: 20, 5: 16, 6: 13, 7: 10, 8: 10}
MOST_COLUMNS = 8

#: What each formula does and does not promise, said under the table.
PROMISES = {
    PriceFormula.ABSOLUTE: "Dropping a losing offer cannot change the order.",
    PriceFormula.MONETISED: "Dropping a losing offer cannot change the order.",
    PriceFormula.LOWEST_OVER_PRICE: "Under lowest ÷ price, dropping a losing offer can change the order of the others.",
}


def page_of(referral: Referral, actor: Actor) -> str:
    """The page for where the referral stands."""
    if referral.opened_at is None:
        return sealed_page(referral, actor)
    if referral.quality_locked_at is None:
        return marking_page(referral, actor)
    return comparison_page(referral, compare(referral), actor, None)


def sealed_page(referral: Referral, actor: Actor) -> str:
    """Who has offered and since when; nothing else, until the offers are opened after the deadline."""
    due = referral.deadline is not None and clock.now() > referral.deadline
    return render_template(
        "referrals/offers_sealed.html", referral=referral, tabs=tabs_of(referral), offers=sealed_offers(referral), stages=STEPS,
        reached=STEP_OF.get(referral.state, 2), is_published=referral.state is ReferralState.PUBLISHED,
        may_open=due and may(actor, Act.OPEN_OFFERS, referral), is_due=due,
    )  # fmt: skip


def marking_page(referral: Referral, actor: Actor) -> str:
    """The opened offers without their prices, and how far the marking is."""
    sheet = marking_of(referral)
    return render_template(
        "referrals/offers_marking.html", referral=referral, tabs=tabs_of(referral), sheet=sheet, stages=STEPS,
        reached=STEP_OF.get(referral.state, 3), beside=beside(referral, sheet.offers),
        may_mark=may(actor, Act.MARK_OFFER, referral), may_lock=may(actor, Act.LOCK_QUALITY, referral),
        may_close=may(actor, Act.CLOSE_WITHOUT_AWARD, referral),
    )  # fmt: skip


def comparison_page(referral: Referral, comparison: Comparison, actor: Actor, form: RecommendForm | None) -> str:
    """The offers side by side, and the next act: recommend, award, or what was decided."""
    may_recommend = bool(comparison.offers) and may(actor, Act.RECOMMEND_OFFER, referral)
    if form is None and may_recommend:
        form = recommend_form(comparison)
    return render_template(
        "referrals/offers_compare.html", referral=referral, comparison=comparison, form=form if may_recommend else None,
        beside=beside(referral, tuple(each.offer for each in comparison.offers)), stages=STEPS,
        reached=STEP_OF.get(referral.state, 3), best=best_of(comparison), steady=steady(comparison),
        awarded=OfferState.AWARDED, may_award=may(actor, Act.AWARD_OFFER, referral) and referral.recommended_offer_id,
        decides=permits(actor, Act.AWARD_OFFER, referral), may_close=may(actor, Act.CLOSE_WITHOUT_AWARD, referral),
        may_record_view=may(actor, Act.RECORD_VIEW, referral), **_words(comparison),
    )  # fmt: skip


def _words(comparison: Comparison) -> dict[str, object]:
    """What the comparison's tables are laid out and worded with."""
    formula, ceiling = comparison.evaluation.formula, comparison.evaluation.ceiling
    against = f"100 × (1 − cost ÷ {money(ceiling)})" if formula is PriceFormula.ABSOLUTE else "100 × lowest cost ÷ cost"
    return {
        "widths_of": WIDTHS,
        "most_columns": MOST_COLUMNS,
        "fee_rows": fee_rows(comparison),
        "monetised": formula is PriceFormula.MONETISED,
        "formula_words": against,
        "promise": PROMISES[formula],
        "choice_words": CHOICES,
        "choice_hints": hints_of(comparison),
        "shown": shown,
        "figure": figure,
    }


def closing_page(referral: Referral, form: CloseForm) -> str:
    """The form that ends the search."""
    return render_template("referrals/close_without_award.html", referral=referral, form=form)


def fee_rows(comparison: Comparison) -> list[tuple[str, str]]:
    """The kinds and labels of all fee lines, in the order in which the offers name them."""
    rows: dict[tuple[str, str], None] = {}
    for compared in comparison.offers:
        for line in compared.price.lines:
            rows.setdefault((line.kind.value, line.label))
    return list(rows)


def best_of(comparison: Comparison) -> dict[str, object]:
    """The best value of each row at a glance; nothing is best where there is only one offer."""
    if len(comparison.offers) < 2:
        return {}
    lowest_first = comparison.evaluation.formula is PriceFormula.MONETISED
    totals = [each.scored.total for each in comparison.offers]
    return {
        "total": min(totals) if lowest_first else max(totals),
        "quality": max(each.quality for each in comparison.offers),
        "cost": min(each.price.whole for each in comparison.offers),
    }


def steady(comparison: Comparison) -> int | None:
    """In how many of 1,000 tries the first offer stays first; None where there is nothing to compare or the first place is shared."""
    if len(comparison.offers) < 2 or comparison.offers[0].scored.is_tied:
        return None
    rows = [(each.scored, [(cell.criterion.weight, cell.mean) for cell in each.cells]) for each in comparison.offers]
    return steadiness(comparison.evaluation, rows)

"""Fees of a school: by the term, in term time, with VAT and several payers: modelled by the setting's terms, and carried on whole."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import AgreementFeeLine
from contracts.costs import reckoned
from contracts.uplift.agreeing import agree_uplift
from contracts.uplift.covering import covered_lines
from contracts.uplift.modelling import full_year, model
from contracts.uplift.report import request_figures
from contracts.uplift.undoing import undo_uplift
from foundation.tenancy import Fence
from marketplace.costing import cost
from marketplace.setting_term import SettingTerm
from tests.makers.standing import acting, behind
from tests.makers.uplift import Negotiation, a_negotiation, a_request, read_by

TERMS = [
    (date(2026, 4, 13), date(2026, 7, 18)), (date(2026, 9, 2), date(2026, 12, 19)), (date(2027, 1, 5), date(2027, 3, 25)),
    (date(2027, 4, 12), date(2027, 7, 17)), (date(2027, 9, 1), date(2027, 12, 18)), (date(2028, 1, 4), date(2028, 3, 24)),
]  # fmt: skip
SCHOOL = {
    "kind": "education",
    "label": "School",
    "amount": Decimal("14500.01"),
    "unit": "term",
    "vat_rate": Decimal(20),
}
CARE = {"kind": "core", "label": "Day care", "amount": Decimal("99.99"), "unit": "day", "calendar": "term_time"}
#: what a line says beside its amount and its days
SAID = ("kind", "label", "quantity", "unit", "calendar", "weeks", "vat_rate", "vat_recoverable", "social_care_share",
        "education_share", "health_share", "position")  # fmt: skip


def a_school(session: scoped_session[Session]) -> Negotiation:
    """Two placements whose fees follow the terms of their setting."""
    deal = a_negotiation((SCHOOL, CARE))
    home = deal.first.setting
    with behind(Fence(home.provider_id, None, "provider")):
        session.add_all(
            SettingTerm(
                setting_id=home.id, provider_id=home.provider_id, school_year=ends.year - (ends.month < 9), name="Term",
                starts_on=starts, ends_on=ends,
            )
            for starts, ends in TERMS
        )  # fmt: skip
    return deal


class TestItDoes:
    def test_model_the_setting_s_terms_to_the_penny(self, session: scoped_session[Session]) -> None:
        deal = a_school(session)
        request = a_request(deal, "5")
        period = full_year(deal.round.effective_on)
        said = model(covered_lines(request, period[0]), [request.asked], period).total
        fees = reckoned(session.scalars(select(AgreementFeeLine)).all())
        raised = [replace(fee, amount=request.asked.of(fee.amount), starts=period[0]) for fee in fees]
        assert said.now == cost(fees, *period) > 0
        assert said.more[0] == cost(raised, *period) - said.now
        agree_uplift(request, "Agreed.", by=deal.analyst)
        figures = request_figures(request)
        assert figures is not None
        assert figures.total.agreed == said.more[0]

    def test_the_successor_says_all_that_its_line_said(self, session: scoped_session[Session]) -> None:
        deal = a_school(session)
        request = a_request(deal, "5")

        def said() -> dict[str, set[tuple[object, ...]]]:
            kept: dict[str, set[tuple[object, ...]]] = {}
            for row in session.scalars(select(AgreementFeeLine)):
                kept.setdefault(row.label, set()).add(tuple(str(getattr(row, name)) for name in SAID))
            return kept

        before = said()
        assert "20.00" in str(before["School"])
        agree_uplift(request, "Agreed.", by=deal.analyst)
        assert said() == before
        request = read_by(deal.head_of_hub, request)
        undo_uplift(request, deal.round.effective_on, "Wrong.", by=deal.head_of_hub)
        assert said() == before
        acting(deal.analyst)
        assert len(session.scalars(select(AgreementFeeLine)).all()) == 12

"""Croydon's residential placements: every figure of the worked example, reckoned by the product's own functions."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, scoped_session

from contracts.money.explaining import explain_forecast
from contracts.money.forecasting import forecast, placements_for, weekly_fee_for
from contracts.money.supposing import Supposition, suppose
from foundation.formatting import money
from foundation.quarters import FinancialYear
from marketplace.roles import Role
from tests.conftest import ClientAs
from tests.makers.money import a_fee, a_stay
from tests.makers.standing import a_borough, a_hub, a_lot, a_person

PAGE = (Path(__file__).parents[2] / "docs" / "worked-examples" / "croydon-residential.md").read_text(encoding="utf-8")
YEAR, BEFORE, TODAY = FinancialYear(2019), FinancialYear(2018), date(2019, 7, 9)
BUDGET, FEE = Decimal("3258000.00"), Decimal(4000)


def said(of: str) -> str:
    """The figure that the page gives beside these words."""
    found = re.search(rf"^\| {re.escape(of)} \| (\S+) \|$", PAGE, re.MULTILINE)
    assert found, of
    return found[1]


def placed(children: int, weekly: Decimal = FEE) -> Decimal:
    """What so many places cost through 2019-20."""
    return forecast([a_stay(a_fee(str(weekly)))] * children, YEAR, TODAY).outturn


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        ("one place at £4,000.00 a week through 2019-20", lambda: money(placed(1))),
        ("40 places", lambda: money(placed(40))),
        ("over the budget of 2019-20", lambda: money(placed(40) - BUDGET)),
        ("places that this budget pays for at £4,000.00 a week", lambda: str(placements_for(BUDGET, FEE, YEAR))),
        ("16 places", lambda: money(placed(16))),
        (
            "average week at which 40 places are £5,500,000.00 over",
            lambda: money(weekly_fee_for(BUDGET + 5_500_000, 40 * YEAR.days)),
        ),
        ("outturn of 2018-19", lambda: money(Decimal(2196000) + 4620000)),
        (
            "average week of 37 places through 2018-19",
            lambda: money(weekly_fee_for(Decimal(6816000), 37 * BEFORE.days)),
        ),
    ],
)
def test_each_figure_of_the_page_is_what_the_product_reckons(words: str, figure: object) -> None:
    assert callable(figure)
    assert said(words) == figure()


def test_at_the_fee_that_the_report_needs_forty_places_are_as_far_over_as_it_says() -> None:
    needed = Decimal(said("average week at which 40 places are £5,500,000.00 over").strip("£").replace(",", ""))
    assert abs(placed(40, needed) - BUDGET - 5_500_000) < 40 * Decimal(
        "0.53"
    )  # half a penny a week, 40 times 52.3 weeks


def test_the_sheet_leads_from_the_budget_to_the_outturn() -> None:
    found = forecast([a_stay(a_fee())] * 40, YEAR, TODAY)
    told = explain_forecast(found, BUDGET)
    first, *others = told.steps
    assert (money(first.amount), money(first.adds), money(told.outturn)) == (
        said("40 places"),
        said("over the budget of 2019-20"),
        said("40 places"),
    )
    assert [step.adds for step in others] == [0] * len(others)
    assert told.steps[-1].running == told.outturn


def test_what_if_from_nothing_gives_the_same() -> None:
    found = suppose([], Supposition(more=40, weekly=FEE), YEAR, TODAY)
    assert (money(found.outturn), found.places, found.average_weekly) == (said("40 places"), 40, FEE)


def test_the_page_of_the_address_in_the_example_shows_it(session: scoped_session[Session], client_as: ClientAs) -> None:
    hub = a_hub()
    borough = a_borough(hub, "London Borough of Croydon")
    a_lot(hub, boroughs=(borough,))
    address = re.search(r"`(/money/what-if\?\S+)`", PAGE)
    assert address
    answer = client_as(a_person(borough, Role.FINANCE_OFFICER)).get(address[1])
    assert answer.status_code == 200
    for words in ("40 places", "over the budget of 2019-20", "average week at which 40 places are £5,500,000.00 over"):
        assert said(words) in answer.text

"""A borough's year of money at the screen: no budget, a budget, a forecast over it, why, what if – and what the hub sees of it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, pool, text

from foundation import clock
from foundation.database import db
from marketplace.roles import Role
from tests.journeys.harbour import Harbour
from tests.journeys.test_on_a_phone import scrolls_sideways
from tests.journeys.test_residential import Seat
from tests.makers.contracts import a_deal, a_placement
from tests.makers.standing import a_person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: the child whom the makers invent
NAME = "Zephyrine"
PAGES = (
    "/money", "/money/forecast", "/money/forecast/residential", "/money/what-if?service=&base=forecast&more=3&weekly=5000",
    "/money/accruals", "/money/budgets", "/money/budgets/residential", "/money/section-251",
)  # fmt: skip


@dataclass
class Desk:
    """The addresses of those who sit down."""

    payer: str
    officer: str
    analyst: str


@pytest.fixture(scope="module")
def desk(harbour: Harbour) -> Desk:
    """A borough with one placement since four weeks; everybody has the demo's password."""
    with harbour.app.app_context():
        deal = a_deal(starts_on=clock.today() - timedelta(28), weeks=None)
        a_placement(deal)
        payer = a_person(deal.borough, Role.FINANCE_OFFICER, name="Pip Payer")
        analyst = a_person(deal.hub, Role.HUB_ANALYST, name="Ana Analyst")
        found = Desk(payer.email, deal.officer.email, analyst.email)
        db.session.commit()
        db.session.remove()
    engine = create_engine(harbour.addresses.maintenance, poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE people SET password_hash = (SELECT password_hash FROM people WHERE password_hash IS NOT NULL LIMIT 1)"
                " WHERE email LIKE '%@example.org'"
            )
        )
    return found


def test_the_finance_officer_budgets_is_told_of_the_overspend_and_finds_out_why(somebody: Seat, desk: Desk) -> None:
    payer = somebody(desk.payer).signs_in().sees("no budget is set")
    payer.follows("Set the budget").fills("Budget for the year", "3,25").fills("Why", "Cabinet, 4 March")
    payer.presses("Set the budget").sees("is not clear")
    payer.fills("Budget for the year", "60,000").presses("Set the budget").sees(
        "£60,000.00 is set aside", "Cabinet, 4 March"
    )
    payer.opens("/work").sees("over the budget").follows("See what drives it")
    payer.sees("From budget to outturn", "Started since", "Rounding", "Forecast outturn").does_not_see(NAME)
    assert b"Fees of the first day" in payer.downloads("Every agreement (CSV)")
    payer.presses("What if").fills("Placements that end", "1").presses("Show the year")
    payer.sees("Side by side", "Placements that end").does_not_see(NAME)
    payer.follows("Accruals").sees("by agreement", "up to and including yesterday").does_not_see(NAME)
    payer.follows("Section 251").sees("Only placement officers").does_not_see("2012")


def test_the_officer_takes_the_section_251_file_out(somebody: Seat, desk: Desk) -> None:
    officer = somebody(desk.officer).signs_in().opens("/money/section-251").sees("What this file lacks", "Disability")
    assert b"2012-02-29" in officer.downloads("Take the file out (CSV)")


def test_the_hub_sees_sums_and_no_small_number(somebody: Seat, desk: Desk) -> None:
    hub = somebody(desk.analyst).signs_in().opens("/money").follows("Forecast", exact=True)
    hub.sees("By borough", "Testham", "£60,000.00", "Not shown").does_not_see(NAME)
    hub.opens("/money/forecast/residential", expecting=404)


def test_nothing_scrolls_sideways_on_a_phone(somebody: Seat, desk: Desk) -> None:
    payer = somebody(desk.payer, width=390).signs_in()
    assert [page for page in PAGES if scrolls_sideways(payer.opens(page))] == []

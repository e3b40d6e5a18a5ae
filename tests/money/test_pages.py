"""The pages of the forecast, as a borough, the hub, a provider and a stranger open them."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from contracts.money.budgeting import Revision, set_budget
from foundation import clock
from foundation.database import db
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from marketplace.roles import Role
from tests.conftest import ClientAs
from tests.makers.contracts import Deal, a_deal, a_placement
from tests.makers.standing import a_borough, a_person, acting


@pytest.fixture
def deal(session: scoped_session[Session]) -> Deal:
    made = a_deal(starts_on=clock.today() - timedelta(20), weeks=None)
    a_placement(made)
    return made


@pytest.fixture
def payer(deal: Deal) -> Actor:
    return a_person(deal.borough, Role.FINANCE_OFFICER)


def a_budget(payer: Actor, amount: int) -> None:
    year = FinancialYear.of(clock.today())
    set_budget(
        Revision(service="residential", year=year, amount=Decimal(amount), reason="Cabinet", seen=0), by=acting(payer)
    )


def test_the_borough_reads_its_forecast_and_why(deal: Deal, payer: Actor, client_as: ClientAs) -> None:
    a_budget(payer, 1000)
    client = client_as(payer)
    page = client.get("/money/forecast").text
    assert "£1,000.00" in page
    assert " over" in page
    sheet = client.get("/money/forecast/residential").text
    for words in ("From budget to outturn", "Started since", "Rounding", "Forecast outturn", "CH-"):
        assert words in sheet
    assert "Zephyrine" not in sheet + page


def test_without_a_budget_the_page_says_so_and_leads_there(payer: Actor, client_as: ClientAs) -> None:
    page = client_as(payer).get("/money/forecast").text
    assert "Not set" in page
    assert "/money/budgets/residential" in page


def test_the_files_sum_to_the_page(deal: Deal, payer: Actor, client_as: ClientAs) -> None:
    client = client_as(payer)
    rows = read(client.get("/money/forecast/agreements.csv").text)
    (row,) = rows
    months = sum(
        Decimal(row[month])
        for month in ("Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar")
    )
    assert months == Decimal(row["Outturn (£)"])
    (part,) = read(client.get("/money/forecast/residential.csv").text)
    assert part["Outturn (£)"] == row["Outturn (£)"]
    assert row["Child"].startswith("CH-")


def test_the_hub_sees_sums_and_no_small_number(deal: Deal, payer: Actor, client_as: ClientAs) -> None:
    a_budget(payer, 1000)
    analyst = client_as(a_person(deal.hub, Role.HUB_ANALYST))
    page = analyst.get("/money/forecast").text
    assert "By borough" in page
    assert "Not shown" in page
    for kept in ("/money/forecast/residential", "/money/forecast/agreements.csv", "/money/what-if"):
        assert analyst.get(kept).status_code == 404
    assert "Cabinet" in analyst.get("/money/budgets").text


def test_strangers_and_providers(deal: Deal, client_as: ClientAs) -> None:
    stranger = client_as(a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.FINANCE_OFFICER))
    assert "Nothing to forecast" in stranger.get("/money/forecast").text
    assert stranger.get("/money/forecast/residential").status_code == 404
    for page in ("/money/forecast", "/money/what-if", "/money/budgets"):
        assert client_as(deal.head).get(page).status_code == 404


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("more=3", "Say at which weekly fee"),
        ("more=3&weekly=4,20", "is not clear"),
        ("more=many", "is not a whole number"),
        ("more=501&weekly=1", "from 0 to 500"),
        ("change=-100", "above −100"),
        ("uplift=x", "is not a percentage"),
        (
            "more=1&weekly=1&more_from=1&more_from=4&more_from=2027&more_until=1&more_until=3&more_until=2027",
            "after the first",
        ),
        ("fewer_from=31&fewer_from=2&fewer_from=2027", "a day that exists"),
    ],
)
def test_what_if_refuses_what_cannot_be_meant(payer: Actor, client_as: ClientAs, asked: str, said: str) -> None:
    answer = client_as(payer).get(f"/money/what-if?service=residential&base=forecast&{asked}")
    assert (answer.status_code, said in answer.text) == (422, True)


def test_what_if_answers_and_stores_nothing(payer: Actor, client_as: ClientAs) -> None:
    client = client_as(payer)
    assert "The answer" not in client.get("/money/what-if").text
    page = client.get("/money/what-if?service=&base=forecast&more=2&weekly=5000&uplift=3.9&fewer=1").text
    for words in ("Side by side", "What each supposition adds", "Placements that end", "average week"):
        assert words in page


def test_the_forecast_asks_no_statement_an_agreement(deal: Deal, payer: Actor, client_as: ClientAs) -> None:
    client, seen = client_as(payer), []
    event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    client.get("/money/forecast")
    assert len(seen) <= 14


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_missing_budget_and_an_overspend_stand_in_the_payers_work(
    deal: Deal, payer: Actor, client_as: ClientAs
) -> None:
    assert "no budget is set" in client_as(payer).get("/work").text
    a_budget(payer, 1000)
    page = client_as(payer).get("/work").text
    assert "no budget is set" not in page
    assert "over the budget" in page
    assert "over the budget" not in client_as(deal.officer).get("/work").text


def test_a_forecast_within_the_tolerance_is_nobodys_work(deal: Deal, payer: Actor, client_as: ClientAs) -> None:
    a_budget(payer, 10_000_000)
    assert "over the budget" not in client_as(payer).get("/work").text

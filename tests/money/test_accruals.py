"""Accruals: months that sum to the cost, on pages and in the file, and nobody else's."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session, scoped_session

from contracts.money.accruing import accruals
from contracts.money.forecasting import forecast
from contracts.money.stays import stays_of
from contracts.spending import spend_rows
from foundation import clock
from foundation.quarters import FinancialYear
from marketplace.roles import Role
from tests.conftest import ClientAs
from tests.makers.contracts import CORE, a_deal, a_placement
from tests.makers.standing import a_borough, a_person, acting

THERAPY = {
    "kind": "therapy",
    "label": "Therapy",
    "amount": Decimal("33.33"),
    "unit": "hour",
    "quantity": Decimal("1.5"),
}
YEARLY = {"kind": "education", "label": "Education", "amount": Decimal("61000.01"), "unit": "year"}


@pytest.mark.parametrize("fees", [(CORE,), (CORE, THERAPY), (YEARLY, THERAPY), (CORE, THERAPY, YEARLY)])
@pytest.mark.parametrize("ago", [1, 29, 233, 400])
def test_the_months_sum_to_the_cost_and_to_what_the_forecast_calls_borne_so_far(
    session: scoped_session[Session], fees: tuple[dict[str, object], ...], ago: int
) -> None:
    today = clock.today()
    deal = a_deal(starts_on=today - timedelta(ago), weeks=None, fees=fees)
    a_placement(deal)
    payer = acting(a_person(deal.borough, Role.FINANCE_OFFICER))
    year = FinancialYear.of(today)
    found = accruals(payer, year, today)
    (whole,) = spend_rows(year.first_day, today)
    assert found.sum_of() == whole.charge
    assert found.sum_of().borne == forecast(stays_of(year, today), year, today).to_date
    charge = found.sum_of()
    assert charge.social_care + charge.education + charge.health == charge.borne


def test_the_page_and_the_file_say_the_same(session: scoped_session[Session], client_as: ClientAs) -> None:
    deal = a_deal(starts_on=date(2026, 9, 14), weeks=None)
    a_placement(deal)
    client = client_as(a_person(deal.borough, Role.FINANCE_OFFICER))
    page = client.get("/money/accruals?year=2026-27&month=2026-10").text
    assert "October 2026 by agreement" in page
    assert "£18,600.00" in page  # 31 days at £600
    assert "Zephyrine" not in page
    rows = list(
        csv.DictReader(io.StringIO(client.get("/money/accruals/year.csv?year=2026-27").text.removeprefix("\ufeff")))
    )
    october = [row for row in rows if row["Month"] == "2026-10"]
    assert [(row["Net (£)"], row["Borne (£)"]) for row in october] == [("18600.00", "18600.00")]
    assert october[0]["Child"].startswith("CH-")
    book = load_workbook(io.BytesIO(client.get("/money/accruals/year.xlsx?year=2026-27").data))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert cells[0] == list(rows[0])
    assert [line[7] for line in cells if line[0] == "2026-10"] == [18600]


def test_strangers_the_hub_and_providers(session: scoped_session[Session], client_as: ClientAs) -> None:
    deal = a_deal(starts_on=clock.today() - timedelta(20), weeks=None)
    a_placement(deal)
    stranger = client_as(a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.FINANCE_OFFICER))
    assert "Nothing accrued" in stranger.get("/money/accruals").text
    for reader in (deal.head, a_person(deal.hub, Role.HUB_ANALYST)):
        assert client_as(reader).get("/money/accruals").status_code == 404
        assert client_as(reader).get("/money/accruals/year.csv").status_code == 404

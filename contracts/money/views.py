"""The first page of Money: the year so far by service and month, and where it leads."""

from flask import Blueprint, render_template

from contracts.money.asking import buyer
from contracts.money.drawing import MONTHS
from contracts.money.outlook import borough_outlook, hub_outlook
from contracts.money.tabs import money_tabs
from contracts.spending import months
from foundation import clock
from foundation.quarters import FinancialYear
from marketplace.roles import Kind

blueprint = Blueprint("money", __name__, url_prefix="/money")


@blueprint.get("")
def index() -> str:
    """What placements have cost since the first of April, and what the year is forecast to cost."""
    actor, today = buyer(), clock.today()
    year = FinancialYear.of(today)
    outlook = hub_outlook(year).by_service if actor.kind is Kind.HUB else borough_outlook(actor, year)
    begun = len(months(year.first_day, today))
    return render_template(
        "money/index.html", tabs=money_tabs(), year=year, months=MONTHS[:begun], rows=outlook.rows, every=outlook.total
    )

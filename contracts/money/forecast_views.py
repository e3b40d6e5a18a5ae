"""Pages of the forecast: the year against its budgets, the sheet that explains one service, and both as spreadsheets."""

from flask import Blueprint, Response, render_template

from contracts.money.asking import asked_year, borough_reader, buyer
from contracts.money.budget_queries import service_called
from contracts.money.drawing import MONTHS, by_month, from_budget
from contracts.money.explaining import explain_forecast
from contracts.money.outlook import borough_outlook, hub_outlook, service_outlook
from contracts.money.sheets import FORECAST_HEADS, SHEET_HEADS, forecast_lines, sheet_lines
from contracts.money.tabs import money_tabs
from contracts.money.words import STANDING_WORDS
from foundation import clock
from foundation.spreadsheets import csv_download
from marketplace.roles import Kind

blueprint = Blueprint("forecast", __name__, url_prefix="/money/forecast")


@blueprint.get("")
def index() -> str:
    """The year against its budgets: a borough's by service; for the hub, every borough's in sums."""
    actor, asked = buyer(), asked_year()
    frame = {"tabs": money_tabs(), "asked": asked, "today": clock.today(), "months": MONTHS}
    if actor.kind is Kind.HUB:
        hub = hub_outlook(asked.year)
        every = hub.by_borough.total
        return render_template("money/forecast_hub.html", hub=hub, every=every, chart=by_month(every.forecast), **frame)
    outlook = borough_outlook(actor, asked.year)
    return render_template("money/forecast.html", outlook=outlook, chart=by_month(outlook.total.forecast), **frame)


@blueprint.get("/<service>")
def sheet(service: str) -> str:
    """The sheet that explains a service's forecast: from budget to outturn, down to each agreement."""
    actor, asked = borough_reader(), asked_year()
    row = service_outlook(actor, asked.year, service, service_called(service, actor))
    told = explain_forecast(row.forecast, row.budget)
    return render_template(
        "money/sheet.html", tabs=money_tabs(), asked=asked, service=service, row=row, told=told, chart=from_budget(told),
        today=clock.today(), standings=STANDING_WORDS,
    )  # fmt: skip


@blueprint.get("/<service>.csv")
def sheet_file(service: str) -> Response:
    """The same sheet, agreement by agreement, as CSV."""
    actor, asked = borough_reader(), asked_year()
    row = service_outlook(actor, asked.year, service, service_called(service, actor))
    lines = sheet_lines(explain_forecast(row.forecast, row.budget))
    return csv_download(f"forecast-explained-{service}-{asked.year}.csv", SHEET_HEADS, lines)


@blueprint.get("/agreements.csv")
def file() -> Response:
    """Every agreement's year by month as CSV, under the child's pseudonymous reference."""
    actor, asked = borough_reader(), asked_year()
    outlook = borough_outlook(actor, asked.year)
    return csv_download(f"forecast-{asked.year}.csv", FORECAST_HEADS, forecast_lines(outlook))

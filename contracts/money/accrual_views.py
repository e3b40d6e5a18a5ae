"""Pages of accruals: the year by month, one month by agreement, and the whole year as a spreadsheet."""

from datetime import date

from flask import Blueprint, Response, render_template, request

from contracts.money.accruing import Accruals, accruals
from contracts.money.asking import asked_year, borough_reader
from contracts.money.sheets import ACCRUAL_HEADS, accrual_lines
from contracts.money.tabs import money_tabs
from foundation import clock
from foundation.sheet_reading import XLSX
from foundation.spreadsheets import csv_download, download, workbook_bytes

blueprint = Blueprint("accruals", __name__, url_prefix="/money/accruals")


@blueprint.get("")
def index() -> str:
    """The year's months and the agreements of the one that is asked for, or else of the last."""
    actor, asked = borough_reader(), asked_year()
    found = accruals(actor, asked.year, clock.today())
    month = _month(found)
    return render_template(
        "money/accruals.html", tabs=money_tabs(), asked=asked, found=found, month=month, today=clock.today(),
        rows=found.of(month) if month else [],
    )  # fmt: skip


@blueprint.get("/year.csv")
def file() -> Response:
    """Every month and agreement of the year as CSV."""
    asked = asked_year()
    found = accruals(borough_reader(), asked.year, clock.today())
    return csv_download(f"accruals-{asked.year}.csv", ACCRUAL_HEADS, accrual_lines(found))


@blueprint.get("/year.xlsx")
def workbook() -> Response:
    """The same as a workbook."""
    asked = asked_year()
    found = accruals(borough_reader(), asked.year, clock.today())
    content = workbook_bytes(f"Accruals {asked.year}", ACCRUAL_HEADS, accrual_lines(found))
    return download(f"accruals-{asked.year}.xlsx", content, XLSX)


def _month(found: Accruals) -> date | None:
    """The month that the address names as `?month=2026-10`, if the year so far has it; without one the last."""
    named = {f"{month:%Y-%m}": month for month in found.months}
    return named.get(request.args.get("month", ""), found.months[-1] if found.months else None)

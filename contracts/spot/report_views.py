"""The report on spot purchases as a page with charts, and as a spreadsheet."""

from decimal import Decimal

from flask import Response, render_template, request

from contracts.spot.paper_views import blueprint as blueprint
from contracts.spot.queries import of_borough_or_hub
from contracts.spot.report import SpotReport, spot_report, years_to_choose
from contracts.spot.shares import ShareRow
from contracts.spot.tabs import spot_tabs
from foundation import charts, clock
from foundation.formatting import percent
from foundation.quarters import FinancialYear
from foundation.spreadsheets import csv_download
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor
from marketplace.small_numbers import FEW

HEADS = (
    "Table", "Group", "Placements", "Spot placements", "Spot share of placements (%)", "Spent (£)", "Spot spend (£)",
    "Spot share of spend (%)", "On the framework (£)", "Gap (£)",
)  # fmt: skip


@blueprint.get("/spot-purchases/report")
def report() -> str:
    """Shares, reasons, the gap, month by month."""
    actor = of_borough_or_hub(signed_in_actor())
    found = spot_report(_year(), actor)
    return render_template(
        "spot/report.html", report=found, tabs=spot_tabs(), months=_months(found),
        years=[(str(year), str(year)) for year in years_to_choose(clock.today())],
        reasons=_reasons(found), of_hub=actor.kind is Kind.HUB, few=FEW,
    )  # fmt: skip


@blueprint.get("/spot-purchases/report.csv")
def report_sheet() -> Response:
    """Every table of the report, one below the other."""
    found = spot_report(_year(), of_borough_or_hub(signed_in_actor()))
    tables = [
        ("All", [found.total]), ("Borough", found.by_borough), ("Lot", found.by_lot), ("Need", found.by_need),
        ("Month", found.by_month),
    ]  # fmt: skip
    rows = [_cells(table, row) for table, of_table in tables for row in of_table]
    rows += [("Reason", words, "", FEW if count is None else count, *[""] * 6) for words, count in found.reasons]
    for gap in (*found.gaps, found.gap_total):
        said = ("", "", "") if gap.hidden else (gap.paid, gap.on_framework, gap.gap)
        count = FEW if gap.hidden else len(gap.references)
        rows.append(("Gap", gap.name, "", count, "", "", said[0], "", said[1], said[2]))
    return csv_download(f"spot-purchases-{found.year}.csv", HEADS, rows)


def _cells(table: str, row: ShareRow) -> tuple[object, ...]:
    spot = (FEW, "", "") if row.hidden else (row.spot, row.spot_spent, row.spend_share)
    return (
        table, row.name, row.placements, spot[0], _rounded(row.share), row.spent, spot[1], _rounded(row.spend_share), "", ""
    )  # fmt: skip


def _rounded(share: Decimal | None) -> object:
    return "" if share is None else round(share, 1)


def _year() -> FinancialYear:
    """The year asked for, among those that may be chosen; otherwise this one."""
    years = {str(year): year for year in years_to_choose(clock.today())}
    return years.get(request.args.get("year", ""), FinancialYear.of(clock.today()))


def _months(report: SpotReport) -> object:
    shares = [float(row.spend_share) if row.spend_share is not None else None for row in report.by_month]
    if not any(shares):
        return None
    known = [share for share in shares if share is not None]
    title = (
        f"Spot purchases’ share of spend by month of {report.year}: between {percent(Decimal(min(known)).quantize(Decimal('0.1')))}"
        f" and {percent(Decimal(max(known)).quantize(Decimal('0.1')))}"
    )
    labels = [row.name.split(" ")[0] for row in report.by_month]
    return charts.for_page(charts.bars, title, labels, shares, write="{:.1f}%".format)


def _reasons(report: SpotReport) -> object:
    if not report.reasons:
        return None
    title = f"Reasons for the purchases approved in {report.year}, the most frequent first"
    rows = [(words, None if count is None else float(count), None) for words, count in report.reasons]
    return charts.for_page(charts.horizontal, title, rows, write="{:.0f}".format)

"""The report of a round: as a page, as a file for spreadsheets, and as a paper for the board."""

from flask import Response, render_template

from contracts.uplift.board_paper import board_paper
from contracts.uplift.drawing import agreed_chart
from contracts.uplift.queries import indices_of, participants_of, requests_of, round_called, round_for, ruling_of
from contracts.uplift.report import Outcome, round_figures
from contracts.uplift.request_views import blueprint as blueprint
from contracts.uplift.round import UpliftRound
from contracts.uplift.words import BADGES
from foundation.permission import NotFound
from foundation.spreadsheets import csv_download
from marketplace.acts import Act
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor

#: heads of the file: groups of rows under the whole, each with the same money
HEADS = (
    "By", "Name", "Standing", "Agreements", "Fees before (£)", "Asked (£)", "Asked (%)", "Agreed (£)", "Agreed (%)", "Avoided (£)",
    "Refused (£)", "Still open (£)",
)  # fmt: skip


@blueprint.get("/<reference>/report")
def report_page(reference: str) -> str:
    """What the round came to so far: for the hub, and for a borough on its own agreements."""
    opened = round_called(reference)
    if signed_in_actor().kind is Kind.PROVIDER:
        raise NotFound
    requests, participants = requests_of(opened), participants_of(opened)
    figures = round_figures(opened, requests)
    return render_template(
        "uplifts/report.html", round=opened, requests=requests, figures=figures, badges=BADGES,
        ruling=ruling_of(opened, indices_of(opened)), participants=participants,
        drawing=agreed_chart(figures) if figures else None,
    )  # fmt: skip


@blueprint.get("/<reference>/report.csv")
def report_sheet(reference: str) -> Response:
    """The same as a file: a row for each request, borough, lot and provider, and one for the whole."""
    opened = round_called(reference)
    if signed_in_actor().kind is Kind.PROVIDER:
        raise NotFound
    return csv_download(f"{reference}-report.csv", HEADS, _rows(opened))


@blueprint.get("/<reference>/report.pdf")
def report(reference: str) -> Response:
    """The round's report for the board: for the hub, which sees every request."""
    opened = round_for(reference, signed_in_actor(), Act.OPEN_UPLIFT_ROUND)
    response = Response(board_paper(opened), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{reference}-report.pdf")
    return response


def _rows(opened: UpliftRound) -> list[tuple[object, ...]]:
    requests = requests_of(opened)
    figures = round_figures(opened, requests)
    if figures is None:
        return []
    named = {one.id: (f"{one.provider.name}, {one.reference}", BADGES[one.state][1]) for one in requests}
    rows = [_cells("Request", *named[key], outcome) for key, outcome in figures.by_request.items()]
    for by, outcomes in (("Borough", figures.by_borough), ("Lot", figures.by_lot), ("Provider", figures.by_provider)):
        rows += [_cells(by, outcome.name, "", outcome) for outcome in outcomes]
    return [*rows, _cells("All", "All", "", figures.total)]


def _cells(by: str, name: str, standing: str, one: Outcome) -> tuple[object, ...]:
    asked, agreed = (None if share is None else round(share, 2) for share in (one.asked_percent, one.agreed_percent))
    return (
        by, name, standing, one.agreements, one.before, one.asked, asked, one.agreed, agreed, one.avoided, one.refused, one.waiting,
    )  # fmt: skip

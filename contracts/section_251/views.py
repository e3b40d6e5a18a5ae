"""The page of the Section 251 file: what it will hold, what it lacks, and for those who may, the file itself."""

from flask import Blueprint, Response, render_template

from contracts.money.asking import asked_year, borough_reader
from contracts.money.tabs import money_tabs
from contracts.section_251.columns import COLUMNS, HEADS
from contracts.section_251.filling import fill
from contracts.section_251.making import make_section_251
from foundation import clock
from foundation.spreadsheets import csv_download
from marketplace.acts import Act
from marketplace.policy import permits

blueprint = Blueprint("section_251", __name__, url_prefix="/money/section-251")


@blueprint.get("")
def index() -> str:
    """How many placements, what they cost, and which columns stay blank."""
    actor, asked = borough_reader(), asked_year()
    filled = fill(actor, asked.year, clock.today())
    return render_template(
        "money/section_251.html", tabs=money_tabs(), asked=asked, filled=filled, columns=COLUMNS, today=clock.today(),
        may_make=permits(actor, Act.MAKE_SECTION_251),
    )  # fmt: skip


@blueprint.get("/placements.csv")
def file() -> Response:
    """The file. Every taking out stands in the audit trail."""
    asked = asked_year()
    filled = make_section_251(asked.year, by=borough_reader())
    return csv_download(f"section-251-placement-costs-{asked.year}.csv", HEADS, filled.lines)

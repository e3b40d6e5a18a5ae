"""The page of a borough's contracts, and the same as a spreadsheet."""

from flask import Blueprint, Response, render_template, request

from contracts.block.queries import block_rows
from contracts.block.words import KINDS
from contracts.contract_register import DOCUMENTS, Wanted, register_page, whole_register
from contracts.words import GROUPS
from foundation import clock
from foundation.permission import NotFound
from foundation.quarters import FinancialYear
from foundation.spreadsheets import csv_download
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("contracts", __name__, url_prefix="/contracts")

HEADS = (
    "Agreement", "Borough", "Provider", "Setting", "Lot", "State", "Starts", "Ends", "This financial year (£)",
    "From today to the end (£)", "Next review by", "Notice (days)", "Ends by notice on", "Document",
)  # fmt: skip


@blueprint.get("")
def index() -> str:
    """The register: value, term, next review, notice and papers of each contract."""
    wanted = _wanted()
    rows, found = register_page(wanted)
    return render_template(
        "contracts/register.html", rows=rows, found=found, wanted=wanted, year=FinancialYear.of(clock.today()),
        groups=[(key, text) for key, (text, _) in GROUPS.items()], today=clock.today(),
        documents=[(key, text) for key, (text, _) in DOCUMENTS.items()], blocks=block_rows() if found.current == 1 else (),
        kinds=KINDS, of_hub=signed_in_actor().kind is Kind.HUB,
    )  # fmt: skip


@blueprint.get("/register.csv")
def sheet() -> Response:
    """The register with its filters as CSV, every page of it."""
    rows = [
        (
            row.reference, row.authority, row.provider, row.setting, row.lot, row.badge[1], row.starts_on, row.ends_on,
            row.this_year, row.to_the_end, row.next_review_on, row.notice_days, row.notice_ends_on, row.document,
        )
        for row in whole_register(_wanted())
    ]  # fmt: skip
    return csv_download(f"contracts-{clock.today().isoformat()}.csv", HEADS, rows)


def _wanted() -> Wanted:
    """The filters of the request; a provider keeps no register here: its agreements stand under placements."""
    if signed_in_actor().kind is Kind.PROVIDER:
        raise NotFound
    return Wanted(
        words=request.args.get("q", "").strip(), group=request.args.get("state", ""),
        document=request.args.get("document", ""),
    )  # fmt: skip

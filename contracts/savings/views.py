"""Pages of the savings ledger: the ledger, one entry, the queue of a finance officer, the return on contribution."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from contracts.money.tabs import money_tabs
from contracts.savings.approving import approve_savings
from contracts.savings.contribution import memberships, returns
from contracts.savings.forms import ApproveForm
from contracts.savings.ledger import counted, entries
from contracts.savings.queries import (
    boroughs_of,
    count_waiting,
    entry_with_grounds,
    file_of,
    history_of,
    plans_waiting,
    reader,
    reversal_of,
    reversed_by,
    saving_called,
    waiting,
)
from contracts.savings.saving import Benefit, Rating, SavingState, Source
from contracts.savings.showing import (
    SHEET_HEADS,
    chart_by_year,
    chart_of_returns,
    sheet_rows,
    sums_of,
    sums_of_grounds,
    tables_of_returns,
    wanted_of_request,
)
from contracts.savings.words import PROJECTS, words_for_pages
from foundation import clock
from foundation.formatting import plural
from foundation.paging import window_of
from foundation.quarters import FinancialYear
from foundation.spreadsheets import csv_download
from marketplace.acts import Act
from marketplace.policy import may, permits
from marketplace.roles import Kind

blueprint = Blueprint("savings", __name__, url_prefix="/money/savings")

Answer = Answered | tuple[str, int]
GROUND_HEADS = ("Agreement", "Fee", "From", "Up to, not including", "At the one price", "At the other", "Saved (£)")
#: sums shown on an entry's page; all of them are in its spreadsheet
SUMS_SHOWN = 50


blueprint.context_processor(words_for_pages)


@blueprint.get("")
def index() -> str:
    """The ledger: what counts this year and in every year, and the entries."""
    actor, found, wanted = reader(), entries(), wanted_of_request()
    counting, kept, year = (
        counted(found),
        [entry for entry in found if wanted.keeps(entry)],
        FinancialYear.of(clock.today()),
    )
    years = sorted({figure.year for entry in found for figure in entry.figures} | {year}, reverse=True)
    return render_template(
        "savings/index.html", tabs=money_tabs(), here="ledger", waiting=count_waiting(), found=window_of(kept), wanted=wanted, year=year,
        years=years, sums=sums_of(counting, year), chart=chart_by_year(counting), Rating=Rating, Source=Source, Benefit=Benefit,
        SavingState=SavingState, projects=PROJECTS, boroughs=boroughs_of(actor) if actor.kind is Kind.HUB else [],
        may_enter=permits(actor, Act.ENTER_SAVING), plans=plans_waiting(), is_empty=not found,
    )  # fmt: skip


@blueprint.get("/ledger.csv")
def sheet() -> Response:
    """The ledger with its filters as CSV: a row for each amount."""
    reader()
    wanted = wanted_of_request()
    rows = sheet_rows(entry for entry in entries() if wanted.keeps(entry))
    return csv_download(f"savings-{clock.today().isoformat()}.csv", SHEET_HEADS, rows)


@blueprint.route("/to-approve", methods=["GET", "POST"])
def queue() -> Answer:
    """What waits for a finance officer, who approves what is ticked: all of it, or none."""
    actor, form = reader(), ApproveForm()
    chosen = request.form.getlist("chosen")
    if form.validate_on_submit() and form.carry_out(approve_savings, waiting(chosen), form.note.data or "", by=actor):
        flash(f"{plural(len(chosen), 'entry', 'entries')} approved. What is approved counts from now on.", "ok")
        return redirect(url_for("savings.queue"), 303)
    found = entries(only=[SavingState.CLAIMED])
    mine = {entry.saving.reference for entry in found if may(actor, Act.APPROVE_SAVING, entry.saving)}
    return render_template(
        "savings/queue.html", tabs=money_tabs(), here="to-approve", waiting=len(found), entries=found, mine=mine, chosen=chosen, form=form
    ), form.status  # fmt: skip


@blueprint.get("/return")
def contribution() -> str:
    """What each borough gets for its contribution."""
    actor, today = reader(), clock.today()
    own = actor.organisation_id if actor.kind is Kind.AUTHORITY else None
    found = returns(memberships(own), counted(entries()), today)
    return render_template(
        "savings/return.html", tabs=money_tabs(), here="return", waiting=count_waiting(), returns=found, chart=chart_of_returns(found),
        tables=tables_of_returns(found, of_hub=own is None), by_borough=[each for each in found if each.year] if own is None else [],
        today=today, of_hub=actor.kind is Kind.HUB,
    )  # fmt: skip


@blueprint.get("/<reference>")
def show(reference: str) -> str:
    """One entry: what it comes to, its formula with numbers, what it stands on, and what was done to it."""
    saving = saving_called(reference)
    entry, standings = entry_with_grounds(saving)
    sums = sums_of_grounds(standings, saving.source, clock.today())
    acts = {act for act in saving.MOVES if may(reader(), act, saving)}
    return render_template(
        "savings/show.html", tabs=money_tabs(), entry=entry, saving=saving, standings=standings, sums=sums[:SUMS_SHOWN], all_sums=len(sums),
        history=history_of(saving), acts=acts, Act=Act, reversal=reversed_by(saving), reverses=reversal_of(saving), today=clock.today(),
    )  # fmt: skip


@blueprint.get("/<reference>/sums.csv")
def sums_sheet(reference: str) -> Response:
    """Every sum of an entry as CSV."""
    saving = saving_called(reference)
    _, standings = entry_with_grounds(saving)
    rows = [
        (each.agreement, each.fee, each.starts_on, each.ends_on, each.before, each.after, each.saved)
        for each in sums_of_grounds(standings, saving.source, clock.today())
    ]  # fmt: skip
    return csv_download(f"{reference}-sums.csv", GROUND_HEADS, rows)


@blueprint.get("/<reference>/evidence")
def evidence(reference: str) -> Response:
    """The document that came with an entry."""
    kept = file_of(saving_called(reference).evidence_file_id)
    response = Response(kept.content, mimetype=kept.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=kept.name)
    return response

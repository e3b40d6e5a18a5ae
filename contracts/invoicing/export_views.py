"""Pages of exports: what waits, the batches made, and each batch as a file. For boroughs alone."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Redirect

from contracts.invoicing import queries
from contracts.invoicing.exporting import HEADS, export_charges, rows_of
from contracts.invoicing.forms import ExportForm
from contracts.invoicing.months import said
from contracts.money.tabs import money_tabs
from foundation.database import db
from foundation.permission import NotPermitted
from foundation.sheet_reading import XLSX
from foundation.spreadsheets import download, workbook_bytes
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.policy import POLICY
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("exports", __name__, url_prefix="/money/invoices/exports")

Answer = Redirect | tuple[str, int]


@blueprint.route("", methods=["GET", "POST"])
def index() -> Answer:
    """What is approved and waits, and every batch so far; the finance officer makes the next one here."""
    actor = queries.require_borough(signed_in_actor())
    authority = db.session.get_one(Organisation, actor.organisation_id)
    waiting = queries.waiting_by_month(authority.id)
    form, may_export = ExportForm.of(waiting), bool(actor.roles & POLICY[Act.EXPORT_CHARGES].roles)
    if form.is_submitted() and not may_export:
        raise NotPermitted(Act.EXPORT_CHARGES, actor)
    if form.validate_on_submit() and form.carry_out(export_charges, authority, form.asked, by=actor):
        flash(f"Batch {form.outcome.number} is made. Download its file for your finance system.", "ok")
        return redirect(url_for("exports.show", reference=form.outcome.reference), 303)
    return render_template(
        "invoicing/exports.html", tabs=money_tabs(), form=form, waiting=waiting, found=queries.exports_page(),
        may_export=may_export, said=said,
    ), form.status  # fmt: skip


@blueprint.get("/<reference>")
def show(reference: str) -> str:
    """One batch and what is in it, by supplier."""
    queries.require_borough(signed_in_actor())
    batch = queries.export_called(reference)
    return render_template(
        "invoicing/export.html",
        tabs=money_tabs(),
        batch=batch,
        suppliers=queries.by_supplier(rows_of(batch)),
        said=said,
    )


@blueprint.get("/<reference>.<any(csv, xlsx):ending>")
def file(reference: str, ending: str) -> Response:
    """The batch's file: the CSV as it was kept, or the same rows as a workbook."""
    queries.require_borough(signed_in_actor())
    batch = queries.export_called(reference)
    if ending == "csv":
        kept = queries.kept_file(batch.file_id)
        return download(kept.name, kept.content, kept.media_type)
    rows = [row.cells(batch.reference) for row in rows_of(batch)]
    return download(f"{batch.reference}.xlsx", workbook_bytes("Charges", HEADS, rows), XLSX)

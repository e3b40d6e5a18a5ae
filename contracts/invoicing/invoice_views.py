"""Pages of invoices that providers send, of the template they begin from, and of credit notes."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from contracts.invoicing import queries, words
from contracts.invoicing.checking import check_invoice
from contracts.invoicing.crediting import accept_credit_note, issue_credit_note, left_to_credit
from contracts.invoicing.forms import MOST_QUESTIONS, ActForm, CheckForm, CreditForm, SendForm
from contracts.invoicing.invoice_file import COLUMNS
from contracts.invoicing.months import said
from contracts.invoicing.schedule_sheet import template_heads, template_name, template_rows
from contracts.invoicing.sending import send_invoice
from foundation.sheet_reading import XLSX
from foundation.spreadsheets import csv_download, download, workbook_bytes
from foundation.states import require
from marketplace.acts import Act
from marketplace.policy import may
from marketplace.roles import SEES_IDENTITY
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("received", __name__, url_prefix="/money/invoices")

Answer = Redirect | tuple[str, int]


@blueprint.route("/<reference>/send", methods=["GET", "POST"])
def send(reference: str) -> Answer:
    """The provider sends its own invoice; it is read and matched at once."""
    actor, form = signed_in_actor(), SendForm()
    schedule = queries.schedule_for(reference, actor, Act.SEND_INVOICE)
    if request.method == "GET":
        require(schedule, Act.SEND_INVOICE)
    if form.validate_on_submit() and form.carry_out(
        send_invoice, schedule, form.upload, form.number.data, form.total.pounds, by=actor
    ):
        flash("Your invoice is with the borough. This is how it agrees with the schedule.", "ok")
        return redirect(url_for("received.show", reference=form.outcome.reference), 303)
    return render_template("invoicing/send.html", form=form, schedule=schedule, said=said, columns=COLUMNS), form.status


@blueprint.get("/<reference>/template.<any(csv, xlsx):ending>")
def template(reference: str, ending: str) -> Response:
    """An invoice to begin from: the schedule's charges that wait."""
    schedule = queries.schedule_for(reference, signed_in_actor(), Act.SEND_INVOICE)
    rows, name = list(template_rows(queries.all_charges(schedule))), template_name(schedule, ending)
    if ending == "csv":
        return csv_download(name, template_heads(), rows)
    return download(name, workbook_bytes("Invoice", template_heads(), rows), XLSX)


@blueprint.get("/received/<reference>")
def show(reference: str) -> str:
    """An invoice, row by row: what each says, what the schedule says, and what was found."""
    actor, invoice = queries.require_reader(signed_in_actor()), queries.invoice_called(reference)
    rows = queries.rows_of_invoice(invoice)
    return render_template(
        "invoicing/invoice.html", invoice=invoice, rows=rows, schedule=invoice.schedule, missing=queries.not_billed(invoice),
        said=said, words=words, may_check=may(actor, Act.QUERY_INVOICE, invoice),
        may_open=bool(actor.roles & SEES_IDENTITY), agreed=sum(row.finding == "agreed" for row in rows),
    )  # fmt: skip


@blueprint.get("/received/<reference>/file")
def file(reference: str) -> Response:
    """The file as the provider sent it, for the few who may know what else it says."""
    queries.require_reader(signed_in_actor())
    kept = queries.kept_file(queries.invoice_called(reference).file_id)
    return download(kept.name, kept.content, kept.media_type)


@blueprint.route("/received/<reference>/check", methods=["GET", "POST"])
def check(reference: str) -> Answer:
    """The borough's finance officer approves the rows that agree and asks about the rest."""
    actor, invoice = signed_in_actor(), queries.invoice_called(reference)
    queries.require_permitted(actor, Act.QUERY_INVOICE, invoice)
    if request.method == "GET":
        require(invoice, Act.QUERY_INVOICE)
    rows = queries.rows_of_invoice(invoice)
    form = CheckForm.of(rows)
    if form.validate_on_submit() and form.carry_out(check_invoice, invoice, form.queries, by=actor):
        flash("Your answer is with the provider.", "ok")
        return redirect(url_for("received.show", reference=reference), 303)
    return render_template(
        "invoicing/check.html", form=form, invoice=invoice, rows=rows, schedule=invoice.schedule, said=said, words=words,
        most=MOST_QUESTIONS,
    ), form.status  # fmt: skip


@blueprint.route("/<reference>/charges/<int:position>/credit", methods=["GET", "POST"])
def credit(reference: str, position: int) -> Answer:
    """The provider takes back some or all of a settled charge."""
    actor = signed_in_actor()
    schedule, charge = queries.charge_for(reference, position, actor, Act.ISSUE_CREDIT_NOTE)
    left, _ = left_to_credit(charge)
    form = CreditForm() if request.method == "POST" else CreditForm.of(left)
    if form.validate_on_submit() and form.carry_out(
        issue_credit_note, schedule, charge, form.number.data, form.amount.pounds, form.reason.data, by=actor
    ):
        flash("Your credit note is with the borough.", "ok")
        return redirect(url_for("received.credit_note", reference=form.outcome.reference), 303)
    return render_template(
        "invoicing/credit.html", form=form, schedule=schedule, charge=charge, left=left, said=said
    ), form.status


@blueprint.route("/credit-notes/<reference>", methods=["GET", "POST"])
def credit_note(reference: str) -> Answer:
    """A credit note; the borough's finance officer accepts it here."""
    actor, form = queries.require_reader(signed_in_actor()), ActForm()
    note = queries.credit_note_called(reference)
    schedule = queries.schedule_of(note)
    if form.validate_on_submit() and form.carry_out(accept_credit_note, note, schedule, by=actor):
        flash("The credit note is accepted. It goes into your next export.", "ok")
        return redirect(url_for("received.credit_note", reference=reference), 303)
    return render_template(
        "invoicing/credit_note.html", form=form, note=note, schedule=schedule, said=said, words=words,
        may_accept=may(actor, Act.ACCEPT_CREDIT_NOTE, note),
    ), form.status  # fmt: skip

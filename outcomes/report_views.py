"""The archive of reports: who sees what is the database's; ordering a quarter's, watching it being made, reading one."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField, ValidationError

from foundation import clock
from foundation.formatting import slug
from foundation.quarters import NotAQuarter, Quarter
from foundation.reloading import reloads_itself, while_under_way
from foundation.submitting import Form
from marketplace.acts import Act
from marketplace.policy import permits
from marketplace.signed_in import signed_in_actor
from outcomes.report_queries import (
    PAGE_SIZE,
    archive,
    latest_runs,
    quarters_archived,
    report_called,
    run_called,
    versions_of,
)
from outcomes.reporting import order_reports, read_report

blueprint = Blueprint("reports", __name__)

KINDS = {"provider": "Provider", "authority": "Borough", "partnership": "Partnership"}


class OrderForm(Form):
    """Which quarter's reports."""

    quarter = StringField("Quarter", widget=GovTextInput())

    def validate_quarter(self, field: StringField) -> None:
        """The financial year, then the quarter; any other form is refused with the right one."""
        try:
            self.chosen = Quarter.parse(field.data or "")
        except NotAQuarter as refused:
            raise ValidationError(str(refused)) from refused


@blueprint.get("/reports")
def index() -> str:
    """The archive, and for the hub the way to make a quarter's reports."""
    return _index(OrderForm(quarter=str(Quarter.of(clock.today()).previous())))[0]


@blueprint.post("/reports")
def order() -> BaseResponse | tuple[str, int]:
    """The hub orders a quarter's reports and is led to their progress."""
    form = OrderForm()
    if form.validate_on_submit() and form.carry_out(order_reports, form.chosen, by=signed_in_actor()):
        return redirect(url_for("reports.progress", reference=form.outcome.reference), 303)
    return _index(form)


@blueprint.get("/reports/runs/<reference>")
def progress(reference: str) -> BaseResponse:
    """How far an order is; the page loads itself again until it has finished."""
    run = run_called(reference)
    shown = render_template("reports/run.html", run=run, reloads=reloads_itself())
    return while_under_way(shown, run.is_under_way)


@blueprint.get("/reports/<reference>")
def show(reference: str) -> str:
    """One report: what it is, its versions, and its document."""
    report = report_called(reference)
    return render_template("reports/show.html", report=report, versions=versions_of(report), kinds=KINDS)


@blueprint.get("/reports/<reference>/document.pdf")
def document(reference: str) -> Response:
    """The document itself, as it was archived; that it was read is kept."""
    report = report_called(reference)
    response = make_response(read_report(report, by=signed_in_actor()))
    name = f"{slug(report.quarter)}-{slug(report.about.name)}-version-{report.number}.pdf"
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.set_etag(report.sha256)
    return response


def _index(form: OrderForm) -> tuple[str, int]:
    page = max(1, request.args.get("page", 1, int))
    quarter, kind = request.args.get("quarter", ""), request.args.get("kind", "")
    rows, total = archive(quarter, kind, page)
    may_order = permits(signed_in_actor(), Act.ORDER_REPORTS)
    shown = render_template(
        "reports/index.html", form=form, rows=rows, total=total, page=page, last=max(1, -(-total // PAGE_SIZE)),
        quarter=quarter, kind=kind, quarters=quarters_archived(), kinds=KINDS, may_order=may_order,
        runs=latest_runs() if may_order else [],
    )  # fmt: skip
    return shown, form.status

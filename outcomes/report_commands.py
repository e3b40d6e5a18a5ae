"""What an operator does with reports: `flask reports make --quarter "2026-27 Q3"`."""

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from foundation.database import db
from foundation.permission import Invalid
from foundation.quarters import NotAQuarter, Quarter
from foundation.references import NotAReference, parse_reference
from foundation.tenancy import act_as_system
from marketplace.actor import SYSTEM
from marketplace.organisation import Organisation
from marketplace.roles import Kind
from outcomes.report_jobs import make_or_name
from outcomes.reporting import hub_of, order_reports, wanted_reports

reports = AppGroup("reports", help="The quarterly contract-management reports.")


@reports.command("make")
@click.option("--quarter", "quarter_name", required=True, help="The financial year, then the quarter: 2026-27 Q3.")
@click.option("--provider", "reference", help="Only the report of the provider with this reference.")
def make(quarter_name: str, reference: str | None) -> None:
    """Make a quarter's reports, here and now: of every provider, every borough and the partnership."""
    act_as_system()
    try:
        quarter = Quarter.parse(quarter_name)
        only = _provider(reference) if reference else None
        wanted = wanted_reports(hub_of(SYSTEM), quarter, only)
        run = order_reports(quarter, only=only, queued=False, by=SYSTEM)
    except (NotAQuarter, NotAReference, Invalid) as refused:
        raise click.ClickException(str(refused)) from refused
    if run.settled or run.wanted != len(wanted):
        raise click.ClickException(
            f"The reports of {quarter} are being made already: see /reports/runs/{run.reference}."
        )
    failed = 0
    names = dict(db.session.execute(select(Organisation.id, Organisation.name)).all())
    run_id, run_reference = run.id, run.reference
    for number, (kind, about_id) in enumerate(wanted, start=1):
        said = make_or_name(run_id, kind, about_id)
        failed += bool(said)
        click.echo(f"{number}/{len(wanted)} {kind.value}: {names[about_id]}{': ' + said if said else ''}")
    click.echo(
        f"{len(wanted) - failed} of {len(wanted)} reports of {quarter} are in the archive: /reports/runs/{run_reference}"
    )
    if failed:
        raise click.ClickException(f"{failed} of {len(wanted)} reports could not be made; they are named above.")


def _provider(reference: str) -> Organisation:
    found = db.session.scalar(
        select(Organisation).where(
            Organisation.reference == parse_reference(reference), Organisation.kind == Kind.PROVIDER
        )
    )
    if found is None:
        raise Invalid(f"There is no provider with the reference {reference}. A provider's page shows its reference.")
    return found


def init_app(app: Flask) -> None:
    """Give the application the command."""
    app.cli.add_command(reports)

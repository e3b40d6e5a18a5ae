"""What an operator does with schedules: `flask schedules make --month 2026-10`, of one borough or of all."""

from datetime import date

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from contracts.agreement import Agreement
from contracts.invoicing.making import make_schedules
from contracts.invoicing.months import NotAMonth, month_before, month_of, parse_month, said
from contracts.spending import SPENDING
from foundation import clock
from foundation.database import db
from foundation.permission import Invalid
from foundation.tenancy import act_as_system
from marketplace.actor import SYSTEM
from marketplace.organisation import Organisation

schedules = AppGroup("schedules", help="The monthly schedules of charges.")


@schedules.command("make")
@click.option("--month", "typed", help="The month, as 2026-10. Without it, the one that has ended.")
@click.option(
    "--borough", "prefix", help="The three letters of a borough, such as CRO. Without it, all with placements."
)
def make(typed: str | None, prefix: str | None) -> None:
    """Make a month's schedules here and now; a borough whose month is made already is left as it is."""
    act_as_system()
    try:
        month = parse_month(typed) if typed else month_before(month_of(clock.today()))
    except NotAMonth as refused:
        raise click.ClickException(str(refused)) from refused
    boroughs = _boroughs(prefix)
    if not boroughs:
        raise click.ClickException("No such borough has placements.")
    failed = [sentence for sentence in (_make(borough, month) for borough in boroughs) if sentence]
    if failed:
        raise click.ClickException(f"{len(failed)} of {len(boroughs)} boroughs have none: {failed[0]}")


def _make(borough: Organisation, month: date) -> str:
    """One borough's; an empty sentence, or why there are none."""
    name = borough.name
    try:
        run = make_schedules(borough, month, by=SYSTEM)
    except Invalid as refused:
        click.echo(f"{name}: {refused.message}")
        return refused.message
    click.echo(
        f"{name}: {run.schedules} schedules of {said(run.month)}, {run.charges} charges, £{run.net + run.vat:,.2f}"
    )
    return ""


def _boroughs(prefix: str | None) -> list[Organisation]:
    with_placements = select(Agreement.authority_id).where(Agreement.state.in_(SPENDING))
    found = select(Organisation).where(Organisation.id.in_(with_placements)).order_by(Organisation.name)
    if prefix:
        found = found.where(Organisation.prefix == prefix.strip().upper())
    return list(db.session.scalars(found))


def init_app(app: Flask) -> None:
    """Give the application the command."""
    app.cli.add_command(schedules)

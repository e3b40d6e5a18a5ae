"""What an operator does with the register: `flask register import FILE`."""

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from foundation.database import db
from foundation.permission import Invalid
from foundation.tenancy import act_as_system
from marketplace.actor import SYSTEM
from marketplace.organisation import Organisation
from marketplace.register_import import counts_of, import_of, import_register, rows_of
from marketplace.roles import Kind

register = AppGroup("register", help="Ofsted's register of children's social care settings.")


@register.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--all-the-same", is_flag=True, help="Import it although more than a fifth of the last file's rows are missing."
)
def import_file(file: Path, all_the_same: bool) -> None:
    """Turn Ofsted's provider-level FILE (a CSV as published) into providers and settings. Twice changes nothing."""
    act_as_system()
    hub = _hub()
    content = file.read_bytes()
    try:
        rows = rows_of(content)
        click.echo(f"{file.name}: {len(rows):,} rows read")
        ordered = import_of(content, file.name, hub, SYSTEM, all_the_same=all_the_same)
        finished = import_register(ordered, rows, by=SYSTEM, progress=_say)
    except Invalid as refused:
        raise click.ClickException(refused.message) from refused
    for name, number in counts_of(finished).items():
        click.echo(f"{name.replace('_', ' '):<20} {number:>7,}")
    click.echo(f"Imported in {finished.seconds} seconds. The report is at /register/{finished.reference}.")


def _hub() -> Organisation:
    found = db.session.scalars(select(Organisation).where(Organisation.kind == Kind.HUB)).all()
    if len(found) != 1:
        raise click.ClickException(f"The register is imported for one hub, and this database has {len(found)}.")
    return found[0]


def _say(stage: str, done: int, total: int) -> None:
    click.echo(f"{done + 1}/{total} {stage}")


def init_app(app: Flask) -> None:
    """Give the application the command."""
    app.cli.add_command(register)

"""What an operator does with places: `flask places load`."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import create_engine, pool

from foundation.cluster import find_addresses
from foundation.places import load_postcodes

places = AppGroup("places", help="Postcodes of the whole country, with where they lie.")


@places.command("load")
def load() -> None:
    """Load every postcode, once for each release; a second call changes nothing."""
    owner = find_addresses(current_app.config["SETTINGS"]).owner
    if not owner:
        raise click.ClickException("OWNER_DATABASE_URL is not set: postcodes are loaded as the owner of the tables.")
    engine = create_engine(owner, poolclass=pool.NullPool)
    with engine.begin() as connection:
        loading = load_postcodes(connection, _show)
    click.echo(f"{loading}")


def _show(fraction: float, rows: int) -> None:
    click.echo(f"{fraction:4.0%}  {rows:>9,} postcodes")


def init_app(app: Flask) -> None:
    """Give the application the group of commands."""
    app.cli.add_command(places)

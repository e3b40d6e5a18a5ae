"""`flask demo`: load the invented partnership, or say who may sign in to it."""

import click
from flask import Flask, current_app

from demo.loading import CannotLoad, load_demo
from demo.people import PASSWORD
from demo.sign_ins import demo_sign_ins
from foundation.cluster import find_addresses


@click.command("demo")
@click.option("--seed", default=1, show_default=True, help="Another seed makes another year of the same partnership.")
@click.option("--sign-ins", is_flag=True, help="Load nothing: show the address and password of each role.")
def demo(seed: int, sign_ins: bool) -> None:
    """Load the demo partnership into an empty database: twelve boroughs, invented providers, a year of history."""
    if sign_ins:
        show_sign_ins()
        return
    try:
        seconds = load_demo(find_addresses(current_app.config["SETTINGS"]), seed=seed, tell=click.echo)
    except CannotLoad as reason:
        raise click.ClickException(str(reason)) from reason
    click.echo(f"The demo partnership is loaded, in {seconds:.0f} seconds.")


def show_sign_ins() -> None:
    """One line for each role, and the password of all."""
    for sign_in in demo_sign_ins():
        click.echo(f"{sign_in.role:<22} {sign_in.name:<18} {sign_in.email}")
    click.echo(f"The password of each is {PASSWORD}. Everything in the demo is invented.")


def init_app(app: Flask) -> None:
    """Give the application the command."""
    app.cli.add_command(demo)

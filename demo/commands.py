"""`flask demo`: load the invented partnership, or say who may sign in to it."""

import click
from flask import Flask, current_app

from demo.loading import CannotLoad, load_demo
from demo.people import PASSWORD
from demo.scaling import multiply
from demo.sign_ins import demo_sign_ins
from foundation.cluster import find_addresses


@click.command("demo")
@click.option("--seed", default=1, show_default=True, help="Another seed makes another year of the same partnership.")
@click.option(
    "--scale",
    default=1,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="For benchmarks: repeat the year's rows.",
)
@click.option("--sign-ins", is_flag=True, help="Load nothing: show the address and password of each role.")
def demo(seed: int, scale: int, sign_ins: bool) -> None:
    """Load the demo partnership into an empty database: twelve boroughs, invented providers, a year of history."""
    if sign_ins:
        show_sign_ins()
        return
    addresses = find_addresses(current_app.config["SETTINGS"])
    try:
        seconds = load_demo(addresses, seed=seed, tell=click.echo)
    except CannotLoad as reason:
        raise click.ClickException(str(reason)) from reason
    click.echo(f"The demo partnership is loaded, in {seconds:.0f} seconds.")
    if scale > 1:
        click.echo(
            f"{multiply(addresses, scale, click.echo):,} rows were copied, without audit trail: for measuring only."
        )


def show_sign_ins() -> None:
    """One line for each role, and the password of all."""
    for sign_in in demo_sign_ins():
        click.echo(f"{sign_in.role:<22} {sign_in.name:<18} {sign_in.email}")
    click.echo(f"The password of each is {PASSWORD}. Everything in the demo is invented.")


def init_app(app: Flask) -> None:
    """Give the application the command."""
    app.cli.add_command(demo)

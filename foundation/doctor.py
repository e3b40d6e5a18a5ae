"""`flask doctor`: says what is wrong with an installation, and for each thing what to do about it."""

from collections.abc import Iterator

import click
from flask import Flask

from foundation.cluster import find_addresses
from foundation.config import Misconfigured, Settings
from foundation.doctor_database import examine_database
from foundation.doctor_machine import examine_machine
from foundation.finding import Finding


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, the machine first and then the database."""
    yield from examine_machine(settings)
    try:
        addresses = find_addresses(settings)
    except Misconfigured as missing:
        yield Finding("database", str(missing))
    else:
        yield from examine_database(addresses)


@click.command("doctor")
def doctor() -> None:
    """Say what is wrong with this installation and what to do about it."""
    findings = []
    for finding in examine(Settings.from_environment()):
        click.echo(finding.line)
        findings.append(finding)
    problems = sum(bool(finding.problem) for finding in findings)
    if problems:
        raise click.ClickException(f"{problems} of {len(findings)} need attention.")
    click.echo(f"All {len(findings)} are well.")


def init_app(app: Flask) -> None:
    app.cli.add_command(doctor)

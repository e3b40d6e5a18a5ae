"""What an operator does with jobs: `flask jobs list`, `flask jobs run NAME`, `flask worker run`."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from foundation.jobs import UnknownJob, all_jobs, find_job
from foundation.worker import run_worker

jobs = AppGroup("jobs", help="Work done later: what there is, and doing a piece of it now.")
worker = AppGroup("worker", help="The process that does deferred work and keeps the calendar.")


@jobs.command("list")
def list_jobs() -> None:
    """Show every job, when the calendar calls for it, and what it is for."""
    for known in all_jobs():
        click.echo(f"{known.name:<32} {known.schedule or 'when asked for':<18} {known.meaning}")


@jobs.command("run")
@click.argument("name")
@click.argument("arguments", nargs=-1, metavar="[KEY=VALUE]...")
def run_job(name: str, arguments: tuple[str, ...]) -> None:
    """Do the job NAME now, in this process, with its keys (`referral_id=…`) if it takes any."""
    try:
        known = find_job(name)
    except UnknownJob as unknown:
        raise click.ClickException(str(unknown)) from unknown
    keys = dict(argument.partition("=")[::2] for argument in arguments)
    click.echo(f"{known.name}: {known.meaning}")
    try:
        known.work(**keys)
    except TypeError as wrong:
        raise click.ClickException(f"{name} was given other keys than it takes: {wrong}.") from wrong
    click.echo("Done.")


@worker.command("run")
@click.option("--until-idle", is_flag=True, help="Stop when nothing is left to do, and leave the calendar alone.")
def run(until_idle: bool) -> None:
    """Do deferred work until told to stop (Ctrl-C or SIGTERM). Any number of workers may run."""
    run_worker(current_app._get_current_object(), until_idle=until_idle)  # type: ignore[attr-defined]


def init_app(app: Flask) -> None:
    """Give the application the two groups of commands."""
    app.cli.add_command(jobs)
    app.cli.add_command(worker)

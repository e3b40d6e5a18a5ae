"""Backup and restore: one file that holds the whole database, made as maintenance and put back as the owner.

Row security and foreign keys come last in a dump, so that the owner, whom they fence, can put everything back; and
only into an empty database, in one transaction: it is all there afterwards, or nothing is.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import click
from sqlalchemy import create_engine, make_url, pool, text

from foundation.cluster import find_addresses
from foundation.cluster_place import Place
from foundation.config import Misconfigured, Settings

HAS_TABLES = text("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname IN ('public', 'queue'))")


@click.group()
def commands() -> None:
    """Back up and restore Harbour's database."""


@commands.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def dump(file: Path) -> None:
    """Write the whole database to FILE; an earlier file is replaced only once the new one is whole."""
    settings = Settings.from_environment()
    address = find_addresses(settings).maintenance
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.touch(mode=0o600)
    postgresql(settings, address, "pg_dump", "--format=custom", f"--file={unfinished.resolve()}")
    unfinished.replace(file)
    click.echo(
        f"{file} holds the whole database ({file.stat().st_size / 1_000_000:.1f} MB). Keep it like the children's files."
    )


@commands.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill an empty database from FILE."""
    settings = Settings.from_environment()
    address = find_addresses(settings).owner
    with create_engine(address, poolclass=pool.NullPool).connect() as connection:
        if connection.scalar(HAS_TABLES):
            raise click.ClickException(
                "The database is not empty: nothing was changed. See docs/operations.md, Restore."
            )
    with tempfile.NamedTemporaryFile("w+", suffix=".list") as chosen:
        listed = postgresql(settings, address, "pg_restore", "--list", str(file.resolve()))
        # The extensions are the superuser's and there already; nobody else may make or describe them.
        chosen.write("\n".join(line for line in listed.splitlines() if " EXTENSION " not in line))
        chosen.flush()
        how = ("--single-transaction", "--exit-on-error", f"--use-list={chosen.name}")
        database = f"--dbname={make_url(address).database}"
        postgresql(settings, address, "pg_restore", *how, database, str(file.resolve()))
    click.echo(f"The database holds what {file} held. Start Harbour and run flask doctor.")


def postgresql(settings: Settings, address: str, program: str, *arguments: str) -> str:
    """What one of PostgreSQL's client programs prints, run against an address; its password goes where nobody sees it."""
    url = make_url(address)
    known = {
        "PGHOST": url.query.get("host") or url.host,
        "PGPORT": url.query.get("port") or url.port or 5432,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    environment = os.environ | {name: str(value) for name, value in known.items() if value}
    command = [str(programs(settings) / program), *arguments]
    done = subprocess.run(command, env=environment, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise click.ClickException(f"{program} failed: see above.")
    return done.stdout


def programs(settings: Settings) -> Path:
    """The folder of client programs: of the embedded server, or the system's when another database is used."""
    if settings.is_embedded or settings.pg_bin:
        return Place.of(settings).programs(settings)
    found = shutil.which("pg_dump")
    if found is None:
        raise Misconfigured("pg_dump is missing: install PostgreSQL's client programs, or set PG_BIN.")
    return Path(found).parent


if __name__ == "__main__":
    commands()

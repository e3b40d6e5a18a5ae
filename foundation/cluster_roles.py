"""The three database roles of an embedded PostgreSQL, their secrets, and its databases.

- `harbour_owner` owns the tables and runs migrations; row security fences it too.
- `harbour_maintenance` may pass the fence: data migrations, dumps, the demo.
- `harbour_app` runs web and jobs, owns nothing, and sees only what the fence lets through.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import psycopg
from psycopg import sql
from sqlalchemy import URL

from foundation.config import DRIVER, Addresses, Misconfigured, write_privately

OWNER, MAINTENANCE, APP = "harbour_owner", "harbour_maintenance", "harbour_app"
EXTENSIONS = ("btree_gist", "citext", "pg_trgm", "unaccent", "intarray")
ROLES = {
    OWNER: "LOGIN NOBYPASSRLS",
    MAINTENANCE: "LOGIN BYPASSRLS IN ROLE pg_read_all_data, pg_write_all_data",
    APP: "LOGIN NOBYPASSRLS",
}


@dataclass(frozen=True)
class Secrets:
    """The passwords of the cluster's superuser and of the three roles, kept in one file of mode 600."""

    superuser: str
    owner: str
    maintenance: str
    app: str

    @classmethod
    def make(cls, path: Path) -> Self:
        """New secrets for a new cluster, in place of any left by a first start that was cut short."""
        path.unlink(missing_ok=True)
        made = cls(*(secrets.token_urlsafe(32) for _ in range(4)))
        write_privately(path, json.dumps(asdict(made)))
        return made

    @classmethod
    def read(cls, path: Path) -> Self:
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise Misconfigured(
                f"No database has been started here yet ({path} is missing): run script/server, or set DATABASE_URL."
            ) from None

    def addresses(self, socket: Path, port: int, database: str) -> Addresses:
        """The three roles' addresses of one database behind a socket."""

        def address(role: str, password: str) -> str:
            query = {"host": str(socket), "port": str(port)}
            url = URL.create(DRIVER, username=role, password=password, database=database, query=query)
            return url.render_as_string(hide_password=False)

        return Addresses(address(APP, self.app), address(OWNER, self.owner), address(MAINTENANCE, self.maintenance))


def provision(superuser: psycopg.Connection, kept: Secrets, database: str) -> None:
    """Make the roles and the database that are missing; what is there already is left as it is."""
    passwords = {OWNER: kept.owner, MAINTENANCE: kept.maintenance, APP: kept.app}
    with superuser as connection:
        found = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role in ROLES.keys() - found:
            attributes = sql.SQL(ROLES[role])
            connection.execute(
                sql.SQL("CREATE ROLE {} PASSWORD {} {}").format(sql.Identifier(role), passwords[role], attributes)
            )
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if there:
            _install_extensions(connection, database)  # a first start may have been cut short before them
        else:
            _create(connection, database, template=None)


def create_database(superuser: psycopg.Connection, name: str, *, template: str | None) -> None:
    """A database owned by the owner role: empty with the extensions, or a copy of a template that nobody uses."""
    with superuser as connection:
        _create(connection, name, template=template)


def drop_database(superuser: psycopg.Connection, name: str) -> None:
    with superuser as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _create(connection: psycopg.Connection, name: str, *, template: str | None) -> None:
    database, source = sql.Identifier(name), sql.Identifier(template or "template0")
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(database, sql.Identifier(OWNER), source)
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for role in (MAINTENANCE, APP):
        grant = sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}")
        connection.execute(grant.format(database, sql.Identifier(role)))
    if template is None:
        _install_extensions(connection, name)


def _install_extensions(superuser: psycopg.Connection, name: str) -> None:
    """The extensions belong to the superuser, so that no role of ours can drop or alter them."""
    known = superuser.info
    with psycopg.connect(
        host=known.host, port=known.port, user=known.user, password=known.password, dbname=name, autocommit=True
    ) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))

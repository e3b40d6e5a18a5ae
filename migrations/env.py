"""How a migration runs: as the owner role, one at a time, each in its own transaction, never waiting long for a lock.

A migration that cannot get its lock in time fails and is rolled back, rather than queue up the whole application
behind itself; it can simply be run again.
"""

from collections.abc import Iterable
from typing import Any

from alembic import context
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, pool, text

from foundation.cluster import find_addresses
from foundation.config import Misconfigured, Settings
from foundation.database import db

ONE_AT_A_TIME = 7_246_001  # the advisory lock's number; the calendar's leader holds the one after it
LOCK_TIMEOUT = "5s"


def owner_address() -> str:
    """The address given by the caller (foundation/migrating.py), or else the operator's."""
    address = context.config.attributes.get("owner_address") or find_addresses(Settings.from_environment()).owner
    if not address:
        raise Misconfigured("OWNER_DATABASE_URL is not set: migrations run as the owner of the tables.")
    return str(address)


def number(
    _context: MigrationContext, _revision: str | Iterable[str | None], directives: list[MigrationScript]
) -> None:
    """Name a new migration by the next number instead of a random one."""
    newest = context.script.get_current_head()
    for directive in directives:
        directive.rev_id = f"{int(newest or '-1') + 1:04}"


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """The models describe the public schema only; the queue's tables are procrastinate's own."""
    return not (kind == "schema" and name == "queue")


def run_migrations(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": ONE_AT_A_TIME})
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()  # both outlast it: they are the connection's, not the transaction's
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        transaction_per_migration=True,
        compare_type=True,
        include_name=include_name,
        process_revision_directives=number,
    )
    with context.begin_transaction():
        context.run_migrations()


engine = create_engine(owner_address(), poolclass=pool.NullPool)
with engine.connect() as opened:
    run_migrations(opened)

"""What `flask doctor` looks at in the database: that the roles are right, and all is loaded and runs."""

import time
from collections.abc import Callable, Iterator

from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.exc import DBAPIError

from foundation.config import Addresses
from foundation.finding import Finding
from foundation.migrating import head, revision_of

OLDEST_POSTGRESQL = 150000
SILENT_SECONDS = 60
MOST_SECONDS_APART = 5


def examine_database(addresses: Addresses) -> Iterator[Finding]:
    """Look at the database as each role whose address is known."""
    for role, address in vars(addresses).items():
        if address:
            yield from _as_role(role, address)


def _as_role(role: str, address: str) -> Iterator[Finding]:
    engine = create_engine(address, poolclass=pool.NullPool, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            yield Finding(f"database as {role}")
            for look in LOOKS[role]:
                yield look(connection)
    except DBAPIError as failure:
        reason = str(failure.orig).strip().partition("\n")[0]
        yield Finding(f"database as {role}", f"{reason}.", "Start it (script/server), or correct the address.")


HEARD_OF = text("""
    SELECT EXISTS (
        SELECT FROM queue.procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :seconds)
    )
""")


def _version(connection: Connection) -> Finding:
    number = int(connection.scalar(text("SHOW server_version_num")) or 0)
    problem = "" if number >= OLDEST_POSTGRESQL else f"it is version {number // 10000}."
    return Finding("PostgreSQL 15 or newer", problem, "Move the data to a newer server.")


def _role_is_fenced(connection: Connection) -> Finding:
    passes = connection.scalar(text("SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user"))
    name = connection.scalar(text("SELECT current_user"))
    problem = f"{name} passes row security." if passes else ""
    return Finding(f"role {name} is fenced", problem, f"ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS")


def _role_owns_nothing(connection: Connection) -> Finding:
    owned = connection.scalar(
        text("SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
             " AND relpersistence <> 't'")
    )  # fmt: skip
    advice = "Give them to the owner: REASSIGN OWNED, and check which address DATABASE_URL holds."
    return Finding("the application owns nothing", f"it owns {owned} tables or indexes." if owned else "", advice)


def _role_passes(connection: Connection) -> Finding:
    passes = connection.scalar(text("SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user"))
    problem = "" if passes else "it is fenced, so dumps and data migrations would miss rows in silence."
    return Finding("maintenance passes row security", problem, "ALTER ROLE harbour_maintenance BYPASSRLS")


def _migrations(connection: Connection) -> Finding:
    found = revision_of(connection)
    problem = "" if found == head() else f"the database is at {found or 'none'}, the program at {head()}."
    return Finding("migrations", problem, "Run: flask db upgrade")


def _postcodes(connection: Connection) -> Finding:
    there = connection.scalar(text("SELECT to_regclass('public.postcodes')"))
    loaded = there is not None and connection.scalar(text("SELECT EXISTS (SELECT FROM postcodes)"))
    return Finding("postcodes", "" if loaded else "none are loaded.", "Run: flask places load")


def _worker(connection: Connection) -> Finding:
    alive = connection.scalar(HEARD_OF, {"seconds": SILENT_SECONDS})
    problem = "" if alive else "none has been heard of for a minute, so no letter leaves and no report is made."
    return Finding("worker", problem, "Run: flask worker run")


def _failed_work(connection: Connection) -> Finding:
    count = connection.scalar(text("SELECT count(*) FROM queue.procrastinate_jobs WHERE status = 'failed'"))
    return Finding("deferred work", f"{count} pieces failed for good." if count else "", "Read the worker's log.")


def _clock(connection: Connection) -> Finding:
    theirs = connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())::float8")) or 0.0
    seconds = abs(theirs - time.time())
    problem = f"this machine and the database are {seconds:.0f} seconds apart." if seconds > MOST_SECONDS_APART else ""
    return Finding("clock", problem, "Deadlines follow the database's: have both keep network time.")


def _clock_is_not_moved(connection: Connection) -> Finding:
    """The demo and the tests move the application's clock; an installation in use must never have it moved."""
    if connection.scalar(text("SELECT to_regproc('public.harbour_clock')")) is None:
        return Finding("the application's clock")  # before the migration that brings it: reported under migrations
    query = "SELECT extract(epoch FROM public.harbour_clock() - clock_timestamp())::float8"
    seconds = connection.scalar(text(query)) or 0.0
    problem = f"it is moved by {seconds:.0f} seconds." if abs(seconds) > 1 else ""
    return Finding("the application's clock", problem, "Load the demo again, or put the clock back as maintenance.")


LOOKS: dict[str, tuple[Callable[[Connection], Finding], ...]] = {
    "app": (
        _version, _role_is_fenced, _role_owns_nothing, _migrations, _postcodes, _worker, _failed_work, _clock,
        _clock_is_not_moved,
    ),
    "owner": (_role_is_fenced,),
    "maintenance": (_role_passes,),
}  # fmt: skip

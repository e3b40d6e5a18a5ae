"""Loading the demo: refuse where there is data, lay down the standing part, let the year pass, and show the present again."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import create_engine, event, pool, text, update
from sqlalchemy.engine import Connection

from demo.clock import moving_clock
from demo.history import COMPLETED, let_a_year_pass
from demo.organisations import UNFINISHED
from demo.standing import lay_down_standing
from foundation.config import Addresses
from foundation.database import db
from foundation.tenancy import SYSTEM_FENCE, act_behind
from marketplace.organisation import Organisation

#: How much history there is before the present.
YEAR = timedelta(days=365)
#: before the year begins, the standing part has stood a while
STOOD = timedelta(days=35)

Progress = Callable[[str], None]


class CannotLoad(Exception):
    """The demo cannot be loaded here; the message says why, and what to do."""


def load_demo(
    addresses: Addresses, *, seed: int, tell: Progress, completed: int = COMPLETED, present: datetime | None = None
) -> float:
    """Load the whole demo into a database without organisations. Gives back the seconds that it took.

    Each act is a transaction of its own, so a load that is cut short leaves a part; it is marked, and the next load clears it first.
    """
    begun = time.monotonic()
    _make_room(addresses, tell)
    present = present or datetime.now(UTC)
    begins = present - YEAR - STOOD
    _commit_without_waiting()
    with moving_clock(addresses.maintenance) as clock:
        clock.move(begins)
        tell("Boroughs, hub, providers, people, frameworks and settings")
        partnership = lay_down_standing(seed, begins)
        tell("A year passes")
        let_a_year_pass(partnership, clock, begins, present, seed=seed, completed=completed, tell=tell)
    _finish()
    return time.monotonic() - begun


def _make_room(addresses: Addresses, tell: Progress) -> None:
    """Refuse a database in use; clear one that holds a part of the demo and nothing else."""
    if not addresses.maintenance:
        raise CannotLoad("MAINTENANCE_DATABASE_URL is not set: only the maintenance role may move the demo's clock.")
    engine = create_engine(addresses.maintenance, poolclass=pool.NullPool)
    with engine.begin() as connection:
        sources = set(connection.scalars(text("SELECT DISTINCT source FROM organisations")))
        if not sources:
            return
        if UNFINISHED not in sources:
            raise CannotLoad("There are organisations here already. The demo is loaded into an empty database only.")
        tell("Clearing a load that was cut short")
        clear(connection)


def clear(connection: Connection) -> None:
    """Empty every table but those that hold no organisation's rows; the connection must be the maintenance role's."""
    kept = {"alembic_version", "clock", "postcodes"}
    tables = [table for table in reversed(db.metadata.sorted_tables) if table.name not in kept]
    connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    for table in tables:
        connection.execute(table.delete())
    connection.execute(text("DELETE FROM audit_heads"))


def _finish() -> None:
    act_behind(SYSTEM_FENCE)
    db.session.execute(update(Organisation).where(Organisation.source == UNFINISHED).values(source="demo"))
    db.session.commit()


def _commit_without_waiting() -> None:
    """The load need not wait for the disk at each act: what a crash would lose is loaded again from the same seed."""
    db.session.remove()
    db.engine.dispose()

    @event.listens_for(db.engine, "connect")
    def _(connection: Any, record: Any) -> None:
        connection.execute("SET synchronous_commit = off")
        connection.commit()

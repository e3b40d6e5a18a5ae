"""The moving clock: the demo sets the database's clock to each act's instant, and back to the present when it is done.

Every instant in Harbour comes from the SQL function `harbour_clock()`, which adds the shift in the `clock` row; only the maintenance
role may write that row (../shared/design/security.md, 5). So a year passes in a minute, and nothing is back-dated by hand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, create_engine, pool, text

from foundation.database import db

SHIFT = text("UPDATE clock SET shift = :to - clock_timestamp()")
BACK = text("UPDATE clock SET shift = '0'")


class ClockStandsBack(ValueError):
    """An act was to be done before the one that was done last: history runs one way."""


class MovingClock:
    """The clock's hands: `move` sets them; the clock runs on from there."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._at: datetime | None = None

    def move(self, to: datetime) -> None:
        """It is now that instant, for every transaction that begins from here on."""
        if self._at is not None and to < self._at:
            raise ClockStandsBack(
                f"The clock stands at {self._at:%Y-%m-%d %H:%M}; it does not go back to {to:%Y-%m-%d %H:%M}."
            )
        self._connection.execute(SHIFT, {"to": to})
        self._at = to
        # What is open was begun at an earlier hour: the next act begins its own transaction.
        db.session.rollback()


@contextmanager
def moving_clock(maintenance_address: str) -> Iterator[MovingClock]:
    """The clock in hand; whatever happens, it shows the present again afterwards."""
    engine = create_engine(maintenance_address, isolation_level="AUTOCOMMIT", poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET synchronous_commit = off"))
        try:
            yield MovingClock(connection)
        finally:
            connection.execute(BACK)

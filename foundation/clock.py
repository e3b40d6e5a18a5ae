"""The clock: the database's, read through one SQL function that the demo and the tests may shift (and nobody else)."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlalchemy.sql.functions import Function

from foundation.database import db

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """The instant at which the present transaction began, by the database's clock, in UTC."""
    session = db.session()
    session.connection()
    instant: datetime = session.info["instant"]
    return instant


def today() -> date:
    """The date in London at that instant."""
    return now().astimezone(LONDON).date()


def this_instant() -> Function[Any]:
    """The clock inside a statement: a deadline is judged when the row is written, not when the transaction began."""
    return func.harbour_clock()

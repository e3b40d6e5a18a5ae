"""Free places follow what happens: a stay that begins takes one, a stay that ends frees it, a move does both.

A provider says how many places could be taken (`confirm_vacancies`). What becomes known after it said so changes that figure by
one, within nought and the places that there are; a figure that is newer counts it already and is left alone. The borough that
records a stay may not write another organisation's setting, so one pinned function of the database does, and nothing else.
"""

import uuid
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from foundation import clock
from foundation.clock import LONDON
from foundation.database import db


def take_place(setting_id: uuid.UUID, known_since: datetime) -> None:
    """A child moves in."""
    _count(setting_id, -1, known_since)


def free_place(setting_id: uuid.UUID, known_since: datetime) -> None:
    """A child moves out."""
    _count(setting_id, +1, known_since)


def known_on(day: date) -> datetime:
    """From when on a provider knew what happened on a day: its end, or now if that is earlier."""
    return min(clock.now(), datetime.combine(day + timedelta(days=1), time(), LONDON))


def _count(setting_id: uuid.UUID, by: int, known_since: datetime) -> None:
    db.session.execute(select(func.count_free_places(setting_id, by, known_since)))

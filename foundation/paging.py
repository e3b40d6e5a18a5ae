"""Long lists, a page at a time: which page is asked for, its rows, and how many there are in all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import Select, func, select

from foundation.database import db

PER_PAGE = 25


@dataclass(frozen=True)
class Paged:
    """One page of a list: its rows, its number, the last page's, and the count of all rows."""

    rows: list[Any]
    current: int
    last: int
    count: int


def paged(wanted: Select[Any], *, per_page: int = PER_PAGE) -> Paged:
    """The page that the request asks for by `?page=`; a page before the first or after the last is that one."""
    count = db.session.execute(select(func.count()).select_from(wanted.order_by(None).subquery())).scalar_one()
    last = max(1, -(-count // per_page))
    current = _asked_for(last)
    rows = db.session.execute(wanted.limit(per_page).offset((current - 1) * per_page)).all()
    return Paged(list(rows), current, last, count)


def window_of(rows: Sequence[Any], *, per_page: int = PER_PAGE) -> Paged:
    """The same of rows that are all in hand, because they were reckoned together."""
    last = max(1, -(-len(rows) // per_page))
    current = _asked_for(last)
    return Paged(list(rows[(current - 1) * per_page : current * per_page]), current, last, len(rows))


def _asked_for(last: int) -> int:
    asked = request.args.get("page", "1")
    return min(max(1, int(asked) if asked.isdecimal() and len(asked) < 9 else 1), last)

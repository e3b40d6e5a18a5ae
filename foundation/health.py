"""Whether this process can serve: `GET /healthz` for whoever balances the load or waits for the start."""

from functools import cache

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from foundation.database import db
from foundation.migrating import head, revision_of
from foundation.web import open_to_all

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@open_to_all
def show_health() -> Response:
    """200 when the database answers and has every migration; 503 with the reason in words when not."""
    reason = reason_not_to_serve()
    response = jsonify({"serves": False, "reason": reason} if reason else {"serves": True})
    response.status_code = 503 if reason else 200
    response.headers["Cache-Control"] = "no-store"
    return response


def reason_not_to_serve() -> str:
    """Why this process cannot serve, in a sentence; empty when it can."""
    try:
        with db.engine.connect() as connection:
            found = revision_of(connection)
    except PoolExhausted:
        return "All database connections of this process are in use."
    except DBAPIError:
        return "The database cannot be reached."
    if found != newest_migration():
        behind = f"The database is at migration {found or 'none'}, the program at {newest_migration()}"
        return f"{behind}: run flask db upgrade."
    return ""


@cache
def newest_migration() -> str:
    """The newest migration of this program, which cannot change while it runs."""
    return head()

"""How a request is answered when something is refused: one page for each kind of refusal, and the first answer for a second press."""

from typing import Any

from flask import Flask, Response, flash, g, redirect, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from foundation import once
from foundation.database import db
from foundation.permission import NotFound, NotNow, NotPermitted, Stale, TooManyTries
from foundation.submitting import hidden_fields
from foundation.web import render_plain

PAGES = {400, 403, 404, 409, 413, 429, 500, 503}


def register_answers(app: Flask) -> None:
    """Give the application its refusals."""
    app.jinja_env.globals["csrf_field"] = hidden_fields
    app.after_request(_keep_answer)
    app.register_error_handler(once.AlreadyDone, _again)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http)
    refusals: tuple[tuple[type[Exception], int], ...] = (
        (NotPermitted, 403), (NotFound, 404), (NotNow, 409), (Stale, 409), (StaleDataError, 409), (TooManyTries, 429),
    )  # fmt: skip
    for kind, status in refusals:
        app.register_error_handler(kind, _refusal(status))
    for broken in (OperationalError, PoolExhausted):
        app.register_error_handler(broken, _unavailable)
    app.register_error_handler(DBAPIError, _database)


def page(status: int, reason: str = "", **context: Any) -> tuple[str, int]:
    """The page of a status, made without session or database."""
    shown = status if status in PAGES else 400 if status < 500 else 500
    return render_plain(f"errors/{shown}.html", reason=reason, request_id=g.get("request_id", ""), **context), status


def _refusal(status: int) -> Any:
    def answer(refused: Exception) -> tuple[str, int]:
        reason = "" if isinstance(refused, NotFound | StaleDataError) else str(refused)
        return page(status, reason)

    return answer


def _http(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    return page(error.code)


def _form_expired(_error: CSRFError) -> tuple[str, int]:
    return page(400, "This form was opened too long ago to be sent safely. Go back, reload the page and send it again.")


def _unavailable(_error: Exception) -> tuple[str, int]:
    return page(503)


def _database(error: DBAPIError) -> tuple[str, int]:
    """Lost connections and read-only or full databases are the database's, the rest is ours."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if error.connection_invalidated or state[:2] in {"08", "53", "57"} or state == "25006":
        return page(503)
    raise error


def _again(done: once.AlreadyDone) -> BaseResponse | tuple[str, int]:
    """A second press: where the first one led. Another text under a used key is a stale form."""
    db.session.rollback()
    if not done.same:
        return page(409, "This form was sent before with other answers. Open the page again to change them.")
    flash("You had already sent this; nothing was done twice.", "wait")
    return redirect(done.answer or "/work", 303)


def _keep_answer(response: Response) -> Response:
    if request.method == "POST" and 300 <= response.status_code < 400:
        once.keep_answer(response.location or "/work")
    return response

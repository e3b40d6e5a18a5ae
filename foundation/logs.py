"""Logs: one JSON object a line on standard error, each with its request's id.

What people type is never in them: no form body, no query string, no cookie, no header but the request id.
"""

import logging
import re
import sys
import time
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

REQUEST_ID = "X-Request-ID"
GOOD_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
QUIET = ("/healthz", "/static/")

log = structlog.get_logger("web")


def configure_logs(level: str = "INFO") -> None:
    """Send our own logs and the libraries' through the same lines."""
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(),
    ]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=formatter, foreign_pre_chain=steps))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for chatty in ("apscheduler", "procrastinate", "weasyprint", "fontTools", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def init_app(app: Flask) -> None:
    """Give every request an id, say it in the answer, and write one line when the answer goes out."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get(REQUEST_ID, "")
    g.request_id = given if GOOD_REQUEST_ID.fullmatch(given) else uuid4().hex
    g.request_began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    if "request_id" not in g:  # the request was refused before it began
        return response
    response.headers[REQUEST_ID] = g.request_id
    if not request.path.startswith(QUIET):
        rule = request.url_rule.rule if request.url_rule else "no such page"
        milliseconds = round((time.perf_counter() - g.request_began) * 1000, 1)
        log.info("answered", method=request.method, page=rule, status=response.status_code, milliseconds=milliseconds)
    return response

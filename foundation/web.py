"""What every page is sent with: the look's templates, filters and static files, and the headers that fence it in.

`register_look(app)` is all that the composition root calls. Our templates hold no script, no inline style and nothing
from outside, so the policy can forbid them all.
"""

import hashlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, current_app, request
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from foundation.formatting import FILTERS
from foundation.forms import csrf_field, errors_of, render_field

V = TypeVar("V", bound=Callable[..., Any])

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Flask-WTF's check of a form sent over TLS needs the referrer of our own pages.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

ONE_YEAR = 365 * 24 * 60 * 60


def register_look(app: Flask) -> None:
    """Give an application the look: template loaders, filters, globals, hashed static files and security headers."""
    vendors = {name: PackageLoader(name) for name in ("govuk_frontend_jinja", "govuk_frontend_wtf")}
    app.jinja_env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), PrefixLoader(vendors)])
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        csrf_field=csrf_field,
        errors_of=errors_of,
        render_field=render_field,
        page_window=page_window,
        page_address=page_address,
    )
    app.url_defaults(_add_digest)
    app.after_request(_fence)


def open_to_all(view: V) -> V:
    """Mark a view that needs nobody signed in."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def render_plain(template: str, **context: Any) -> str:
    """A page made without context processors, so that it can be shown when the database or the session is gone."""
    return current_app.jinja_env.get_template(template).render(**context)


def page_window(current: int, last: int) -> Iterator[int | None]:
    """The page numbers to show: first, last and those beside the current one; None where some are left out."""
    shown = sorted({1, last, *range(max(1, current - 1), min(last, current + 1) + 1)})
    before = 0
    for page in shown:
        if page - before == 2:
            yield page - 1
        elif page - before > 2:
            yield None
        yield page
        before = page


def page_address(page: int) -> str:
    """The address of another page of the list that is being shown, its filters kept."""
    wanted = request.args.to_dict(flat=False) | {"page": [str(page)]}
    return f"{request.path}?{urlencode(wanted, doseq=True)}"


def digest_of(filename: str) -> str:
    """A short hash of a static file's bytes; empty where there is no such file."""
    path = STATIC / filename
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return ""
    return _digest(path, changed)


@lru_cache(maxsize=256)
def _digest(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _add_digest(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "v" not in values and (digest := digest_of(values["filename"])):
        values["v"] = digest


def _fence(response: Response) -> Response:
    """Headers of every answer. A hashed static file may be kept for a year, everything else nowhere."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}; includeSubDomains")
    if request.endpoint == "static" and response.status_code in (200, 304):
        response.headers["Cache-Control"] = _static_caching()
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def _static_caching() -> str:
    asked = request.args.get("v")
    named = (request.view_args or {}).get("filename", "")
    return f"public, max-age={ONE_YEAR}, immutable" if asked and asked == digest_of(named) else "no-cache"

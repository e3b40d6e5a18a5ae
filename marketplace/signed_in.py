"""Who is signed in: the cookie names a browser session, a person and an organisation; every request reads their standing anew.

Everything asks for a signed-in person unless its view is marked `@open_to_all`. A role that was taken away a moment ago is gone
with the next click, because nothing but ids and the account's epoch is kept in the cookie.
"""

import uuid
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Flask, current_app, g, redirect, render_template, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import func, update
from werkzeug.wrappers import Response

from foundation import once
from foundation.database import db
from foundation.submitting import KEY_FIELD, body_hash
from foundation.tenancy import NOBODY, act_as_system, act_behind
from marketplace.account_forms import SignInForm
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.navigation import navigation_of
from marketplace.person import IDLE, LONGEST, BrowserSession, Person
from marketplace.policy import permits
from marketplace.standing import Standing, Whence, standings
from marketplace.typed_text import seal_typed_text

#: the last click is noted anew when the note is this old: not every click is a write
NOTED_FOR = timedelta(minutes=1)

login_manager = LoginManager()
login_manager.session_protection = None  # the browser session's row does more than a hash of the browser's name


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: an actor, the account's epoch, and in how many organisations the person may act."""

    def __init__(self, actor: Actor, epoch: int, places: int) -> None:
        self.actor, self.epoch, self.places = actor, epoch, places

    def get_id(self) -> str:
        """Person and epoch: a session of an earlier epoch is no session."""
        return f"{self.actor.person_id}:{self.epoch}"


def signed_in_actor() -> Actor:
    """Who acts in this request."""
    actor: Actor = current_user.actor
    return actor


def whence() -> Whence:
    """Where the request comes from."""
    return Whence(request.remote_addr or "", g.get("request_id"), request.user_agent.string)


def let_in(place: Standing, session_id: uuid.UUID) -> None:
    """Give the browser a fresh cookie: nothing of the one it had before goes on, its CSRF token least of all."""
    session.clear()
    g.pop("csrf_token", None)  # Flask-WTF keeps the old session's for the rest of the request
    session["browser"] = str(session_id)
    session["organisation_id"] = str(place.organisation_id)
    actor = place.actor(whence())
    act_behind(actor.fence)
    login_user(SignedIn(actor, place.epoch, places=1))


def leave() -> None:
    """Take the cookie away from the browser."""
    logout_user()
    session.clear()
    act_behind(NOBODY)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_person(session_id: str) -> SignedIn | None:
    """Read the person's standing in the organisation acted for; None ends the session."""
    person_id, _, epoch = session_id.partition(":")
    act_as_system()
    places = _open_places(person_id)
    chosen = next(
        (place for place in places if str(place.standing.organisation_id) == session.get("organisation_id")), None
    )
    if chosen is None or str(chosen.standing.epoch) != epoch:
        act_behind(NOBODY)
        return None
    if chosen.is_due_a_note:
        _note_click()
    actor = chosen.standing.actor(whence())
    act_behind(actor.fence)
    return SignedIn(actor, chosen.standing.epoch, len(places))


class _OpenPlace(NamedTuple):
    standing: Standing
    is_due_a_note: bool


def _open_places(person_id: str) -> list[_OpenPlace]:
    """The person's places, if the browser's session is still open; one statement."""
    now = func.clock_timestamp()
    rows = db.session.execute(
        standings()
        .add_columns(BrowserSession.seen_at < now - NOTED_FOR)
        .join(BrowserSession, BrowserSession.person_id == Person.id)
        .where(
            Person.id == uuid.UUID(person_id),
            BrowserSession.id == uuid.UUID(session.get("browser") or str(uuid.UUID(int=0))),
            BrowserSession.ended_at.is_(None),
            BrowserSession.seen_at > now - IDLE,
            BrowserSession.began_at > now - LONGEST,
        )
    ).all()
    return [_OpenPlace(Standing(*row[:-1]), row[-1]) for row in rows]


def _note_click() -> None:
    db.session.execute(
        update(BrowserSession)
        .where(BrowserSession.id == uuid.UUID(session["browser"]))
        .values(seen_at=func.clock_timestamp())
    )
    db.session.commit()


def init_app(app: Flask) -> None:
    """Ask for a signed-in person everywhere, carry the form's one-time key, and give the pages their menu."""
    login_manager.init_app(app)
    app.before_request(_require_person)
    app.context_processor(_page_frame)


def _require_person() -> Response | tuple[str, int] | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static" or getattr(view, "open_to_all", False):
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if request.method == "POST" and KEY_FIELD in request.form:
        once.carry(signed_in_actor().person_id, request.form[KEY_FIELD], body_hash(request.form))  # type: ignore[arg-type]
    return None


def _ask_to_sign_in() -> Response | tuple[str, int]:
    """A page that was asked for is there after signing in; and so is a form that was being sent."""
    if request.method != "POST":
        return redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'))}")
    form = SignInForm(formdata=None, typed=seal_typed_text())
    return render_template("accounts/sign_in.html", form=form, interrupted=True), 401


def _page_frame() -> dict[str, Any]:
    if not current_user.is_authenticated:
        return {"footer_links": [("Help", "/help")]}
    actor = signed_in_actor()
    return {
        "actor": actor,
        "navigation": navigation_of(actor, request.path),
        "account": {
            "name": actor.name,
            "organisation": actor.organisation_name,
            "switch_href": "/account/organisations" if current_user.places > 1 else None,
            "sign_out_href": "/sign-out",
        },
        "footer_links": [
            ("Your account", "/account"),
            ("People", "/people"),
            ("Letters", "/letters"),
            *([("Audit trail", "/audit")] if permits(actor, Act.READ_AUDIT_TRAIL) else []),
            ("Help", "/help"),
        ],
    }

"""Who is signed in: the session names a person and an organisation; every request reads their standing anew.

Everything asks for a signed-in person unless its view is marked `@open_to_all`. A role that was taken away a moment ago is gone
with the next click, because nothing but the person's id, the organisation's id and the account's epoch is kept in the cookie.
"""

import uuid
from typing import Any

from flask import Flask, current_app, g, redirect, request, session
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from foundation import once
from foundation.database import db
from foundation.submitting import KEY_FIELD, body_hash
from foundation.tenancy import act_as_system, act_behind
from marketplace.actor import Actor
from marketplace.navigation import navigation_of
from marketplace.organisation import Organisation
from marketplace.person import Membership, Person
from marketplace.roles import Role

login_manager = LoginManager()


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: an actor and the account's epoch."""

    def __init__(self, actor: Actor, epoch: int, places: int) -> None:
        self.actor, self.epoch, self.places = actor, epoch, places

    def get_id(self) -> str:
        """Person and epoch: a session of an earlier epoch is no session."""
        return f"{self.actor.person_id}:{self.epoch}"


def signed_in_actor() -> Actor:
    """Who acts in this request."""
    actor: Actor = current_user.actor
    return actor


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_person(session_id: str) -> SignedIn | None:
    """Read the person's standing in the organisation acted for; None ends the session."""
    person_id, _, epoch = session_id.partition(":")
    act_as_system()
    standings = db.session.execute(
        select(
            Person.id,
            Person.name,
            Person.email,
            Person.epoch,
            Organisation.id,
            Organisation.name,
            Organisation.kind,
            Membership.roles,
        )
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Person.id == uuid.UUID(person_id), Membership.ended_at.is_(None))
        .order_by(Organisation.name)
    ).all()
    chosen = next((row for row in standings if str(row[4]) == session.get("organisation_id")), None)
    if chosen is None or str(chosen[3]) != epoch:
        return None
    actor = Actor(
        person_id=chosen[0], name=chosen[1], email=chosen[2], organisation_id=chosen[4], organisation_name=chosen[5],
        kind=chosen[6], roles=frozenset(Role(role) for role in chosen[7]),
        address=request.remote_addr, request_id=g.get("request_id"),
    )  # fmt: skip
    act_behind(actor.fence)
    return SignedIn(actor, chosen[3], len(standings))


def init_app(app: Flask) -> None:
    """Ask for a signed-in person everywhere, carry the form's one-time key, and give the pages their menu."""
    login_manager.init_app(app)
    app.before_request(_require_person)
    app.context_processor(_page_frame)


def _require_person() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static" or getattr(view, "open_to_all", False):
        return None
    if not current_user.is_authenticated:
        return redirect(f"/sign-in?next={request.full_path.rstrip('?')}" if request.method == "GET" else "/sign-in")
    if request.method == "POST" and KEY_FIELD in request.form:
        once.carry(signed_in_actor().person_id, request.form[KEY_FIELD], body_hash(request.form))  # type: ignore[arg-type]
    return None


def _page_frame() -> dict[str, Any]:
    if not current_user.is_authenticated:
        return {}
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
            ("Help", "/help"),
        ],
    }

"""The floor: the least that a signed-in Flask page can cost, served by the same server, from the same database, in the same process.

Session, one query for the user, one Core query of the same rows, a plain Jinja table. Every answer also says in a header how many SQL
statements it took; that costs the measured pages and the floor alike.
"""

import uuid
from typing import Any

from flask import Flask, g, session
from jinja2 import Environment
from sqlalchemy import event, select
from werkzeug.wrappers import Response

from foundation.database import db
from foundation.tenancy import Fence, act_behind
from foundation.web import open_to_all
from marketplace.person import Person
from referrals.offer import Offer
from referrals.referral import Referral
from wsgi import create_app as create_harbour

ROWS = Environment(autoescape=True).from_string("""<!doctype html><title>Floor</title><p>{{ name }}</p><table>
{% for row in rows %}<tr>{% for value in row %}<td>{{ value }}</td>
{% endfor %}</tr>{% endfor %}</table>""")


def create_app() -> Flask:
    """Harbour with the floor's page beside it, each answer counting its statements."""
    app = create_harbour()
    app.add_url_rule("/floor/<int:limit>", view_func=show_floor)
    app.before_request(_begin_count)
    app.after_request(_say_count)
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _count)
    return app


@open_to_all
def show_floor(limit: int) -> str:
    """As many referrals of the signed-in person's borough as asked for, in one plain table."""
    person_id, _, _ = session["_user_id"].partition(":")
    organisation_id = uuid.UUID(session["organisation_id"])
    act_behind(Fence(organisation_id, uuid.UUID(person_id), "authority", sees_identity=True))
    name = db.session.execute(select(Person.name).where(Person.id == uuid.UUID(person_id))).scalar_one()
    rows = db.session.execute(
        select(Referral.reference, Referral.state, Referral.deadline, Offer.reference)
        .outerjoin(Offer, Offer.referral_id == Referral.id)
        .where(Referral.authority_id == organisation_id)
        .order_by(Referral.drafted_at.desc())
        .limit(limit)
    ).all()
    return ROWS.render(name=name, rows=rows)


def _begin_count() -> None:
    g.statements = 0


def _say_count(response: Response) -> Response:
    response.headers["X-Statements"] = str(g.get("statements", 0))
    return response


def _count(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    if g:
        g.statements = g.get("statements", 0) + 1

"""The audit trail of one's own organisation: what its people did, and what others did that concerns it."""

from datetime import date, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import Select, select

from foundation.audit import AuditEvent
from foundation.paging import paged
from foundation.working_days import london_instant
from marketplace.acts import Act
from marketplace.policy import authorise
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

PER_PAGE = 50


@blueprint.get("")
def show_audit_trail() -> str:
    """Every act and every refused attempt, the latest first."""
    authorise(signed_in_actor(), Act.READ_AUDIT_TRAIL)
    chosen = {name: request.args.get(name, "").strip() for name in ("act", "person", "since", "until", "refused")}
    acts = [("", "Every act"), *sorted((act.value, spoken(act.value)) for act in Act)]
    events = paged(trail_of(**chosen), per_page=PER_PAGE)
    return render_template("audit/audit.html", events=events, chosen=chosen, acts=acts, spoken=spoken)


def trail_of(act: str = "", person: str = "", since: str = "", until: str = "", refused: str = "") -> Select[Any]:
    """The events that the organisation may read (row security sees to that), narrowed by what was asked for."""
    wanted = select(*AuditEvent.__table__.columns).order_by(AuditEvent.at.desc(), AuditEvent.sequence.desc())
    if act in set(Act):
        wanted = wanted.where(AuditEvent.act == act)
    if person:
        wanted = wanted.where(AuditEvent.person_name.icontains(person, autoescape=True))
    if (first := _day(since)) is not None:
        wanted = wanted.where(AuditEvent.at >= london_instant(first, time()))
    if (last := _day(until)) is not None:
        wanted = wanted.where(AuditEvent.at < london_instant(last + timedelta(days=1), time()))
    return wanted.where(AuditEvent.refused) if refused else wanted


def spoken(word: str) -> str:
    """A stored word as people say it."""
    return word.replace("_", " ").capitalize()


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None

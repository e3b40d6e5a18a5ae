"""The letters to one's own organisation: what was written, to whom, and whether it has left."""

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import Select, select

from foundation.outbox import Letter
from foundation.paging import paged
from marketplace.actor import Actor
from marketplace.roles import Role, words
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("letters", __name__, url_prefix="/letters")


@blueprint.get("")
def show_letters() -> str:
    """The outbox: every letter to the organisation, the latest first."""
    state = request.args.get("state", "")
    letters = paged(letters_to(signed_in_actor(), state))
    return render_template("letters/letters.html", letters=letters, state=state, addressees=addressees)


def letters_to(actor: Actor, state: str = "") -> Select[Any]:
    """Letters to the organisation, without those to other persons of it and without links that open accounts."""
    wanted = (
        select(
            Letter.subject, Letter.body, Letter.to_roles, Letter.to_person_id, Letter.written_at, Letter.posted_at,
            Letter.posted_to, Letter.channel, Letter.problem,
        )
        .where(Letter.organisation_id == actor.organisation_id)
        .order_by(Letter.written_at.desc(), Letter.id)
    )  # fmt: skip
    if state == "posted":
        return wanted.where(Letter.posted_at.is_not(None))
    return wanted.where(Letter.posted_at.is_(None)) if state == "waiting" else wanted


def addressees(roles: list[str]) -> str:
    """For whom a letter is, in words."""
    return ", ".join(words(Role(role)) for role in roles)

"""Posting: the worker takes the letters that lie in the outbox, looks up who holds the roles they are for, and lets them leave.

A letter is taken in hand by moving its `not_before`, so that no two workers post it; each address is noted as soon as its copy has
left, so that a second attempt goes only to those that are missing. A failure is kept with the letter and tried again, ever later.
"""

from datetime import timedelta

import structlog
from flask import current_app
from sqlalchemy import false, or_, select

from foundation import clock
from foundation.config import Settings
from foundation.database import db
from foundation.jobs import job
from foundation.outbox import Letter
from foundation.posting import NotPosted, Posting, post
from foundation.tenancy import act_as_system
from marketplace.person import Membership, Person

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)
AT_ONCE = 500

log = structlog.get_logger("letters")


@job("letters.post", schedule="* * * * *", tries=1)
def post_letters() -> None:
    """Post the letters that wait in the outbox."""
    act_as_system()
    for _ in range(AT_ONCE):
        letter = _take_one()
        if letter is None:
            return
        _post_letter(letter, current_app.config["SETTINGS"])


def _take_one() -> Letter | None:
    """The oldest letter that may be tried now, and from now on ours for a while; a worker that dies gives it back by time."""
    due = Letter.posted_at.is_(None), or_(Letter.not_before.is_(None), Letter.not_before <= clock.now())
    wanted = select(Letter).where(*due).order_by(Letter.written_at).limit(1).with_for_update(skip_locked=True)
    letter = db.session.execute(wanted).scalar()
    if letter is not None:
        letter.attempts += 1
        letter.not_before = clock.now() + wait_after(letter.attempts)
    db.session.commit()
    return letter


def wait_after(attempts: int) -> timedelta:
    """How long a letter rests after so many attempts: five minutes, ten, twenty … at most six hours."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 10)), LONGEST_WAIT)


def _post_letter(letter: Letter, settings: Settings) -> None:
    try:
        addresses = addresses_of(letter)
        if not addresses:
            raise NotPosted("Nobody at the organisation holds a role that this letter is for.")
        body = f"{letter.body.replace('{link}', letter.link or '')}\n\nHarbour\n{settings.public_url}\n"
        for address in addresses:
            if address not in letter.posted_to:
                posting = Posting(letter.id, address, letter.subject, body, letter.written_at)
                letter.channel = post(posting, settings)
                letter.posted_to = [*letter.posted_to, address]
                db.session.commit()
    except NotPosted as why:
        letter.problem = str(why)
        log.warning("letter not posted", letter=str(letter.id), attempts=letter.attempts, problem=str(why))
    else:
        letter.posted_at, letter.problem, letter.link = clock.now(), None, None
    db.session.commit()


def addresses_of(letter: Letter) -> list[str]:
    """Who gets the letter: the one address or person that it names, or everybody who holds one of its roles now."""
    if letter.to_address:
        return [letter.to_address]
    people = select(Person.email).order_by(Person.email)
    if letter.to_person_id:
        return list(db.session.execute(people.where(Person.id == letter.to_person_id)).scalars())
    holds_a_role = or_(false(), *(Membership.roles.contains([role]) for role in letter.to_roles))
    here = Membership.organisation_id == letter.organisation_id, Membership.ended_at.is_(None)
    return list(
        db.session.execute(
            people.join(Membership, Membership.person_id == Person.id).where(*here, holds_a_role)
        ).scalars()
    )

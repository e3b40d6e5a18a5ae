"""Signing in and out: with a password, throttled, for one organisation at a time; all doors of an account shut at once when asked."""

import uuid
from typing import NamedTuple

from sqlalchemy import func, select, update

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid, NotFound
from foundation.tenancy import act_behind
from foundation.transaction import transaction
from marketplace.actor import SYSTEM, Actor
from marketplace.acts import Act
from marketplace.passwords import hash_password, needs_new_hash, verify_password
from marketplace.person import BrowserSession, Person
from marketplace.policy import authorise
from marketplace.standing import Standing, Whence, at_the_desk, chosen_of, standings_of
from marketplace.throttle import count_try, note_success

WRONG = "The e-mail address or the password is wrong. Check both, or ask for a new password."


class Entry(NamedTuple):
    """What signing in gives the browser: the person's place, and the session that its cookie names."""

    place: Standing
    session_id: uuid.UUID


def sign_in(email: str, password: str, *, whence: Whence, organisation_id: uuid.UUID | None = None) -> Entry:
    """Somebody signs in. Every try is counted first; a refused one is audited (without the password), known account or not.

    Three transactions, so that no connection is held while the password is hashed.
    """
    with at_the_desk(), transaction():
        attempt_id = count_try(email, whence.address)
        place = chosen_of(standings_of(email), organisation_id)
    if not verify_password(place.password_hash if place else None, password) or place is None:
        _record_refused_try(place, whence)
        raise Invalid(WRONG)
    with at_the_desk(), transaction():
        note_success(attempt_id)
        session_id = open_session(place.person_id, whence)
        by = place.actor(whence)
        act_behind(by.fence)
        authorise(by, Act.SIGN_IN)
        _note_signing_in(place, password)
        record(Act.SIGN_IN, None, by=by)
    return Entry(place, session_id)


def open_session(person_id: uuid.UUID, whence: Whence) -> uuid.UUID:
    """A new browser is signed in. Part of the verbs that let somebody in; needs the desk's fence."""
    opened = BrowserSession(id=uuid.uuid4(), person_id=person_id, address=whence.address, browser=whence.browser[:200])
    db.session.add(opened)
    db.session.flush()
    return opened.id


def sign_out(session_id: uuid.UUID, *, by: Actor) -> None:
    """A person leaves this browser: its session ends here, whoever else may hold a copy of the cookie."""
    with transaction():
        authorise(by, Act.SIGN_OUT)
        _end_sessions(BrowserSession.id == session_id, BrowserSession.person_id == by.person_id)
        record(Act.SIGN_OUT, None, by=by)


def sign_out_everywhere(*, by: Actor) -> None:
    """A person shuts every browser they are signed in with, this one included."""
    with transaction():
        authorise(by, Act.SIGN_OUT_EVERYWHERE)
        end_every_session(db.session.get_one(Person, by.person_id))
        record(Act.SIGN_OUT_EVERYWHERE, None, by=by)


def sign_person_out(email: str) -> None:
    """The operator shuts every browser of an account (`flask people sign-out`)."""
    with at_the_desk(), transaction():
        authorise(SYSTEM, Act.SIGN_OUT_EVERYWHERE)
        person = db.session.execute(select(Person).where(Person.email == email)).scalar()
        if person is None:
            raise NotFound(f"There is no account with the address {email}.")
        end_every_session(person)
        record(Act.SIGN_OUT_EVERYWHERE, person, by=SYSTEM, about=person.acting_for_id)


def end_every_session(person: Person) -> None:
    """No cookie that was given out opens the account any more."""
    person.epoch += 1
    _end_sessions(BrowserSession.person_id == person.id)


def switch_organisation(reference: str, *, by: Actor) -> uuid.UUID:
    """A person who works for several organisations acts from now on for another of them, openly: both can read of it."""
    with at_the_desk():
        places = {place.organisation_reference: place for place in standings_of(by.email)}
    with transaction():
        authorise(by, Act.SWITCH_ORGANISATION)
        if reference not in places:
            raise NotFound
        to = places[reference]
        db.session.get_one(Person, by.person_id).acting_for_id = to.organisation_id
        record(Act.SWITCH_ORGANISATION, None, by=by, about=to.organisation_id, after={"to": to.organisation_name})
    return to.organisation_id


def _end_sessions(*which: object) -> None:
    db.session.execute(
        update(BrowserSession)
        .where(*which, BrowserSession.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=func.clock_timestamp())
    )


def _note_signing_in(place: Standing, password: str) -> None:
    person = db.session.get_one(Person, place.person_id)
    person.last_signed_in_at = clock.now()
    person.acting_for_id = place.organisation_id
    if person.password_hash and needs_new_hash(person.password_hash):
        person.password_hash = hash_password(password)


def _record_refused_try(place: Standing | None, whence: Whence) -> None:
    """In the trail of the organisation whose account was tried; in the system's own where there is no such account."""
    with at_the_desk(), transaction():
        if place is None:
            by = Actor(None, "Somebody", None, "No account", None, address=whence.address, request_id=whence.request_id)
        else:
            by = place.actor(whence)
            act_behind(by.fence)
        record(Act.SIGN_IN, None, by=by, after={"reason": "wrong password or no account"}, refused=True)

"""Choosing passwords: a new one by somebody who knows the old, or by the letter to somebody who forgot it."""

import uuid

from flask import current_app
from sqlalchemy import func, select

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid, NotNow
from foundation.states import hold
from foundation.tenancy import act_behind
from foundation.transaction import transaction
from marketplace import account_notices as notices
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.passwords import confirm_password, hash_password, require_good_password
from marketplace.person import RESET_LASTS, PasswordReset, Person
from marketplace.policy import authorise
from marketplace.signing_in import Entry, end_every_session, open_session
from marketplace.standing import Whence, at_the_desk, chosen_of, standings_of
from marketplace.tokens import hash_of, new_token

#: letters about one forgotten password in an hour
MOST_LETTERS = 3


def change_password(present: str, new: str, *, whence: Whence, by: Actor) -> Entry:
    """A person changes the password. Every browser is signed out but this one, which gets a session of its own."""
    person = db.session.get_one(Person, by.person_id)
    if not confirm_password(person, present):
        raise Invalid("This is not your present password.", "current_password")
    require_good_password(new, not_holding=_own_words(person))
    password_hash = hash_password(new)
    with at_the_desk(), transaction():
        authorise(by, Act.CHANGE_PASSWORD)
        return _set_password(person.id, password_hash, Act.CHANGE_PASSWORD, whence, by.organisation_id)


def ask_for_new_password(email: str, *, whence: Whence) -> None:
    """Somebody forgot the password: a letter brings a link that serves once, for an hour. Nobody learns whether there is an account."""
    with at_the_desk(), transaction():
        place = chosen_of(standings_of(email))
        if place is None or _letters_of_late(place.person_id) >= MOST_LETTERS:
            return
        token = new_token()
        reset = PasswordReset(
            id=uuid.uuid4(), person_id=place.person_id, token_hash=hash_of(token), expires_at=clock.now() + RESET_LASTS
        )
        db.session.add(reset)
        link = f"{current_app.config['SETTINGS'].public_url}/new-password/{token}"
        notices.tell_how_to_reset(db.session.get_one(Person, place.person_id), place.organisation_id, link)
        db.session.flush()
        by = place.actor(whence)
        act_behind(by.fence)
        authorise(by, Act.ASK_FOR_NEW_PASSWORD)
        record(Act.ASK_FOR_NEW_PASSWORD, None, by=by)


def set_new_password(token: str, new: str, *, whence: Whence) -> Entry:
    """Somebody who forgot the password chooses another by the letter's link; every other browser is signed out."""
    with at_the_desk():
        reset = find_reset(token)
        person = db.session.get_one(Person, reset.person_id)
        require_good_password(new, not_holding=_own_words(person))
    password_hash = hash_password(new)
    with at_the_desk(), transaction():
        reset = hold(find_reset(token))
        _require_unused(reset)
        reset.used_at = clock.now()
        return _set_password(reset.person_id, password_hash, Act.RESET_PASSWORD, whence)


def find_reset(token: str) -> PasswordReset:
    """The reset that a link stands for; raises `NotNow` with the reason where it serves no more. Needs the desk's fence."""
    found = db.session.execute(select(PasswordReset).where(PasswordReset.token_hash == hash_of(token))).scalar()
    if found is None:
        raise NotNow("This link is not one of ours. Use the link of the latest letter, or ask for another.")
    _require_unused(found)
    return found


def _require_unused(reset: PasswordReset) -> None:
    if reset.used_at is not None:
        raise NotNow("This link was used already. If you forgot the password again, ask for another letter.")
    if reset.expires_at <= clock.now():
        raise NotNow("This link has expired: it serves for one hour. Ask for another letter.")


def _set_password(
    person_id: uuid.UUID, password_hash: str, act: Act, whence: Whence, organisation_id: uuid.UUID | None = None
) -> Entry:
    """Keep the hash, shut every door, open one, and tell the owner of the account. Needs the desk's fence."""
    person = db.session.get_one(Person, person_id)
    person.password_hash = password_hash
    end_every_session(person)
    session_id = open_session(person_id, whence)
    place = chosen_of(standings_of(person.email), organisation_id)
    if place is None:
        raise NotNow("This account acts for no organisation at present.")
    notices.tell_password_changed(person, place.organisation_id, act)
    db.session.flush()
    by = place.actor(whence)
    act_behind(by.fence)
    authorise(by, act)
    record(act, None, by=by)
    return Entry(place, session_id)


def _letters_of_late(person_id: uuid.UUID) -> int:
    of_late = PasswordReset.person_id == person_id, PasswordReset.asked_at > clock.now() - RESET_LASTS
    return db.session.execute(select(func.count()).select_from(PasswordReset).where(*of_late)).scalar_one()


def _own_words(person: Person) -> tuple[str, ...]:
    return (*person.name.split(), person.email.partition("@")[0])

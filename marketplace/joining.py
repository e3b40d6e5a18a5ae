"""Joining an organisation: by an invitation that a letter brings, in the roles that it names; once, and within fourteen days."""

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid, NotNow
from foundation.states import hold
from foundation.submitting import say
from foundation.tenancy import act_behind
from foundation.transaction import transaction
from marketplace import account_notices as notices
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.passwords import hash_password, require_good_password, verify_password
from marketplace.person import INVITATION_LASTS, JoiningInvitation, Membership, Person
from marketplace.policy import authorise
from marketplace.roles import ROLES_OF, Kind, Role
from marketplace.signing_in import Entry, open_session
from marketplace.standing import Whence, at_the_desk, chosen_of, standings_of
from marketplace.throttle import count_try, note_success
from marketplace.tokens import hash_of, new_token

say("uq_memberships_live", "You have joined this organisation already. Sign in instead.")
say(
    "uq_people_email", "There is an account with this address already. Sign in with it, then open the invitation again."
)


class Invited(NamedTuple):
    """An invitation and the link that goes out in its letter; nobody can make the link again."""

    invitation: JoiningInvitation
    link: str


def invite_person(organisation: Organisation, email: str, name: str, roles: Sequence[Role], *, by: Actor) -> Invited:
    """A manager, or the operator, asks somebody to join the organisation in these roles; a letter brings the link."""
    with transaction():
        authorise(by, Act.INVITE_PERSON, organisation)
        require_roles_of(organisation.kind, roles)
        if _works_here(organisation.id, email):
            raise Invalid("Somebody with this address has joined already.", "email")
        invited = lay_invitation(organisation, email, name, roles, by=by)
        about = organisation.id if by.is_system else None
        record(Act.INVITE_PERSON, invited.invitation, by=by, about=about, after={"roles": list(roles)})
    return invited


def lay_invitation(organisation: Organisation, email: str, name: str, roles: Sequence[Role], *, by: Actor) -> Invited:
    """Write the invitation and its letter. A step of the verbs that invite, inside their transaction."""
    token = new_token()
    invitation = JoiningInvitation(
        id=uuid.uuid4(), organisation_id=organisation.id, email=email, name=name, roles=[str(role) for role in roles],
        token_hash=hash_of(token), invited_by_id=by.person_id, invited_by_name=by.name, expires_at=clock.now() + INVITATION_LASTS,
    )  # fmt: skip
    db.session.add(invitation)
    db.session.flush()
    link = f"{current_app.config['SETTINGS'].public_url}/join/{token}"
    notices.tell_invited(invitation, organisation.name, link)
    return Invited(invitation, link)


def renew_joining(invitation: JoiningInvitation, organisation: Organisation, *, by: Actor) -> str:
    """A manager sends the invitation again: fourteen more days by a new link; the one in the earlier letter serves no more."""
    with transaction():
        authorise(by, Act.RENEW_JOINING, invitation)
        _require_open(hold(invitation))
        token = new_token()
        invitation.token_hash, invitation.expires_at = hash_of(token), clock.now() + INVITATION_LASTS
        link = f"{current_app.config['SETTINGS'].public_url}/join/{token}"
        notices.tell_invited(invitation, organisation.name, link)
        record(Act.RENEW_JOINING, invitation, by=by)
    return link


def withdraw_joining(invitation: JoiningInvitation, *, by: Actor) -> None:
    """A manager takes an invitation back: its link serves no more."""
    with transaction():
        authorise(by, Act.WITHDRAW_JOINING, invitation)
        _require_open(hold(invitation))
        invitation.withdrawn_at = clock.now()
        record(Act.WITHDRAW_JOINING, invitation, by=by)


def accept_invitation(token: str, name: str, password: str, *, whence: Whence) -> Entry:
    """The invited person takes up the invitation with a new account, and is signed in."""
    require_good_password(password, not_holding=tuple(name.split()))
    password_hash = hash_password(password)
    with at_the_desk(), transaction():
        invitation = _hold_invitation(token)
        person = Person(
            id=uuid.uuid4(), name=name, email=invitation.email, password_hash=password_hash,
            acting_for_id=invitation.organisation_id,
        )  # fmt: skip
        db.session.add(person)
        db.session.flush()
        return _join(invitation, person, whence)


def join_with_account(token: str, password: str, *, whence: Whence) -> Entry:
    """Somebody who has an account already joins another organisation with it, by the password of that account."""
    with at_the_desk(), transaction():
        invitation = _hold_invitation(token)
        attempt_id = count_try(invitation.email, whence.address)
        person = db.session.execute(select(Person).where(Person.email == invitation.email)).scalar_one()
        person_id, kept = person.id, person.password_hash
    if not verify_password(kept, password):
        raise Invalid("The password is wrong.", "password")
    with at_the_desk(), transaction():
        note_success(attempt_id)
        return _join(_hold_invitation(token), db.session.get_one(Person, person_id), whence)


def find_invitation(token: str) -> JoiningInvitation:
    """The invitation of a link; raises `NotNow` with the reason where it serves no more. Needs the desk's fence."""
    found = db.session.execute(select(JoiningInvitation).where(JoiningInvitation.token_hash == hash_of(token))).scalar()
    if found is None:
        raise NotNow(
            "This link is not one of ours, or a newer letter has replaced it. Use the link of the latest letter."
        )
    _require_open(found)
    if found.expires_at <= clock.now():
        raise NotNow(f"This invitation has expired. Ask {found.invited_by_name} to send it again.")
    return found


def _hold_invitation(token: str) -> JoiningInvitation:
    """The same, locked, so that it is taken up once."""
    invitation = hold(find_invitation(token))
    _require_open(invitation)
    return invitation


def require_roles_of(kind: Kind, roles: Sequence[Role]) -> None:
    """Raise `Invalid` for no role, or one that an organisation of this kind does not have."""
    if not roles:
        raise Invalid("Choose at least one role.", "roles")
    if not set(roles) <= set(ROLES_OF[kind]):
        raise Invalid(
            f"A role of another kind of organisation cannot be held here. Choose from: {_list(kind)}.", "roles"
        )


def _list(kind: Kind) -> str:
    return ", ".join(role.value for role in ROLES_OF[kind])


def _require_open(invitation: JoiningInvitation) -> None:
    if invitation.accepted_at is not None:
        raise NotNow("This invitation was taken up already. Sign in instead.")
    if invitation.withdrawn_at is not None:
        raise NotNow(f"This invitation was withdrawn. Ask {invitation.invited_by_name} about it.")


def _works_here(organisation_id: uuid.UUID, email: str) -> bool:
    found = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None), Person.email == email)
    )
    return db.session.execute(found).first() is not None


def _join(invitation: JoiningInvitation, person: Person, whence: Whence) -> Entry:
    """Take up the invitation: the membership, the organisation claimed by its first person, the browser signed in."""
    roles, organisation_id = list(invitation.roles), invitation.organisation_id
    db.session.add(Membership(id=uuid.uuid4(), organisation_id=organisation_id, person_id=person.id, roles=roles))
    invitation.accepted_at = clock.now()
    organisation = db.session.get_one(Organisation, organisation_id)
    organisation.claimed_at = organisation.claimed_at or clock.now()
    session_id = open_session(person.id, whence)
    place = chosen_of(standings_of(person.email), organisation_id)
    assert place is not None
    by = place.actor(whence)
    act_behind(by.fence)
    authorise(by, Act.ACCEPT_INVITATION)
    record(Act.ACCEPT_INVITATION, invitation, by=by, after={"roles": roles})
    return Entry(place, session_id)

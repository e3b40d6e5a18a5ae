"""Named questions about people, invitations, browsers, letters and the audit trail, answered in frozen rows."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from foundation import clock
from foundation.database import db
from foundation.permission import NotFound
from marketplace.actor import Actor
from marketplace.joining import find_invitation
from marketplace.organisation import Organisation
from marketplace.person import IDLE, LONGEST, BrowserSession, JoiningInvitation, Membership, Person
from marketplace.roles import RUNS_ACCOUNTS, Role, words
from marketplace.standing import at_the_desk

#: marks in what a browser calls itself; the first that fits counts, since most name their forebears too
BROWSERS = (("Firefox/", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "a Mac"),
    ("CrOS", "a Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Colleague:
    """Somebody who acts for the organisation, or did."""

    reference: str
    membership_id: uuid.UUID
    person_id: uuid.UUID
    name: str
    email: str
    roles: list[str]
    last_signed_in_at: datetime | None
    began_at: datetime
    ended_at: datetime | None

    @property
    def role_words(self) -> str:
        """The roles as people say them."""
        return ", ".join(words(Role(role)) for role in self.roles)

    @property
    def runs_accounts(self) -> bool:
        """Whether this person looks after the organisation's accounts."""
        return bool(RUNS_ACCOUNTS & {Role(role) for role in self.roles})


def colleagues_of(organisation_id: uuid.UUID | None, *, left: bool = False) -> list[Colleague]:
    """Who acts for the organisation, by name; or who has left it, the latest first."""
    ended = Membership.ended_at.is_not(None) if left else Membership.ended_at.is_(None)
    order = Membership.ended_at.desc() if left else Person.name
    rows = db.session.execute(
        select(
            Membership.reference, Membership.id, Person.id, Person.name, Person.email, Membership.roles,
            Person.last_signed_in_at, Membership.began_at, Membership.ended_at,
        )
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id, ended)
        .order_by(order)
    ).all()  # fmt: skip
    return [Colleague(*row) for row in rows]


def colleague_by(reference: str, organisation_id: uuid.UUID | None) -> tuple[Colleague, Membership]:
    """Somebody who acts for the organisation, by the reference in an address."""
    for colleague in colleagues_of(organisation_id):
        if colleague.reference == reference:
            return colleague, db.session.get_one(Membership, colleague.membership_id)
    raise NotFound


@dataclass(frozen=True)
class Waiting:
    """An invitation that was neither taken up nor withdrawn."""

    reference: str
    name: str
    email: str
    role_words: str
    invited_by_name: str
    expires_at: datetime
    has_expired: bool


def open_invitations(organisation_id: uuid.UUID | None) -> list[Waiting]:
    """Invitations that wait for somebody, the latest first."""
    waiting = (
        JoiningInvitation.organisation_id == organisation_id,
        JoiningInvitation.accepted_at.is_(None),
        JoiningInvitation.withdrawn_at.is_(None),
    )
    found = select(JoiningInvitation).where(*waiting).order_by(JoiningInvitation.invited_at.desc())
    return [
        Waiting(
            one.reference, one.name, one.email, ", ".join(words(Role(role)) for role in one.roles), one.invited_by_name,
            one.expires_at, one.expires_at <= clock.now(),
        )
        for one in db.session.execute(found).scalars()
    ]  # fmt: skip


def invitation_by(reference: str) -> JoiningInvitation:
    """An invitation of one's own organisation, by the reference in an address."""
    found = db.session.execute(select(JoiningInvitation).where(JoiningInvitation.reference == reference)).scalar()
    if found is None:
        raise NotFound
    return found


def own_organisation(by: Actor) -> Organisation:
    """The organisation acted for."""
    return db.session.get_one(Organisation, by.organisation_id)


def organisation_by(reference: str) -> Organisation:
    """An organisation by its reference."""
    found = db.session.execute(select(Organisation).where(Organisation.reference == reference)).scalar()
    if found is None:
        raise NotFound(f"There is no organisation with the reference {reference}.")
    return found


@dataclass(frozen=True)
class Browser:
    """A browser in which a person is signed in."""

    id: uuid.UUID
    browser: str
    address: str
    began_at: datetime
    seen_at: datetime

    @property
    def name(self) -> str:
        """What people call it: Firefox on Windows. It is what the browser says of itself, and may be untrue."""
        browser = next((name for mark, name in BROWSERS if mark in self.browser), "A browser")
        system = next((name for mark, name in SYSTEMS if mark in self.browser), "")
        return f"{browser} on {system}" if system else browser


def browsers_of(person_id: uuid.UUID | None) -> list[Browser]:
    """Where the person is signed in at present, the latest click first."""
    now = func.clock_timestamp()
    rows = db.session.execute(
        select(
            BrowserSession.id, BrowserSession.browser, BrowserSession.address, BrowserSession.began_at, BrowserSession.seen_at
        )
        .where(
            BrowserSession.person_id == person_id,
            BrowserSession.ended_at.is_(None),
            BrowserSession.seen_at > now - IDLE,
            BrowserSession.began_at > now - LONGEST,
        )
        .order_by(BrowserSession.seen_at.desc())
    ).all()  # fmt: skip
    return [Browser(*row) for row in rows]


@dataclass(frozen=True)
class Place:
    """An organisation that the person may act for."""

    reference: str
    name: str
    kind: str
    roles: str
    is_present: bool


def places_of(by: Actor) -> list[Place]:
    """Every organisation that the person may act for."""
    rows = db.session.execute(
        select(Organisation.id, Organisation.reference, Organisation.name, Organisation.kind, Membership.roles)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == by.person_id, Membership.ended_at.is_(None))
        .order_by(Organisation.name)
    ).all()
    return [
        Place(reference, name, kind, ", ".join(words(Role(role)) for role in roles), key == by.organisation_id)
        for key, reference, name, kind, roles in rows
    ]


@dataclass(frozen=True)
class InvitationSeen:
    """What the invited person sees of an invitation."""

    organisation: str
    email: str
    name: str
    roles: list[str]
    invited_by: str
    expires_at: datetime
    has_account: bool


def invitation_seen_with(token: str) -> InvitationSeen:
    """What a link's invitation says; raises `NotNow` where it serves no more. Read by somebody who is not signed in."""
    with at_the_desk():
        invitation = find_invitation(token)
        has_account = db.session.execute(select(Person.id).where(Person.email == invitation.email)).first() is not None
        organisation = db.session.get_one(Organisation, invitation.organisation_id)
        return InvitationSeen(
            organisation.name, invitation.email, invitation.name, [words(Role(role)) for role in invitation.roles],
            invitation.invited_by_name, invitation.expires_at, has_account,
        )  # fmt: skip

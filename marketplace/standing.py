"""A person's standing, read as the sign-in desk: who they are, in which organisations, in which roles."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from foundation.database import db
from foundation.tenancy import act_as_system, act_behind, present_fence
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.person import Membership, Person
from marketplace.roles import Kind, Role


class Whence(NamedTuple):
    """Where a request comes from: what the audit trail keeps of it."""

    address: str = ""
    request_id: str | None = None
    browser: str = ""


class Standing(NamedTuple):
    """A person's place in one organisation, with what signing in needs of the account."""

    person_id: uuid.UUID
    name: str
    email: str
    epoch: int
    password_hash: str | None
    acting_for_id: uuid.UUID | None
    organisation_id: uuid.UUID
    organisation_reference: str
    organisation_name: str
    kind: Kind
    roles: list[str]

    def actor(self, whence: Whence) -> Actor:
        """The person as the actor of verbs."""
        return Actor(
            person_id=self.person_id, name=self.name, email=self.email, organisation_id=self.organisation_id,
            organisation_name=self.organisation_name, kind=self.kind, roles=frozenset(Role(role) for role in self.roles),
            address=whence.address or None, request_id=whence.request_id,
        )  # fmt: skip


@contextmanager
def at_the_desk() -> Iterator[None]:
    """Read and write for a moment as the sign-in desk, which acts for no organisation. Around a transaction, never inside one."""
    before = present_fence()
    act_as_system()
    try:
        yield
    finally:
        act_behind(before)


def standings() -> Select[*tuple[Any, ...]]:
    """Every live place of every account, by the organisation's name; the caller says whose."""
    wanted: Select[*tuple[Any, ...]] = (
        select(
            Person.id, Person.name, Person.email, Person.epoch, Person.password_hash, Person.acting_for_id,
            Organisation.id, Organisation.reference, Organisation.name, Organisation.kind, Membership.roles,
        )
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.ended_at.is_(None))
        .order_by(Organisation.name)
    )  # fmt: skip
    return wanted


def standings_of(email: str) -> list[Standing]:
    """The places of the account with this address; none where there is no account, or nowhere to act for."""
    return [Standing(*row) for row in db.session.execute(standings().where(Person.email == email)).all()]


def chosen_of(places: list[Standing], organisation_id: uuid.UUID | None = None) -> Standing | None:
    """The place to act in: the one asked for, else the last one, else the first by name."""
    wanted = (organisation_id, places[0].acting_for_id) if places else ()
    for wish in wanted:
        for place in places:
            if wish is not None and place.organisation_id == wish:
                return place
    return places[0] if places else None

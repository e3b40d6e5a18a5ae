"""The people of the demo: one sign-in for each role that a reader may try, and colleagues with invented names everywhere."""

import uuid
from collections.abc import Iterator
from random import Random

from argon2 import PasswordHasher
from sqlalchemy import insert

from demo.partnership import Member, Partnership
from demo.words import peoples_names
from foundation.database import db
from marketplace.actor import Actor
from marketplace.person import Membership, Person
from marketplace.roles import ROLES_OF, Kind, Role

#: The password of every account of the demo, printed by script/server: it opens nothing but invented records.
PASSWORD = "harbour-demo"  # noqa: S105 - told to everybody on purpose

#: Those whom a reader signs in as, by the domain of their address: role and name. The first of a role acts most.
KNOWN = {
    "croydon.example": (
        (Role.PLACEMENT_OFFICER, "Ruth Adeyemi"), (Role.PLACEMENT_MANAGER, "Daniel Whitcombe"),
        (Role.COMMISSIONER, "Priya Raman"), (Role.FINANCE_OFFICER, "Owen Castell"), (Role.QUALITY_OFFICER, "Grace Okonjo"),
        (Role.DIRECTOR, "Helen Marchetti"), (Role.AUDITOR, "Tom Ellery"),
    ),
    "slcp.example": ((Role.HUB_MANAGER, "Sunita Bellamy"), (Role.HUB_ANALYST, "Jonas Peake")),
    "quillhaven.example": (
        (Role.PROVIDER_MANAGER, "Bea Kowalczyk"), (Role.PROVIDER_RESPONDER, "Marcus Eze"), (Role.PROVIDER_FINANCE, "Lily Tran"),
    ),
    "hearthmoor.example": ((Role.PROVIDER_MANAGER, "Hannah Prowse"), (Role.PROVIDER_RESPONDER, "Yusuf Mensah")),
    "orrery.example": ((Role.PROVIDER_MANAGER, "Eleni Dimitriou"), (Role.PROVIDER_RESPONDER, "Patrick Karimi")),
}  # fmt: skip
#: Croydon hosts the hub: these of its people work for both, and switch openly.
ALSO_AT_THE_HUB = {
    Role.QUALITY_OFFICER: Role.QUALITY_OFFICER,
    Role.AUDITOR: Role.AUDITOR,
    Role.COMMISSIONER: Role.HUB_ANALYST,
}


def employ_people(partnership: Partnership, rng: Random) -> None:
    """Give every organisation its people; the session must act as the system."""
    taken = {name for known in KNOWN.values() for _, name in known}
    spare = iter([name for name in peoples_names(rng) if name not in taken])
    people: list[dict[str, object]] = []
    memberships: list[dict[str, object]] = []
    for member, kind in _members(partnership):
        for role, name in _staff(member, kind, spare):
            actor = _actor(member, kind, role, name)
            member.people.setdefault(role, []).append(actor)
            people.append({"id": actor.person_id, "name": name, "email": actor.email, "acting_for_id": member.id})
            memberships.append(_membership(actor))
    memberships.extend(_membership(actor) for actor in _lent_to_the_hub(partnership))
    password_hash = _password_hash()
    db.session.execute(insert(Person), [{**person, "password_hash": password_hash} for person in people])
    db.session.execute(insert(Membership), memberships)


def _password_hash() -> str:
    """One hash serves every account of the demo: its password is no secret, and 250 hashes would take half a minute."""
    return PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1).hash(PASSWORD)


def _members(partnership: Partnership) -> Iterator[tuple[Member, Kind]]:
    yield from ((borough, Kind.AUTHORITY) for borough in partnership.boroughs)
    yield partnership.hub, Kind.HUB
    yield from ((provider, Kind.PROVIDER) for provider in partnership.providers)


def _staff(member: Member, kind: Kind, spare: Iterator[str]) -> Iterator[tuple[Role, str]]:
    known = KNOWN.get(member.domain, ())
    yield from known
    for role in ROLES_OF[kind]:
        if kind is not Kind.HUB and role not in {known_role for known_role, _ in known}:
            yield role, next(spare)
    if kind is Kind.AUTHORITY:
        yield Role.PLACEMENT_OFFICER, next(spare)
        yield Role.PLACEMENT_MANAGER, next(spare)


def _actor(member: Member, kind: Kind, role: Role, name: str) -> Actor:
    local_part = name.casefold().replace(" ", ".").replace("'", "")
    return Actor(
        person_id=uuid.uuid4(), name=name, organisation_id=member.id, organisation_name=member.name, kind=kind,
        roles=frozenset({role}), email=f"{local_part}@{member.domain}",
    )  # fmt: skip


def _lent_to_the_hub(partnership: Partnership) -> Iterator[Actor]:
    host, hub = partnership.borough("CRO"), partnership.hub
    for role, role_there in ALSO_AT_THE_HUB.items():
        person = host.actor(role)
        actor = Actor(
            person_id=person.person_id, name=person.name, organisation_id=hub.id, organisation_name=hub.name,
            kind=Kind.HUB, roles=frozenset({role_there}), email=person.email,
        )  # fmt: skip
        hub.people.setdefault(role_there, []).append(actor)
        yield actor


def _membership(actor: Actor) -> dict[str, object]:
    return {
        "person_id": actor.person_id,
        "organisation_id": actor.organisation_id,
        "roles": [role.value for role in actor.roles],
    }

"""What the standing part of the demo gives to its history: who there is, as the actors of verbs, and keys of what they have.

It keeps keys and plain facts rather than database rows: the history reads each thing behind the fence of whoever acts.
"""

import uuid
from dataclasses import dataclass, field

from marketplace.actor import Actor
from marketplace.roles import Role


@dataclass
class Member:
    """An organisation of the demo: its key, and its people by role."""

    id: uuid.UUID
    name: str
    domain: str
    people: dict[Role, list[Actor]] = field(default_factory=dict)

    def actor(self, role: Role, which: int = 0) -> Actor:
        """The first (second …) of its people in that role; the last one where there are fewer."""
        held = self.people[role]
        return held[min(which, len(held) - 1)]


@dataclass
class Borough(Member):
    """A borough: its three letters, DfE's number, and the projects that it takes part in."""

    prefix: str = ""
    number: str = ""
    gss: str = ""
    projects: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DemoSetting:
    """A setting as the history needs to know it."""

    id: uuid.UUID
    name: str
    #: pounds a week, or a year for a school
    core_amount: int
    needs: frozenset[str]


@dataclass
class Provider(Member):
    """A provider: the lot that it is in, and its settings."""

    lot: str = ""
    size: int = 0
    settings: list[DemoSetting] = field(default_factory=list)


@dataclass
class Partnership:
    """The twelve boroughs, the hub, its lots by key, and the providers."""

    boroughs: list[Borough]
    hub: Member
    providers: list[Provider]
    lots: dict[str, uuid.UUID] = field(default_factory=dict)
    #: homes outside the framework, whose owners have no accounts
    outside: list[DemoSetting] = field(default_factory=list)

    def borough(self, prefix: str) -> Borough:
        """The borough of those three letters."""
        return next(borough for borough in self.boroughs if borough.prefix == prefix)

    def providers_in(self, lot: str) -> list[Provider]:
        """The providers of a lot, in the order of the file."""
        return [provider for provider in self.providers if provider.lot == lot]

"""Who acts: one person, for one organisation, in the roles held there. Every verb takes one as `by=`."""

import uuid
from dataclasses import dataclass, field

from foundation.tenancy import SYSTEM_FENCE, Fence
from marketplace.roles import SEES_IDENTITY, Kind, Role


@dataclass(frozen=True)
class Actor:
    """A signed-in person at one organisation, or the system itself (a job)."""

    person_id: uuid.UUID | None
    name: str
    organisation_id: uuid.UUID | None
    organisation_name: str
    kind: Kind | None
    roles: frozenset[Role] = field(default_factory=frozenset)
    email: str = ""
    address: str | None = None
    request_id: str | None = None

    @property
    def is_system(self) -> bool:
        """A job of the worker, not a person."""
        return self.kind is None and self.person_id is None

    @property
    def fence(self) -> Fence:
        """For whom the database cuts out its rows."""
        if self.is_system:
            return SYSTEM_FENCE
        party = self.kind.value if self.kind else "nobody"
        return Fence(self.organisation_id, self.person_id, party, bool(self.roles & SEES_IDENTITY))


SYSTEM = Actor(person_id=None, name="Harbour", organisation_id=None, organisation_name="Harbour", kind=None)

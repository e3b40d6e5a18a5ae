"""The fence: who is acting is told to PostgreSQL at the start of every transaction, and row security does the rest.

Four settings, local to the transaction: `app.organisation_id`, `app.person_id`, `app.party` (what kind of organisation acts:
authority, hub, provider; `system` for the worker; `nobody` before signing in) and `app.sees_identity` (a role that may read
children's names). The same round trip brings back the database's clock.
"""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session, SessionTransaction

from foundation.database import db


class Fence(NamedTuple):
    """For whom the rows of a transaction are cut out."""

    organisation_id: UUID | None
    person_id: UUID | None
    party: str
    sees_identity: bool = False


NOBODY = Fence(None, None, "nobody")
SYSTEM_FENCE = Fence(None, None, "system")

RAISE = text(
    "SELECT set_config('app.organisation_id', :organisation_id, true), set_config('app.person_id', :person_id, true),"
    " set_config('app.party', :party, true), set_config('app.sees_identity', :sees_identity, true), harbour_clock()"
)


def _raise_fence(session: Session, connection: Connection) -> None:
    fence: Fence = session.info.get("fence", NOBODY)
    row = connection.execute(
        RAISE,
        {
            "organisation_id": str(fence.organisation_id or ""),
            "person_id": str(fence.person_id or ""),
            "party": fence.party,
            "sees_identity": "yes" if fence.sees_identity else "",
        },
    ).one()
    session.info["instant"] = row[4]


@event.listens_for(Session, "after_begin")
def _at_the_start(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    # A savepoint inherits the settings of the transaction around it; only tests run whole sessions inside one.
    _raise_fence(session, connection)


def act_behind(fence: Fence) -> None:
    """From here on the session's rows are cut out for `fence`; at once if a transaction is open already."""
    session = db.session()
    session.info["fence"] = fence
    if session.in_transaction():
        _raise_fence(session, session.connection())
    session.expire_all()


def act_as_system() -> None:
    """The worker and the sign-in desk act for no organisation: what they may touch is named in the policies of each table."""
    act_behind(SYSTEM_FENCE)


def present_fence() -> Fence:
    """The fence that stands now."""
    fence: Fence = db.session().info.get("fence", NOBODY)
    return fence

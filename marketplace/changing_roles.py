"""Changing what somebody may do for an organisation. It holds from that person's next click."""

from collections.abc import Sequence

from sqlalchemy import select

from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid, NotNow
from foundation.states import hold, require_version
from foundation.transaction import transaction
from marketplace import account_notices as notices
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.joining import require_roles_of
from marketplace.organisation import Organisation
from marketplace.person import Membership
from marketplace.policy import authorise
from marketplace.roles import RUNS_ACCOUNTS, Role


def change_roles(membership: Membership, roles: Sequence[Role], *, version: int, by: Actor) -> None:
    """A manager gives somebody other roles. Nobody adds to their own; somebody who runs the accounts must remain."""
    with transaction():
        authorise(by, Act.CHANGE_ROLES, membership)
        organisation = hold(db.session.get_one(Organisation, membership.organisation_id))
        require_live(hold(membership))
        require_version(membership, version)
        require_roles_of(organisation.kind, roles)
        before, after = list(membership.roles), sorted(str(role) for role in roles)
        if membership.person_id == by.person_id and not set(after) <= set(before):
            raise Invalid("You cannot add to your own roles. Ask another manager.", "roles")
        if not RUNS_ACCOUNTS & set(roles):
            require_another_manager(membership)
        membership.roles = after
        record(Act.CHANGE_ROLES, membership, by=by, before={"roles": before}, after={"roles": after})
        notices.tell_roles_changed(membership.person_id, organisation.id, organisation.name, after)


def require_live(membership: Membership) -> None:
    """Raise `NotNow` for somebody who has left."""
    if membership.ended_at is not None:
        raise NotNow("This person has left the organisation.")


def require_another_manager(membership: Membership) -> None:
    """Raise `Invalid` where nobody else would run the organisation's accounts. The organisation's row is held meanwhile."""
    others = select(Membership.roles).where(
        Membership.organisation_id == membership.organisation_id,
        Membership.id != membership.id,
        Membership.ended_at.is_(None),
    )
    runs_accounts = RUNS_ACCOUNTS & {Role(role) for role in membership.roles}
    if runs_accounts and not any(RUNS_ACCOUNTS & set(roles) for roles in db.session.execute(others).scalars()):
        raise Invalid("Nobody else runs this organisation’s accounts. Give somebody else that role first.", "roles")

"""Services: what budgets are set for. A service is the lots of one key, whichever framework they stand in and whoever is paid.

A framework ends and its successor begins; residential placements go on, and so does their budget.
"""

from sqlalchemy import select

from contracts.agreement import Agreement
from foundation.database import db
from marketplace.actor import Actor
from marketplace.framework import Framework, FrameworkParticipant, Lot
from marketplace.roles import Kind


def service_names() -> dict[str, str]:
    """Every service by its key, with the name of its lot in the framework that began last; by name."""
    lots = db.session.execute(
        select(Lot.key, Lot.name)
        .join(Framework, Framework.id == Lot.framework_id)
        .order_by(Framework.starts_on, Lot.name)
    )
    return dict(sorted({lot.key: lot.name for lot in lots}.items(), key=lambda item: item[1]))


def services_of(actor: Actor) -> dict[str, str]:
    """The services that a borough buys: it takes part in a framework with such a lot, or has an agreement in one. The hub: all."""
    names = service_names()
    if actor.kind is not Kind.AUTHORITY:
        return names
    joined = (
        select(Lot.key)
        .join(FrameworkParticipant, FrameworkParticipant.framework_id == Lot.framework_id)
        .where(FrameworkParticipant.authority_id == actor.organisation_id)
    )
    bought = select(Lot.key).join(Agreement, Agreement.lot_id == Lot.id)
    keys = set(db.session.scalars(joined.union(bought)))
    return {key: name for key, name in names.items() if key in keys}

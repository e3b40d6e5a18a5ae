"""What the pages ask of the ledger: who reads it, one entry with all that belongs to it, plans, boroughs."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from contracts.savings.ledger import Entry, Standing, entries_of, grounds_of
from contracts.savings.plan import PlanState, SavingsPlan
from contracts.savings.saving import Saving, SavingChange, SavingState
from foundation.database import db
from foundation.files import StoredFile
from foundation.permission import NotFound, NotNow, NotPermitted
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.organisation import Organisation, PartnershipMember
from marketplace.policy import refusal_of
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor


def reader() -> Actor:
    """The signed-in person of a borough or the hub; for providers the ledger does not exist."""
    actor = signed_in_actor()
    if actor.kind is Kind.PROVIDER:
        raise NotFound
    return actor


def saving_called(reference: str) -> Saving:
    """The entry of that reference, if the reader may see it."""
    reader()
    found = db.session.scalar(select(Saving).where(Saving.reference == reference))
    if found is None:
        raise NotFound
    return found


def saving_for(reference: str, actor: Actor, act: Act) -> Saving:
    """The entry on which the actor is about to act."""
    found = saving_called(reference)
    require_permitted(actor, act, found)
    return found


def require_permitted(actor: Actor, act: Act, subject: object = None) -> None:
    """Refuse the page as the act itself would be refused."""
    refusal = refusal_of(actor, act, subject)
    if refusal is not None:
        raise NotPermitted(act, actor, subject, refusal)


def entry_with_grounds(saving: Saving) -> tuple[Entry, Sequence[Standing]]:
    """The entry with its figures, and what it stands on."""
    (entry,) = entries_of([saving])
    return entry, grounds_of([saving])[saving.reverses_id or saving.id]


def history_of(saving: Saving) -> Sequence[SavingChange]:
    """What was done to it, the latest first."""
    of = select(SavingChange).where(SavingChange.saving_id == saving.id)
    return db.session.scalars(of.order_by(SavingChange.made_at.desc())).all()


def reversed_by(saving: Saving) -> Saving | None:
    """The entry that takes this one back."""
    return db.session.scalar(select(Saving).where(Saving.reverses_id == saving.id))


def reversal_of(saving: Saving) -> Saving | None:
    """The entry that this one takes back."""
    return db.session.get(Saving, saving.reverses_id) if saving.reverses_id else None


def file_of(key: uuid.UUID | None) -> StoredFile:
    """The document that was sent with an entry or a plan."""
    kept = db.session.scalar(select(StoredFile).where(StoredFile.id == key)) if key else None
    if kept is None:
        raise NotFound
    return kept


def waiting(references: Iterable[str]) -> Sequence[Saving]:
    """The entries chosen on the queue that still wait; NotNow where one is gone from it."""
    wanted = set(references)
    of = select(Saving).where(Saving.reference.in_(wanted), Saving.state == SavingState.CLAIMED)
    found = db.session.scalars(of).all()
    if len(found) != len(wanted):
        raise NotNow("Somebody has decided one of these in the meantime. Look again at what is left.")
    return found


def count_waiting() -> int:
    """How many entries wait for approval."""
    of = select(func.count()).select_from(Saving).where(Saving.state == SavingState.CLAIMED)
    return db.session.scalar(of) or 0


def boroughs_of(actor: Actor) -> Sequence[Organisation]:
    """Whose savings the actor may enter: one's own borough's, or at the hub those of the partnership."""
    of = select(Organisation).where(Organisation.kind == Kind.AUTHORITY).order_by(Organisation.name)
    if actor.kind is Kind.AUTHORITY:
        return db.session.scalars(of.where(Organisation.id == actor.organisation_id)).all()
    members = select(PartnershipMember.authority_id).where(PartnershipMember.hub_id == actor.organisation_id)
    return db.session.scalars(of.where(Organisation.id.in_(members))).all()


def plan_called(reference: str) -> SavingsPlan:
    """The savings plan of that reference, if the reader may see it."""
    reader()
    found = db.session.scalar(select(SavingsPlan).where(SavingsPlan.reference == reference))
    if found is None:
        raise NotFound
    return found


def plan_for(reference: str, actor: Actor, act: Act) -> SavingsPlan:
    """The plan on which the actor is about to act."""
    found = plan_called(reference)
    require_permitted(actor, act, found)
    return found


def plans_waiting() -> Sequence[SavingsPlan]:
    """Plans that were read and neither kept nor discarded."""
    of = select(SavingsPlan).where(SavingsPlan.state == PlanState.READ).order_by(SavingsPlan.uploaded_at.desc())
    return db.session.scalars(of).all()


def entries_of_plan(plan: SavingsPlan) -> Sequence[Saving]:
    """The entries that a kept plan became."""
    of = select(Saving).where(Saving.plan_id == plan.id, Saving.reverses_id.is_(None)).order_by(Saving.title)
    return db.session.scalars(of).all()

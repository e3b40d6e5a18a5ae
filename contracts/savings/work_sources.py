"""What the savings ledger adds to *Your work*: entries that wait for a finance officer's approval."""

from collections.abc import Iterator

from sqlalchemy import func, select

from contracts.savings.saving import Saving, SavingState
from foundation.database import db
from foundation.formatting import joined, plural
from marketplace.actor import Actor
from marketplace.roles import Kind, Role
from marketplace.work import Group, WorkItem

HREF = "/money/savings/to-approve"
#: entries named in the line; the others are counted
NAMED = 3


def savings_to_approve(actor: Actor) -> Iterator[WorkItem]:
    """One line for all entries that this finance officer did not enter: an uplift round brings a hundred at once."""
    if actor.kind is not Kind.AUTHORITY or Role.FINANCE_OFFICER not in actor.roles:
        return
    others = Saving.entered_by_id.is_distinct_from(actor.person_id)
    waiting = (Saving.authority_id == actor.organisation_id, Saving.state == SavingState.CLAIMED, others)
    count = db.session.scalar(select(func.count()).select_from(Saving).where(*waiting)) or 0
    if not count:
        return
    titles = db.session.scalars(select(Saving.title).where(*waiting).order_by(Saving.entered_at).limit(NAMED)).all()
    more = [f"{count - NAMED} more"] if count > NAMED else []
    yield WorkItem(
        group=Group.NOW, thing=plural(count, "saving"), href=HREF, about=joined([*titles, *more]),
        badge=("wait", "Waits for approval" if count == 1 else "Wait for approval"), step="Approve or refuse", step_href=HREF,
    )  # fmt: skip

"""Taking back: an entry that waited is refused, one that counted is reversed by an entry of its own; what they stood on is free again."""

import uuid

from sqlalchemy import select, update

from contracts.savings.nameless import require_nameless
from contracts.savings.saving import Ground, Saving, SavingAmount, SavingChange, SavingState, amounts_of
from foundation import clock
from foundation.database import db
from foundation.permission import Invalid
from foundation.references import new_reference
from foundation.states import move
from marketplace.acts import Act


def take_back(saving: Saving, reason: str, by_name: str) -> Saving | None:
    """A step: refuse or reverse the held entry. Gives the entry that reverses it, where there is one."""
    if saving.state is SavingState.CLAIMED:
        refuse(saving, reason, by_name)
        return None
    return reverse(saving, reason, by_name)


def refuse(saving: Saving, reason: str, by_name: str) -> None:
    """The claim never counts; somebody else may claim what it stood on."""
    move(saving, Act.REFUSE_SAVING)
    saving.decided_at, saving.decided_by_name = clock.now(), by_name
    add_change(saving, Act.REFUSE_SAVING, reason, by_name)
    give_up_grounds(saving)


def reverse(saving: Saving, reason: str, by_name: str) -> Saving:
    """A new entry takes back every amount of this one; both stay in the ledger, and come to nought together."""
    if saving.reverses_id is not None:
        raise Invalid("This entry reverses another. Enter the saving anew instead.")
    move(saving, Act.REVERSE_SAVING)
    add_change(saving, Act.REVERSE_SAVING, reason, by_name)
    give_up_grounds(saving)
    reversal = Saving(
        id=uuid.uuid4(), reference=new_reference(saving.reference.split("-")[0]), authority_id=saving.authority_id,
        project=saving.project, source=saving.source, benefit=saving.benefit, is_recurring=saving.is_recurring,
        title=f"Reversal of {saving.reference}", evidence=reason, state=SavingState.APPROVED, rating=saving.rating,
        uplift_request_id=saving.uplift_request_id, plan_id=saving.plan_id, reverses_id=saving.id,
        entered_at=clock.now(), entered_by_name=by_name, decided_at=clock.now(), decided_by_name=by_name,
    )  # fmt: skip
    db.session.add(reversal)
    db.session.flush()
    entered = db.session.scalars(select(SavingAmount).where(SavingAmount.saving_id == saving.id))
    db.session.add_all(amounts_of({row.year_starting: -row.amount for row in entered}, reversal))
    db.session.flush()
    return reversal


def give_up_grounds(saving: Saving) -> None:
    """From here on others may claim what the entry stood on."""
    db.session.flush()
    db.session.execute(update(Ground).where(Ground.saving_id == saving.id, Ground.live).values(live=False))


def add_change(saving: Saving, act: Act, reason: str, by_name: str, *, rating_before: str | None = None) -> None:
    """A line of the entry's history; a reason is asked of whoever changes anything but approves."""
    if not reason.strip() and act is not Act.APPROVE_SAVING:
        raise Invalid("Give the reason.", "reason")
    require_nameless(**{"note" if act is Act.APPROVE_SAVING else "reason": reason})
    db.session.add(
        SavingChange(
            saving_id=saving.id, authority_id=saving.authority_id, act=act.value, rating_before=rating_before or saving.rating,
            rating_after=saving.rating, reason=reason.strip(), made_at=clock.now(), made_by_name=by_name,
        )
    )  # fmt: skip

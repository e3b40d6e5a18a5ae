"""What variations and absences add to *Your work*: proposals that wait for me, and those that wait for somebody else."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from contracts.agreement import Agreement
from contracts.varying.absence import Absence, AbsenceState
from contracts.varying.variation import Variation, VariationState
from contracts.varying.words import SIDES
from foundation.database import db
from foundation.formatting import day_medium
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import permits
from marketplace.roles import Kind
from marketplace.work import Group, WorkItem

#: How long a proposal may lie before it counts as late.
ANSWER_WITHIN = timedelta(days=14)


def variations_to_decide(actor: Actor) -> Iterator[WorkItem]:
    """The actor's items: the hub decides no variation."""
    if actor.kind not in (Kind.AUTHORITY, Kind.PROVIDER):
        return
    rows = db.session.execute(
        select(Variation, Agreement.reference)
        .join(Agreement, Agreement.id == Variation.agreement_id)
        .where(Variation.state == VariationState.PROPOSED)
        .order_by(Variation.proposed_at)
    )
    for variation, reference in rows:
        yield _item(actor, variation, reference)


def absences_to_confirm(actor: Actor) -> Iterator[WorkItem]:
    """Records of nights away that wait for the borough's officers."""
    if actor.kind is not Kind.AUTHORITY:
        return
    rows = db.session.execute(
        select(Absence, Agreement.reference)
        .join(Agreement, Agreement.id == Absence.agreement_id)
        .where(Absence.state == AbsenceState.RECORDED)
        .order_by(Absence.recorded_at)
    )
    for absence, reference in rows:
        if permits(actor, Act.CONFIRM_ABSENCE, absence):
            href = f"/placements/{reference}/absences/{absence.number}"
            yield WorkItem(
                group=Group.NOW, thing=f"{reference}, absence {absence.number}", href=href,
                about=f"Away from {day_medium(absence.away_from)} to {day_medium(absence.back_on)}", badge=("wait", "Recorded"),
                step="Confirm or refuse the absence", step_href=href, due_at=absence.recorded_at + ANSWER_WITHIN,
            )  # fmt: skip


def _item(actor: Actor, variation: Variation, reference: str) -> WorkItem:
    act = Act.AGREE_TO_VARIATION if variation.agreed_at is None else Act.APPROVE_VARIATION
    mine = permits(actor, act, variation)
    href = f"/placements/{reference}/variations/{variation.number}"
    waits = "The provider agrees" if act is Act.AGREE_TO_VARIATION else "The placement manager approves"
    return WorkItem(
        group=Group.NOW if mine else Group.OTHERS, thing=f"{reference}, variation {variation.number}", href=href,
        about=f"Fees from {day_medium(variation.effective_on)}, proposed by {SIDES[variation.side]}",
        badge=("wait", "Proposed"), step="Decide on the variation" if mine else waits, step_href=href if mine else None,
        due_at=variation.proposed_at + ANSWER_WITHIN,
    )  # fmt: skip

"""What block contracts add to *Your work*: contracts to issue, to confirm, to review, and pilots to judge."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select

from contracts.block.block_contract import BlockContract, BlockState
from contracts.block.queries import waiting_contracts
from foundation import clock
from foundation.clock import LONDON
from foundation.database import db
from foundation.formatting import day_medium, plural
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import POLICY, permits
from marketplace.roles import Kind
from marketplace.work import Group, WorkItem

#: a review or an evaluation is shown so long before its day, and so long after it
AHEAD, AFTER = timedelta(days=28), timedelta(days=28)


def blocks_of(actor: Actor) -> Iterator[WorkItem]:
    """The actor's items. The hub confirms none."""
    if actor.kind not in (Kind.AUTHORITY, Kind.PROVIDER):
        return
    for contract in waiting_contracts():
        yield from _to_confirm(actor, contract)
    if actor.kind is Kind.AUTHORITY and actor.roles & POLICY[Act.DRAFT_BLOCK].roles:
        yield from _to_look_at()


def _to_confirm(actor: Actor, contract: BlockContract) -> Iterator[WorkItem]:
    act = Act.ISSUE_BLOCK if contract.state is BlockState.DRAFT else Act.AGREE_BLOCK
    mine, page = permits(actor, act, contract), f"/contracts/blocks/{contract.reference}"
    if not mine and act is Act.ISSUE_BLOCK:
        return
    about = f"{plural(contract.places, 'place')} at {contract.setting.name}, from {day_medium(contract.starts_on)}"
    yield WorkItem(
        group=Group.NOW if mine else Group.OTHERS, thing=contract.reference, href=page, about=about,
        badge=("none", "Draft") if act is Act.ISSUE_BLOCK else ("wait", "Provider to confirm"),
        step="Confirm the contract" if mine else "The provider confirms", step_href=f"{page}/confirm" if mine else None,
        due_at=_morning(contract.starts_on),
    )  # fmt: skip


def _to_look_at() -> Iterator[WorkItem]:
    today = clock.today()
    since, until = today - AFTER, today + AHEAD
    rows = db.session.execute(
        select(
            BlockContract.reference, BlockContract.title, BlockContract.review_on, BlockContract.evaluation_on
        ).where(
            BlockContract.state == BlockState.AGREED,
            or_(BlockContract.review_on.between(since, until), BlockContract.evaluation_on.between(since, until)),
        )
    )
    for row in rows:
        judged = row.evaluation_on is not None and since <= row.evaluation_on <= until
        yield WorkItem(
            group=Group.NOW, thing=row.reference, href=f"/contracts/blocks/{row.reference}", about=row.title,
            badge=("wait", "Evaluation due" if judged else "Review due"),
            step="Judge the pilot by its occupancy and cost" if judged else "Review its occupancy and void cost",
            step_href=f"/contracts/blocks/{row.reference}", due_at=_morning(row.evaluation_on if judged else row.review_on),
        )  # fmt: skip


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), LONDON)

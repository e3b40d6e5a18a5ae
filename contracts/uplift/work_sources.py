"""What uplift rounds add to *Your work*: requests that wait for me, and those that wait for the other side."""

from collections.abc import Iterator

from sqlalchemy import select

from contracts.uplift.answering import appeal_until
from contracts.uplift.request import OPEN_STATES, RequestState, UpliftRequest
from contracts.uplift.words import BADGES
from foundation.database import db
from foundation.working_days import london_instant
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import POLICY
from marketplace.roles import Kind
from marketplace.work import Group, WorkItem

S = RequestState
#: the next step in each state: whose turn it is, and what is to be done
STEPS: dict[RequestState, tuple[Kind, str]] = {
    S.PENDING: (Kind.HUB, "Answer the uplift request"),
    S.COUNTERED: (Kind.PROVIDER, "Accept the counter-offer, or appeal"),
    S.ACCEPTED: (Kind.HUB, "Agree the accepted counter-offer"),
    S.APPEALED: (Kind.HUB, "Decide the appeal"),
}


def uplifts_of(actor: Actor) -> Iterator[WorkItem]:
    """Open requests, to those of the hub and the provider who negotiate."""
    concerned = POLICY[Act.COUNTER_UPLIFT].roles | POLICY[Act.REQUEST_UPLIFT].roles
    if actor.kind not in (Kind.HUB, Kind.PROVIDER) or not actor.roles & concerned:
        return
    statement = select(UpliftRequest).where(UpliftRequest.state.in_(OPEN_STATES)).order_by(UpliftRequest.asked_at)
    for request in db.session.scalars(statement):
        turn, step = STEPS[request.state]
        until = appeal_until(request) if request.state is S.COUNTERED else None
        href = f"/uplifts/requests/{request.reference}"
        yield WorkItem(
            group=Group.NOW if turn is actor.kind else Group.OTHERS, thing=request.reference, href=href,
            about=f"{request.provider.name}: {request.asked.words}, {request.covers.lower()}", badge=BADGES[request.state],
            step=step, step_href=href if turn is actor.kind else "", due_at=london_instant(until) if until else None,
        )  # fmt: skip

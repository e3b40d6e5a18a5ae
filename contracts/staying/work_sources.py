"""What stays add to *Your work*: the meeting that an unplanned end still wants, and the actions that are mine."""

from collections.abc import Iterator
from datetime import date, datetime, time

from sqlalchemy import select

from contracts.agreement import Agreement
from contracts.staying.meeting import DisruptionAction, DisruptionMeeting
from contracts.staying.meetings import meeting_days, without_meeting
from foundation.clock import LONDON
from foundation.database import db
from foundation.formatting import day_medium
from foundation.working_days import CLOSE_OF_BUSINESS, add_working_days
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import permits
from marketplace.roles import Kind
from marketplace.work import Group, WorkItem


def meetings_to_hold(actor: Actor) -> Iterator[WorkItem]:
    """Unplanned ends that no meeting has looked at yet, for the borough's officers."""
    if actor.kind is not Kind.AUTHORITY:
        return
    for row in db.session.execute(without_meeting()):
        if permits(actor, Act.RECORD_DISRUPTION_MEETING, row):
            page = f"/placements/{row.reference}/disruption"
            yield WorkItem(
                group=Group.NOW, thing=row.reference, href=page, about=f"Ended unplanned on {day_medium(row.ended_on)}",
                badge=("warn", "Ended unplanned"), step="Hold a disruption meeting", step_href=f"{page}/new",
                due_at=_close(add_working_days(row.ended_on, meeting_days(row.clauses or ()))),
            )  # fmt: skip


def actions_to_do(actor: Actor) -> Iterator[WorkItem]:
    """Actions of disruption meetings that are not done: mine, and the other side's."""
    if actor.kind not in (Kind.AUTHORITY, Kind.PROVIDER):
        return
    rows = db.session.execute(
        select(DisruptionAction, Agreement.reference, DisruptionMeeting.number)
        .join(Agreement, Agreement.id == DisruptionAction.agreement_id)
        .join(DisruptionMeeting, DisruptionMeeting.id == DisruptionAction.meeting_id)
        .where(DisruptionAction.done_on.is_(None))
        .order_by(DisruptionAction.due_on)
    )
    for action, reference, number in rows:
        yield _item(actor, action, reference, number)


def _item(actor: Actor, action: DisruptionAction, reference: str, number: int) -> WorkItem:
    page = f"/placements/{reference}/disruption"
    mine = permits(actor, Act.COMPLETE_DISRUPTION_ACTION, action)
    return WorkItem(
        group=Group.NOW if mine else Group.OTHERS, thing=f"{reference}, meeting {number}", href=page, about=action.action,
        badge=("wait", "To do"), step="Do it, and say so" if mine else f"The {action.owner} does it",
        step_href=f"{page}/{number}/{action.position}" if mine else None, due_at=_close(action.due_on),
    )  # fmt: skip


def _close(day: date) -> datetime:
    return datetime.combine(day, time(CLOSE_OF_BUSINESS.hour), LONDON)

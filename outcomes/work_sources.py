"""What *Your work* says of returns and reports."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sqlalchemy import select

from foundation import clock
from foundation.database import db
from foundation.quarters import Quarter
from foundation.working_days import london_instant
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.policy import POLICY
from marketplace.roles import Kind
from marketplace.work import Group, WorkItem
from outcomes.monitoring import MonitoringReturn, ReturnState
from outcomes.report import Report, ReportKind

M = MonitoringReturn
END_OF_DAY = time(23, 59)
NEW_FOR = timedelta(days=14)
MOST = 20


def items_of(actor: Actor) -> Iterator[WorkItem]:
    """Returns to send or to check, reports to make or to read."""
    if actor.kind is Kind.PROVIDER and actor.roles & POLICY[Act.SAVE_RETURN].roles:
        yield from _to_send()
    elif actor.kind is Kind.HUB and actor.roles & POLICY[Act.ACCEPT_RETURN].roles:
        yield from _to_check()
        yield from _reports_to_make(actor)
    elif actor.kind is Kind.AUTHORITY:
        yield from _reports_to_read()


def _to_send() -> Iterator[WorkItem]:
    for reference, quarter, lot, state, due_on in db.session.execute(
        select(M.reference, M.quarter, Lot.name, M.state, M.due_on)
        .join(Lot, Lot.id == M.lot_id)
        .where(M.state.in_((ReturnState.OPEN, ReturnState.QUERIED)))
        .order_by(M.due_on)
        .limit(MOST)
    ):
        queried = state is ReturnState.QUERIED
        yield WorkItem(
            Group.NOW, reference, f"/returns/{reference}", f"Monitoring return for {quarter}, {lot}",
            ("warn", "Queried") if queried else ("none", "To be sent"),
            "Answer the hub’s query" if queried else "Fill in the return", f"/returns/{reference}",
            due_at=None if queried else london_instant(due_on, END_OF_DAY),
        )  # fmt: skip


def _to_check() -> Iterator[WorkItem]:
    for reference, quarter, lot, provider, sent_at in db.session.execute(
        select(M.reference, M.quarter, Lot.name, Organisation.name, M.sent_at)
        .join(Lot, Lot.id == M.lot_id)
        .join(Organisation, Organisation.id == M.provider_id)
        .where(M.state == ReturnState.SENT)
        .order_by(M.sent_at)
        .limit(MOST)
    ):
        yield WorkItem(
            Group.NOW, reference, f"/returns/{reference}", f"{provider}, {lot}, {quarter}", ("wait", "Sent"),
            "Check the return", f"/returns/{reference}", at=sent_at,
        )  # fmt: skip


def _reports_to_make(actor: Actor) -> Iterator[WorkItem]:
    """The last quarter's reports, unless the partnership's has been made."""
    if not actor.roles & POLICY[Act.ORDER_REPORTS].roles:
        return
    quarter = Quarter.of(clock.today()).previous()
    made = select(Report.id).where(Report.kind == ReportKind.PARTNERSHIP, Report.quarter == str(quarter))
    if db.session.scalar(made.limit(1)) is None:
        yield WorkItem(
            Group.NOW, f"Reports of {quarter}", "/reports", "For every provider, every borough and the partnership",
            ("none", "Not made"), "Make the quarter’s reports", "/reports",
        )  # fmt: skip


def _reports_to_read() -> Iterator[WorkItem]:
    since: datetime = clock.now() - NEW_FOR
    for reference, kind, quarter, made_at in db.session.execute(
        select(Report.reference, Report.kind, Report.quarter, Report.made_at)
        .where(Report.made_at >= since)
        .order_by(Report.made_at.desc())
        .limit(MOST)
    ):
        of = "Report of the partnership" if kind is ReportKind.PARTNERSHIP else "Report of your borough"
        yield WorkItem(
            Group.DONE, reference, f"/reports/{reference}", f"{of}, {quarter}", ("ok", "New report"), "Read the report",
            f"/reports/{reference}", at=made_at,
        )  # fmt: skip

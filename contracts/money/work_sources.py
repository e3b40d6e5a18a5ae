"""What money adds to *Your work*: services without a budget, and forecasts that leave theirs."""

from collections.abc import Iterator

from contracts.money.outlook import Outlook, OutlookRow, borough_outlook
from foundation import clock
from foundation.formatting import joined, money, percent
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import permits
from marketplace.roles import Kind
from marketplace.work import Group, WorkItem


def money_work(actor: Actor) -> Iterator[WorkItem]:
    """The items of those who set budgets; nobody else of the borough is asked to."""
    if actor.kind is not Kind.AUTHORITY or not permits(actor, Act.SET_BUDGET):
        return
    year = FinancialYear.of(clock.today())
    outlook = borough_outlook(actor, year)
    yield from _without(outlook, year)
    for row in outlook.rows:
        if row.is_over:
            yield _over(row, year)


def _without(outlook: Outlook, year: FinancialYear) -> Iterator[WorkItem]:
    missing = [row for row in outlook.rows if row.budget is None]
    if missing:
        yield WorkItem(
            group=Group.NOW, thing=f"Budgets {year}", href=f"/money/budgets?year={year}",
            about=f"{joined([row.name for row in missing])}: placements cost money, and no budget is set", badge=("warn", "Not set"),
            step="Set the budget", step_href=f"/money/budgets/{missing[0].key}?year={year}",
        )  # fmt: skip


def _over(row: OutlookRow, year: FinancialYear) -> WorkItem:
    href = f"/money/forecast/{row.key}?year={year}"
    return WorkItem(
        group=Group.NOW, thing=f"{row.name} {year}", href=href,
        about=f"The forecast is {money(row.variance)} ({percent(row.share)}) over the budget", badge=("bad", "Over budget"),
        step="See what drives it", step_href=href,
    )  # fmt: skip

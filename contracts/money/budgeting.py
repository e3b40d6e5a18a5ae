"""Budgeting: a commissioner or finance officer sets a service's budget for a year, and revises it with a reason."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from contracts.money.budget import USUAL_TOLERANCE, Budget
from contracts.money.services import service_names
from contracts.years import is_closed
from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid, Stale
from foundation.quarters import FinancialYear
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import authorise
from referrals.identifying_text import matches

say(
    "uq_budgets_one_revision",
    "Somebody revised this budget at the same moment. Open the page again to see what they set.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What was typed: the amount, from which overspend to be told of it, why, and how many revisions the page had shown."""

    service: str
    year: FinancialYear
    amount: Decimal
    tolerance: Decimal = USUAL_TOLERANCE
    reason: str
    seen: int


def set_budget(revision: Revision, *, by: Actor) -> Budget:
    """The borough's officer sets a budget, or revises it. What it was before stands for good; the forecast is held against the new one."""
    with transaction():
        authorise(by, Act.SET_BUDGET)
        _check(revision)
        last = _last(revision, by)
        if (last.number if last else 0) != revision.seen:
            raise Stale("Somebody revised this budget while you had it open.")
        budget = Budget(
            authority_id=by.organisation_id, service=revision.service, year=str(revision.year), number=revision.seen + 1,
            amount=revision.amount, tolerance=revision.tolerance, reason=revision.reason.strip(), set_by_id=by.person_id,
            set_by_name=by.name,
        )  # fmt: skip
        db.session.add(budget)
        db.session.flush()
        before = {"amount": last.amount} if last else None
        after = {"service": budget.service, "year": budget.year, "amount": budget.amount, "reason": budget.reason}
        record(Act.SET_BUDGET, budget, by=by, before=before, after=after)
    return budget


def _check(revision: Revision) -> None:
    if revision.service not in service_names():
        raise Invalid("No framework has a lot of that service.", "amount")
    if is_closed(revision.year):
        raise Invalid(
            f"{revision.year} is closed: its accounts are made up, so its budgets stay as they are.", "amount"
        )
    if revision.amount <= 0:
        raise Invalid("Enter an amount above nought.", "amount")
    if not 0 <= revision.tolerance <= 100:
        raise Invalid("Enter a percentage from 0 to 100.", "tolerance")
    if not revision.reason.strip():
        raise Invalid("Say why the budget is what it is: the paper that agreed it, or what changed.", "reason")
    telling = matches(revision.reason, ())
    if telling:
        raise Invalid(
            f"The hub reads the reason, so it may hold nothing of a child: take out what looks like {telling[0].what}.",
            "reason",
        )


def _last(revision: Revision, by: Actor) -> Budget | None:
    of = (
        Budget.authority_id == by.organisation_id,
        Budget.service == revision.service,
        Budget.year == str(revision.year),
    )
    highest = select(func.max(Budget.number)).where(*of).scalar_subquery()
    return db.session.scalar(select(Budget).where(*of, Budget.number == highest))

"""What the pages ask about budgets."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from contracts.money.budget import Budget
from contracts.money.services import services_of
from foundation.database import db
from foundation.permission import NotFound
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.roles import Kind


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A service in a year: whose, which, and the revision that counts; None: no budget is set."""

    borough: str
    service: str
    name: str
    budget: Budget | None


def budgets_of(year: FinancialYear) -> dict[tuple[uuid.UUID, str], Budget]:
    """The revision that counts of every budget of the year that the reader may see, by borough and service."""
    rows = db.session.scalars(select(Budget).where(Budget.year == str(year)).order_by(Budget.number))
    return {(budget.authority_id, budget.service): budget for budget in rows}


def history_of(authority_id: uuid.UUID, service: str, year: FinancialYear) -> Sequence[Budget]:
    """Every revision of one budget, the last first."""
    of = (Budget.authority_id == authority_id, Budget.service == service, Budget.year == str(year))
    return db.session.scalars(select(Budget).where(*of).order_by(Budget.number.desc())).all()


def budget_lines(actor: Actor, year: FinancialYear) -> list[BudgetLine]:
    """A borough's services, with and without a budget; for the hub, every budget that its boroughs have set."""
    names, budgets = services_of(actor), budgets_of(year)
    if actor.kind is Kind.AUTHORITY and actor.organisation_id is not None:
        own = actor.organisation_id
        return [BudgetLine("", key, name, budgets.get((own, key))) for key, name in names.items()]
    boroughs = {
        each.id: each.short_name
        for each in db.session.scalars(select(Organisation).where(Organisation.kind == Kind.AUTHORITY))
    }
    lines = [BudgetLine(boroughs[whose], key, names.get(key, key), budget) for (whose, key), budget in budgets.items()]
    return sorted(lines, key=lambda line: (line.borough, line.name))


def service_called(key: str, actor: Actor) -> str:
    """The name of a service that the borough buys."""
    name = services_of(actor).get(key)
    if name is None:
        raise NotFound
    return name

"""Makers of the savings ledger: a borough with its finance officers, a saving typed, a plan in the shape of county programmes."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.savings.approving import approve_savings
from contracts.savings.entering import TypedSaving, enter_saving
from contracts.savings.planning import TypedPlan
from contracts.savings.saving import Benefit, Rating, Saving
from contracts.uplift.agreeing import agree_uplift
from contracts.uplift.answering import Counter, accept_counter, counter_uplift
from contracts.uplift.change import Change
from contracts.uplift.request import UpliftRequest
from foundation import clock
from foundation.database import db
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.roles import Role
from tests.makers.standing import a_borough, a_hub, a_person, acting
from tests.makers.uplift import Negotiation, a_request, read_by

#: the shape of a county's savings table, with figures of our own: thousands of pounds
PLAN = """Current Savings Programme (£000)\t\t2026/27\t2027/28\tTotal
\tGreen Delivered\t12\t30\t42
\tGreen On Target\t\t25\t25
\tAmber\t\t6\t6
\tRed\t\t1,080\t1,080
\tTotal\t12\t1,141\t1,153
Staff\t9 FTE
"""


@dataclass
class Treasury:
    """A borough, who enters its savings, and two who approve them; the hub that oversees it."""

    hub: Organisation
    borough: Organisation
    commissioner: Actor
    officer: Actor
    other: Actor
    analyst: Actor


def a_treasury() -> Treasury:
    """The commissioner acts."""
    hub = a_hub()
    borough = a_borough(hub, "London Borough of Testham")
    made = Treasury(
        hub=hub, borough=borough, commissioner=a_person(borough, Role.COMMISSIONER, name="Col Commissioner"),
        officer=a_person(borough, Role.FINANCE_OFFICER, name="Pip Payer"),
        other=a_person(borough, Role.FINANCE_OFFICER, name="Quin Payer"),
        analyst=a_person(hub, Role.HUB_ANALYST, name="Ana Analyst"),
    )  # fmt: skip
    acting(made.commissioner)
    return made


def typed(borough: Organisation, title: str = "Shared transport", **facts: Any) -> TypedSaving:
    """£1,200 of this year and £2,400 of the next, on a project of the borough's own."""
    year = FinancialYear.of(clock.today())
    usual: dict[str, Any] = {
        "authority": db.session.get_one(Organisation, borough.id), "project": "LAC", "benefit": Benefit.CASHABLE, "is_recurring": True,
        "rating": Rating.GREEN_DELIVERED, "title": title, "evidence": "The old and the new contract.",
        "years": {year: Decimal(1200), year.next(): Decimal(2400)},
    }  # fmt: skip
    return TypedSaving(**(usual | facts))


def a_saving(of: Treasury, title: str = "Shared transport", **facts: Any) -> Saving:
    """Entered by the commissioner; the finance officer acts, who decides next."""
    acting(of.commissioner)
    made = enter_saving(typed(of.borough, title, **facts), by=of.commissioner)
    return seen_by(of.officer, made)


def an_approved_saving(of: Treasury, title: str = "Shared transport", **facts: Any) -> Saving:
    """Approved; the finance officer acts."""
    saving = a_saving(of, title, **facts)
    approve_savings([saving], by=of.officer)
    return saving


def seen_by(actor: Actor, saving: Saving) -> Saving:
    """From here on the actor acts, and reads the entry anew."""
    key = saving.id
    acting(actor)
    return db.session.get_one(Saving, key)


def a_plan(of: Treasury, pasted: str = PLAN, **facts: Any) -> TypedPlan:
    """A pasted plan of the borough."""
    usual: dict[str, Any] = {
        "authority": db.session.get_one(Organisation, of.borough.id), "name": "Core service", "project": "LAC",
        "benefit": Benefit.CASHABLE, "is_recurring": True, "pounds_each": 1000, "pasted": pasted,
    }  # fmt: skip
    return TypedPlan(**(usual | facts))


def agreed_at_less(deal: Negotiation, asked: str = "8.4", agreed: str = "3.9") -> UpliftRequest:
    """An uplift agreed at less than was asked, by the provider's acceptance of a counter-offer; the hub's analyst acts."""
    request = a_request(deal, asked)
    offer = Counter(change=Change(Decimal(agreed)), effective_on=deal.round.effective_on, reason="Less.")
    counter_uplift(request, offer, by=deal.analyst)
    accept_counter(read_by(deal.asker, request), 1, by=deal.asker)
    request = read_by(deal.analyst, request)
    agree_uplift(request, "Accepted.", by=deal.analyst)
    return request

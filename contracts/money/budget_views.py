"""Pages of budgets: the year's, and one service's with its history and the form that sets or revises it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from contracts.money.asking import asked_year, borough_reader, buyer
from contracts.money.budget_forms import BudgetForm
from contracts.money.budget_queries import budget_lines, history_of, service_called
from contracts.money.budgeting import set_budget
from contracts.money.tabs import money_tabs
from foundation.permission import NotPermitted
from marketplace.acts import Act
from marketplace.policy import POLICY
from marketplace.roles import Kind

blueprint = Blueprint("budgets", __name__, url_prefix="/money/budgets")

Answer = Response | tuple[str, int]


@blueprint.get("")
def index() -> str:
    """Every budget of the year: of the borough, or for the hub of each of its boroughs."""
    actor, asked = buyer(), asked_year()
    return render_template(
        "money/budgets.html", tabs=money_tabs(), asked=asked, lines=budget_lines(actor, asked.year),
        of_hub=actor.kind is Kind.HUB, may_set=bool(actor.roles & POLICY[Act.SET_BUDGET].roles) and not asked.is_closed,
    )  # fmt: skip


@blueprint.route("/<service>", methods=["GET", "POST"])
def show(service: str) -> Answer:
    """One service's budget: what it is, how it came to be, and the form for those who set it."""
    actor, asked = borough_reader(), asked_year()
    assert actor.organisation_id is not None
    name, history = service_called(service, actor), history_of(actor.organisation_id, service, asked.year)
    form, may_set = BudgetForm(history[0] if history else None), bool(actor.roles & POLICY[Act.SET_BUDGET].roles)
    if form.is_submitted() and not may_set:
        raise NotPermitted(Act.SET_BUDGET, actor)
    if form.validate_on_submit() and form.carry_out(set_budget, form.revision(service, asked.year), by=actor):
        flash(f"The budget of {asked.year} is {'revised' if history else 'set'}.", "ok")
        return redirect(url_for("budgets.show", service=service, year=asked.year), 303)
    return render_template(
        "money/budget.html", tabs=money_tabs(), asked=asked, service=service, name=name, history=history, form=form,
        may_set=may_set and not asked.is_closed,
    ), form.status  # fmt: skip

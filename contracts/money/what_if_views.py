"""What if: the forecast beside what it would be. Everything asked stands in the address, so that a link can be shared in the borough."""

from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, render_template

from contracts.money.asking import asked_year, borough_reader
from contracts.money.drawing import MONTHS, supposed_by_step
from contracts.money.forecasting import placements_for, weekly_fee_for
from contracts.money.outlook import OutlookRow, borough_outlook, service_outlook
from contracts.money.services import services_of
from contracts.money.supposing import Supposed, suppose
from contracts.money.tabs import money_tabs
from contracts.money.what_if_forms import WhatIfForm
from foundation import clock
from foundation.quarters import FinancialYear
from marketplace.actor import Actor

blueprint = Blueprint("what_if", __name__, url_prefix="/money/what-if")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says to a supposition."""

    found: Supposed
    budget: Decimal | None
    #: the weekly fee at which the year would be over the budget by the figure that is checked
    needed: Decimal | None

    @property
    def variances(self) -> tuple[Decimal | None, Decimal | None]:
        """Against the budget: now, and as supposed."""
        if self.budget is None:
            return None, None
        return self.found.now.outturn - self.budget, self.found.outturn - self.budget

    @property
    def places(self) -> tuple[Decimal | None, Decimal | None]:
        """How many places the budget pays for all year: at the average week now, and as supposed."""
        year = self.found.now.year
        return tuple(  # type: ignore[return-value]  # two of them
            placements_for(self.budget, weekly, year) if self.budget and weekly else None
            for weekly in (self.found.now.average_weekly, self.found.average_weekly)
        )


@blueprint.get("")
def index() -> tuple[str, int]:
    """Suppose something, and see the year beside the forecast."""
    actor, asked = borough_reader(), asked_year()
    form = WhatIfForm(services_of(actor), asked.year, clock.today())
    answer = _answer(form, actor, asked.year) if form.is_asked and form.validate() else None
    chart = supposed_by_step(answer.found) if answer else ""
    return render_template(
        "money/what_if.html", tabs=money_tabs(), asked=asked, form=form, months=MONTHS, answer=answer, chart=chart
    ), form.status


def _answer(form: WhatIfForm, actor: Actor, year: FinancialYear) -> Answer:
    row = _row_of(form.service.data or "", actor, year)
    stays = [each.stay for each in row.forecast.stays] if form.base.data == "forecast" else []
    found = suppose(stays, form.supposition, year, clock.today())
    budget, checked = form.budget_or(row.budget), form.overspend.amount
    needed = weekly_fee_for(budget + checked, found.days) if budget and checked else None
    return Answer(found, budget, needed)


def _row_of(service: str, actor: Actor, year: FinancialYear) -> OutlookRow:
    if not service:
        return borough_outlook(actor, year).total
    return service_outlook(actor, year, service, services_of(actor)[service])

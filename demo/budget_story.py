"""How a borough budgets: for the year that runs, in March for the next, and in October once more where the forecast has left the budget."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from contracts.money.budget_queries import history_of
from contracts.money.budgeting import Revision, set_budget
from contracts.money.outlook import service_outlook
from contracts.money.services import services_of
from demo.cast import Cast
from demo.partnership import Borough
from demo.storytelling import Story, acting, in_office_hours
from foundation.clock import LONDON
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from marketplace.roles import Role

THOUSAND = Decimal(1000)
#: what a place costs in a year, roughly: what a budget without a forecast behind it goes by
A_PLACE = {"residential": 250_000, "fostering": 55_000, "special_school": 62_000, "interventions": 30_000}
#: one borough has not got round to one of its services, which its work list then says
FORGOTTEN = ("Southwark", "fostering")


def a_borough_budgets(cast: Cast, borough: Borough, begins: datetime) -> Story:
    """Told by the finance officer of one borough."""
    running = FinancialYear.of(begins.date())
    officer = borough.actor(Role.FINANCE_OFFICER)
    yield in_office_hours(begins + timedelta(days=9))
    _set(cast, borough, officer, running, "Council’s budget, agreed in the spring")
    for year in (running.next(), running.next().next()):
        yield in_office_hours(_at(date(year.start_year, 3, 10)))
        _set(cast, borough, officer, year, "Council’s budget, agreed at full council on 4 March")
        yield in_office_hours(_at(date(year.start_year, 10, 13)))
        _revise(borough, officer, year)


def _set(cast: Cast, borough: Borough, officer: Actor, year: FinancialYear, reason: str) -> None:
    """Each service gets what its placements are expected to cost, and room for some more."""
    for service, name in _services(borough, officer):
        with acting(officer):
            dice = cast.dice(f"budget {borough.name} {service} {year}")
            expected = service_outlook(officer, year, service, name).forecast.outturn
            room = Decimal(A_PLACE.get(service, 50_000)) * Decimal(dice.choice([1, 2, 3])) / 2
            amount = (expected * Decimal(dice.choice(["0.95", "1.05", "1.2"])) + room) // THOUSAND * THOUSAND
            set_budget(Revision(service=service, year=year, amount=amount, reason=reason, seen=0), by=officer)


def _revise(borough: Borough, officer: Actor, year: FinancialYear) -> None:
    """In October the worst overspend is met from reserves, in part."""
    with acting(officer):
        rows = [service_outlook(officer, year, service, name) for service, name in _services(borough, officer)]
        over = [row for row in rows if row.is_over and row.variance is not None and row.budget is not None]
        for row in sorted(over, key=lambda row: row.variance or 0)[-1:]:
            amount = ((row.budget or 0) + (row.variance or 0) * Decimal("0.6")) // THOUSAND * THOUSAND
            seen = len(history_of(borough.id, row.key, year))
            reason = "Growth met from reserves: Cabinet, half-year report"
            set_budget(Revision(service=row.key, year=year, amount=amount, reason=reason, seen=seen), by=officer)


def _services(borough: Borough, officer: Actor) -> Iterator[tuple[str, str]]:
    with acting(officer):
        bought = services_of(officer)
    for service, name in bought.items():
        if not (FORGOTTEN[0] in borough.name and service == FORGOTTEN[1]):
            yield service, name


def _at(day: date) -> datetime:
    return datetime.combine(day, time(11), LONDON)

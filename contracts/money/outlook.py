"""The forecast as the pages show it: by service for a borough, by borough and by service for the hub, each against its budget."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select

from contracts.money.budget import Budget
from contracts.money.budget_queries import budgets_of
from contracts.money.forecasting import Forecast, forecast, placements_for, total
from contracts.money.services import service_names
from contracts.money.stays import stays_of
from foundation import clock
from foundation.collecting import without_collecting
from foundation.database import db
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.small_numbers import is_few


@dataclass(frozen=True, slots=True)
class OutlookRow:
    """A service, a borough, or all of them: its forecast against its budget."""

    key: str
    name: str
    forecast: Forecast
    #: None: none is set, or not for every service that costs something
    budget: Decimal | None
    #: services without a budget, by name
    without: tuple[str, ...] = ()
    #: per cent of overspend from which it is brought up
    tolerance: Decimal | None = None
    #: a number of children that does not leave their borough, with what it could be reckoned from
    is_few: bool = False

    @property
    def variance(self) -> Decimal | None:
        """Outturn less budget: above nought is over it."""
        return None if self.budget is None else self.forecast.outturn - self.budget

    @property
    def share(self) -> Decimal | None:
        """The variance in per cent of the budget."""
        return None if self.variance is None or not self.budget else 100 * self.variance / self.budget

    @property
    def is_over(self) -> bool:
        """Over the budget by more than is tolerated."""
        return self.share is not None and self.tolerance is not None and self.share > self.tolerance

    @property
    def places(self) -> Decimal | None:
        """How many places the budget pays for through the year at the average weekly fee."""
        weekly = self.forecast.average_weekly
        return placements_for(self.budget, weekly, self.forecast.year) if self.budget and weekly else None


@dataclass(frozen=True, slots=True)
class Outlook:
    """A year, row by row, and in all."""

    rows: tuple[OutlookRow, ...]
    total: OutlookRow


@dataclass(frozen=True, slots=True)
class HubOutlook:
    """A year of the partnership: by borough and by service."""

    by_borough: Outlook
    by_service: Outlook


@dataclass(frozen=True, slots=True)
class _Cell:
    """One service of one borough: what it is called in a row, what it costs, and its budget."""

    name: str
    forecast: Forecast
    budget: Budget | None


def borough_outlook(actor: Actor, year: FinancialYear) -> Outlook:
    """The borough's year, service by service."""
    whole, budgets = _forecast(year), budgets_of(year)
    parts, own = whole.split(lambda stay: stay.service), _own(actor)
    cells = {
        key: _Cell(name, parts[key], budgets.get((own, key)))
        for key, name in service_names().items()
        if parts[key].stays or (own, key) in budgets
    }
    rows = tuple(_row(key, cell.name, cell.forecast, [cell]) for key, cell in cells.items())
    return Outlook(rows, _row("", "All services", whole, cells.values()))


def service_outlook(actor: Actor, year: FinancialYear, service: str, name: str) -> OutlookRow:
    """One service of the borough's year."""
    found = _forecast(year, service)
    return _row(service, name, found, [_Cell(name, found, budgets_of(year).get((_own(actor), service)))])


def hub_outlook(year: FinancialYear) -> HubOutlook:
    """The partnership's year in sums. Numbers of children below five, and what gives them away, stay with their borough."""
    whole, names, budgets = _forecast(year), service_names(), budgets_of(year)
    parts = whole.split(lambda stay: (stay.authority_id, stay.service))
    boroughs = _boroughs({whose for whose, _ in {*parts, *budgets}})
    of_borough, of_service = whole.split(lambda stay: stay.authority_id), whole.split(lambda stay: stay.service)

    def cell(name: str, whose: uuid.UUID, service: str) -> _Cell:
        return _Cell(name, parts[whose, service], budgets.get((whose, service)))

    by_borough = [
        _row("", borough, of_borough[whose], [cell(name, whose, key) for key, name in names.items()])
        for whose, borough in boroughs.items()
    ]
    by_service = [
        _row(key, name, of_service[key], [cell(borough, whose, key) for whose, borough in boroughs.items()])
        for key, name in names.items()
    ]
    every = [
        cell(f"{borough}, {name}", whose, key) for whose, borough in boroughs.items() for key, name in names.items()
    ]
    in_all = _row("", "All boroughs", whole, every)
    return _hidden(in_all, by_borough, by_service)


def _own(actor: Actor) -> uuid.UUID:
    assert actor.organisation_id is not None
    return actor.organisation_id


def _forecast(year: FinancialYear, service: str = "") -> Forecast:
    today = clock.today()
    with without_collecting():
        return forecast(stays_of(year, today, service), year, today)


def _row(key: str, name: str, found: Forecast, cells: Iterable[_Cell]) -> OutlookRow:
    """A row's budget is the sum of its parts' – once every part that costs something has one."""
    parts = [cell for cell in cells if cell.forecast.stays or cell.budget]
    set_ones = [cell.budget for cell in parts if cell.budget is not None]
    without = tuple(cell.name for cell in parts if cell.budget is None)
    return OutlookRow(
        key=key, name=name, forecast=found, budget=total(each.amount for each in set_ones) if set_ones and not without else None,
        without=without, tolerance=max((each.tolerance for each in set_ones), default=None),
    )  # fmt: skip


def _boroughs(keys: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = db.session.scalars(select(Organisation).where(Organisation.id.in_(keys)))
    return {row.id: row.short_name for row in sorted(rows, key=lambda row: row.short_name)}


def _hidden(in_all: OutlookRow, by_borough: list[OutlookRow], by_service: list[OutlookRow]) -> HubOutlook:
    """Small numbers marked as such. Where a list has one of them only, the sum is marked too, in both lists: subtraction would tell it."""
    lists = [
        [replace(row, is_few=_tells_of_few(row)) for row in rows if row.forecast.stays or row.budget]
        for rows in (by_borough, by_service)
    ]
    hidden = any(sum(row.is_few for row in rows) == 1 for rows in lists) or _tells_of_few(in_all)
    every = replace(in_all, is_few=hidden)
    boroughs, services = map(tuple, lists)
    return HubOutlook(Outlook(boroughs, every), Outlook(services, replace(every, name="All services")))


def _tells_of_few(row: OutlookRow) -> bool:
    """From one to four are placed today; or so few were in the whole year that the average is theirs."""
    return is_few(row.forecast.placements) or is_few(len(row.forecast.stays))

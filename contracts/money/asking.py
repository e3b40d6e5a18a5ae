"""Who reads the pages of Money, and what every one of them is asked for in its address: the financial year."""

from dataclasses import dataclass

from flask import request

from contracts.years import is_closed
from foundation import clock
from foundation.permission import NotFound
from foundation.quarters import FinancialYear, NotAFinancialYear
from marketplace.actor import Actor
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor

#: how many years before and after this one a page offers
BACK, AHEAD = 2, 1


@dataclass(frozen=True, slots=True)
class AskedYear:
    """The year of the page, and what was wrong with the one that was asked for."""

    year: FinancialYear
    problem: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether its accounts are made up."""
        return is_closed(self.year)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The years to choose from, this one among them."""
        this = FinancialYear.of(clock.today()).start_year
        years = sorted({*range(this - BACK, this + AHEAD + 1), self.year.start_year})
        return [(str(FinancialYear(each)), str(FinancialYear(each))) for each in years]


def asked_year() -> AskedYear:
    """The year that the address names as `?year=2026-27`; without one, or with one that is none, the year of today."""
    this, asked = FinancialYear.of(clock.today()), request.args.get("year", "").strip()
    if not asked:
        return AskedYear(this)
    try:
        return AskedYear(FinancialYear.parse(asked))
    except NotAFinancialYear as unclear:
        return AskedYear(this, str(unclear))


def buyer() -> Actor:
    """Whoever reads for a borough or the hub; to a provider these pages do not exist."""
    actor = signed_in_actor()
    if actor.kind is Kind.PROVIDER:
        raise NotFound
    return actor


def borough_reader() -> Actor:
    """Whoever reads for a borough; to everybody else the page does not exist."""
    actor = signed_in_actor()
    if actor.kind is not Kind.AUTHORITY:
        raise NotFound
    return actor

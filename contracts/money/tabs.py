"""The strip of tabs over every page of Money. A slice that adds a page adds its line here."""

from typing import NamedTuple

from flask import request

from contracts.invoicing.queries import READERS
from marketplace.roles import Kind, Role
from marketplace.signed_in import signed_in_actor

BUYERS = frozenset({Kind.AUTHORITY, Kind.HUB})
BOROUGHS = frozenset({Kind.AUTHORITY})
EVERY_ROLE = frozenset(Role)


class Tab(NamedTuple):
    """A part of Money: its words, its address, which kinds of organisation have it, and whose work it is there."""

    text: str
    address: str
    kinds: frozenset[Kind]
    roles: frozenset[Role] = EVERY_ROLE


TABS: list[Tab] = [
    Tab("Overview", "/money", BUYERS),
    Tab("Forecast", "/money/forecast", BUYERS),
    Tab("What if", "/money/what-if", BOROUGHS),
    Tab("Accruals", "/money/accruals", BOROUGHS),
    Tab("Budgets", "/money/budgets", BUYERS),
    Tab("Invoices", "/money/invoices", BOROUGHS, READERS),
    Tab("Savings", "/money/savings", BUYERS),
    Tab("Section 251", "/money/section-251", BOROUGHS),
]


def money_tabs() -> list[tuple[str, str, bool]]:
    """The reader's tabs for `look.subnav`: words, address, and whether the page shown lies in it."""
    actor = signed_in_actor()
    own = [tab for tab in TABS if actor.kind in tab.kinds and actor.roles & tab.roles]
    return [(tab.text, tab.address, _is_current(tab.address)) for tab in own]


def _is_current(address: str) -> bool:
    return request.path == address or (address != "/money" and request.path.startswith(f"{address}/"))

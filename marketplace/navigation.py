"""The menu of each kind of organisation."""

from marketplace.actor import Actor
from marketplace.roles import Kind, Role

MENUS: dict[Kind, list[tuple[str, str]]] = {
    Kind.AUTHORITY: [
        ("Your work", "/work"), ("Referrals", "/referrals"), ("Children", "/children"), ("Placements", "/placements"),
        ("Contracts", "/contracts"), ("Money", "/money"), ("Spot purchases", "/spot-purchases"), ("Uplifts", "/uplifts"),
        ("Providers", "/providers"), ("Returns", "/returns"), ("Reports", "/reports"),
    ],
    Kind.HUB: [
        ("Your work", "/work"), ("Frameworks", "/frameworks"), ("Admissions", "/admissions"), ("Providers", "/providers"),
        ("Placements", "/placements"), ("Money", "/money"), ("Spot purchases", "/spot-purchases"), ("Uplifts", "/uplifts"),
        ("Returns", "/returns"), ("Reports", "/reports"), ("Register", "/register"),
    ],
    Kind.PROVIDER: [
        ("Your work", "/work"), ("Inbox", "/inbox"), ("Offers", "/offers"), ("Placements", "/placements"),
        ("Invoices", "/money/invoices"), ("Uplifts", "/uplifts"), ("Settings", "/settings"), ("Frameworks", "/frameworks"),
        ("Returns", "/returns"), ("Reports", "/reports"),
    ],
}  # fmt: skip

#: Entries that are the work of some roles only; every other is for everybody of the organisation.
ONLY_FOR = {"/money/invoices": frozenset({Role.PROVIDER_MANAGER, Role.PROVIDER_FINANCE})}


def navigation_of(actor: Actor, path: str) -> list[tuple[str, str, bool]]:
    """The actor's menu: text, address, and whether the page shown lies under it."""
    menu = MENUS[actor.kind] if actor.kind else []
    own = [(text, href) for text, href in menu if actor.roles & ONLY_FOR.get(href, actor.roles)]
    return [(text, href, path == href or path.startswith(f"{href}/")) for text, href in own]

"""How the providers came into their lots: each applies with its settings, rates and documents, and the hub decides.

Told as part of the history, before the year begins, while the looked-after children framework takes applications.
"""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

from demo.cast import Cast, fetch
from demo.frameworks import declared_lot
from demo.partnership import DemoSetting, Provider
from demo.storytelling import Story, acting, in_office_hours
from foundation.documents import build_document
from foundation.web import render_plain
from marketplace.admission import Admission
from marketplace.admitting import Refusal, admit_provider, refuse_provider
from marketplace.applying import Application, apply_to_lot
from marketplace.framework import Lot
from marketplace.roles import Role
from marketplace.setting import Setting
from marketplace.uploads import Upload

#: Who is not admitted, so that the hub has one to decide and one refused to look back on.
APPLIES_NOW, IS_REFUSED = "wherryreach.example", "tworiversyard.example"
#: A school that joins the dynamic purchasing system within the year: a place that was bought from it by spot is converted then.
JOINS_LATE, JOINED = "pippinrow.example", timedelta(days=90)
#: pounds of the other lines of a rate card, lowest and highest
OTHER_FEES = {
    "Additional staffing": (19, 26), "Education on site": (380, 760), "Therapy beyond the core offer": (68, 95),
    "School transport": (150, 420), "Settling in": (300, 600), "Discount for brothers and sisters placed together": (40, 90),
}  # fmt: skip
#: the instant that stands in every such paper
STAMP = datetime(2024, 1, 1, 12, tzinfo=UTC)
STATEMENT = (
    "We wish to offer places to the partnership's children on the framework's terms, and to learn from how they fare."
)


def an_admission(cast: Cast, provider: Provider, number: int, begins: datetime) -> Story:
    """A provider applies, and two weeks later the hub decides."""
    rng = cast.dice(f"admission of {provider.domain}")
    applies_now = provider.domain == APPLIES_NOW
    yield in_office_hours(_applies_at(cast, provider, number, begins))
    manager = provider.actor(Role.PROVIDER_MANAGER)
    with acting(manager):
        lot = fetch(Lot, cast.partnership.lots[provider.lot])
        key = apply_to_lot(lot, _application(lot, provider, rng), by=manager).id
    if not applies_now:
        joined = cast.present - JOINED if provider.domain == JOINS_LATE else begins + timedelta(days=12)
        yield in_office_hours(joined + timedelta(minutes=11 * number))
        _decide(cast, provider, key, number)


def _applies_at(cast: Cast, provider: Provider, number: int, begins: datetime) -> datetime:
    if provider.domain == APPLIES_NOW:
        return cast.present - timedelta(days=4)
    if provider.domain == JOINS_LATE:
        return cast.present - JOINED - timedelta(days=12)
    return begins + timedelta(hours=26, minutes=7 * number)


def _decide(cast: Cast, provider: Provider, key: uuid.UUID, number: int) -> None:
    manager = cast.partnership.hub.actor(Role.HUB_MANAGER)
    tiers = declared_lot(provider.lot)["tiers"]
    with acting(manager):
        admission = fetch(Admission, key)
        if provider.domain == IS_REFUSED:
            why = "The certificate covers £2 million; the lot asks for £5 million. Apply again with one that does."
            refuse_provider(admission, [Refusal("insurance", why)], by=manager)
        else:
            admit_provider(
                admission, tiers[number % 2] if tiers else None, "Meets every criterion of the lot.", by=manager
            )


def _application(lot: Lot, provider: Provider, rng: Random) -> Application:
    return Application(
        settings=[fetch(Setting, each.id) for each in provider.settings],
        rates={each.id: _rates(provider, each, rng) for each in provider.settings},
        documents={
            name: Upload(f"{name.lower().replace(' ', '-')}.pdf", _paper(name)) for name in lot.required_documents
        },
        statement=STATEMENT,
    )


def _rates(provider: Provider, setting: DemoSetting, rng: Random) -> dict[int, Decimal]:
    quoted: list[dict[str, Any]] = declared_lot(provider.lot)["rates"]
    return {place: Decimal(_amount(rate["label"], setting, rng)) for place, rate in enumerate(quoted)}


def _amount(label: str, setting: DemoSetting, rng: Random) -> int:
    return rng.randint(*OTHER_FEES[label]) if label in OTHER_FEES else setting.core_amount


@lru_cache(maxsize=16)
def _paper(name: str) -> bytes:
    """A one-page PDF that says what would stand here: the same for all, since there is nothing true to put in it."""
    return build_document(
        render_plain("demo/paper.html", name=name, author="The demo partnership", stamp=STAMP)
    ).content

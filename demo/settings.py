"""Invented settings around South London: what they are registered for, what they can meet, what they charge.

Their postcodes are those of town halls, libraries and other public buildings, so that no map points at anybody's home. Their
numbers are DM and five digits: Ofsted's are SC and six digits or seven digits, a school's six digits, so no register has one.
"""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random

from sqlalchemy import insert

from demo.frameworks import declared_lot
from demo.organisations import rows_of
from demo.partnership import DemoSetting, Partnership, Provider
from demo.words import settings_names
from foundation.database import db
from foundation.references import new_reference
from marketplace.code_lists import choices
from marketplace.needs import LOOKED_AFTER_NEEDS
from marketplace.setting import Accepts, Level, Setting, SettingKind, SettingNeed

RATINGS = ("Outstanding", "Good", "Good", "Good", "Good", "Good", "Good", "Requires improvement to be good")
#: pounds of the core fee, lowest and highest: a week, for a school a year
FEES = {
    "residential": (4150, 6900),
    "fostering": (870, 1390),
    "special_school": (46_000, 91_000),
    "interventions": (900, 2200),
}
AGES = {
    "residential": ((7, 13), (8, 17), (10, 17), (11, 17), (12, 17)),
    "fostering": ((0, 17),),
    "special_school": ((4, 11), (5, 16), (7, 19), (11, 16), (11, 19)),
    "interventions": ((14, 17), (16, 17)),
}


def open_settings(partnership: Partnership, rng: Random, now: datetime) -> None:
    """Lay down every provider's settings with what they say of themselves; the session must act as the system."""
    names = {lot: iter(settings_names(lot, rng)) for lot in ("residential", "special_school", "interventions")}
    rows: list[dict[str, object]] = []
    needs: list[dict[str, object]] = []
    for provider in partnership.providers:
        for number in range(provider.size):
            name = _agency_name(provider, number) if provider.lot == "fostering" else next(names[provider.lot])
            row = _setting(provider, name, len(rows) + 1, rng, now)
            met = [*_needs(row, provider.lot, rng, now.date())]
            core = rng.randrange(*FEES[provider.lot], 10)
            fully = frozenset(str(need["need"]) for need in met if need["level"] is Level.FULL)
            provider.settings.append(DemoSetting(uuid.UUID(str(row["id"])), name, core, fully))
            rows.append(row)
            needs.extend(met)
    db.session.execute(insert(Setting), rows)
    db.session.execute(insert(SettingNeed), needs)


def _agency_name(provider: Provider, number: int) -> str:
    short = provider.name.removesuffix(" Ltd").removesuffix(" Community Interest Company")
    return f"{short}, {('London', 'Surrey and Kent')[number]}"


def _setting(provider: Provider, name: str, number: int, rng: Random, now: datetime) -> dict[str, object]:
    place = _place(rng)
    age_from, age_to = rng.choice(AGES[provider.lot])
    inspected_on = now.date() - timedelta(days=rng.randint(40, 700))
    accepts = rng.choice([Accepts.ANY, Accepts.ANY, Accepts.ANY, Accepts.BOYS, Accepts.GIRLS])
    return {
        "id": uuid.uuid4(), "provider_id": provider.id, "reference": new_reference("SET"), "name": name, "kind": _kind(provider, rng),
        "urn": f"DM{number:05d}", "sector": "Voluntary" if "Trust" in provider.name or "Charity" in provider.name else "Private",
        "authority_code": place["authority_code"], "authority_name": place["authority_name"],
        "postcode": place["postcode"], "easting": int(place["easting"]), "northing": int(place["northing"]),
        "places": _places(provider.lot, rng), "age_from": age_from, "age_to": age_to,
        "accepts": accepts if provider.lot == "residential" else Accepts.ANY, "takes_siblings": rng.random() < 0.7,
        "registered_on": now.date() - timedelta(days=rng.randint(900, 4000)), "registration_status": "Active",
        "residential": rng.choice(["day", "day", "weekly"]) if provider.lot == "special_school" else None,
        "description": _description(provider.lot, age_from, age_to), "source": "demo", "rating": rng.choice(RATINGS),
        "inspected_on": inspected_on, "inspection_published_on": inspected_on + timedelta(days=35), "inspection_event": "Full inspection",
        "vacancies": rng.choice([0, 1, 1, 2]) if provider.lot == "residential" else rng.randint(1, 6), "vacant_from": now.date(),
        "vacancies_confirmed_at": now - timedelta(days=rng.randint(0, 20)), "added_at": now - timedelta(days=700),
    }  # fmt: skip


def _kind(provider: Provider, rng: Random) -> SettingKind:
    kinds = declared_lot(provider.lot)["setting_kinds"]
    weights = [5, *[1] * (len(kinds) - 1)]
    return SettingKind(rng.choices(kinds, weights)[0])


def _places(lot: str, rng: Random) -> int:
    """Of a fostering agency those of its carers, taken together."""
    return {
        "residential": rng.choice([2, 3, 3, 4, 4, 5, 6]),
        "special_school": rng.randrange(24, 110, 2),
        "interventions": rng.randint(4, 12),
        "fostering": rng.randint(30, 90),
    }[lot]


def _description(lot: str, age_from: int, age_to: int) -> str:
    thing = {
        "residential": "A home",
        "fostering": "Foster families, approved and supported by our own social workers,",
        "special_school": "A small school",
        "interventions": "A project",
    }[lot]
    return f"{thing} for children and young people aged {age_from} to {age_to}. It is invented: nobody lives or learns there."


@lru_cache(maxsize=1)
def _places_of_the_land() -> list[dict[str, str]]:
    return list(rows_of("places.csv"))


def _place(rng: Random) -> dict[str, str]:
    """Two in three lie within the twelve boroughs, the others around them."""
    boroughs = {row["number"] for row in rows_of("boroughs.csv")}
    within = rng.random() < 0.66
    return rng.choice([place for place in _places_of_the_land() if (place["authority_code"] in boroughs) == within])


def _needs(row: dict[str, object], lot: str, rng: Random, said_on: date) -> Iterator[dict[str, object]]:
    """What it says it can meet: about half fully, a quarter in part, one or two not at all; of the others it says nothing."""
    codes = [code for code, _ in (choices("sen2_need_type") if lot == "special_school" else LOOKED_AFTER_NEEDS)]
    for code in codes:
        level = rng.choices([Level.FULL, Level.PART, Level.NO, None], [50, 25, 5, 20])[0]
        if level is not None:
            yield {
                "id": uuid.uuid4(), "setting_id": row["id"], "provider_id": row["provider_id"], "need": code, "level": level,
                "evidence": _EVIDENCE[level], "said_on": said_on - timedelta(days=rng.randint(10, 300)),
            }  # fmt: skip


_EVIDENCE = {
    Level.FULL: "Staff trained within the last year; named in the statement of purpose.",
    Level.PART: "Met for one child at a time, with support from outside.",
    Level.NO: "Outside the statement of purpose.",
}

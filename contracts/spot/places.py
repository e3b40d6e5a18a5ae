"""Places outside the framework: searching the register for one, and writing down one that no register holds."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from contracts.spot.terms import UnknownPlace
from foundation import clock
from foundation.database import db
from foundation.geography import NotAPostcode
from foundation.permission import Invalid
from foundation.places import place_of
from foundation.references import new_reference
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.reading_register import owner_key
from marketplace.register_facts import prefix_of
from marketplace.roles import Kind
from marketplace.setting import Setting

#: How many places a search shows: who finds more says more.
MOST_FOUND = 30
SHORTEST_SEARCH = 3


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A setting that the search found, with its owner."""

    reference: str
    name: str
    provider: str
    urn: str | None
    kind: str
    area: str | None
    rating: str | None
    inspected_on: date | None
    places: int | None
    source: str


def places_called(words: str) -> list[FoundPlace]:
    """Settings by name, owner or number, as the fence shows them: those of the register first."""
    if len(words.strip()) < SHORTEST_SEARCH:
        return []
    like = f"%{words.strip().translate({37: None, 95: None})}%"
    wanted: Select[*tuple[Any, ...]] = (
        select(
            Setting.reference, Setting.name, Organisation.name, Setting.urn, Setting.kind, Setting.authority_name,
            Setting.rating, Setting.inspected_on, Setting.places, Setting.source,
        )
        .join(Organisation, Organisation.id == Setting.provider_id)
        .where(or_(Setting.name.ilike(like), Organisation.name.ilike(like), Setting.urn == words.strip().upper()))
        .order_by(Setting.registered.is_(None), Setting.name, Setting.reference)
        .limit(MOST_FOUND)
    )  # fmt: skip
    return [FoundPlace(*row) for row in db.session.execute(wanted)]


def write_down(place: UnknownPlace, by: Actor) -> Setting:
    """Inside the proposal: lay down the place, and its provider where none is found here. Only this borough and the hub see them."""
    if not place.name.strip():
        raise Invalid("Name the place.", "place_name")
    provider = place.provider or _provider(place.provider_name.strip(), by)
    setting = Setting(
        id=uuid.uuid4(), provider_id=provider.id, reference=new_reference("SET"), name=place.name.strip(), kind=place.kind,
        places=place.places, source="spot", recorded_by_id=by.organisation_id, added_at=clock.now(), **_where(place),
    )  # fmt: skip
    db.session.add(setting)
    db.session.flush()
    return setting


def _provider(name: str, by: Actor) -> Organisation:
    """The owner by that name if one is known here, else one that this borough writes down."""
    if not name:
        raise Invalid("Name who runs the place.", "provider_name")
    key = owner_key(name)
    own_key = f"spot:{by.organisation_id}:{key}"
    known = db.session.scalar(
        select(Organisation).where(Organisation.kind == Kind.PROVIDER, Organisation.owner_key.in_([key, own_key]))
    )
    if known is not None:
        return known
    provider = Organisation(
        id=uuid.uuid4(), kind=Kind.PROVIDER, reference=new_reference(prefix_of(name)), name=name, prefix=prefix_of(name),
        owner_key=own_key, source="spot", recorded_by_id=by.organisation_id, added_at=clock.now(),
    )  # fmt: skip
    db.session.add(provider)
    db.session.flush()
    return provider


def _where(place: UnknownPlace) -> dict[str, object]:
    try:
        found = place_of(db.session(), place.postcode)
    except NotAPostcode as wrong:
        raise Invalid(str(wrong), "postcode") from wrong
    if found is None:
        return {"postcode": place.postcode.strip().upper()}
    return {"postcode": found.postcode, "easting": found.easting, "northing": found.northing}

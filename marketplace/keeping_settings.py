"""A provider keeps its settings: adds one by hand, completes what the register leaves open, says needs and vacancies."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import plural
from foundation.geography import NotAPostcode
from foundation.permission import Invalid
from foundation.places import Place, place_of
from foundation.references import new_reference
from foundation.states import hold, require_version
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.authorities import authority_of_gss
from marketplace.organisation import Organisation
from marketplace.policy import authorise
from marketplace.setting import Accepts, Level, Setting, SettingKind, SettingNeed

say(
    "uq_settings_urn",
    "A setting with this reference (URN) is here already, and may be another provider's. Check the number; if it is right, tell the hub.",
    "urn",
)
MOST_PLACES = 999
OLDEST = 25
COUNTRIES = ("England", "Wales")


@dataclass(frozen=True)
class SettingFacts:
    """What a provider says of a setting."""

    name: str
    kind: SettingKind
    urn: str | None = None
    postcode: str | None = None
    places: int | None = None
    age_from: int | None = None
    age_to: int | None = None
    accepts: Accepts | None = None
    takes_siblings: bool | None = None
    residential: str | None = None
    description: str = ""


class NeedSaid(NamedTuple):
    """How far a setting meets a need, and what shows it."""

    level: Level
    evidence: str = ""


def add_setting(provider: Organisation, facts: SettingFacts, *, by: Actor) -> Setting:
    """A provider adds a setting by hand, such as a day school, which Ofsted's social care register does not hold."""
    with transaction():
        authorise(by, Act.ADD_SETTING, provider)
        setting = Setting(
            id=uuid.uuid4(), provider_id=by.organisation_id, reference=new_reference("SET"), source="provider",
            name=facts.name, kind=facts.kind, urn=facts.urn,
        )  # fmt: skip
        _say_facts(setting, facts)
        db.session.add(setting)
        db.session.flush()
        record(Act.ADD_SETTING, setting, by=by, after=_told(setting))
    return setting


def change_setting(setting: Setting, facts: SettingFacts, version: int, *, by: Actor) -> Setting:
    """A provider completes or corrects a setting. What the register decides (type, reference, its places) stays the register's."""
    with transaction():
        authorise(by, Act.CHANGE_SETTING, setting)
        require_version(hold(setting), version)
        before = _told(setting)
        setting.name = facts.name
        if not setting.is_registered:
            setting.kind, setting.urn = facts.kind, facts.urn
        _say_facts(setting, facts)
        db.session.flush()
        record(Act.CHANGE_SETTING, setting, by=by, before=before, after=_told(setting))
    return setting


def say_needs(setting: Setting, needs: Mapping[str, NeedSaid], version: int, *, by: Actor) -> Setting:
    """A provider says which needs the setting meets, how far, and on what evidence; boroughs' searches read it at once."""
    with transaction():
        authorise(by, Act.CHANGE_SETTING, setting)
        require_version(hold(setting), version)
        said = {need.need: need for need in db.session.scalars(_needs(setting)).all()}
        before = {code: need.level for code, need in said.items()}
        for code in said.keys() - needs.keys():
            db.session.delete(said[code])
        for code, need in needs.items():
            _say_need(setting, said.get(code), code, need)
        setting.version += 1
        record(
            Act.CHANGE_SETTING, setting, by=by, before=before, after={code: need.level for code, need in needs.items()}
        )
    return setting


def confirm_vacancies(setting: Setting, number: int, from_day: date | None, *, by: Actor) -> Setting:
    """A provider says how many places could be taken, and from when, or that it is still so; searches believe it for 21 days."""
    with transaction():
        authorise(by, Act.CONFIRM_VACANCIES, setting)
        hold(setting)
        _require_possible(setting, number)
        before = {"vacancies": setting.vacancies, "vacant_from": setting.vacant_from}
        setting.vacancies, setting.vacant_from = number, from_day
        setting.vacancies_confirmed_at = clock.now()
        record(
            Act.CONFIRM_VACANCIES, setting, by=by, before=before, after={"vacancies": number, "vacant_from": from_day}
        )
    return setting


def _require_possible(setting: Setting, number: int) -> None:
    if number < 0:
        raise Invalid("Enter how many places could be taken: 0 or more.", "vacancies")
    if setting.places is not None and number > setting.places:
        raise Invalid(
            f"{setting.name} has {plural(setting.places, 'place')}. Enter {setting.places} or fewer.", "vacancies"
        )


def _say_facts(setting: Setting, facts: SettingFacts) -> None:
    """Check what the facts mean together, and take them over."""
    if not facts.name.strip():
        raise Invalid("Enter the name of the setting.", "name")
    _require_ages(facts)
    if not setting.places_are_registered:
        if facts.places is not None and not 0 <= facts.places <= MOST_PLACES:
            raise Invalid(f"Enter the number of places: 0 to {MOST_PLACES}.", "places")
        setting.places = facts.places
    setting.age_from, setting.age_to, setting.accepts = facts.age_from, facts.age_to, facts.accepts
    setting.takes_siblings, setting.residential = facts.takes_siblings, facts.residential
    setting.description = facts.description.strip()
    _say_place(setting, facts.postcode)


def _require_ages(facts: SettingFacts) -> None:
    for field, age in (("age_from", facts.age_from), ("age_to", facts.age_to)):
        if age is not None and not 0 <= age <= OLDEST:
            raise Invalid(f"Enter an age from 0 to {OLDEST}.", field)
    if facts.age_from is not None and facts.age_to is not None and facts.age_from > facts.age_to:
        raise Invalid(
            f"The youngest age, {facts.age_from}, is above the oldest, {facts.age_to}. Swap them.", "age_from"
        )


def _say_place(setting: Setting, typed: str | None) -> None:
    """Put the setting on the map; the authority is the register's where the register names one, else the postcode's."""
    place = _place(typed) if typed else None
    setting.postcode = place.postcode if place else None
    setting.easting, setting.northing = (place.easting, place.northing) if place else (None, None)
    if place and not (setting.registered or {}).get("authority_name"):
        authority = authority_of_gss(place.authority_gss)
        setting.authority_code = authority.number if authority else None
        setting.authority_name = authority.name if authority else None


def _place(typed: str) -> Place:
    try:
        place = place_of(db.session(), typed)
    except NotAPostcode as wrong:
        raise Invalid(str(wrong), "postcode") from wrong
    if place is None or (place.point is None and place.country in (None, *COUNTRIES)):
        raise Invalid(f"There is no postcode {typed.strip().upper()}. Check it on a letter to the setting.", "postcode")
    if place.country not in COUNTRIES:
        raise Invalid(f"{place.postcode} is in {place.country}. Settings here lie in England or Wales.", "postcode")
    return place


def _needs(setting: Setting) -> Any:
    return select(SettingNeed).where(SettingNeed.setting_id == setting.id)


def _say_need(setting: Setting, said: SettingNeed | None, code: str, need: NeedSaid) -> None:
    """Take a need over; the day on which it was said moves only when what was said does."""
    if said is None:
        said = SettingNeed(setting_id=setting.id, provider_id=setting.provider_id, need=code)
        db.session.add(said)
    elif (said.level, said.evidence) == (need.level, need.evidence):
        return
    said.level, said.evidence, said.said_on = need.level, need.evidence, clock.today()


def _told(setting: Setting) -> dict[str, Any]:
    """The facts as the audit trail keeps them."""
    return {fact: getattr(setting, fact) for fact in asdict(SettingFacts("", setting.kind))}

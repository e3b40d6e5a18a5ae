"""What the register says of a setting outside the framework, and what of it does not fit the child.

A children's home, a fostering agency and their like stand in Ofsted's register; a school has its number from the Department for Education
and stands in no register that is imported here. Where no register was imported, a number that the provider gave is taken as given and said
to be unchecked. Everything else is unregistered.
"""

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, select

from foundation.database import db
from marketplace.admission import Admission, AdmissionSetting, AdmissionState
from marketplace.framework import Lot
from marketplace.setting import Accepts, Setting, SettingKind

#: Registered by the Department for Education, not by Ofsted's social care register.
SCHOOLS = (SettingKind.SPECIAL_SCHOOL, SettingKind.FURTHER_EDUCATION_COLLEGE)
ONLY = {Accepts.BOYS: ("M", "boys"), Accepts.GIRLS: ("F", "girls")}


class Standing(StrEnum):
    """What is known of a setting's registration."""

    REGISTERED = "registered"
    SCHOOL = "school"
    UNCHECKED = "unchecked"
    UNREGISTERED = "unregistered"


STANDING_WORDS = {
    Standing.REGISTERED: ("ok", "Registered", "It stands in Ofsted’s register as imported here."),
    Standing.SCHOOL: ("ok", "School with a number", "Schools have their number from the Department for Education."),
    Standing.UNCHECKED: ("warn", "Number not checked", "No register has been imported here: the number is the provider’s own word."),
    Standing.UNREGISTERED: ("bad", "Unregistered", "It does not stand in the register."),
}  # fmt: skip


@dataclass(frozen=True)
class RegisterCheck:
    """The register's facts about a setting on the day of the check, and the warnings that they make."""

    standing: Standing
    urn: str | None
    status: str | None
    rating: str | None
    inspected_on: date | None
    places: int | None
    ages: str
    warnings: tuple[str, ...] = ()

    @property
    def is_unregistered(self) -> bool:
        """Whether the law's line for unregistered places is crossed."""
        return self.standing is Standing.UNREGISTERED

    @property
    def kept(self) -> dict[str, Any]:
        """As it is kept beside the purchase."""
        inspected_on = self.inspected_on.isoformat() if self.inspected_on else None
        return asdict(self) | {
            "standing": self.standing.value,
            "inspected_on": inspected_on,
            "warnings": [*self.warnings],
        }


def check_setting(setting: Setting, lot: Lot, *, age: int, sex: str) -> RegisterCheck:
    """Find the setting's registration and say what does not fit a child of that age and sex."""
    standing = standing_of(setting)
    from_age, to_age = setting.age_from, setting.age_to
    return RegisterCheck(
        standing=standing, urn=setting.urn, status=setting.registration_status, rating=setting.rating,
        inspected_on=setting.inspected_on, places=setting.places,
        ages=f"{from_age} to {to_age}" if from_age is not None and to_age is not None else "",
        warnings=tuple(_warnings(setting, lot, standing, age, sex)),
    )  # fmt: skip


def standing_of(setting: Setting) -> Standing:
    """Whether the setting is registered, as far as can be known here."""
    if setting.registered is not None:
        return Standing.REGISTERED
    if not setting.urn:
        return Standing.UNREGISTERED
    if setting.kind in SCHOOLS:
        return Standing.SCHOOL
    imported = db.session.scalar(select(exists().where(Setting.registered.is_not(None))))
    return Standing.UNREGISTERED if imported else Standing.UNCHECKED


def is_admitted(setting: Setting, lot: Lot, *states: AdmissionState) -> bool:
    """Whether the setting stands in the lot in one of those states: admitted, where none is named."""
    standing = (
        select(AdmissionSetting.id)
        .join(Admission, Admission.id == AdmissionSetting.admission_id)
        .where(AdmissionSetting.setting_id == setting.id, Admission.lot_id == lot.id)
        .where(Admission.state.in_(states or (AdmissionState.ADMITTED,)))
    )
    return bool(db.session.scalar(select(standing.exists())))


def _warnings(setting: Setting, lot: Lot, standing: Standing, age: int, sex: str) -> list[str]:
    found = []
    if standing is Standing.UNREGISTERED:
        found.append(
            f"{setting.name} is not in the register: it is an offence to run a home for children without registration."
        )
    if (setting.registration_status or "").casefold() == "suspended":
        found.append("Its registration is suspended.")
    if (setting.rating or "").casefold() == "inadequate":
        found.append("It was rated inadequate at its latest full inspection.")
    if is_admitted(setting, lot, AdmissionState.SUSPENDED):
        found.append(f"Its admission to {lot.name} is suspended by the hub.")
    if standing is not Standing.UNREGISTERED:
        found += _misfits(setting, lot, age, sex)
    return found


def _misfits(setting: Setting, lot: Lot, age: int, sex: str) -> list[str]:
    found = []
    if setting.kind.value not in lot.setting_kinds:
        found.append(f"It is a {setting.kind.value.replace('_', ' ')}, which this lot does not buy.")
    if setting.age_from is None or setting.age_to is None:
        found.append("The ages that it is registered for are not known. Read its certificate.")
    elif not setting.age_from <= age <= setting.age_to:
        found.append(f"It is registered for ages {setting.age_from} to {setting.age_to}; the child will be {age}.")
    if setting.places is None:
        found.append("The number of its places is not known. Read its certificate.")
    elif setting.places == 0:
        found.append("It is registered for no places.")
    wanted, words = ONLY.get(setting.accepts, ("", "")) if setting.accepts else ("", "")
    if wanted and sex != wanted:
        found.append(f"It is registered for {words} only.")
    return found

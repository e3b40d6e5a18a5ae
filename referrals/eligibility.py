"""Eligibility: may this setting be invited for this request? Yes or no, with every failing rule in a sentence.

Only hard limits stand here: admission to the lot, registration, ages and gender, needs a setting says it cannot meet,
places, siblings, conditions, suspension, an inadequate rating. Distance, price and how well needs are met are never
reasons to exclude. A request has no name, ethnicity, religion or immigration status, so none of these can weigh.
Source: matching.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from foundation.formatting import joined
from foundation.geography import Point
from marketplace.setting import Accepts, Level, SettingKind


class Sex(StrEnum):
    """Sex as registrations and the national return know it."""

    MALE = "M"
    FEMALE = "F"
    UNKNOWN = "U"


class Rule(StrEnum):
    """The hard limits, in the order in which they are named."""

    ADMISSION = "admission"
    SUSPENSION = "suspension"
    RATING = "rating"
    REGISTRATION = "registration"
    AGE = "age"
    GENDER = "gender"
    NEEDS = "needs"
    PLACES = "places"
    SIBLINGS = "siblings"
    CONDITIONS = "conditions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: age on the day needed, the codes of needs, acceptable registrations, how many children come
    together.

    `wishes` are what the child's own words or care plan ask for of culture, language or faith; they break ties and
    exclude nobody.
    """

    needed_by: date
    age: int
    sex: Sex = Sex.UNKNOWN
    must: frozenset[str] = frozenset()
    desirable: frozenset[str] = frozenset()
    kinds: frozenset[SettingKind] = frozenset()
    children: int = 1
    home: Point | None = None
    school_urn: str | None = None
    wishes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NeedMet:
    """How far a setting says it meets a need, on what evidence and since when."""

    need: str
    level: Level
    evidence: str
    said_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Offerable:
    """A setting as it can be offered in one lot. None is what the setting has not said yet.

    `is_barred_lifted` says that the hub lifted the bar of a suspension or an inadequate rating, with a reason.
    """

    reference: str
    name: str
    kind: SettingKind
    is_admitted: bool
    age_from: int | None = None
    age_to: int | None = None
    accepts: Accepts | None = None
    vacancies: int | None = None
    vacant_from: date | None = None
    vacancies_confirmed_on: date | None = None
    needs: tuple[NeedMet, ...] = ()
    takes_siblings: bool | None = None
    unmet_conditions: tuple[str, ...] = ()
    is_suspended: bool = False
    is_inadequate: bool = False
    is_barred_lifted: bool = False
    point: Point | None = None
    school_urns: frozenset[str] = frozenset()
    offers: frozenset[str] = frozenset()

    def level(self, need: str) -> Level | None:
        """How far the setting says it meets a need; None if it has not said."""
        return next((met.level for met in self.needs if met.need == need), None)


@dataclass(frozen=True, slots=True)
class Failure:
    """One hard limit that stands in the way, and the sentence that says so."""

    rule: Rule
    sentence: str


def failures(wanted: Wanted, setting: Offerable) -> tuple[Failure, ...]:
    """Every hard limit that excludes the setting from this request; none means eligible."""
    checks = (_standing, _registration, _ages, _gender, _needs, _places, _siblings, _conditions)
    return tuple(failure for check in checks for failure in check(wanted, setting))


def is_eligible(wanted: Wanted, setting: Offerable) -> bool:
    return not failures(wanted, setting)


def nearest_misses(wanted: Wanted, settings: Sequence[Offerable], how_many: int = 5) -> list[Offerable]:
    """The ineligible settings with the fewest failing rules, fewest first, then by reference."""
    counted = [(len(failures(wanted, setting)), setting.reference, setting) for setting in settings]
    return [setting for count, _, setting in sorted(counted, key=lambda each: each[:2]) if count][:how_many]


def _standing(wanted: Wanted, setting: Offerable) -> Iterator[Failure]:
    if not setting.is_admitted:
        yield Failure(Rule.ADMISSION, f"{setting.name} is not admitted to this lot.")
    if setting.is_suspended and not setting.is_barred_lifted:
        yield Failure(Rule.SUSPENSION, f"{setting.name} is suspended from new referrals.")
    if setting.is_inadequate and not setting.is_barred_lifted:
        yield Failure(
            Rule.RATING, f"{setting.name} is rated inadequate, so nothing new goes to it unless the hub lifts this."
        )


def _registration(wanted: Wanted, setting: Offerable) -> Iterator[Failure]:
    if wanted.kinds and setting.kind not in wanted.kinds:
        asked = joined(sorted(kind.value.replace("_", " ") for kind in wanted.kinds), "or")
        yield Failure(
            Rule.REGISTRATION, f"It is registered as {setting.kind.value.replace('_', ' ')}; asked for is {asked}."
        )


def _ages(wanted: Wanted, setting: Offerable) -> Iterator[Failure]:
    if setting.age_from is None or setting.age_to is None:
        yield Failure(Rule.AGE, f"{setting.name} has not said which ages it is registered for.")
    elif not setting.age_from <= wanted.age <= setting.age_to:
        yield Failure(
            Rule.AGE,
            f"It is registered for ages {setting.age_from} to {setting.age_to}; the child is {wanted.age} on the day needed.",
        )


def _gender(wanted: Wanted, setting: Offerable) -> Iterator[Failure]:
    if setting.accepts is None:
        yield Failure(Rule.GENDER, f"{setting.name} has not said whether it takes boys, girls or both.")
    elif setting.accepts is Accepts.BOYS and wanted.sex is not Sex.MALE:
        yield Failure(Rule.GENDER, "It is registered for boys only.")
    elif setting.accepts is Accepts.GIRLS and wanted.sex is not Sex.FEMALE:
        yield Failure(Rule.GENDER, "It is registered for girls only.")


def _needs(wanted: Wanted, setting: Offerable) -> Iterator[Failure]:
    for need in sorted(wanted.must):
        if setting.level(need) is Level.NO:
            yield Failure(Rule.NEEDS, f"It says that it cannot meet {need}, which the child must have met.")


def _places(wanted: Wanted, setting: Offerable) -> Iterator[Failure]:
    if setting.vacancies is None:
        yield Failure(Rule.PLACES, f"{setting.name} has not said whether it has a place.")
    elif setting.vacancies < wanted.children:
        yield Failure(Rule.PLACES, f"It has {setting.vacancies} free; {wanted.children} needed.")
    elif setting.vacant_from is not None and setting.vacant_from > wanted.needed_by:
        yield Failure(
            Rule.PLACES, f"Its place is free from {setting.vacant_from:%-d %B %Y}, after {wanted.needed_by:%-d %B %Y}."
        )


def _siblings(wanted: Wanted, setting: Offerable) -> Iterator[Failure]:
    if wanted.children > 1 and not setting.takes_siblings:
        said = "does not take" if setting.takes_siblings is False else "has not said that it takes"
        yield Failure(Rule.SIBLINGS, f"{setting.name} {said} brothers and sisters together.")


def _conditions(wanted: Wanted, setting: Offerable) -> Iterator[Failure]:
    for condition in setting.unmet_conditions:
        yield Failure(Rule.CONDITIONS, f"A condition of its registration is not met: {condition}")

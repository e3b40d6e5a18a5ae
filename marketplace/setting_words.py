"""Settings in words: types, whom they accept, patterns of stay, how fresh a vacancy is."""

from datetime import datetime

from foundation.formatting import plural
from marketplace.setting import Accepts, Freshness, Level, SettingKind, freshness_of

K = SettingKind

KIND_WORDS: dict[str, str] = {
    K.CHILDRENS_HOME: "Children’s home",
    K.SECURE_CHILDRENS_HOME: "Secure children’s home",
    K.SECURE_TRAINING_CENTRE: "Secure training centre",
    K.FOSTERING_AGENCY: "Independent fostering agency",
    K.LOCAL_AUTHORITY_FOSTERING: "Local authority fostering",
    K.SUPPORTED_ACCOMMODATION: "Supported accommodation",
    K.RESIDENTIAL_FAMILY_CENTRE: "Residential family centre",
    K.RESIDENTIAL_SPECIAL_SCHOOL: "Residential special school",
    K.BOARDING_SCHOOL: "Boarding school",
    K.FURTHER_EDUCATION_COLLEGE: "Further education college",
    K.ADOPTION_AGENCY: "Voluntary adoption agency",
    K.ADOPTION_SUPPORT_AGENCY: "Adoption support agency",
    K.HOLIDAY_SCHEME: "Holiday scheme for disabled children",
    K.SPECIAL_SCHOOL: "Special school",
    K.OTHER: "Other",
}
ACCEPTS_WORDS: dict[str, str] = {Accepts.ANY: "Boys and girls", Accepts.BOYS: "Boys", Accepts.GIRLS: "Girls"}
LEVEL_WORDS: dict[str, str] = {Level.FULL: "Met fully", Level.PART: "Met in part", Level.NO: "Not met"}
LEVEL_BADGES: dict[str, str] = {Level.FULL: "ok", Level.PART: "warn", Level.NO: "none"}
STAY_WORDS: dict[str, str] = {
    "day": "Day only",
    "weekly": "Weekly boarding",
    "termly": "Termly boarding",
    "52_weeks": "52 weeks a year",
}

Badge = tuple[str, str]


def per_unit(unit: str) -> str:
    """A week, an hour, once: what a rate is paid for each of."""
    return "once" if unit == "once" else f"{'an' if unit == 'hour' else 'a'} {unit}"


def vacancy_words(vacancies: int | None) -> str:
    """No vacancy, 1 vacancy, 3 vacancies; nothing was said: not said."""
    if vacancies is None:
        return "Not said"
    return plural(vacancies, "vacancy", "vacancies") if vacancies else "No vacancy"


def freshness_badge(confirmed_at: datetime | None, now: datetime) -> Badge:
    """How far what was said can be believed: today, 3 days ago; stale after 21 days."""
    match freshness_of(confirmed_at, now):
        case Freshness.NEVER:
            return "none", "Vacancies never said"
        case Freshness.STALE:
            return "bad", f"Stale: {_ago(confirmed_at, now)}"
        case Freshness.AGEING:
            return "warn", f"Said {_ago(confirmed_at, now)}"
    return "ok", f"Said {_ago(confirmed_at, now)}"


def rating_badge(rating: str | None) -> Badge:
    """A rating as a dated fact wears no colour, but for the one that stops invitations."""
    if rating is None:
        return "none", "Not rated"
    return ("bad" if rating == "Inadequate" else "none"), rating


def _ago(confirmed_at: datetime | None, now: datetime) -> str:
    days = (now - confirmed_at).days if confirmed_at else 0
    return "today" if days == 0 else f"{plural(days, 'day')} ago"

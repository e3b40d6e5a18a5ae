"""Settings: the place a child goes to – a children's home, a school, a fostering agency – with what it can truly offer."""

import uuid
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed, Pounds


class SettingKind(StrEnum):
    """What a setting is registered as; the register's fourteen provision types (two spellings of one) map onto these."""

    CHILDRENS_HOME = "childrens_home"
    SECURE_CHILDRENS_HOME = "secure_childrens_home"
    SECURE_TRAINING_CENTRE = "secure_training_centre"
    FOSTERING_AGENCY = "fostering_agency"
    LOCAL_AUTHORITY_FOSTERING = "local_authority_fostering"
    SUPPORTED_ACCOMMODATION = "supported_accommodation"
    RESIDENTIAL_FAMILY_CENTRE = "residential_family_centre"
    RESIDENTIAL_SPECIAL_SCHOOL = "residential_special_school"
    BOARDING_SCHOOL = "boarding_school"
    FURTHER_EDUCATION_COLLEGE = "further_education_college"
    ADOPTION_AGENCY = "adoption_agency"
    ADOPTION_SUPPORT_AGENCY = "adoption_support_agency"
    HOLIDAY_SCHEME = "holiday_scheme"
    SPECIAL_SCHOOL = "special_school"
    OTHER = "other"


class Accepts(StrEnum):
    """Whom a setting is registered for."""

    ANY = "any"
    BOYS = "boys"
    GIRLS = "girls"


class Level(StrEnum):
    """How far a need can be met."""

    FULL = "full"
    PART = "part"
    NO = "no"


class Freshness(StrEnum):
    """How far a vacancy that a setting told can still be believed."""

    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"
    NEVER = "never"


#: a setting is asked again after the first, and its vacancies are shown as stale after the second
ASKED_AGAIN_AFTER = timedelta(days=14)
STALE_AFTER = timedelta(days=21)

#: what an application cannot do without, and how it is asked for
NEEDED_FACTS = {
    "postcode": "postcode", "places": "number of places", "age_from": "youngest age", "age_to": "oldest age",
    "accepts": "whom it accepts",
}  # fmt: skip


def freshness_of(confirmed_at: datetime | None, now: datetime) -> Freshness:
    """Fresh up to and including 14 days after the last confirmation, ageing up to and including 21, then stale."""
    if confirmed_at is None:
        return Freshness.NEVER
    age = now - confirmed_at
    if age > STALE_AFTER:
        return Freshness.STALE
    return Freshness.AGEING if age > ASKED_AGAIN_AFTER else Freshness.FRESH


class Setting(Keyed, Base):
    """A setting of a provider. What the register does not say (ages, whom it accepts, needs, postcode) the provider completes."""

    __tablename__ = "settings"
    __table_args__ = (
        UniqueConstraint("urn"),
        UniqueConstraint("id", "provider_id"),
        CheckConstraint("places IS NULL OR places >= 0", name="places_not_negative"),
        CheckConstraint("age_from IS NULL OR age_to IS NULL OR age_from <= age_to", name="ages_in_order"),
        CheckConstraint("age_from IS NULL OR age_from BETWEEN 0 AND 25", name="age_from_within_25"),
        CheckConstraint("age_to IS NULL OR age_to BETWEEN 0 AND 25", name="age_to_within_25"),
        CheckConstraint("(easting IS NULL) = (northing IS NULL)", name="point_is_whole"),
        Index("ix_settings_provider_id", "provider_id"),
        Index("ix_settings_kind_easting_northing", "kind", "easting", "northing"),
    )

    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[SettingKind]
    #: Ofsted's number (SC999999 or seven digits), or a school's (six digits)
    urn: Mapped[str | None]
    sector: Mapped[str | None]
    #: the authority in whose area it lies: our list's number where it is known, and the name as the register gives it
    authority_code: Mapped[str | None]
    authority_name: Mapped[str | None]
    postcode: Mapped[str | None]
    easting: Mapped[int | None]
    northing: Mapped[int | None]
    places: Mapped[int | None]
    age_from: Mapped[int | None]
    age_to: Mapped[int | None]
    accepts: Mapped[Accepts | None]
    #: whether brothers and sisters may be placed together
    takes_siblings: Mapped[bool | None]
    registered_on: Mapped[date | None]
    registration_status: Mapped[str | None]
    #: 0–4 day pattern for a school: day, weekly, termly, 52 weeks
    residential: Mapped[str | None]
    description: Mapped[str] = mapped_column(default="")
    #: where it came from: register, provider, demo, spot
    source: Mapped[str] = mapped_column(default="provider")
    #: the borough that wrote down an unregistered place: it tells where a child lives, so no other borough sees it
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisations.id"))
    #: what the register last said of it, whole: what differs from this in the next file is a change
    registered: Mapped[dict[str, Any] | None]
    #: the latest full inspection
    rating: Mapped[str | None]
    inspected_on: Mapped[date | None]
    inspection_published_on: Mapped[date | None]
    inspection_event: Mapped[str | None]
    #: vacancies as last said: places that could be taken, from when, and when that was last confirmed
    vacancies: Mapped[int | None]
    vacant_from: Mapped[date | None]
    vacancies_confirmed_at: Mapped[datetime | None]
    #: a small provider or one admitted within a year keeps a share of each wave
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)

    needs: Mapped[list["SettingNeed"]] = relationship(lazy="raise_on_sql", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    @property
    def missing_facts(self) -> list[str]:
        """What the provider must still say before the setting can be offered in a lot, in words."""
        return [words for fact, words in NEEDED_FACTS.items() if getattr(self, fact) is None]

    @property
    def is_registered(self) -> bool:
        """Whether Ofsted's register, as imported, holds it: then its type, reference and given places are not the provider's."""
        return self.registered is not None

    @property
    def places_are_registered(self) -> bool:
        """Whether the register says how many places it has."""
        return (self.registered or {}).get("places") is not None

    def freshness(self, now: datetime) -> Freshness:
        """How far its vacancies can be believed."""
        return freshness_of(self.vacancies_confirmed_at, now)


class SettingNeed(Keyed, Base):
    """A need that a setting says it can meet, how far, with its evidence and when that was said."""

    __tablename__ = "setting_needs"
    __table_args__ = (
        UniqueConstraint("setting_id", "need"),
        ForeignKeyConstraint(["setting_id", "provider_id"], ["settings.id", "settings.provider_id"]),
    )

    setting_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    #: a SEN2 need code, or a word of the need list of children's social care
    need: Mapped[str]
    level: Mapped[Level]
    evidence: Mapped[str] = mapped_column(default="")
    said_on: Mapped[date]


class Rate(Keyed, Base):
    """A line of a setting's rate card in a lot: the framework rate that offers are read against."""

    __tablename__ = "rates"
    __table_args__ = (
        UniqueConstraint("lot_id", "setting_id", "kind", "label", "applies_from"),
        ForeignKeyConstraint(["setting_id", "provider_id"], ["settings.id", "settings.provider_id"]),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    provider_id: Mapped[uuid.UUID]
    setting_id: Mapped[uuid.UUID]
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    kind: Mapped[str]
    label: Mapped[str]
    unit: Mapped[str]
    amount: Mapped[Pounds]
    applies_from: Mapped[date]

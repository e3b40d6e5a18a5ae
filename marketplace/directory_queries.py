"""The directory of providers: one search over names, references and settings, and one provider's public page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from foundation.database import db
from foundation.permission import NotFound
from marketplace.admission import Admission, AdmissionSetting, AdmissionState
from marketplace.admission_words import standing_badge
from marketplace.framework import Framework, Lot
from marketplace.organisation import Organisation
from marketplace.roles import Kind
from marketplace.setting import STALE_AFTER, Level, Setting, SettingNeed

PAGE_SIZE = 25
RATINGS = ("Outstanding", "Good", "Requires improvement to be good", "Inadequate")


@dataclass(frozen=True)
class Wanted:
    """What the filter bar asks for; empty text asks for nothing."""

    words: str = ""
    lot: str = ""
    kind: str = ""
    authority: str = ""
    need: str = ""
    rating: str = ""
    vacancy: str = ""

    @property
    def is_anything(self) -> bool:
        """Whether any filter is set."""
        return any(vars(self).values())


@dataclass(frozen=True)
class ProviderRow:
    """A line of the directory: a provider, with its settings that fit the filters."""

    reference: str
    name: str
    claimed_at: datetime | None
    settings: int
    places: int | None
    vacancies: int | None
    said_at: datetime | None
    authorities: str | None


@dataclass(frozen=True)
class ProviderStanding:
    """A provider's standing in a lot, as others see it."""

    lot: str
    framework: str
    state: AdmissionState
    tier: str | None
    decided_at: datetime | None

    @property
    def badge(self) -> tuple[str, str]:
        return standing_badge(self.state, self.tier)


def providers(wanted: Wanted, page: int, now: datetime) -> tuple[list[ProviderRow], int]:
    """A page of providers, those on Harbour first, by name; and how many fit in all. Vacancies count those said within 21 days."""
    fresh = Setting.vacancies_confirmed_at >= now - STALE_AFTER
    columns = (
        Organisation.reference, Organisation.name, Organisation.claimed_at, func.count(Setting.id),
        func.sum(Setting.places), func.sum(Setting.vacancies).filter(fresh),
        func.max(Setting.vacancies_confirmed_at), func.string_agg(Setting.authority_name.distinct(), ", "),
    )  # fmt: skip
    asked: Select[Any] = (
        select(*columns, func.count().over())
        .select_from(Organisation)
        .outerjoin(Setting, Setting.provider_id == Organisation.id)
        .where(Organisation.kind == Kind.PROVIDER, *_conditions(wanted, now))
        .group_by(Organisation.id)
        .order_by(Organisation.claimed_at.is_(None), Organisation.name, Organisation.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    rows = db.session.execute(asked).all()
    return [ProviderRow(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def lots_to_choose() -> list[tuple[str, str]]:
    """The lots of the filter bar: framework and number, and the lot's name."""
    rows = db.session.execute(
        select(Framework.reference, Lot.number, Lot.name)
        .join(Framework, Framework.id == Lot.framework_id)
        .order_by(Framework.name, Lot.number)
    )
    return [(f"{reference}/{number}", name) for reference, number, name in rows]


def provider_called(reference: str) -> Organisation:
    """The provider of that reference; behind its fence a provider finds only itself."""
    found = db.session.scalar(
        select(Organisation).where(Organisation.reference == reference, Organisation.kind == Kind.PROVIDER)
    )
    if found is None:
        raise NotFound
    return found


def settings_of(provider: Organisation, page: int) -> tuple[list[Setting], int]:
    """A page of a provider's settings by name, and how many it has."""
    own = Setting.provider_id == provider.id
    number = db.session.scalar(select(func.count()).where(own)) or 0
    rows = db.session.scalars(
        select(Setting).where(own).order_by(Setting.name, Setting.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    )
    return list(rows), number


def standings_in_lots(provider: Organisation) -> list[ProviderStanding]:
    """The lots that a provider is admitted to, or suspended in."""
    rows = db.session.execute(
        select(Lot.name, Framework.name, Admission.state, Admission.tier, Admission.decided_at)
        .join(Lot, Lot.id == Admission.lot_id)
        .join(Framework, Framework.id == Lot.framework_id)
        .where(
            Admission.provider_id == provider.id,
            Admission.state.in_([AdmissionState.ADMITTED, AdmissionState.SUSPENDED]),
        )
        .order_by(Framework.name, Lot.number)
    )
    return [ProviderStanding(*row) for row in rows]


def setting_called(reference: str) -> tuple[Setting, Organisation]:
    """A setting with its provider, as the fence lets it be seen."""
    found = db.session.execute(
        select(Setting, Organisation)
        .join(Organisation, Organisation.id == Setting.provider_id)
        .where(Setting.reference == reference)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def _conditions(wanted: Wanted, now: datetime) -> list[Any]:
    """One condition for each filter that is set."""
    found: list[Any] = []
    if wanted.words:
        like = f"%{wanted.words}%"
        found.append(
            or_(
                Organisation.name.ilike(like), Setting.name.ilike(like), Setting.urn == wanted.words.upper(),
                Setting.reference == wanted.words.upper(), Organisation.reference == wanted.words.upper(),
            )
        )  # fmt: skip
    for column, value in (
        (Setting.kind, wanted.kind), (Setting.authority_code, wanted.authority), (Setting.rating, wanted.rating),
    ):  # fmt: skip
        if value:
            found.append(column == value)
    if wanted.need:
        found.append(_meets(wanted.need))
    if wanted.lot:
        found.append(_is_admitted_to(wanted.lot))
    if wanted.vacancy:
        found.append(and_(Setting.vacancies > 0, Setting.vacancies_confirmed_at >= now - _believed(wanted.vacancy)))
    return found


def _believed(vacancy: str) -> timedelta:
    """How long ago a vacancy may have been said: 7 days where asked for, else the 21 after which it is stale."""
    return timedelta(days=7) if vacancy == "week" else STALE_AFTER


def _meets(need: str) -> Any:
    return (
        select(SettingNeed.id)
        .where(
            SettingNeed.setting_id == Setting.id,
            SettingNeed.need == need,
            SettingNeed.level.in_([Level.FULL, Level.PART]),
        )
        .exists()
    )


def _is_admitted_to(lot: str) -> Any:
    reference, _, number = lot.partition("/")
    return (
        select(AdmissionSetting.id)
        .join(Admission, Admission.id == AdmissionSetting.admission_id)
        .join(Lot, Lot.id == Admission.lot_id)
        .join(Framework, Framework.id == Lot.framework_id)
        .where(
            AdmissionSetting.setting_id == Setting.id,
            Admission.state == AdmissionState.ADMITTED,
            Framework.reference == reference,
            Lot.number == (int(number) if number.isdigit() else 0),
        )
        .exists()
    )

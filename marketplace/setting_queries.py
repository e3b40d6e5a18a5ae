"""What the pages ask about a provider's own settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from foundation.database import db
from foundation.permission import NotFound
from marketplace.actor import Actor
from marketplace.admission import Admission, AdmissionSetting, AdmissionState
from marketplace.admission_words import standing_badge
from marketplace.framework import Framework, Lot
from marketplace.setting import Setting, SettingNeed

PAGE_SIZE = 50


@dataclass(frozen=True)
class LotStanding:
    """A lot that a setting has been brought into, and where that stands."""

    admission: str
    lot: str
    framework: str
    state: AdmissionState
    tier: str | None
    applied_at: datetime
    decided_at: datetime | None

    @property
    def badge(self) -> tuple[str, str]:
        return standing_badge(self.state, self.tier)


def own_settings(actor: Actor, page: int) -> tuple[list[Setting], int]:
    """The provider's settings: those whose vacancies wait longest to be confirmed first; and how many there are in all."""
    own = Setting.provider_id == actor.organisation_id
    number = db.session.scalar(select(func.count()).where(own)) or 0
    settings = db.session.scalars(
        select(Setting)
        .where(own)
        .order_by(Setting.vacancies_confirmed_at.asc().nulls_first(), Setting.name, Setting.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return list(settings), number


def own_setting(reference: str, actor: Actor) -> Setting:
    """The setting of that reference, if it is the provider's own."""
    found = db.session.scalar(
        select(Setting).where(Setting.reference == reference, Setting.provider_id == actor.organisation_id)
    )
    if found is None:
        raise NotFound
    return found


def settings_to_bring(actor: Actor, lot: Lot) -> list[Setting]:
    """The provider's settings of a type that the lot admits and that stand in no live application to it."""
    in_lot = (
        select(AdmissionSetting.setting_id)
        .join(Admission, Admission.id == AdmissionSetting.admission_id)
        .where(
            Admission.lot_id == lot.id,
            Admission.state.in_([AdmissionState.APPLIED, AdmissionState.ADMITTED, AdmissionState.SUSPENDED]),
        )
    )
    return list(
        db.session.scalars(
            select(Setting)
            .where(
                Setting.provider_id == actor.organisation_id,
                Setting.kind.in_(lot.setting_kinds),
                Setting.id.not_in(in_lot),
            )
            .order_by(Setting.name, Setting.id)
        )
    )


def needs_said(setting: Setting) -> Sequence[SettingNeed]:
    """What the setting says of needs."""
    return db.session.scalars(
        select(SettingNeed).where(SettingNeed.setting_id == setting.id).order_by(SettingNeed.need)
    ).all()


def lots_of(setting: Setting) -> list[LotStanding]:
    """Where the setting stands in lots, the latest application first."""
    rows = db.session.execute(
        select(
            Admission.reference, Lot.name, Framework.name, Admission.state, Admission.tier, Admission.applied_at,
            Admission.decided_at,
        )
        .join(AdmissionSetting, AdmissionSetting.admission_id == Admission.id)
        .join(Lot, Lot.id == Admission.lot_id)
        .join(Framework, Framework.id == Lot.framework_id)
        .where(AdmissionSetting.setting_id == setting.id)
        .order_by(Admission.applied_at.desc())
    )  # fmt: skip
    return [LotStanding(*row) for row in rows]

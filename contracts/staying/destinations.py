"""Where a child may move to: the provider's other settings in the lot, and every hard limit that stands in the way of each."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from contracts.agreement import Agreement
from foundation.database import db
from foundation.formatting import in_london
from marketplace.admission import Admission, AdmissionSetting, AdmissionState
from marketplace.free_places import known_on
from marketplace.needs import need_label
from marketplace.setting import Level, Setting, SettingKind, SettingNeed
from referrals.child import Identity
from referrals.eligibility import Failure, NeedMet, Offerable, Rule, Sex, Wanted, failures
from referrals.referral import PublishedProfile


@dataclass(frozen=True, slots=True)
class Destination:
    """A setting of the provider, and why the child may not move there on that day; no reason: it may."""

    setting: Setting
    failures: tuple[Failure, ...]

    @property
    def reasons(self) -> str:
        """Every reason in a sentence."""
        return " ".join(failure.sentence for failure in self.failures)


def destinations(agreement: Agreement, on: date) -> list[Destination]:
    """The provider's other settings in the lot, those that may take the child first, by name. Read by the borough's officers."""
    asked = _wanted(agreement, on)
    needs = _needs_not_met(agreement, asked)
    found = [
        Destination(setting, _failures(asked, _offerable(setting, state, needs.get(setting.id, ())), setting, on))
        for setting, state in _settings(agreement)
    ]
    return sorted(found, key=lambda each: (bool(each.failures), each.setting.name))


def _settings(agreement: Agreement) -> list[tuple[Setting, AdmissionState]]:
    rows = db.session.execute(
        select(Setting, Admission.state)
        .join(AdmissionSetting, AdmissionSetting.setting_id == Setting.id)
        .join(Admission, Admission.id == AdmissionSetting.admission_id)
        .where(
            Admission.lot_id == agreement.lot_id,
            Admission.state.in_([AdmissionState.ADMITTED, AdmissionState.SUSPENDED]),
            Setting.provider_id == agreement.provider_id,
            Setting.id != agreement.setting_id,
        )
    )
    return [(row[0], row[1]) for row in rows]


def _wanted(agreement: Agreement, on: date) -> Wanted:
    """The child as it is on the day of the move, and what the published profile says must be met."""
    identity = db.session.get_one(Identity, agreement.child_id)
    asked = db.session.scalar(
        select(PublishedProfile.wanted).where(PublishedProfile.referral_id == agreement.referral_id)
    )
    return Wanted(
        needed_by=on, age=identity.age_on(on), sex=Sex(agreement.sex), must=frozenset((asked or {}).get("must") or ()),
        kinds=frozenset(map(SettingKind, agreement.lot.setting_kinds)),
    )  # fmt: skip


def _needs_not_met(agreement: Agreement, asked: Wanted) -> dict[uuid.UUID, tuple[NeedMet, ...]]:
    said = db.session.scalars(
        select(SettingNeed).where(
            SettingNeed.provider_id == agreement.provider_id,
            SettingNeed.need.in_(asked.must),
            SettingNeed.level == Level.NO,
        )
    )
    found: dict[uuid.UUID, tuple[NeedMet, ...]] = {}
    for need in said:
        met = NeedMet(need.need, need.level, need.evidence, need.said_on)
        found[need.setting_id] = (*found.get(need.setting_id, ()), met)
    return found


def _offerable(setting: Setting, state: AdmissionState, needs: tuple[NeedMet, ...]) -> Offerable:
    confirmed = setting.vacancies_confirmed_at
    return Offerable(
        reference=setting.reference, name=setting.name, kind=setting.kind, is_admitted=True, age_from=setting.age_from,
        age_to=setting.age_to, accepts=setting.accepts, vacancies=setting.vacancies, vacant_from=setting.vacant_from,
        vacancies_confirmed_on=in_london(confirmed) if confirmed else None, needs=needs,
        is_suspended=state is AdmissionState.SUSPENDED or (setting.registration_status or "").casefold() == "suspended",
        is_inadequate=(setting.rating or "").casefold() == "inadequate",
    )  # fmt: skip


def _failures(asked: Wanted, offerable: Offerable, setting: Setting, on: date) -> tuple[Failure, ...]:
    """A figure of free places that is newer than the move counts the child already, so it does not stand in its way."""
    confirmed = setting.vacancies_confirmed_at
    counted = confirmed is not None and confirmed >= known_on(on)
    return tuple(
        Failure(failure.rule, _in_words(failure.sentence, asked))
        for failure in failures(asked, offerable)
        if not (counted and failure.rule is Rule.PLACES)
    )


def _in_words(sentence: str, asked: Wanted) -> str:
    """Needs by their label in place of their code."""
    for code in asked.must:
        sentence = sentence.replace(f" {code},", f" {need_label(code)},")
    return sentence

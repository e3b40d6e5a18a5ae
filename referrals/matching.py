"""Which settings fit a published referral: every admitted setting of the lot, may it be invited and how well does it fit.

Hard limits decide who is eligible (`eligibility`); fit orders those who are (`fit`). Nothing here scores the child, and a
named person chooses. The child's home is read for the distance alone, behind the fence of `identities`: it stands in no
row, page or letter. Needs are compared by their label, so that every sentence reads as it is said.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, func, select

from foundation import clock
from foundation.database import db
from foundation.formatting import in_london
from foundation.geography import Point, distance_miles, is_far
from foundation.permission import NotNow
from foundation.places import Postcode
from marketplace.admission import Admission, AdmissionSetting, AdmissionState
from marketplace.needs import need_label
from marketplace.organisation import Organisation
from marketplace.setting import Setting, SettingKind, SettingNeed
from referrals.child import Identity
from referrals.eligibility import Failure, NeedMet, Offerable, Sex, Wanted, failures
from referrals.fit import Placed, fit_of, how_often_first, placed
from referrals.referral import Invitation, PublishedProfile, Referral

#: A provider with at most so many settings in the lot is small; one admitted within a year is new. A place of each wave is kept for them.
SMALL = 2
NEW = timedelta(days=365)
FRESH_DAYS = 14
SCHOOLS = frozenset({SettingKind.SPECIAL_SCHOOL, SettingKind.RESIDENTIAL_SPECIAL_SCHOOL, SettingKind.BOARDING_SCHOOL})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A setting of the lot as one referral sees it."""

    setting_id: uuid.UUID
    provider_id: uuid.UUID
    provider_name: str
    setting: Offerable
    area: str
    rating: str
    inspected_on: date | None
    miles: Decimal | None
    #: the wave in which its provider was invited already
    wave: int | None
    is_small_or_new: bool
    #: days since its vacancy was last confirmed; None: never
    confirmed_days: int | None
    failures: tuple[Failure, ...]
    placed: Placed | None = None
    #: in what share of 1,000 tries it is first
    often_first: Fraction = Fraction(0)

    @property
    def is_far(self) -> bool:
        """Over 20 miles: a flag that wants a written reason, never a bar."""
        return self.miles is not None and is_far(self.miles)

    @property
    def is_fresh(self) -> bool:
        """Whether its vacancy was confirmed within the last fortnight."""
        return self.confirmed_days is not None and self.confirmed_days <= FRESH_DAYS

    @property
    def confirmed_in_words(self) -> str:
        """How lately its vacancy was confirmed."""
        if self.confirmed_days is None:
            return "never confirmed"
        named = {0: "confirmed today", 1: "confirmed yesterday"}
        return named.get(self.confirmed_days, f"confirmed {self.confirmed_days} days ago")


@dataclass(frozen=True, slots=True)
class Matches:
    """The lot's settings for one referral: the eligible, best fit first, and the rest, nearest miss first."""

    wanted: Wanted
    eligible: tuple[Candidate, ...]
    ineligible: tuple[Candidate, ...]

    @property
    def to_choose(self) -> tuple[Candidate, ...]:
        """Eligible, and their provider not invited yet."""
        return tuple(candidate for candidate in self.eligible if candidate.wave is None)


def eligible_settings(referral: Referral) -> tuple[Candidate, ...]:
    """The settings that may be invited to the referral, best fit first, with the reasons."""
    return matches_of(referral).eligible


def matches_of(referral: Referral) -> Matches:
    """Every admitted setting of the referral's lot, in three statements whatever their number."""
    wanted, codes = _wanted(referral)
    needs = _needs(referral.lot_id, codes)
    settings = [_candidate(row, wanted, needs[row.id]) for row in _rows(referral)]
    eligible = _in_order(wanted, [each for each in settings if not each.failures])
    misses = (each for each in settings if each.failures)
    return Matches(wanted, eligible, tuple(sorted(misses, key=lambda e: (len(e.failures), e.setting.reference))))


def _wanted(referral: Referral) -> tuple[Wanted, dict[str, str]]:
    """What the published profile asks for, and the needs' labels by their codes."""
    home = func.replace(Identity.home_postcode, " ", "")
    row = db.session.execute(
        select(PublishedProfile.age, PublishedProfile.sex, PublishedProfile.wanted, Postcode.easting, Postcode.northing)
        .select_from(PublishedProfile)
        .outerjoin(Identity, Identity.child_id == referral.child_id)
        .outerjoin(Postcode, Postcode.postcode == home)
        .where(PublishedProfile.referral_id == referral.id)
    ).one_or_none()
    if row is None:
        raise NotNow("Settings can be matched once the referral is published.")
    asked: dict[str, Any] = row.wanted
    named = {word: asked.get(word) or [] for word in ("must", "desirable", "wishes")}
    wanted = Wanted(
        needed_by=referral.needed_by or clock.today(),
        age=row.age,
        sex=Sex(row.sex),
        must=frozenset(map(need_label, named["must"])),
        desirable=frozenset(map(need_label, named["desirable"])),
        wishes=frozenset(map(need_label, named["wishes"])),
        kinds=frozenset(map(SettingKind, asked.get("setting_kinds") or referral.lot.setting_kinds)),
        children=1 + (asked.get("sibling_count") or 0),
        school_urn=asked.get("school_urn"),
        home=Point(row.easting, row.northing) if row.easting is not None else None,
    )
    return wanted, {code: need_label(code) for codes in named.values() for code in codes}


def _rows(referral: Referral) -> Sequence[Row[*tuple[Any, ...]]]:
    """The lot's settings with their admission, their provider and whether it was invited already."""
    in_the_lot = func.count().over(partition_by=Setting.provider_id).label("in_the_lot")
    return db.session.execute(
        select(
            Setting.id, Setting.reference, Setting.name, Setting.kind, Setting.provider_id, Setting.urn,
            Setting.age_from, Setting.age_to, Setting.accepts, Setting.takes_siblings, Setting.vacancies,
            Setting.vacant_from, Setting.vacancies_confirmed_at, Setting.registration_status, Setting.rating,
            Setting.inspected_on, Setting.easting, Setting.northing, Setting.authority_name,
            Organisation.name.label("provider_name"), Admission.state, Admission.decided_at, Invitation.wave, in_the_lot,
        )
        .select_from(Setting)
        .join(AdmissionSetting, AdmissionSetting.setting_id == Setting.id)
        .join(Admission, Admission.id == AdmissionSetting.admission_id)
        .join(Organisation, Organisation.id == Setting.provider_id)
        .outerjoin(
            Invitation, (Invitation.referral_id == referral.id) & (Invitation.provider_id == Setting.provider_id)
        )
        .where(
            Admission.lot_id == referral.lot_id,
            Admission.state.in_([AdmissionState.ADMITTED, AdmissionState.SUSPENDED]),
        )
    ).all()  # fmt: skip


def _needs(lot_id: uuid.UUID, labels: dict[str, str]) -> dict[uuid.UUID, list[NeedMet]]:
    """What the lot's settings say of the needs that are asked about."""
    of_the_lot = (
        select(AdmissionSetting.setting_id)
        .join(Admission, Admission.id == AdmissionSetting.admission_id)
        .where(Admission.lot_id == lot_id)
    )
    said = db.session.execute(
        select(SettingNeed.setting_id, SettingNeed.need, SettingNeed.level, SettingNeed.evidence, SettingNeed.said_on)
        .where(SettingNeed.need.in_(labels), SettingNeed.setting_id.in_(of_the_lot))
    )  # fmt: skip
    needs: dict[uuid.UUID, list[NeedMet]] = defaultdict(list)
    for setting_id, need, level, evidence, said_on in said:
        needs[setting_id].append(NeedMet(labels[need], level, evidence, said_on))
    return needs


def _candidate(row: Row[*tuple[Any, ...]], wanted: Wanted, needs: list[NeedMet]) -> Candidate:
    setting = _offerable(row, needs)
    miles = distance_miles(wanted.home, setting.point) if wanted.home and setting.point else None
    return Candidate(
        setting_id=row.id, provider_id=row.provider_id, provider_name=row.provider_name, setting=setting,
        area=row.authority_name or "", rating=row.rating or "", inspected_on=row.inspected_on, miles=miles, wave=row.wave,
        is_small_or_new=row.in_the_lot <= SMALL or _is_recent(row.decided_at), failures=failures(wanted, setting),
        confirmed_days=_days_since(setting.vacancies_confirmed_on),
    )  # fmt: skip


def _offerable(row: Row[*tuple[Any, ...]], needs: list[NeedMet]) -> Offerable:
    confirmed: datetime | None = row.vacancies_confirmed_at
    return Offerable(
        reference=row.reference, name=row.name, kind=row.kind, is_admitted=True, age_from=row.age_from, age_to=row.age_to,
        accepts=row.accepts, vacancies=row.vacancies, vacant_from=row.vacant_from,
        vacancies_confirmed_on=in_london(confirmed) if confirmed else None, needs=tuple(needs),
        takes_siblings=row.takes_siblings,
        is_suspended=row.state is AdmissionState.SUSPENDED or (row.registration_status or "").casefold() == "suspended",
        is_inadequate=(row.rating or "").casefold() == "inadequate",
        point=Point(row.easting, row.northing) if row.easting is not None else None,
        school_urns=frozenset({row.urn} if row.kind in SCHOOLS and row.urn else ()),
        offers=frozenset(met.need for met in needs if met.level == "full"),
    )  # fmt: skip


def _days_since(day: date | None) -> int | None:
    return None if day is None else max(0, (clock.today() - day).days)


def _is_recent(decided_at: datetime | None) -> bool:
    return decided_at is not None and clock.now() - decided_at <= NEW


def _in_order(wanted: Wanted, candidates: list[Candidate]) -> tuple[Candidate, ...]:
    by_reference = {candidate.setting.reference: candidate for candidate in candidates}
    today = clock.today()
    fits = [fit_of(wanted, candidate.setting, today) for candidate in candidates]
    firsts = how_often_first(fits)
    return tuple(
        _with_place(by_reference[place.fit.reference], place, firsts[place.fit.reference]) for place in placed(fits)
    )


def _with_place(candidate: Candidate, place: Placed, often_first: Fraction) -> Candidate:
    return replace(candidate, placed=place, often_first=often_first)

"""What the pages ask about frameworks, their lots and a provider's standing in them."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import selectinload

from foundation.database import db
from foundation.permission import NotFound
from marketplace.actor import Actor
from marketplace.admission import Admission, AdmissionSetting, AdmissionState
from marketplace.framework import (
    Framework,
    FrameworkKind,
    FrameworkParticipant,
    FrameworkState,
    Lot,
    Regime,
    TermsVersion,
)
from marketplace.organisation import Organisation
from marketplace.roles import Kind

KINDS = {
    FrameworkKind.DPS: "Dynamic purchasing system",
    FrameworkKind.DYNAMIC_MARKET: "Dynamic market",
    FrameworkKind.FRAMEWORK: "Framework",
    FrameworkKind.OPEN_FRAMEWORK: "Open framework",
}
REGIMES = {
    Regime.PCR_2015: "Public Contracts Regulations 2015",
    Regime.PA_2023: "Procurement Act 2023",
}
BADGES = {
    FrameworkState.PLANNED: ("none", "Planned"),
    FrameworkState.OPEN: ("wait", "Open for applications"),
    FrameworkState.EVALUATING: ("wait", "Evaluating"),
    FrameworkState.LIVE: ("ok", "Live"),
    FrameworkState.EXPIRED: ("none", "Expired"),
    FrameworkState.TERMINATED: ("bad", "Terminated"),
}


@dataclass(frozen=True)
class FrameworkRow:
    """A line of the list."""

    reference: str
    name: str
    project: str
    kind: FrameworkKind
    regime: Regime
    state: FrameworkState
    starts_on: date
    ends_on: date
    lots: int
    participants: int

    @property
    def about(self) -> str:
        return f"{KINDS[self.kind]}, {REGIMES[self.regime]}"

    @property
    def badge(self) -> tuple[str, str]:
        return BADGES[self.state]


@dataclass(frozen=True)
class Standing:
    """A provider's latest admission in a lot."""

    reference: str
    state: AdmissionState
    tier: str | None


def frameworks(today: date) -> list[FrameworkRow]:
    """All frameworks, by name, with how many lots and how many authorities that take part today."""
    lots = select(func.count()).where(Lot.framework_id == Framework.id).scalar_subquery()
    taking_part = (
        select(func.count()).where(FrameworkParticipant.framework_id == Framework.id, *_on(today)).scalar_subquery()
    )
    columns = (
        Framework.reference, Framework.name, Framework.project, Framework.kind, Framework.regime, Framework.state,
        Framework.starts_on, Framework.ends_on, lots, taking_part,
    )  # fmt: skip
    return [FrameworkRow(*row) for row in db.session.execute(select(*columns).order_by(Framework.name))]


def framework_called(reference: str) -> Framework:
    """The framework of that reference, with its lots."""
    found = db.session.scalar(
        select(Framework).where(Framework.reference == reference).options(selectinload(Framework.lots))
    )
    if found is None:
        raise NotFound
    return found


def participants_of(framework: Framework) -> list[Row[str, date, date | None]]:
    """The authorities that may call off, by name: since when, and until when where they have left."""
    return list(
        db.session.execute(
            select(Organisation.name, FrameworkParticipant.joined_on, FrameworkParticipant.left_on)
            .join(Organisation, Organisation.id == FrameworkParticipant.authority_id)
            .where(FrameworkParticipant.framework_id == framework.id)
            .order_by(Organisation.name)
        ).all()
    )


def terms_of(framework: Framework) -> list[TermsVersion]:
    """The versions of its terms and conditions, newest first."""
    return list(
        db.session.scalars(
            select(TermsVersion).where(TermsVersion.framework_id == framework.id).order_by(TermsVersion.number.desc())
        )
    )


def lot_called(framework_reference: str, number: int) -> Lot:
    """The lot of that number in that framework."""
    found = db.session.scalar(
        select(Lot).join(Framework).where(Framework.reference == framework_reference, Lot.number == number)
    )
    if found is None:
        raise NotFound
    return found


def admitted_in(lot: Lot) -> tuple[int, int]:
    """Providers and settings admitted to the lot; a provider counts only itself, since it is shown no other."""
    admitted = Admission.lot_id == lot.id, Admission.state == AdmissionState.ADMITTED
    row = db.session.execute(
        select(func.count(Admission.id.distinct()), func.count(AdmissionSetting.id))
        .select_from(Admission)
        .outerjoin(AdmissionSetting, AdmissionSetting.admission_id == Admission.id)
        .where(*admitted)
    ).one()
    return row[0], row[1]


def standings_of(actor: Actor, lot_ids: list[uuid.UUID]) -> dict[uuid.UUID, Standing]:
    """The provider's latest admission in each of the lots; nobody else has one."""
    if actor.kind is not Kind.PROVIDER:
        return {}
    rows: Any = db.session.execute(
        select(Admission.lot_id, Admission.reference, Admission.state, Admission.tier)
        .where(Admission.provider_id == actor.organisation_id, Admission.lot_id.in_(lot_ids))
        .distinct(Admission.lot_id)
        .order_by(Admission.lot_id, Admission.applied_at.desc())
    )
    return {row[0]: Standing(*row[1:]) for row in rows}


def _on(today: date) -> tuple[Any, ...]:
    left = FrameworkParticipant.left_on
    return FrameworkParticipant.joined_on <= today, left.is_(None) | (left > today)

"""What the pages ask about applications and admissions."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import undefer

from foundation.database import db
from foundation.files import StoredFile
from foundation.permission import NotFound
from foundation.working_days import add_working_days, london_day, working_days_between
from marketplace.actor import Actor
from marketplace.admission import Admission, AdmissionDocument, AdmissionSetting, AdmissionState
from marketplace.admission_words import standing_badge
from marketplace.admitting import DECISION_DAYS
from marketplace.framework import Framework, Lot
from marketplace.organisation import Organisation
from marketplace.roles import Kind
from marketplace.setting import Rate, Setting

PAGE_SIZE = 25

#: the middle of what others admitted to the lot quote for each rate, and how many they are
MEDIANS = text("""
    SELECT r.kind, r.label, percentile_cont(0.5) WITHIN GROUP (ORDER BY r.amount)::numeric(12, 2) AS middle, count(*) AS number
    FROM rates r
    JOIN admission_settings s ON s.setting_id = r.setting_id
    JOIN admissions a ON a.id = s.admission_id AND a.lot_id = r.lot_id
    WHERE r.lot_id = :lot_id AND a.state = 'admitted' AND a.id <> :admission_id
      AND r.applies_from = (SELECT max(l.applies_from) FROM rates l WHERE l.lot_id = r.lot_id AND l.setting_id = r.setting_id
                            AND l.kind = r.kind AND l.label = r.label AND l.applies_from <= :today)
    GROUP BY r.kind, r.label
""")


@dataclass(frozen=True)
class AdmissionRow:
    """A line of the queue."""

    reference: str
    provider: str
    lot: str
    framework: str
    applied_at: datetime
    state: AdmissionState
    tier: str | None
    decided_at: datetime | None
    settings: int

    @property
    def badge(self) -> tuple[str, str]:
        return standing_badge(self.state, self.tier)

    @property
    def due_on(self) -> date:
        """The last of the ten working days in which it is to be decided."""
        return add_working_days(london_day(self.applied_at), DECISION_DAYS)

    def days_left(self, today: date) -> int:
        """Working days until then; negative when it is late."""
        return working_days_between(today, self.due_on)

    @property
    def days_taken(self) -> int | None:
        """Working days from application to decision."""
        if self.decided_at is None:
            return None
        return working_days_between(london_day(self.applied_at), london_day(self.decided_at))


@dataclass(frozen=True)
class RateRow:
    """A line of the rate card beside what others quote."""

    setting: str
    label: str
    unit: str
    amount: Decimal
    middle: Decimal | None
    others: int

    @property
    def above(self) -> Decimal | None:
        """Per cent above the middle, below it when negative; one decimal is shown."""
        return None if not self.middle else (self.amount - self.middle) / self.middle * 100


@dataclass(frozen=True)
class DocumentRow:
    """A document that came with an application."""

    number: int
    name: str
    file_name: str
    size: int
    stored_at: datetime


def queue(states: Sequence[AdmissionState], page: int) -> tuple[list[AdmissionRow], int]:
    """Applications in these states, the oldest first, and how many there are in all."""
    of_each = select(func.count()).where(AdmissionSetting.admission_id == Admission.id).scalar_subquery()
    columns = (
        Admission.reference, Organisation.name, Lot.name, Framework.name, Admission.applied_at, Admission.state,
        Admission.tier, Admission.decided_at, of_each,
    )  # fmt: skip
    rows = db.session.execute(
        select(*columns, func.count().over())
        .select_from(Admission)
        .join(Organisation, Organisation.id == Admission.provider_id)
        .join(Lot, Lot.id == Admission.lot_id)
        .join(Framework, Framework.id == Lot.framework_id)
        .where(Admission.state.in_(states))
        .order_by(Admission.applied_at, Admission.reference)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return [AdmissionRow(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def admission_called(reference: str, actor: Actor) -> Admission:
    """The admission of that reference, for the hub and for the provider whose it is."""
    found = db.session.scalar(select(Admission).where(Admission.reference == reference))
    if found is None or actor.kind is Kind.AUTHORITY:
        raise NotFound
    return found


def settings_in(admission: Admission) -> list[Setting]:
    """The settings that the application brings, by name."""
    return list(
        db.session.scalars(
            select(Setting)
            .join(AdmissionSetting, AdmissionSetting.setting_id == Setting.id)
            .where(AdmissionSetting.admission_id == admission.id)
            .order_by(Setting.name)
        )
    )


def rates_in(admission: Admission, today: date, actor: Actor) -> list[RateRow]:
    """The rate card as it stands today; for the hub, beside the middle of what others admitted to the lot quote."""
    asked = {"lot_id": admission.lot_id, "admission_id": admission.id, "today": today}
    medians: dict[tuple[str, str], Any] = {}
    if actor.kind is Kind.HUB:
        medians = {(row.kind, row.label): row for row in db.session.execute(MEDIANS, asked)}
    rows = []
    for setting, rate in db.session.execute(_standing_rates(admission, today)).all():
        others = medians.get((rate.kind, rate.label))
        middle, number = (others.middle, others.number) if others else (None, 0)
        rows.append(RateRow(setting, rate.label, rate.unit, rate.amount, middle, number))
    return rows


def documents_in(admission: Admission) -> list[DocumentRow]:
    """The documents that came with the application, in the order of their names."""
    rows = db.session.execute(
        select(AdmissionDocument.name, StoredFile.name, StoredFile.size, StoredFile.stored_at)
        .join(StoredFile, StoredFile.id == AdmissionDocument.file_id)
        .where(AdmissionDocument.admission_id == admission.id)
        .order_by(AdmissionDocument.name)
    )
    return [DocumentRow(number, *row) for number, row in enumerate(rows, start=1)]


def document_in(admission: Admission, number: int) -> StoredFile:
    """One of those documents, with its bytes."""
    ids: list[uuid.UUID] = list(
        db.session.scalars(
            select(AdmissionDocument.file_id)
            .where(AdmissionDocument.admission_id == admission.id)
            .order_by(AdmissionDocument.name)
        )
    )
    if not 1 <= number <= len(ids):
        raise NotFound
    return db.session.scalars(
        select(StoredFile).where(StoredFile.id == ids[number - 1]).options(undefer(StoredFile.content))
    ).one()


def _standing_rates(admission: Admission, today: date) -> Any:
    """The latest rate of each line that applies by today."""
    return (
        select(Setting.name, Rate)
        .join(Rate, Rate.setting_id == Setting.id)
        .join(AdmissionSetting, AdmissionSetting.setting_id == Setting.id)
        .where(
            AdmissionSetting.admission_id == admission.id, Rate.lot_id == admission.lot_id, Rate.applies_from <= today
        )
        .distinct(Setting.name, Setting.id, Rate.kind, Rate.label)
        .order_by(Setting.name, Setting.id, Rate.kind, Rate.label, Rate.applies_from.desc())
    )

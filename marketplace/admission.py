"""Admission: a provider's standing, with chosen settings, in a lot."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed
from foundation.states import Move, moving
from marketplace.acts import Act
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.setting import Setting


class AdmissionState(StrEnum):
    """applied → admitted or refused; admitted ⇄ suspended; applied → withdrawn."""

    APPLIED = "applied"
    ADMITTED = "admitted"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


S = AdmissionState


class Admission(Keyed, Base):
    """A provider's application to a lot and what became of it. Refused ones stay on record with their reasons."""

    __tablename__ = "admissions"
    __table_args__ = (
        CheckConstraint("(state = 'refused') = (refusal_reasons IS NOT NULL)", name="refused_with_reasons"),
        CheckConstraint("(state = 'suspended') = (suspended_at IS NOT NULL)", name="suspended_since"),
        CheckConstraint("(state = 'applied') = (decided_at IS NULL)", name="decided_once_not_applied"),
        Index(
            "uq_admissions_one_live", "lot_id", "provider_id", unique=True,
            postgresql_where=text("state IN ('applied', 'admitted', 'suspended')"),
        ),
        UniqueConstraint("id", "provider_id"),
    )  # fmt: skip
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.ADD_TO_ADMISSION: moving(S.APPLIED, S.ADMITTED),
        Act.WITHDRAW_APPLICATION: moving(S.APPLIED, to=S.WITHDRAWN),
        Act.ADMIT_PROVIDER: moving(S.APPLIED, to=S.ADMITTED),
        Act.REFUSE_PROVIDER: moving(S.APPLIED, to=S.REFUSED),
        Act.SUSPEND_ADMISSION: moving(S.ADMITTED, to=S.SUSPENDED),
        Act.LIFT_SUSPENSION: moving(S.SUSPENDED, to=S.ADMITTED),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    state: Mapped[AdmissionState] = mapped_column(default=S.APPLIED)
    tier: Mapped[str | None]
    statement: Mapped[str] = mapped_column(default="")
    applied_at: Mapped[datetime] = mapped_column(default=clock.now)
    applied_by_id: Mapped[uuid.UUID | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None]
    decided_by_name: Mapped[str | None]
    decision_note: Mapped[str | None]
    #: [{"reason": …, "explanation": …}]
    refusal_reasons: Mapped[list[Any] | None]
    suspended_at: Mapped[datetime | None]
    suspension_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    lot: Mapped[Lot] = relationship(lazy="joined", innerjoin=True)
    provider: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    settings: Mapped[list["AdmissionSetting"]] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}


class AdmissionSetting(Keyed, Base):
    """A setting that an application brings into the lot."""

    __tablename__ = "admission_settings"
    __table_args__ = (
        UniqueConstraint("admission_id", "setting_id"),
        ForeignKeyConstraint(["admission_id", "provider_id"], ["admissions.id", "admissions.provider_id"]),
        ForeignKeyConstraint(["setting_id", "provider_id"], ["settings.id", "settings.provider_id"]),
        Index("ix_admission_settings_setting_id", "setting_id"),
    )

    provider_id: Mapped[uuid.UUID]
    admission_id: Mapped[uuid.UUID]
    setting_id: Mapped[uuid.UUID]

    setting: Mapped[Setting] = relationship(lazy="joined", innerjoin=True, viewonly=True)


class AdmissionDocument(Keyed, Base):
    """A document that came with an application: insurance, safeguarding policy, registration certificate."""

    __tablename__ = "admission_documents"
    __table_args__ = (
        UniqueConstraint("admission_id", "name"),
        ForeignKeyConstraint(["admission_id", "provider_id"], ["admissions.id", "admissions.provider_id"]),
    )

    provider_id: Mapped[uuid.UUID]
    admission_id: Mapped[uuid.UUID]
    #: the lot's name for it
    name: Mapped[str]
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_files.id"))

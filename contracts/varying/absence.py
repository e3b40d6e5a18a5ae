"""A child's absence from its place: days on which the terms may pay the provider a retainer in place of the whole core fee."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation import clock
from foundation.database import Base, Keyed, Pounds
from foundation.states import Move, moving
from foundation.submitting import say
from marketplace.acts import Act

say("ex_absences_overlap", "An absence on some of these days is recorded already.", "away_from")
say("ck_absences_back_after_leaving", "The day back must come after the first night away.", "back_on")


class AbsenceState(StrEnum):
    """recorded → confirmed | refused."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


S = AbsenceState


class Absence(Keyed, Base):
    """Days on which a child did not sleep at its place. The provider records it, the borough confirms it; counted within the agreement."""

    __tablename__ = "absences"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
        CheckConstraint("back_on > away_from", name="back_after_leaving"),
        CheckConstraint("(state = 'recorded') = (decided_at IS NULL)", name="decided_since"),
        CheckConstraint("(state = 'refused') <= (decision_note IS NOT NULL)", name="refused_for_a_reason"),
        CheckConstraint("(state = 'confirmed') = (reduction IS NOT NULL)", name="confirmed_with_its_reduction"),
        CheckConstraint("retainer_percent BETWEEN 0 AND 100 AND retainer_from_day > 0", name="retainer_is_a_share"),
        Index("ix_absences_authority_id_state", "authority_id", "state"),
        ExcludeConstraint(
            ("agreement_id", "="), (text("daterange(away_from, back_on)"), "&&"),
            name="ex_absences_overlap", where=text("state <> 'refused'"),
        ),
    )  # fmt: skip
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.CONFIRM_ABSENCE: moving(S.RECORDED, to=S.CONFIRMED),
        Act.REFUSE_ABSENCE: moving(S.RECORDED, to=S.REFUSED),
    }

    number: Mapped[int]
    agreement_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    state: Mapped[AbsenceState] = mapped_column(default=S.RECORDED)
    #: the first night away, and the first night back
    away_from: Mapped[date]
    back_on: Mapped[date]
    reason: Mapped[str]
    #: the rule of the terms: what share of the core fee is paid, from which day of the absence on
    retainer_percent: Mapped[int]
    retainer_from_day: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by_name: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by_name: Mapped[str | None]
    decision_note: Mapped[str | None]
    #: what its confirming took off the cost: net pounds, nought where the whole fee is paid
    reduction: Mapped[Pounds | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

"""A disruption meeting, and the actions that it agrees: what goes wrong is looked at together, so that it goes better next time."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed


class DisruptionMeeting(Keyed, Base):
    """A meeting about a placement at risk, or about one that ended without a plan, counted within the agreement. Written once."""

    __tablename__ = "disruption_meetings"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        UniqueConstraint("id", "agreement_id"),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
        CheckConstraint("stage IN ('at_risk', 'ended')", name="stage_is_known"),
        CheckConstraint("jsonb_array_length(present) > 0", name="somebody_was_there"),
        CheckConstraint("jsonb_array_length(reasons) > 0", name="has_a_reason"),
        CheckConstraint("length(trim(found)) > 0", name="says_what_was_found"),
    )

    number: Mapped[int]
    agreement_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    held_on: Mapped[date]
    #: whether the placement was at risk, or had ended
    stage: Mapped[str]
    #: who was there, by what they are to the child: never by name
    present: Mapped[list[Any]]
    #: codes of SSDA903's reasons for a placement change
    reasons: Mapped[list[Any]]
    found: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by_name: Mapped[str]

    actions: Mapped[list["DisruptionAction"]] = relationship(
        primaryjoin="DisruptionMeeting.id == foreign(DisruptionAction.meeting_id)", order_by="DisruptionAction.position",
        lazy="raise_on_sql", viewonly=True,
    )  # fmt: skip


class DisruptionAction(Keyed, Base):
    """What a side does next, by which day, and when it was done."""

    __tablename__ = "disruption_actions"
    __table_args__ = (
        UniqueConstraint("meeting_id", "position"),
        ForeignKeyConstraint(
            ["meeting_id", "agreement_id"], ["disruption_meetings.id", "disruption_meetings.agreement_id"]
        ),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
        CheckConstraint("owner IN ('borough', 'provider')", name="owner_is_a_side"),
        CheckConstraint("(done_on IS NULL) = (done_by_name IS NULL)", name="done_by_somebody"),
        Index("ix_disruption_actions_agreement_id", "agreement_id"),
    )

    meeting_id: Mapped[uuid.UUID]
    agreement_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    position: Mapped[int]
    action: Mapped[str]
    #: the side that does it
    owner: Mapped[str]
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_by_name: Mapped[str | None]

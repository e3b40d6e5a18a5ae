"""Monitoring returns: what a provider says each quarter of its placements in one lot."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed
from foundation.quarters import Quarter
from foundation.states import Move, moving
from marketplace.acts import Act
from marketplace.framework import Lot
from marketplace.organisation import Organisation


class ReturnState(StrEnum):
    """open → sent → accepted; sent → queried → sent."""

    OPEN = "open"
    SENT = "sent"
    QUERIED = "queried"
    ACCEPTED = "accepted"


S = ReturnState


class MonitoringReturn(Keyed, Base):
    """One provider's return in one lot for one quarter."""

    __tablename__ = "monitoring_returns"
    __table_args__ = (
        UniqueConstraint("provider_id", "lot_id", "quarter"),
        UniqueConstraint("id", "provider_id"),
        CheckConstraint("(state = 'open') <= (sent_at IS NULL)", name="not_sent_while_open"),
        CheckConstraint("(state IN ('sent', 'accepted')) <= (sent_at IS NOT NULL)", name="sent_since"),
        CheckConstraint("(state = 'queried') <= (query IS NOT NULL)", name="queried_about_something"),
        CheckConstraint("(state = 'accepted') = (accepted_at IS NOT NULL)", name="accepted_since"),
        CheckConstraint("quarter ~ '^20[0-9]{2}-[0-9]{2} Q[1-4]$'", name="quarter_is_named"),
        Index("ix_monitoring_returns_quarter", "quarter"),
    )
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.SAVE_RETURN: moving(S.OPEN, S.QUERIED),
        Act.SEND_RETURN: moving(S.OPEN, S.QUERIED, to=S.SENT),
        Act.QUERY_RETURN: moving(S.SENT, to=S.QUERIED),
        Act.ACCEPT_RETURN: moving(S.SENT, to=S.ACCEPTED),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    #: 2026-27 Q3
    quarter: Mapped[str]
    state: Mapped[ReturnState] = mapped_column(default=S.OPEN)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_on: Mapped[date]
    #: when it was first sent: what being on time is judged by
    sent_at: Mapped[datetime | None]
    #: when it was last sent again after a query
    corrected_at: Mapped[datetime | None]
    sent_by_id: Mapped[uuid.UUID | None]
    commentary: Mapped[str] = mapped_column(default="")
    query: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[uuid.UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    lot: Mapped[Lot] = relationship(lazy="joined", innerjoin=True)
    provider: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": version}

    @property
    def covers(self) -> Quarter:
        """The quarter that it tells of."""
        return Quarter.parse(self.quarter)


class ReturnFigure(Keyed, Base):
    """One indicator in a return: its numerator and denominator, as the written definition asks for them."""

    __tablename__ = "return_figures"
    __table_args__ = (
        UniqueConstraint("return_id", "indicator"),
        ForeignKeyConstraint(["return_id", "provider_id"], ["monitoring_returns.id", "monitoring_returns.provider_id"]),
        CheckConstraint("numerator >= 0 AND denominator >= 0", name="figures_not_negative"),
    )

    return_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    indicator: Mapped[str]
    #: None: not typed yet
    numerator: Mapped[int | None]
    denominator: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")


class Progress(StrEnum):
    """How far an outcome of an agreement has come."""

    ACHIEVED = "achieved"
    GOOD = "good_progress"
    SOME = "some_progress"
    NONE = "no_progress"
    WORSE = "worse"


class OutcomeProgress(Keyed, Base):
    """The progress of one outcome of one agreement in the quarter, with its evidence. The borough of the child reads it too."""

    __tablename__ = "outcome_progress"
    __table_args__ = (
        UniqueConstraint("return_id", "agreement_outcome_id"),
        ForeignKeyConstraint(["return_id", "provider_id"], ["monitoring_returns.id", "monitoring_returns.provider_id"]),
        ForeignKeyConstraint(
            ["agreement_outcome_id", "provider_id"],
            ["agreement_outcomes.id", "agreement_outcomes.provider_id"],
            name="fk_outcome_progress_agreement_outcome",
        ),
        Index("ix_outcome_progress_authority_id", "authority_id"),
    )

    return_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    agreement_id: Mapped[uuid.UUID]
    agreement_outcome_id: Mapped[uuid.UUID]
    #: None: not said yet
    progress: Mapped[Progress | None]
    evidence: Mapped[str] = mapped_column(default="")

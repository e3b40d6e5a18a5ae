"""The award: which offer was chosen, by whom and why; and, until the placement starts, its undoing."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation import clock
from foundation.database import Base, Keyed, Pounds


class Award(Keyed, Base):
    """A decision with a named decider and a reason. An undone one stays; at most one of a referral stands."""

    __tablename__ = "awards"
    __table_args__ = (
        ForeignKeyConstraint(["referral_id", "authority_id"], ["referrals.id", "referrals.authority_id"]),
        ForeignKeyConstraint(["offer_id", "provider_id"], ["offers.id", "offers.provider_id"]),
        ForeignKeyConstraint(["offer_id", "referral_id"], ["offers.id", "offers.referral_id"]),
        Index("uq_awards_one_stands", "referral_id", unique=True, postgresql_where=text("undone_at IS NULL")),
        CheckConstraint(
            "(undone_at IS NULL) = (undone_reason IS NULL) AND (undone_at IS NULL) = (undone_by_id IS NULL)",
            name="undone_by_somebody_for_a_reason",
        ),
        CheckConstraint("length(trim(rationale)) > 0", name="has_a_rationale"),
        Index("ix_awards_provider_id", "provider_id"),
        Index("ix_awards_authority_id", "authority_id"),
    )

    referral_id: Mapped[uuid.UUID]
    offer_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    authority_id: Mapped[uuid.UUID]
    rationale: Mapped[str]
    #: whether the first-ranked offer was chosen
    first_ranked: Mapped[bool]
    weekly_cost: Mapped[Pounds]
    awarded_at: Mapped[datetime] = mapped_column(default=clock.now)
    awarded_by_id: Mapped[uuid.UUID]
    awarded_by_name: Mapped[str]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[uuid.UUID | None]
    undone_reason: Mapped[str | None]

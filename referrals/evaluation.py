"""What stands beside the marks when offers are weighed: why evaluators differ, and what the child and the family say."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation import clock
from foundation.database import Base, Keyed


class Moderation(Keyed, Base):
    """Why two evaluators' marks for one criterion of an offer lie two or more apart. The mean counts; the provider reads this too."""

    __tablename__ = "moderations"
    __table_args__ = (
        UniqueConstraint("offer_id", "criterion_id"),
        ForeignKeyConstraint(["offer_id", "provider_id"], ["offers.id", "offers.provider_id"]),
        CheckConstraint("length(trim(note)) > 0", name="says_why"),
        Index("ix_moderations_referral_id", "referral_id"),
    )

    offer_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    referral_id: Mapped[uuid.UUID]
    criterion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("criteria.id"))
    note: Mapped[str]
    noted_at: Mapped[datetime] = mapped_column(default=clock.now)
    noted_by_id: Mapped[uuid.UUID | None]


class Choice(StrEnum):
    """What the child thinks of an offer, in the child's own order."""

    FIRST = "first_choice"
    SECOND = "second_choice"
    NO_VIEW = "no_view_yet"
    NOT_WANTED = "does_not_want"


class ChildsView(Keyed, Base):
    """What the child said of an offered place, perhaps after a visit, and what the family says. Only the borough reads it."""

    __tablename__ = "childs_views"
    __table_args__ = (
        UniqueConstraint("offer_id"),
        ForeignKeyConstraint(["offer_id", "referral_id"], ["offers.id", "offers.referral_id"]),
        ForeignKeyConstraint(["referral_id", "authority_id"], ["referrals.id", "referrals.authority_id"]),
        Index("ix_childs_views_referral_id", "referral_id"),
    )

    offer_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    referral_id: Mapped[uuid.UUID]
    said: Mapped[str] = mapped_column(default="")
    choice: Mapped[Choice] = mapped_column(default=Choice.NO_VIEW)
    family: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by_id: Mapped[uuid.UUID | None]

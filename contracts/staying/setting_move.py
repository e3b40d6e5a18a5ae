"""A move: a day on which a child went from one setting of a provider to another, under the agreement that runs on."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation import clock
from foundation.database import Base, Keyed
from foundation.submitting import say

say("uq_setting_moves_agreement_id_moved_on", "A move on that day is recorded already.", "moved_on")


class SettingMove(Keyed, Base):
    """A move between two settings of one provider, counted within the agreement. It is written once: the past is never edited."""

    __tablename__ = "setting_moves"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        UniqueConstraint("agreement_id", "moved_on"),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
        ForeignKeyConstraint(["from_setting_id", "provider_id"], ["settings.id", "settings.provider_id"]),
        ForeignKeyConstraint(["to_setting_id", "provider_id"], ["settings.id", "settings.provider_id"]),
        CheckConstraint("from_setting_id <> to_setting_id", name="goes_elsewhere"),
    )

    number: Mapped[int]
    agreement_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    from_setting_id: Mapped[uuid.UUID]
    to_setting_id: Mapped[uuid.UUID]
    #: the first night at the new setting
    moved_on: Mapped[date]
    #: a code of SSDA903's reasons for a placement change
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by_name: Mapped[str]

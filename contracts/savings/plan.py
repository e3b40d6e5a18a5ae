"""The savings plan: a table of years and states that a borough uploads, kept as it came; kept in the ledger once it adds up."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contracts.savings.saving import Benefit
from foundation import clock
from foundation.database import Base, Keyed
from foundation.states import Move, moving
from marketplace.acts import Act
from marketplace.organisation import Organisation


class PlanState(StrEnum):
    """read → kept (its entries stand in the ledger) or discarded."""

    READ = "read"
    KEPT = "kept"
    DISCARDED = "discarded"


S = PlanState


class SavingsPlan(Keyed, Base):
    """What was uploaded or pasted, byte for byte, and how it was read. A table that does not add up can only be discarded."""

    __tablename__ = "savings_plans"
    __table_args__ = (
        UniqueConstraint("id", "authority_id"),
        CheckConstraint("length(trim(name)) > 0", name="has_a_name"),
        CheckConstraint("state <> 'kept' OR adds_up", name="kept_adds_up"),
        CheckConstraint("(state = 'read') = (settled_at IS NULL)", name="settled_since"),
        Index("ix_savings_plans_authority_id", "authority_id"),
    )
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.KEEP_SAVINGS_PLAN: moving(S.READ, to=S.KEPT),
        Act.DISCARD_SAVINGS_PLAN: moving(S.READ, to=S.DISCARDED),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    project: Mapped[str]
    #: what the plan is called: its entries bear the name
    name: Mapped[str]
    benefit: Mapped[Benefit]
    is_recurring: Mapped[bool]
    state: Mapped[PlanState] = mapped_column(default=S.READ)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_files.id"))
    #: the cells as they came, row by row
    cells: Mapped[list[Any]]
    #: pounds that a figure of the table stands for: 1 or 1000
    pounds_each: Mapped[int]
    adds_up: Mapped[bool]
    uploaded_at: Mapped[datetime] = mapped_column(default=clock.now)
    uploaded_by_id: Mapped[uuid.UUID | None]
    uploaded_by_name: Mapped[str]
    settled_at: Mapped[datetime | None]

    authority: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True, viewonly=True)

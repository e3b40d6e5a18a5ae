"""The uplift round: the yearly negotiation of one framework or lot, with its rule, its indices and the boroughs that take part."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contracts.uplift.rule import RuleKind
from foundation import clock
from foundation.database import Base, Keyed
from foundation.quarters import FinancialYear
from foundation.states import Move, moving
from marketplace.acts import Act
from marketplace.framework import Framework, Lot
from marketplace.organisation import Organisation


class RoundState(StrEnum):
    """Open until the hub closes it; what is asked after its window is marked late."""

    OPEN = "open"
    CLOSED = "closed"


S = RoundState


class UpliftRound(Keyed, Base):
    """A yearly round of a framework, or of one of its lots. Everybody signed in may read it; the hub runs it."""

    __tablename__ = "uplift_rounds"
    __table_args__ = (
        UniqueConstraint("id", "hub_id"),
        CheckConstraint("closes_on >= opens_on", name="closes_after_opening"),
        CheckConstraint("appeal_days BETWEEN 1 AND 60", name="appeal_days_within_60"),
        CheckConstraint("(rule = 'open') = (cap IS NULL)", name="cap_unless_open"),
        CheckConstraint("(rule = 'lower_of') = (index_name IS NOT NULL)", name="index_where_the_rule_has_one"),
        CheckConstraint("rule = 'lower_of' OR review_above IS NULL", name="review_where_the_rule_has_an_index"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_since"),
        Index("ix_uplift_rounds_hub_id", "hub_id"),
    )
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.CHANGE_PARTICIPATION: moving(S.OPEN),
        Act.ENTER_INDEX: moving(S.OPEN),
        Act.REQUEST_UPLIFT: moving(S.OPEN),
        Act.CLOSE_UPLIFT_ROUND: moving(S.OPEN, to=S.CLOSED),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    hub_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    framework_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("frameworks.id"))
    #: None: every lot of the framework
    lot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("lots.id"))
    state: Mapped[RoundState] = mapped_column(default=S.OPEN)
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    #: the day from which agreed fees are paid, unless a counter-offer says otherwise
    effective_on: Mapped[date]
    rule: Mapped[RuleKind]
    #: per cent
    cap: Mapped[Decimal | None]
    index_name: Mapped[str | None]
    review_above: Mapped[Decimal | None]
    evidence_asked: Mapped[str]
    #: who speaks for all boroughs
    negotiator: Mapped[str]
    #: working days in which a provider may appeal against an answer
    appeal_days: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    opened_by_id: Mapped[uuid.UUID | None]
    closed_at: Mapped[datetime | None]

    framework: Mapped[Framework] = relationship(lazy="joined", innerjoin=True)
    lot: Mapped[Lot | None] = relationship(lazy="joined")

    @property
    def title(self) -> str:
        """Uplift round 2027-28."""
        return f"Uplift round {FinancialYear.of(self.effective_on)}"

    @property
    def covers(self) -> str:
        """LAC framework, lot 1: Residential; or all lots."""
        name = self.framework.name
        return f"{name}, lot {self.lot.number}: {self.lot.name}" if self.lot else f"{name}, all lots"


class UpliftParticipant(Keyed, Base):
    """A borough of the framework in a round: it takes part, or is left out by name for a reason."""

    __tablename__ = "uplift_participants"
    __table_args__ = (
        UniqueConstraint("round_id", "authority_id"),
        ForeignKeyConstraint(["round_id", "hub_id"], ["uplift_rounds.id", "uplift_rounds.hub_id"]),
        CheckConstraint("joins OR length(trim(reason)) > 0", name="left_out_for_a_reason"),
        Index("ix_uplift_participants_authority_id", "authority_id"),
    )

    round_id: Mapped[uuid.UUID]
    hub_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    joins: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(default="")

    authority: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class RoundIndex(Keyed, Base):
    """A published index as a person entered it, with its source and date. A correction is a new entry; the last of a name counts."""

    __tablename__ = "uplift_indices"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "hub_id"], ["uplift_rounds.id", "uplift_rounds.hub_id"]),
        CheckConstraint("weight BETWEEN 0 AND 100", name="weight_within_100"),
        CheckConstraint("length(trim(source)) > 0", name="has_a_source"),
        CheckConstraint(
            "part IN ('living_wage', 'other_pay', 'employer', 'prices', 'premises')", name="part_of_the_cost_model"
        ),
        Index("ix_uplift_indices_round_id", "round_id"),
    )

    round_id: Mapped[uuid.UUID]
    hub_id: Mapped[uuid.UUID]
    name: Mapped[str]
    percent: Mapped[Decimal]
    #: per cent of the cost model; nought: none of it
    weight: Mapped[Decimal] = mapped_column(default=0)
    #: which part of a provider's costs moves with it: a `CostPart`, or nothing where it only serves the rule
    part: Mapped[str | None]
    source: Mapped[str]
    published_on: Mapped[date]
    entered_at: Mapped[datetime] = mapped_column(default=clock.now)
    entered_by_id: Mapped[uuid.UUID | None]
    entered_by_name: Mapped[str]

"""The schedule of a month: what a borough expects to be charged by one provider, charge by charge, frozen on the day it was made."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed, Pounds
from foundation.states import Move, moving
from foundation.submitting import say
from marketplace.acts import Act
from marketplace.organisation import Organisation

say("uq_schedule_runs_authority_id_month", "The schedules of that month are made already.", "month")


class ScheduleState(StrEnum):
    """issued → confirmed | disputed → settled."""

    ISSUED = "issued"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    SETTLED = "settled"


class ChargeOrigin(StrEnum):
    """Where a charge comes from: the month itself, a later change of earlier months, or a dispute that the borough accepted."""

    MONTH = "month"
    CHANGE = "change"
    DISPUTE = "dispute"


class ChargeState(StrEnum):
    """issued → confirmed, or disputed → adjusted (the borough accepted: the difference is a charge of its own) | upheld."""

    ISSUED = "issued"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    ADJUSTED = "adjusted"
    UPHELD = "upheld"


S, C = ScheduleState, ChargeState

#: Settled between both sides: what may be exported and credited.
APPROVED = (C.CONFIRMED, C.ADJUSTED, C.UPHELD)
#: What the engine reckoned; a dispute that was accepted is an agreement beside it.
RECKONED = (ChargeOrigin.MONTH, ChargeOrigin.CHANGE)


class ScheduleRun(Keyed, Base):
    """A borough's schedules of one month were made: once, all of them, in one transaction. Its first run is its first month here."""

    __tablename__ = "schedule_runs"
    __table_args__ = (
        UniqueConstraint("authority_id", "month"),
        CheckConstraint("extract(day from month) = 1", name="month_begins_on_its_first"),
    )

    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    month: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_name: Mapped[str]
    schedules: Mapped[int]
    charges: Mapped[int]
    net: Mapped[Pounds]
    vat: Mapped[Pounds]
    #: fees that could not be reckoned (their school's terms are not entered): [agreement, label, why]; they are caught up later
    unreckoned: Mapped[list[Any]] = mapped_column(default=list)


class ChargeSchedule(Keyed, Base):
    """One provider's schedule of a month. Its sums are those of the day it was issued; what is agreed later stands beside them."""

    __tablename__ = "charge_schedules"
    __table_args__ = (
        UniqueConstraint("authority_id", "provider_id", "month"),
        UniqueConstraint("id", "authority_id"),
        UniqueConstraint("id", "provider_id"),
        CheckConstraint("(state = 'issued') = (answered_at IS NULL)", name="answered_since"),
        CheckConstraint("(state = 'settled') = (settled_at IS NOT NULL)", name="settled_since"),
        Index("ix_charge_schedules_provider_id_month", "provider_id", "month"),
        Index("ix_charge_schedules_authority_id_state", "authority_id", "state"),
    )
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.DISPUTE_CHARGE: moving(S.ISSUED),
        Act.TAKE_BACK_DISPUTE: moving(S.ISSUED),
        Act.CONFIRM_SCHEDULE: moving(S.ISSUED, to=S.CONFIRMED),
        Act.DISPUTE_SCHEDULE: moving(S.ISSUED, to=S.DISPUTED),
        Act.SEND_INVOICE: moving(S.ISSUED),
        Act.ACCEPT_DISPUTE: moving(S.DISPUTED),
        Act.STAND_BY_CHARGE: moving(S.DISPUTED),
        Act.SETTLE_SCHEDULE: moving(S.DISPUTED, to=S.SETTLED),
        Act.ISSUE_CREDIT_NOTE: moving(S.ISSUED, S.CONFIRMED, S.DISPUTED, S.SETTLED),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("schedule_runs.id"))
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    month: Mapped[date]
    state: Mapped[ScheduleState] = mapped_column(default=S.ISSUED)
    charges: Mapped[int]
    net: Mapped[Pounds]
    vat: Mapped[Pounds]
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    answered_by_name: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    settled_by_name: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    provider: Mapped[Organisation] = relationship(
        lazy="joined", innerjoin=True, foreign_keys=[provider_id], viewonly=True
    )
    authority: Mapped[Organisation] = relationship(
        lazy="joined", innerjoin=True, foreign_keys=[authority_id], viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def gross(self) -> Decimal:
        """With VAT."""
        return self.net + self.vat


class ScheduledCharge(Keyed, Base):
    """A row of a schedule: what one fee line comes to. Its facts are frozen by the database; only its standing moves."""

    __tablename__ = "scheduled_charges"
    __table_args__ = (
        UniqueConstraint("schedule_id", "position"),
        UniqueConstraint("id", "schedule_id"),
        ForeignKeyConstraint(["schedule_id", "authority_id"], ["charge_schedules.id", "charge_schedules.authority_id"]),
        ForeignKeyConstraint(["schedule_id", "provider_id"], ["charge_schedules.id", "charge_schedules.provider_id"]),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
        CheckConstraint("until_on > from_on", name="lasts_a_day"),
        CheckConstraint("social_care + education + health = borne", name="payers_bear_it_all"),
        CheckConstraint("(origin = 'dispute') = (adjusts_id IS NOT NULL)", name="adjusts_a_charge"),
        CheckConstraint(
            "(dispute_reason IS NULL) = (disputed_at IS NULL) AND (due_net IS NULL) = (disputed_at IS NULL)",
            name="disputed_for_a_reason",
        ),
        CheckConstraint("(state IN ('disputed', 'adjusted', 'upheld')) = (disputed_at IS NOT NULL)", name="disputed_since"),
        CheckConstraint("(state IN ('adjusted', 'upheld')) = (answered_at IS NOT NULL)", name="answered_since"),
        CheckConstraint("(state = 'upheld') <= (answer_reason IS NOT NULL)", name="upheld_for_a_reason"),
        CheckConstraint("export_id IS NULL OR state IN ('confirmed', 'adjusted', 'upheld')", name="exported_when_approved"),
        Index("ix_scheduled_charges_authority_id_fee_line_id", "authority_id", "fee_line_id"),
        Index("ix_scheduled_charges_agreement_id", "agreement_id"),
        Index("uq_scheduled_charges_adjusted_once", "adjusts_id", unique=True),
        Index(
            "ix_scheduled_charges_to_export", "authority_id",
            postgresql_where=text("export_id IS NULL AND state IN ('confirmed', 'adjusted', 'upheld')"),
        ),
        Index("ix_scheduled_charges_export_id", "export_id"),
    )  # fmt: skip
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.CONFIRM_SCHEDULE: moving(C.ISSUED, to=C.CONFIRMED),
        Act.DISPUTE_CHARGE: moving(C.ISSUED, to=C.DISPUTED),
        Act.TAKE_BACK_DISPUTE: moving(C.DISPUTED, to=C.ISSUED),
        Act.ACCEPT_DISPUTE: moving(C.DISPUTED, to=C.ADJUSTED),
        Act.STAND_BY_CHARGE: moving(C.DISPUTED, to=C.UPHELD),
        Act.ISSUE_CREDIT_NOTE: moving(C.CONFIRMED, C.ADJUSTED, C.UPHELD),
    }

    schedule_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    agreement_id: Mapped[uuid.UUID]
    fee_line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agreement_fee_lines.id"))
    position: Mapped[int]
    origin: Mapped[ChargeOrigin]
    #: as they stood on the day: the agreement's and the child's references, the setting's name, the lot, how it was bought
    agreement: Mapped[str]
    child_reference: Mapped[str]
    setting: Mapped[str]
    service: Mapped[str]
    bought_by: Mapped[str]
    kind: Mapped[str]
    label: Mapped[str]
    #: £4,410.00 a week, and how it was reckoned: £4,410.00 × 4 weeks and 3 days
    rate: Mapped[str]
    reckoning: Mapped[str]
    from_on: Mapped[date]
    #: the first day that is no longer charged
    until_on: Mapped[date]
    net: Mapped[Pounds]
    vat: Mapped[Pounds]
    vat_rate: Mapped[Pounds]
    #: what the borough bears in the end (net, with the VAT that it does not get back), and who of its payers bears how much of that
    borne: Mapped[Pounds]
    social_care: Mapped[Pounds]
    education: Mapped[Pounds]
    health: Mapped[Pounds]
    state: Mapped[ChargeState] = mapped_column(default=C.ISSUED)
    dispute_reason: Mapped[str | None]
    #: what the provider thinks is due, without VAT
    due_net: Mapped[Pounds | None]
    disputed_at: Mapped[datetime | None]
    disputed_by_name: Mapped[str | None]
    answer_reason: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by_name: Mapped[str | None]
    #: of a charge from a dispute: the charge whose difference it is
    adjusts_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("scheduled_charges.id"))
    export_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("charge_exports.id"))

    @property
    def gross(self) -> Decimal:
        """With VAT."""
        return self.net + self.vat

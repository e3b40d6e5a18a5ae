"""The spot purchase: a place bought outside the framework, why, what was tried first, who decided, and how it is watched."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed, Percent, Pounds
from foundation.states import Move, moving
from foundation.submitting import say
from marketplace.acts import Act
from marketplace.fee_line import Calendar, FeeKind, FeeLine, Unit
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.setting import Setting

say("uq_spot_purchases_one_live", "A spot purchase of a place for this referral is under way already.")
say("ck_spot_fee_lines_ends_after_starting", "A fee cannot end before it starts.")


class SpotState(StrEnum):
    """proposed → approved | refused; withdrawn from either until the placement starts."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ReviewKind(StrEnum):
    """Why a purchase is looked at again: the day that its approver set, the week of an unregistered place, an emergency afterwards."""

    PLANNED = "planned"
    WEEKLY = "weekly"
    EMERGENCY = "emergency"


S = SpotState


class SpotPurchase(Keyed, Base):
    """A proposal to buy outside the framework and what became of it. Search, register check and peers are facts of the day of proposing."""

    __tablename__ = "spot_purchases"
    __table_args__ = (
        UniqueConstraint("id", "authority_id"),
        ForeignKeyConstraint(["referral_id", "authority_id"], ["referrals.id", "referrals.authority_id"]),
        ForeignKeyConstraint(["setting_id", "provider_id"], ["settings.id", "settings.provider_id"]),
        Index(
            "uq_spot_purchases_one_live", "referral_id", unique=True,
            postgresql_where=text("state IN ('proposed', 'approved')"),
        ),
        Index("ix_spot_purchases_authority_id_state", "authority_id", "state"),
        CheckConstraint("(state = 'proposed') <= (decided_at IS NULL)", name="undecided_while_proposed"),
        CheckConstraint("(state IN ('approved', 'refused')) <= (decided_at IS NOT NULL)", name="decided_since"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL) AND (decided_at IS NULL) = (decided_by_name IS NULL)",
            name="decided_by_somebody",
        ),
        CheckConstraint("(state = 'refused') <= (decision_note IS NOT NULL)", name="refused_for_a_reason"),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name="withdrawn_for_a_reason",
        ),
        CheckConstraint("decided_by_id <> proposed_by_id", name="decided_by_somebody_else"),
        CheckConstraint("length(trim(explanation)) > 0", name="is_explained"),
        CheckConstraint(
            "emergency = (emergency_reason IS NOT NULL) AND emergency = (emergency_decided_by IS NOT NULL)",
            name="emergency_is_explained",
        ),
        CheckConstraint("emergency OR (search ->> 'published_at') IS NOT NULL", name="searched_unless_emergency"),
        CheckConstraint("emergency_review_by IS NULL OR emergency", name="reviewed_afterwards_if_emergency"),
        CheckConstraint(
            "emergency_reviewed_at IS NULL OR emergency_review_by IS NOT NULL", name="reviewed_afterwards_when_due"
        ),
        CheckConstraint(
            "unregistered = (unregistered_reason IS NOT NULL) AND unregistered = (leaving_plan IS NOT NULL)"
            " AND unregistered = (leave_by IS NOT NULL)",
            name="unregistered_with_a_plan_and_a_day",
        ),
        CheckConstraint("leave_by IS NULL OR leave_by > starts_on", name="leaves_after_starting"),
        CheckConstraint("expected_end_on IS NULL OR expected_end_on > starts_on", name="ends_after_starting"),
        CheckConstraint("weekly_cost > 0", name="costs_something"),
        CheckConstraint("notice_days >= 0", name="notice_is_not_negative"),
        CheckConstraint("(peer_median IS NULL) = (peer_count IS NULL)", name="peers_are_counted"),
    )  # fmt: skip
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.APPROVE_SPOT_PURCHASE: moving(S.PROPOSED, to=S.APPROVED),
        Act.REFUSE_SPOT_PURCHASE: moving(S.PROPOSED, to=S.REFUSED),
        Act.WITHDRAW_SPOT_PURCHASE: moving(S.PROPOSED, S.APPROVED, to=S.WITHDRAWN),
        Act.DRAW_UP_SPOT_AGREEMENT: moving(S.APPROVED),
        Act.RECORD_OFSTED_TOLD: moving(S.PROPOSED, S.APPROVED),
        Act.REVIEW_SPOT_PURCHASE: moving(S.APPROVED),
        Act.REVIEW_EMERGENCY: moving(S.APPROVED),
        Act.CONVERT_SPOT_PURCHASE: moving(S.APPROVED),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    referral_id: Mapped[uuid.UUID]
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    #: what the hub may know of the child: the pseudonymous reference, age on the first day, sex, the foremost need
    child_reference: Mapped[str]
    age_at_start: Mapped[int]
    sex: Mapped[str]
    need: Mapped[str | None]
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    setting_id: Mapped[uuid.UUID]
    state: Mapped[SpotState] = mapped_column(default=S.PROPOSED)
    #: a code of `spot_purchase_reason`
    reason: Mapped[str]
    explanation: Mapped[str]
    #: needed before the framework could be searched: why, who decided, and by when a manager reviews that
    emergency: Mapped[bool] = mapped_column(default=False)
    emergency_reason: Mapped[str | None]
    emergency_decided_by: Mapped[str | None]
    emergency_review_by: Mapped[date | None]
    emergency_reviewed_at: Mapped[datetime | None]
    starts_on: Mapped[date]
    expected_end_on: Mapped[date | None]
    notice_days: Mapped[int] = mapped_column(default=28)
    #: net pounds a week on the first day, by the cost engine
    weekly_cost: Mapped[Pounds]
    #: the median weekly fee of its framework peers on the day of proposing, over how many, and which; None: too few to compare
    peer_median: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    peer_count: Mapped[int | None]
    peer_basis: Mapped[str] = mapped_column(default="")
    #: the framework search as it stood: {"published_at", "deadline", "fit", "waves": [{"number", "sent_at", "invited": […]}], …}
    search: Mapped[dict[str, Any]]
    #: what the register said of the setting, and what does not fit: {"standing", "urn", "rating", …, "warnings": […]}
    register_check: Mapped[dict[str, Any]]
    unregistered: Mapped[bool] = mapped_column(default=False)
    unregistered_reason: Mapped[str | None]
    leaving_plan: Mapped[str | None]
    leave_by: Mapped[date | None]
    #: the day on which Ofsted was told of the unregistered place
    ofsted_told_on: Mapped[date | None]
    proposed_at: Mapped[datetime] = mapped_column(default=clock.now)
    proposed_by_id: Mapped[uuid.UUID]
    proposed_by_name: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None]
    decided_by_name: Mapped[str | None]
    decision_note: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_name: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]
    #: the day by which it is looked at next
    review_on: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)

    lot: Mapped[Lot] = relationship(lazy="joined", innerjoin=True)
    authority: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True, foreign_keys=[authority_id])
    provider: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True, foreign_keys=[provider_id])
    setting: Mapped[Setting] = relationship(lazy="joined", innerjoin=True, viewonly=True, overlaps="*")

    __mapper_args__ = {"version_id_col": version}

    @property
    def warnings(self) -> list[str]:
        """What of the setting does not fit the child, in sentences."""
        return list(self.register_check.get("warnings", ()))


class SpotFeeLine(Keyed, Base):
    """A fee line of a proposed purchase: what the agreement begins with once it is drawn up."""

    __tablename__ = "spot_fee_lines"
    __table_args__ = (
        UniqueConstraint("spot_purchase_id", "position"),
        ForeignKeyConstraint(
            ["spot_purchase_id", "authority_id"], ["spot_purchases.id", "spot_purchases.authority_id"]
        ),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("vat_rate BETWEEN 0 AND 100", name="vat_is_a_percentage"),
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="ends_after_starting"),
    )

    spot_purchase_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    position: Mapped[int]
    kind: Mapped[str]
    label: Mapped[str]
    amount: Mapped[Pounds]
    quantity: Mapped[Pounds] = mapped_column(default=1)
    unit: Mapped[str]
    calendar: Mapped[str] = mapped_column(default="all_year")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    vat_rate: Mapped[Percent] = mapped_column(default=Decimal(0))
    vat_recoverable: Mapped[bool] = mapped_column(default=True)

    @property
    def reckoned(self) -> FeeLine:
        """The line as the cost engine reckons it."""
        return FeeLine(
            kind=FeeKind(self.kind), label=self.label, amount=self.amount, unit=Unit(self.unit), quantity=self.quantity,
            calendar=Calendar(self.calendar), starts=self.starts_on, ends=self.ends_on, vat_rate=self.vat_rate,
            vat_recoverable=self.vat_recoverable,
        )  # fmt: skip


class SpotReview(Keyed, Base):
    """One look at a purchase: when it was due, who looked when, what they found, and by when somebody looks again."""

    __tablename__ = "spot_reviews"
    __table_args__ = (
        ForeignKeyConstraint(
            ["spot_purchase_id", "authority_id"], ["spot_purchases.id", "spot_purchases.authority_id"]
        ),
        CheckConstraint("length(trim(finding)) > 0", name="finds_something"),
        CheckConstraint("(kind = 'emergency') OR (next_on IS NOT NULL)", name="looks_again"),
        Index("ix_spot_reviews_spot_purchase_id", "spot_purchase_id"),
    )

    spot_purchase_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    kind: Mapped[ReviewKind]
    due_on: Mapped[date]
    reviewed_at: Mapped[datetime] = mapped_column(default=clock.now)
    reviewed_by_id: Mapped[uuid.UUID]
    reviewed_by_name: Mapped[str]
    finding: Mapped[str]
    next_on: Mapped[date | None]

    @property
    def was_late(self) -> bool:
        """Whether it came after the day on which it was due."""
        return self.reviewed_at.astimezone(clock.LONDON).date() > self.due_on

"""Responses to a referral: what lies sealed, and what is under the seal."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Days, Keyed, Percent, Pounds
from foundation.states import Move, moving
from marketplace.acts import Act
from marketplace.fee_line import Calendar, FeeKind, FeeLine, Unit
from marketplace.setting import Level, Setting
from referrals.referral import Referral


class DeclineReason(StrEnum):
    """Why a provider cannot help: the list is the market's data."""

    NO_VACANCY = "no_vacancy"
    NEEDS_NOT_MET = "needs_not_met"
    AGE_OUTSIDE_REGISTRATION = "age_outside_registration"
    OTHER_CHILDREN = "impact_on_other_children"
    STAFFING = "staffing"
    TOO_FAR = "too_far"
    TOO_LITTLE_NOTICE = "too_little_notice"
    TOO_LITTLE_INFORMATION = "too_little_information"
    PRICE = "price"
    OTHER = "other"

    @property
    def words(self) -> str:
        """The reason as people say it."""
        return DECLINED[self]


DECLINED = {
    DeclineReason.NO_VACANCY: "No place on the date",
    DeclineReason.OTHER_CHILDREN: "Mix with those who live there",
    DeclineReason.NEEDS_NOT_MET: "Needs we cannot meet",
    DeclineReason.AGE_OUTSIDE_REGISTRATION: "Age or gender outside registration",
    DeclineReason.TOO_FAR: "Too far for staff or school",
    DeclineReason.STAFFING: "Staffing",
    DeclineReason.TOO_LITTLE_NOTICE: "Too little notice",
    DeclineReason.TOO_LITTLE_INFORMATION: "Too little information",
    DeclineReason.PRICE: "Price",
    DeclineReason.OTHER: "Another reason",
}


class Response(Keyed, Base):
    """That a provider answered: an offer lies (sealed) for a setting, or it declined and why. Readable by the borough at once."""

    __tablename__ = "responses"
    __table_args__ = (
        ForeignKeyConstraint(["referral_id", "authority_id"], ["referrals.id", "referrals.authority_id"]),
        CheckConstraint("(kind = 'decline') = (reason IS NOT NULL)", name="declined_for_a_reason"),
        CheckConstraint("(kind = 'offer') = (offer_id IS NOT NULL)", name="offer_is_named"),
        CheckConstraint("kind IN ('offer', 'decline')", name="kind_is_known"),
        Index(
            "uq_responses_one_live_decline", "referral_id", "provider_id", unique=True,
            postgresql_where=text("kind = 'decline' AND withdrawn_at IS NULL"),
        ),
        Index("ix_responses_provider_id", "provider_id"),
        Index("ix_responses_authority_id", "authority_id"),
    )  # fmt: skip

    referral_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str]
    offer_id: Mapped[uuid.UUID | None]
    #: for a decline
    reason: Mapped[DeclineReason | None]
    note: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime]
    answered_by_id: Mapped[uuid.UUID | None]
    #: an offer withdrawn, or a decline taken back
    withdrawn_at: Mapped[datetime | None]


class OfferState(StrEnum):
    """submitted → awarded | unsuccessful (at another's award, or closing); withdrawn by the provider until then."""

    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    AWARDED = "awarded"
    UNSUCCESSFUL = "unsuccessful"


S = OfferState


class Offer(Keyed, Base):
    """A setting offered for the child in a referral, under the seal until the offers are opened. No price stands in this row."""

    __tablename__ = "offers"
    __table_args__ = (
        ForeignKeyConstraint(["referral_id", "authority_id"], ["referrals.id", "referrals.authority_id"]),
        ForeignKeyConstraint(["setting_id", "provider_id"], ["settings.id", "settings.provider_id"]),
        UniqueConstraint("id", "provider_id"),
        UniqueConstraint("id", "referral_id"),
        Index(
            "uq_offers_one_live_per_setting", "referral_id", "setting_id", unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index("uq_offers_one_award", "referral_id", unique=True, postgresql_where=text("state = 'awarded'")),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_since"),
        Index("ix_offers_provider_id", "provider_id"),
        Index("ix_offers_authority_id", "authority_id"),
    )  # fmt: skip
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.REVISE_OFFER: moving(S.SUBMITTED),
        Act.WITHDRAW_OFFER: moving(S.SUBMITTED, to=S.WITHDRAWN),
        Act.MARK_OFFER: moving(S.SUBMITTED),
        Act.RECORD_VIEW: moving(S.SUBMITTED),
        Act.RECOMMEND_OFFER: moving(S.SUBMITTED),
        Act.AWARD_OFFER: moving(S.SUBMITTED, to=S.AWARDED),
        # what becomes of the others at an award, and of all when the search ends without one
        Act.CLOSE_WITHOUT_AWARD: moving(S.SUBMITTED, to=S.UNSUCCESSFUL),
        Act.UNDO_AWARD: moving(S.AWARDED, S.UNSUCCESSFUL, to=S.SUBMITTED),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    referral_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    setting_id: Mapped[uuid.UUID]
    state: Mapped[OfferState] = mapped_column(default=S.SUBMITTED)
    starts_on: Mapped[date]
    valid_until: Mapped[date]
    #: how the child would live there, staffing, and what it would mean for those who live there already
    approach: Mapped[str]
    impact: Mapped[str] = mapped_column(default="")
    #: answers to the lot's criteria: {criterion id: text}
    criterion_answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: outcomes proposed: [{"domain": …, "outcome": …, "measure": …}]
    outcomes: Mapped[list[Any]] = mapped_column(default=list)
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[uuid.UUID | None]
    #: SHA-256 of everything offered, prices included: it stands on the receipt
    receipt_hash: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    referral: Mapped[Referral] = relationship(lazy="raise_on_sql", viewonly=True, overlaps="*")
    setting: Mapped[Setting] = relationship(lazy="raise_on_sql", viewonly=True, overlaps="*")
    needs: Mapped[list["OfferNeed"]] = relationship(lazy="raise_on_sql", viewonly=True, overlaps="*")

    __mapper_args__ = {"version_id_col": version}


class OfferNeed(Keyed, Base):
    """How one need of the referral would be met, and the evidence."""

    __tablename__ = "offer_needs"
    __table_args__ = (
        UniqueConstraint("offer_id", "need"),
        ForeignKeyConstraint(["offer_id", "provider_id"], ["offers.id", "offers.provider_id"]),
    )

    offer_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    referral_id: Mapped[uuid.UUID]
    need: Mapped[str]
    level: Mapped[Level]
    evidence: Mapped[str] = mapped_column(default="")


class OfferFeeLine(Keyed, Base):
    """A fee line of an offer: behind the seal and, where quality is marked first, behind the quality lock."""

    __tablename__ = "offer_fee_lines"
    __table_args__ = (
        ForeignKeyConstraint(["offer_id", "provider_id"], ["offers.id", "offers.provider_id"]),
        UniqueConstraint("offer_id", "kind", "label"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("amount < 100000", name="amount_below_100000"),
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="ends_after_starting"),
        CheckConstraint("vat_rate BETWEEN 0 AND 100", name="vat_is_a_percentage"),
        CheckConstraint("(calendar = 'named_weeks') = (cardinality(weeks) > 0)", name="named_weeks_are_named"),
        Index("ix_offer_fee_lines_referral_id", "referral_id"),
    )

    offer_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    referral_id: Mapped[uuid.UUID]
    position: Mapped[int]
    #: core, education, therapy, staffing, transport, retainer, settling_in, discount
    kind: Mapped[str]
    label: Mapped[str]
    amount: Mapped[Pounds]
    quantity: Mapped[Pounds] = mapped_column(default=1)
    #: night, day, week, term, year, hour, once
    unit: Mapped[str]
    #: all_year, term_time, named_weeks
    calendar: Mapped[str] = mapped_column(default="all_year")
    #: the first days of the named weeks
    weeks: Mapped[Days] = mapped_column(default=list)
    starts_on: Mapped[date]
    #: the first day on which it is no longer asked; None: until the stay ends
    ends_on: Mapped[date | None]
    #: the amount is net; the VAT on it in per cent, and whether the borough can have that back
    vat_rate: Mapped[Percent] = mapped_column(default=Decimal(0))
    vat_recoverable: Mapped[bool] = mapped_column(default=True)

    @property
    def reckoned(self) -> FeeLine:
        """The line as the cost engine reckons it."""
        return FeeLine(
            kind=FeeKind(self.kind), label=self.label, amount=self.amount, unit=Unit(self.unit), quantity=self.quantity,
            calendar=Calendar(self.calendar), weeks=tuple(self.weeks or ()), starts=self.starts_on, ends=self.ends_on,
            vat_rate=self.vat_rate, vat_recoverable=self.vat_recoverable,
        )  # fmt: skip


class Mark(Keyed, Base):
    """An evaluator's mark from 0 to 5 for one criterion of one offer, with its reason. The loser reads its own."""

    __tablename__ = "marks"
    __table_args__ = (
        UniqueConstraint("offer_id", "criterion_id", "evaluator_id"),
        ForeignKeyConstraint(["offer_id", "provider_id"], ["offers.id", "offers.provider_id"]),
        CheckConstraint("mark BETWEEN 0 AND 5", name="mark_on_the_scale"),
        CheckConstraint("length(trim(reason)) > 0", name="mark_has_a_reason"),
        Index("ix_marks_referral_id", "referral_id"),
    )

    offer_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    referral_id: Mapped[uuid.UUID]
    criterion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("criteria.id"))
    evaluator_id: Mapped[uuid.UUID]
    evaluator_name: Mapped[str]
    mark: Mapped[int]
    reason: Mapped[str]
    #: false: set aside when quality was locked, because its evaluator had not marked every offer
    counted: Mapped[bool] = mapped_column(default=True)
    marked_at: Mapped[datetime] = mapped_column(default=clock.now)


class OfferResult(Base):
    """What an offer scored when the award was decided: kept for the letter to its provider and for the file."""

    __tablename__ = "offer_results"
    __table_args__ = (ForeignKeyConstraint(["offer_id", "provider_id"], ["offers.id", "offers.provider_id"]),)

    offer_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    provider_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    referral_id: Mapped[uuid.UUID]
    quality_score: Mapped[Pounds]
    #: None where quality is monetised: then `total_score` is the evaluated price in pounds
    price_score: Mapped[Pounds | None]
    total_score: Mapped[Pounds]
    rank: Mapped[int]
    #: whether another offer holds the same rank
    is_tied: Mapped[bool] = mapped_column(default=False)
    offers_compared: Mapped[int]
    expected_cost: Mapped[Pounds]
    #: the stay over which the cost was reckoned
    expected_weeks: Mapped[int]
    #: the price formula's steps, as shown
    arithmetic: Mapped[list[Any]]
    successful: Mapped[bool]
    reason: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)

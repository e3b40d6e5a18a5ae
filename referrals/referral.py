"""The referral: the standardised request for one child, from draft to award."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
    exists,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed, db
from foundation.states import Move, moving
from marketplace.acts import Act
from marketplace.framework import Lot
from marketplace.organisation import Organisation


class ReferralState(StrEnum):
    """draft → awaiting approval → published → opened → awarded | closed without award; withdrawn from any before awarded."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    PUBLISHED = "published"
    OPENED = "opened"
    AWARDED = "awarded"
    CLOSED = "closed_without_award"
    WITHDRAWN = "withdrawn"


S = ReferralState


class Referral(Keyed, Base):
    """What an invited provider may know of a referral as a thing: whose, in which lot, by when, in which state.

    The answers lie in `ReferralAnswers` (the borough's alone); what providers read is the frozen `PublishedProfile`.
    """

    __tablename__ = "referrals"
    __table_args__ = (
        UniqueConstraint("id", "authority_id"),
        ForeignKeyConstraint(["child_id", "authority_id"], ["children.id", "children.authority_id"]),
        CheckConstraint(
            "(state IN ('draft', 'awaiting_approval')) <= (published_at IS NULL)", name="not_published_while_drafted"
        ),
        CheckConstraint(
            "(state IN ('published', 'opened', 'awarded', 'closed_without_award')) <= (published_at IS NOT NULL AND deadline IS NOT NULL)",
            name="published_with_a_deadline",
        ),
        CheckConstraint("(state = 'opened') <= (opened_at IS NOT NULL)", name="opened_since"),
        CheckConstraint("opened_at IS NULL OR opened_at > deadline OR emergency", name="opened_after_the_deadline"),
        CheckConstraint("quality_locked_at IS NULL OR opened_at IS NOT NULL", name="quality_locked_once_opened"),
        CheckConstraint("(state = 'awarded') = (awarded_offer_id IS NOT NULL)", name="awarded_to_an_offer"),
        CheckConstraint(
            "(state IN ('closed_without_award', 'withdrawn')) = (closed_at IS NOT NULL)", name="closed_since"
        ),
        CheckConstraint("(closed_at IS NULL) = (closing_reason IS NULL)", name="closed_for_a_reason"),
        CheckConstraint("(recommended_offer_id IS NULL) = (recommended_by_id IS NULL)", name="recommended_by_somebody"),
        Index("ix_referrals_authority_id_state", "authority_id", "state"),
        Index("ix_referrals_lot_id_published_at", "lot_id", "published_at"),
    )
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.SAVE_ANSWERS: moving(S.DRAFT),
        Act.SEND_FOR_APPROVAL: moving(S.DRAFT, to=S.AWAITING_APPROVAL),
        Act.SEND_BACK: moving(S.AWAITING_APPROVAL, to=S.DRAFT),
        Act.PUBLISH_REFERRAL: moving(S.AWAITING_APPROVAL, to=S.PUBLISHED),
        Act.INVITE_WAVE: moving(S.PUBLISHED),
        Act.EXTEND_DEADLINE: moving(S.PUBLISHED),
        Act.ASK_CLARIFICATION: moving(S.PUBLISHED),
        Act.ANSWER_CLARIFICATION: moving(S.PUBLISHED),
        Act.SUBMIT_OFFER: moving(S.PUBLISHED),
        Act.REVISE_OFFER: moving(S.PUBLISHED),
        Act.WITHDRAW_OFFER: moving(S.PUBLISHED, S.OPENED),
        Act.DECLINE_REFERRAL: moving(S.PUBLISHED),
        Act.TAKE_BACK_DECLINE: moving(S.PUBLISHED),
        Act.OPEN_OFFERS: moving(S.PUBLISHED, to=S.OPENED),
        Act.MARK_OFFER: moving(S.OPENED),
        Act.RECORD_VIEW: moving(S.OPENED),
        Act.LOCK_QUALITY: moving(S.OPENED),
        Act.RECOMMEND_OFFER: moving(S.OPENED),
        Act.AWARD_OFFER: moving(S.OPENED, to=S.AWARDED),
        Act.UNDO_AWARD: moving(S.AWARDED, to=S.OPENED),
        Act.CLOSE_WITHOUT_AWARD: moving(S.OPENED, to=S.CLOSED),
        Act.WITHDRAW_REFERRAL: moving(S.DRAFT, S.AWAITING_APPROVAL, S.PUBLISHED, S.OPENED, to=S.WITHDRAWN),
        # an emergency leaves no time for a search, whatever the state; the verb asks for the search otherwise
        Act.PROPOSE_SPOT_PURCHASE: moving(*S),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    child_id: Mapped[uuid.UUID]
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    form_key: Mapped[str]
    form_version: Mapped[int]
    state: Mapped[ReferralState] = mapped_column(default=S.DRAFT)
    needed_by: Mapped[date | None]
    #: how many weeks the stay is expected to last: what prices are compared over
    expected_weeks: Mapped[int | None]
    emergency: Mapped[bool] = mapped_column(default=False)
    drafted_at: Mapped[datetime] = mapped_column(default=clock.now)
    #: the officer whose work it is
    officer_id: Mapped[uuid.UUID | None]
    sent_for_approval_at: Mapped[datetime | None]
    sent_for_approval_by_id: Mapped[uuid.UUID | None]
    sent_back_reason: Mapped[str | None]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[uuid.UUID | None]
    deadline: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    opened_by_id: Mapped[uuid.UUID | None]
    quality_locked_at: Mapped[datetime | None]
    recommended_offer_id: Mapped[uuid.UUID | None]
    recommended_by_id: Mapped[uuid.UUID | None]
    recommended_at: Mapped[datetime | None]
    recommendation: Mapped[str | None]
    awarded_offer_id: Mapped[uuid.UUID | None]
    closed_at: Mapped[datetime | None]
    closing_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    lot: Mapped[Lot] = relationship(lazy="joined", innerjoin=True)
    authority: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": version}

    def is_invited(self, organisation_id: uuid.UUID | None) -> bool:
        """Whether that provider was invited, and its wave released."""
        from_wave = select(Invitation.id).where(
            Invitation.referral_id == self.id,
            Invitation.provider_id == organisation_id,
            Invitation.released_at <= clock.this_instant(),
        )
        return bool(db.session.scalar(select(exists(from_wave))))

    @property
    def is_closed_for_answers(self) -> bool:
        """A question about the clock: the deadline's very instant is still in time."""
        return self.deadline is not None and clock.now() > self.deadline


class ReferralAnswers(Base):
    """The borough's own answers on the lot's form, complete or not; nobody else reads them."""

    __tablename__ = "referral_answers"
    __table_args__ = (
        ForeignKeyConstraint(["referral_id", "authority_id"], ["referrals.id", "referrals.authority_id"]),
    )

    referral_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    authority_id: Mapped[uuid.UUID]
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: findings of the quality check that the officer explains rather than mends: {finding: reason}
    justified: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
    saved_by_id: Mapped[uuid.UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class PublishedProfile(Base):
    """Exactly what invited providers see: the answers that open to them, the age on the day needed, sex; frozen at publication."""

    __tablename__ = "published_profiles"
    __table_args__ = (
        ForeignKeyConstraint(["referral_id", "authority_id"], ["referrals.id", "referrals.authority_id"]),
    )

    referral_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    authority_id: Mapped[uuid.UUID]
    #: whole years on the day needed
    age: Mapped[int]
    sex: Mapped[str]
    #: [{"section": …, "rows": [{"question": …, "answer": …}]}]
    sections: Mapped[list[Any]]
    #: the child's own words, shown first
    voice: Mapped[str] = mapped_column(default="")
    #: the outward half of the home postcode's area, never the postcode
    area: Mapped[str] = mapped_column(default="")
    #: codes that matching reads: {"must": […], "desirable": […], …}
    wanted: Mapped[dict[str, Any]] = mapped_column(default=dict)
    published_at: Mapped[datetime] = mapped_column(default=clock.now)


class AwardedProfile(Base):
    """The answers that open only to the provider awarded the place: names and numbers for contact, the doctor; frozen like the profile."""

    __tablename__ = "awarded_profiles"
    __table_args__ = (
        ForeignKeyConstraint(["referral_id", "authority_id"], ["referrals.id", "referrals.authority_id"]),
    )

    referral_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    authority_id: Mapped[uuid.UUID]
    #: [{"section": …, "rows": [{"question": …, "answer": …}]}]
    sections: Mapped[list[Any]]
    published_at: Mapped[datetime] = mapped_column(default=clock.now)


class Invitation(Keyed, Base):
    """A provider's sight of one published referral, in a wave, naming the settings that fit."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("referral_id", "provider_id"),
        ForeignKeyConstraint(["referral_id", "authority_id"], ["referrals.id", "referrals.authority_id"]),
        CheckConstraint("wave > 0", name="waves_count_from_one"),
        Index("ix_invitations_provider_id_released_at", "provider_id", "released_at"),
        Index("ix_invitations_authority_id", "authority_id"),
    )

    referral_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    wave: Mapped[int]
    invited_at: Mapped[datetime] = mapped_column(default=clock.now)
    invited_by_id: Mapped[uuid.UUID | None]
    released_at: Mapped[datetime]
    #: when the provider's sight of the profile ended: withdrawn, closed, or awarded elsewhere
    sight_ended_at: Mapped[datetime | None]
    #: [{"setting_id": …, "name": …, "score": …, "why": […]}]: why these settings were thought to fit
    settings: Mapped[list[Any]]
    #: the best of their scores out of 100, by which the provider's inbox is ordered
    fit: Mapped[Decimal] = mapped_column(Numeric(4, 1), default=0)

    provider: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    referral: Mapped[Referral] = relationship(lazy="raise_on_sql", viewonly=True, overlaps="*")


class Clarification(Keyed, Base):
    """A provider's question. Only the asker and the borough see who asked; the answer goes to all who were invited."""

    __tablename__ = "clarifications"
    __table_args__ = (
        ForeignKeyConstraint(["referral_id", "authority_id"], ["referrals.id", "referrals.authority_id"]),
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered_by_somebody"),
        Index("ix_clarifications_referral_id", "referral_id"),
    )

    referral_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    question: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_by_id: Mapped[uuid.UUID | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[uuid.UUID | None]


class AnswerToAll(Keyed, Base):
    """A clarification as every invited provider reads it: the question without the asker, and the answer."""

    __tablename__ = "answers_to_all"
    __table_args__ = (
        ForeignKeyConstraint(["referral_id", "authority_id"], ["referrals.id", "referrals.authority_id"]),
        Index("ix_answers_to_all_referral_id", "referral_id"),
    )

    referral_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    clarification_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    question: Mapped[str]
    answer: Mapped[str]
    answered_at: Mapped[datetime] = mapped_column(default=clock.now)

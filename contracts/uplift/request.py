"""The request: what a provider asks in a round for a scope, the counter-offers made to it, the boroughs' comments, the decision."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contracts.uplift.change import Change
from contracts.uplift.round import UpliftRound
from foundation import clock
from foundation.database import Base, Keyed, Pounds
from foundation.states import Move, moving
from marketplace.acts import Act
from marketplace.organisation import Organisation


class RequestState(StrEnum):
    """pending → countered → accepted → agreed → undone; refused or countered → appealed → agreed or dismissed; split; withdrawn."""

    PENDING = "pending"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    AGREED = "agreed"
    UNDONE = "undone"
    REFUSED = "refused"
    APPEALED = "appealed"
    DISMISSED = "dismissed"
    SPLIT = "split"
    WITHDRAWN = "withdrawn"


S = RequestState
#: What is still being negotiated: at most one of a scope.
OPEN_STATES = (S.PENDING, S.COUNTERED, S.ACCEPTED, S.APPEALED)
_ONE_OF = "(percent IS NULL) <> (rate IS NULL)"
_WITHIN = "percent BETWEEN -50 AND 100"


class UpliftRequest(Keyed, Base):
    """A provider's request. Its scope is everything, narrowed to a setting, an agreement, a kind of fee, or two of them.

    A part that the hub split off may cover a list of agreements instead (`RequestAgreement`).
    """

    __tablename__ = "uplift_requests"
    __table_args__ = (
        UniqueConstraint("id", "provider_id"),
        ForeignKeyConstraint(["round_id", "hub_id"], ["uplift_rounds.id", "uplift_rounds.hub_id"]),
        ForeignKeyConstraint(["setting_id", "provider_id"], ["settings.id", "settings.provider_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
        CheckConstraint(_ONE_OF, name="percentage_or_rate"),
        CheckConstraint(_WITHIN, name="percent_within_reason"),
        CheckConstraint("rate IS NULL OR (rate > 0 AND fee_kind IS NOT NULL)", name="rate_of_a_kind_of_fee"),
        CheckConstraint("unit IS NULL OR rate IS NOT NULL", name="unit_of_a_rate"),
        CheckConstraint("setting_id IS NULL OR agreement_id IS NULL", name="setting_or_agreement"),
        CheckConstraint("(state IN ('agreed', 'undone')) = (agreed_at IS NOT NULL)", name="agreed_since"),
        CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name="undone_since"),
        CheckConstraint(
            "(undone_at IS NULL) = (undone_from IS NULL) AND (undone_at IS NULL) = (undone_reason IS NULL)",
            name="undone_for_a_reason",
        ),
        CheckConstraint("(agreed_at IS NULL) = (agreed_from IS NULL)", name="agreed_from_a_day"),
        CheckConstraint(
            "state NOT IN ('refused', 'countered', 'accepted', 'appealed', 'dismissed') OR answered_at IS NOT NULL",
            name="answered_by_somebody",
        ),
        Index(
            "uq_uplift_requests_one_of_a_scope", "round_id", "provider_id", "scope_key", unique=True,
            postgresql_where=text("state IN ('pending', 'countered', 'accepted', 'appealed')"),
        ),
        Index("ix_uplift_requests_round_id_state", "round_id", "state"),
        Index("ix_uplift_requests_provider_id", "provider_id"),
    )  # fmt: skip
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.WITHDRAW_UPLIFT_REQUEST: moving(S.PENDING, S.COUNTERED, to=S.WITHDRAWN),
        Act.COMMENT_ON_UPLIFT: moving(*OPEN_STATES),
        Act.COUNTER_UPLIFT: moving(S.PENDING, S.COUNTERED, to=S.COUNTERED),
        Act.ACCEPT_COUNTER: moving(S.COUNTERED, to=S.ACCEPTED),
        Act.SPLIT_UPLIFT_REQUEST: moving(S.PENDING, S.COUNTERED, to=S.SPLIT),
        Act.AGREE_UPLIFT: moving(S.PENDING, S.ACCEPTED, to=S.AGREED),
        Act.REFUSE_UPLIFT: moving(S.PENDING, S.COUNTERED, to=S.REFUSED),
        Act.APPEAL_UPLIFT: moving(S.COUNTERED, S.REFUSED, to=S.APPEALED),
        Act.ALLOW_APPEAL: moving(S.APPEALED, to=S.AGREED),
        Act.DISMISS_APPEAL: moving(S.APPEALED, to=S.DISMISSED),
        Act.UNDO_UPLIFT: moving(S.AGREED, to=S.UNDONE),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    round_id: Mapped[uuid.UUID]
    hub_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    state: Mapped[RequestState] = mapped_column(default=S.PENDING)
    setting_id: Mapped[uuid.UUID | None]
    agreement_id: Mapped[uuid.UUID | None]
    fee_kind: Mapped[str | None]
    #: the unit of a new rate: it covers fees paid by that unit, and no others
    unit: Mapped[str | None]
    #: it covers the agreements on its list, and no others
    is_listed: Mapped[bool] = mapped_column(default=False)
    #: the scope as one text, so that one request of a scope is open at a time
    scope_key: Mapped[str]
    #: the same in words, as they stood when it was asked: core fees at Rowan House
    covers: Mapped[str]
    percent: Mapped[Decimal | None]
    #: the new amount for each unit of that kind of fee
    rate: Mapped[Pounds | None]
    reasons: Mapped[str]
    #: where the money would go, in the provider's words
    breakdown: Mapped[str] = mapped_column(default="")
    #: the same in figures: per cent of the fee that each `CostPart` adds, as text
    parts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    evidence_file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stored_files.id"))
    #: asked after the window
    is_late: Mapped[bool] = mapped_column(default=False)
    #: asked by a provider that is not admitted to the lots of the round
    is_off_contract: Mapped[bool] = mapped_column(default=False)
    #: the request that the hub split, of which this is a part
    part_of_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("uplift_requests.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_by_id: Mapped[uuid.UUID | None]
    asked_by_name: Mapped[str]
    #: who last countered or refused, when, and why: somebody else decides an appeal
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[uuid.UUID | None]
    answer_reason: Mapped[str | None]
    appeal_reason: Mapped[str | None]
    agreed_at: Mapped[datetime | None]
    agreed_by_name: Mapped[str | None]
    agreed_percent: Mapped[Decimal | None]
    agreed_rate: Mapped[Pounds | None]
    agreed_from: Mapped[date | None]
    agreed_reason: Mapped[str | None]
    #: a new rate outside 0.9 to 1.1 of an old one was meant
    is_overridden: Mapped[bool] = mapped_column(default=False)
    #: the decision that took the agreed one back: the day from which the old fees are paid again, and why
    undone_at: Mapped[datetime | None]
    undone_by_name: Mapped[str | None]
    undone_from: Mapped[date | None]
    undone_reason: Mapped[str | None]

    round: Mapped[UpliftRound] = relationship(
        primaryjoin="foreign(UpliftRequest.round_id) == UpliftRound.id", lazy="joined", innerjoin=True, viewonly=True
    )
    provider: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True, viewonly=True)

    @property
    def asked(self) -> Change:
        """What was asked."""
        return Change(self.percent, self.rate, self.unit)

    @property
    def agreed(self) -> Change | None:
        """What was agreed; None while nothing is."""
        return Change(self.agreed_percent, self.agreed_rate, self.unit) if self.agreed_at else None


class RequestAgreement(Keyed, Base):
    """An agreement on the list of a request that covers single ones. Written with the request, and never changed."""

    __tablename__ = "uplift_request_agreements"
    __table_args__ = (
        UniqueConstraint("request_id", "agreement_id"),
        ForeignKeyConstraint(["request_id", "provider_id"], ["uplift_requests.id", "uplift_requests.provider_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        Index("ix_uplift_request_agreements_agreement_id", "agreement_id"),
    )

    request_id: Mapped[uuid.UUID]
    agreement_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    hub_id: Mapped[uuid.UUID]


class CounterOffer(Keyed, Base):
    """What the hub would agree, from when, and why. A sent one cannot be changed; another can be made."""

    __tablename__ = "uplift_counters"
    __table_args__ = (
        UniqueConstraint("request_id", "number"),
        ForeignKeyConstraint(["request_id", "provider_id"], ["uplift_requests.id", "uplift_requests.provider_id"]),
        CheckConstraint(_ONE_OF, name="percentage_or_rate"),
        CheckConstraint(_WITHIN, name="percent_within_reason"),
        CheckConstraint("length(trim(reason)) > 0", name="has_a_reason"),
    )

    request_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    hub_id: Mapped[uuid.UUID]
    number: Mapped[int]
    percent: Mapped[Decimal | None]
    rate: Mapped[Pounds | None]
    #: of the new rate: the one that was asked in
    unit: Mapped[str | None]
    effective_on: Mapped[date]
    reason: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[uuid.UUID | None]
    made_by_name: Mapped[str]

    @property
    def change(self) -> Change:
        """What it offers."""
        return Change(self.percent, self.rate, self.unit)


class UpliftComment(Keyed, Base):
    """What a borough says to the hub about a request: read by the hub and itself, by no provider and no other borough."""

    __tablename__ = "uplift_comments"
    __table_args__ = (
        CheckConstraint("length(trim(words)) > 0", name="says_something"),
        Index("ix_uplift_comments_request_id", "request_id"),
    )

    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("uplift_requests.id"))
    hub_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    words: Mapped[str]
    said_at: Mapped[datetime] = mapped_column(default=clock.now)
    said_by_id: Mapped[uuid.UUID | None]
    said_by_name: Mapped[str]


class UpliftedLine(Keyed, Base):
    """The decision's facts for one fee line: what it was, what was asked, what was agreed, from which day. Never changed.

    Asked less agreed over the days on which the new line is paid is cost avoided: the savings ledger takes it from here.
    """

    __tablename__ = "uplifted_lines"
    __table_args__ = (
        ForeignKeyConstraint(["request_id", "provider_id"], ["uplift_requests.id", "uplift_requests.provider_id"]),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        CheckConstraint("asked_amount > 0 AND agreed_amount > 0", name="amounts_positive"),
        UniqueConstraint("old_line_id"),
        UniqueConstraint("new_line_id"),
        Index("ix_uplifted_lines_round_id", "round_id"),
        Index("ix_uplifted_lines_request_id", "request_id"),
        Index("ix_uplifted_lines_agreement_id", "agreement_id"),
    )

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("uplift_rounds.id"))
    request_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    agreement_id: Mapped[uuid.UUID]
    old_line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agreement_fee_lines.id"))
    new_line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agreement_fee_lines.id"))
    old_amount: Mapped[Pounds]
    asked_amount: Mapped[Pounds]
    agreed_amount: Mapped[Pounds]
    from_on: Mapped[date]

"""The contract for places: what is bought, of whom, for how long and at which price, and how far it has come."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed, Pounds
from foundation.states import Move, moving
from marketplace.acts import Act
from marketplace.fee_line import FeeKind, FeeLine, Unit
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.setting import Setting


class BlockKind(StrEnum):
    """Which of lot 3's three ways of buying places it is."""

    BLOCK = "block"
    COST_AND_VOLUME = "cost_and_volume"
    PILOT = "pilot"


class BlockState(StrEnum):
    """draft → issued → agreed → (ended before its last day); withdrawn before it is agreed. *Running* is a question about the clock."""

    DRAFT = "draft"
    ISSUED = "issued"
    AGREED = "agreed"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


S = BlockState


class BlockContract(Keyed, Base):
    """Places at a setting that a borough pays for whether they are taken or not."""

    __tablename__ = "block_contracts"
    __table_args__ = (
        UniqueConstraint("id", "authority_id"),
        UniqueConstraint("id", "provider_id"),
        ForeignKeyConstraint(["setting_id", "provider_id"], ["settings.id", "settings.provider_id"]),
        CheckConstraint("places > 0", name="places_positive"),
        CheckConstraint("price > 0", name="price_positive"),
        CheckConstraint("unit IN ('night', 'week', 'year')", name="unit_is_known"),
        CheckConstraint("ends_on > starts_on", name="ends_after_starting"),
        CheckConstraint("review_on > starts_on", name="reviewed_after_starting"),
        CheckConstraint("length(trim(purpose)) > 0", name="has_a_purpose"),
        CheckConstraint("(kind = 'cost_and_volume') = (price_above IS NOT NULL)", name="price_above_the_volume"),
        CheckConstraint("price_above > 0", name="price_above_positive"),
        CheckConstraint("most_places IS NULL OR kind = 'cost_and_volume' AND most_places > places", name="most_above_the_volume"),
        CheckConstraint("(kind = 'pilot') = (evaluation_on IS NOT NULL)", name="pilot_is_evaluated"),
        CheckConstraint("evaluation_on > starts_on", name="evaluated_after_starting"),
        CheckConstraint("(state IN ('issued', 'agreed', 'ended')) <= (issued_at IS NOT NULL)", name="issued_since"),
        CheckConstraint("(issued_at IS NULL) = (terms_sha256 IS NULL)", name="issued_with_its_terms"),
        CheckConstraint("(state IN ('agreed', 'ended')) = (agreed_at IS NOT NULL)", name="agreed_since"),
        CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name="ended_on_a_day"),
        CheckConstraint("ended_on < ends_on", name="ended_early"),
        Index("ix_block_contracts_authority_id_state", "authority_id", "state"),
        Index("ix_block_contracts_provider_id_state", "provider_id", "state"),
    )  # fmt: skip
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.CHANGE_BLOCK: moving(S.DRAFT),
        Act.ISSUE_BLOCK: moving(S.DRAFT, to=S.ISSUED),
        Act.AGREE_BLOCK: moving(S.ISSUED, to=S.AGREED),
        Act.WITHDRAW_BLOCK: moving(S.DRAFT, S.ISSUED, to=S.WITHDRAWN),
        Act.TAKE_BLOCK_PLACE: moving(S.AGREED),
        Act.END_BLOCK: moving(S.AGREED, to=S.ENDED),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[BlockKind]
    state: Mapped[BlockState] = mapped_column(default=S.DRAFT)
    title: Mapped[str]
    #: the gap in the market that it closes
    purpose: Mapped[str]
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    setting_id: Mapped[uuid.UUID]
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    #: places paid for, taken or not: the guaranteed volume
    places: Mapped[int]
    #: pounds for one place and unit, net; care is exempt of VAT
    price: Mapped[Pounds]
    unit: Mapped[Unit]
    #: cost and volume: pounds for one place and unit beyond the guaranteed ones, and how many there may be in all
    price_above: Mapped[Pounds | None]
    most_places: Mapped[int | None]
    starts_on: Mapped[date]
    #: the first day that is no longer paid
    ends_on: Mapped[date]
    review_on: Mapped[date]
    #: a pilot's: the day on which it is judged
    evaluation_on: Mapped[date | None]
    drafted_at: Mapped[datetime] = mapped_column(default=clock.now)
    drafted_by_id: Mapped[uuid.UUID | None]
    #: the borough's confirmation, by name, and the hash of the terms that both sides confirm
    issued_at: Mapped[datetime | None]
    issued_by_name: Mapped[str | None]
    terms_sha256: Mapped[str | None]
    #: the provider's
    agreed_at: Mapped[datetime | None]
    agreed_by_name: Mapped[str | None]
    #: the day from which it is no longer paid, where that is before the one agreed, and why
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    lot: Mapped[Lot] = relationship(lazy="joined", innerjoin=True)
    provider: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True, foreign_keys=[provider_id])
    authority: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True, foreign_keys=[authority_id])
    setting: Mapped[Setting] = relationship(lazy="joined", innerjoin=True, viewonly=True, overlaps="*")

    __mapper_args__ = {"version_id_col": version}

    @property
    def paid_until(self) -> date:
        """The first day that is no longer paid."""
        return self.ended_on or self.ends_on

    @property
    def room(self) -> int | None:
        """How many children may be there at once; None: as many as the setting takes."""
        return self.most_places if self.kind is BlockKind.COST_AND_VOLUME else self.places

    @property
    def is_paid(self) -> bool:
        """Whether it costs anything: both sides have confirmed it, and it has days."""
        return self.state in (S.AGREED, S.ENDED) and self.paid_until > self.starts_on

    def line(self, label: str, amount: Decimal, places: int, starts: date, ends: date) -> FeeLine:
        """So many places in these days, as the cost engine reckons them."""
        return FeeLine(
            kind=FeeKind.CORE, label=label, amount=amount, unit=self.unit, quantity=Decimal(places), starts=starts,
            ends=ends,
        )  # fmt: skip

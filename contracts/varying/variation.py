"""A variation of an agreement: what changes in its fees, from which day, why, who proposed it and who decided."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contracts.agreement import Agreement
from foundation import clock
from foundation.database import Base, Days, Keyed, Percent, Pounds
from foundation.states import Move, moving
from foundation.submitting import say
from marketplace.acts import Act
from marketplace.fee_line import FeeKind, FeeLine
from marketplace.payer_shares import PayerShares, payer_shares

say(
    "uq_variation_changes_variation_id_kind_label",
    "A variation changes each fee once. Give the new fee another name, or propose a new rate instead.",
)

#: How far a new rate may lie from the old one without an explicit override, bounds included.
LEAST, MOST = Decimal("0.9"), Decimal("1.1")


class VariationState(StrEnum):
    """proposed → approved | refused | withdrawn."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    """A party to an agreement."""

    BOROUGH = "borough"
    PROVIDER = "provider"


class Change(StrEnum):
    """What happens to a fee."""

    RATE = "rate"
    ADD = "add"
    CLOSE = "close"
    PAYERS = "payers"


S = VariationState


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeChange:
    """One change of one fee, which its kind and label name: a new `amount`, a whole `new` line, other `payers`, or its closing."""

    change: Change
    kind: FeeKind
    label: str
    amount: Decimal | None = None
    new: FeeLine | None = None
    payers: PayerShares | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What somebody asks to change, from which day, and why; `override_reason` where a rate leaves its bounds."""

    effective_on: date
    reason: str
    changes: tuple[FeeChange, ...]
    override_reason: str = ""

    @property
    def is_of_payers_alone(self) -> bool:
        """Whether it changes nothing that the provider is paid, only who pays it: that asks nothing of the provider."""
        return all(asked.change is Change.PAYERS for asked in self.changes)


class Variation(Keyed, Base):
    """A change of an agreement's fees, dated from a day. Counted 1, 2, 3 … within its agreement; it never rewrites the past."""

    __tablename__ = "variations"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        UniqueConstraint("id", "agreement_id"),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
        CheckConstraint("side IN ('borough', 'provider')", name="side_is_known"),
        CheckConstraint("length(trim(reason)) > 0", name="has_a_reason"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided_since"),
        CheckConstraint("(state = 'approved') <= (agreed_at IS NOT NULL)", name="approved_with_the_provider"),
        CheckConstraint("(side = 'provider') <= (agreed_at IS NOT NULL)", name="provider_agrees_to_its_own"),
        CheckConstraint("(state = 'refused') <= (decision_note IS NOT NULL)", name="refused_for_a_reason"),
        Index("ix_variations_authority_id_state", "authority_id", "state"),
        Index("ix_variations_provider_id_state", "provider_id", "state"),
    )
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.AGREE_TO_VARIATION: moving(S.PROPOSED),
        Act.APPROVE_VARIATION: moving(S.PROPOSED, to=S.APPROVED),
        Act.REFUSE_VARIATION: moving(S.PROPOSED, to=S.REFUSED),
        Act.WITHDRAW_VARIATION: moving(S.PROPOSED, to=S.WITHDRAWN),
        Act.RECORD_PROVIDERS_WORD: moving(S.PROPOSED),
    }

    number: Mapped[int]
    agreement_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    state: Mapped[VariationState] = mapped_column(default=S.PROPOSED)
    #: who proposed it
    side: Mapped[str]
    effective_on: Mapped[date]
    reason: Mapped[str]
    #: why a new rate may be less than 0.9 or more than 1.1 of the old one
    override_reason: Mapped[str | None]
    proposed_at: Mapped[datetime] = mapped_column(default=clock.now)
    proposed_by_id: Mapped[uuid.UUID | None]
    proposed_by_name: Mapped[str]
    #: the provider's agreement: given with its own proposal, or to the borough's
    agreed_at: Mapped[datetime | None]
    agreed_by_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by_name: Mapped[str | None]
    decision_note: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    agreement: Mapped[Agreement] = relationship(
        primaryjoin="foreign(Variation.agreement_id) == Agreement.id", lazy="raise_on_sql", viewonly=True
    )
    changes: Mapped[list["VariationChange"]] = relationship(
        primaryjoin="Variation.id == foreign(VariationChange.variation_id)", order_by="VariationChange.position",
        lazy="raise_on_sql", viewonly=True,
    )  # fmt: skip

    __mapper_args__ = {"version_id_col": version}

    @property
    def waits_for_provider(self) -> bool:
        """Whether the provider has still to agree before the borough can approve."""
        return self.state is S.PROPOSED and self.agreed_at is None


class VariationChange(Keyed, Base):
    """One fee that a variation changes: a new rate, a new line, or its closing."""

    __tablename__ = "variation_changes"
    __table_args__ = (
        UniqueConstraint("variation_id", "position"),
        UniqueConstraint("variation_id", "kind", "label"),
        ForeignKeyConstraint(["variation_id", "agreement_id"], ["variations.id", "variations.agreement_id"]),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
        CheckConstraint("change IN ('rate', 'add', 'close', 'payers')", name="change_is_known"),
        CheckConstraint("(change IN ('close', 'payers')) = (amount IS NULL)", name="closing_has_no_amount"),
        CheckConstraint("(change = 'add') = (old_amount IS NULL)", name="only_a_new_line_has_no_old_rate"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("vat_rate BETWEEN 0 AND 100", name="vat_is_a_percentage"),
        CheckConstraint("(calendar = 'named_weeks') = (cardinality(weeks) > 0)", name="named_weeks_are_named"),
        CheckConstraint("(change = 'payers') <= (social_care_share IS NOT NULL)", name="new_payers_are_named"),
        CheckConstraint(
            "social_care_share + education_share + health_share = 100"
            " AND least(social_care_share, education_share, health_share) >= 0",
            name="shares_total_100",
        ),
        CheckConstraint(
            "num_nonnulls(social_care_share, education_share, health_share) IN (0, 3)", name="shares_are_whole"
        ),
    )

    variation_id: Mapped[uuid.UUID]
    agreement_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    position: Mapped[int]
    change: Mapped[str]
    kind: Mapped[str]
    label: Mapped[str]
    amount: Mapped[Pounds | None]
    #: the rate on the day from which it changes, as it stood when it was proposed
    old_amount: Mapped[Pounds | None]
    unit: Mapped[str]
    quantity: Mapped[Pounds] = mapped_column(default=1)
    calendar: Mapped[str] = mapped_column(default="all_year")
    weeks: Mapped[Days] = mapped_column(default=list)
    vat_rate: Mapped[Percent] = mapped_column(default=Decimal(0))
    vat_recoverable: Mapped[bool] = mapped_column(default=True)
    #: who pays a new fee, or this one from the day on, in per cent
    social_care_share: Mapped[Percent | None]
    education_share: Mapped[Percent | None]
    health_share: Mapped[Percent | None]
    #: the day on which a new line ends; None: with the placement
    ends_on: Mapped[date | None]
    #: what the approval made due for the days before it: net pounds, below nought when the provider owes them
    arrears: Mapped[Pounds | None]

    @property
    def payers(self) -> PayerShares | None:
        """Who pays, where the change says so."""
        if self.social_care_share is None or self.education_share is None or self.health_share is None:
            return None
        return payer_shares(self.social_care_share, self.education_share, self.health_share)

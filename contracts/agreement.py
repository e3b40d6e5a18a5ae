"""The agreement for one child – Individual Child Agreement (LAC) or Individual Placement Agreement (SEND) – and the stay itself."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Days, Keyed, Percent, Pounds
from foundation.states import Move, moving
from marketplace.acts import Act
from marketplace.fee_line import Calendar, FeeKind, FeeLine, Unit
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.payer_shares import PayersFrom, payer_shares
from marketplace.setting import Setting


class AgreementState(StrEnum):
    """draft → issued → signed by provider → signed by borough → active → (notice →) ended; cancelled before active."""

    DRAFT = "draft"
    ISSUED = "issued"
    SIGNED_BY_PROVIDER = "signed_by_provider"
    SIGNED_BY_BOROUGH = "signed_by_borough"
    ACTIVE = "active"
    NOTICE = "notice"
    ENDED = "ended"
    CANCELLED = "cancelled"


S = AgreementState


class Agreement(Keyed, Base):
    """What both sides sign for one child's place: parties, setting, fee lines, outcomes, under the framework's terms version."""

    __tablename__ = "agreements"
    __table_args__ = (
        UniqueConstraint("id", "authority_id"),
        UniqueConstraint("id", "provider_id"),
        ForeignKeyConstraint(["child_id", "authority_id"], ["children.id", "children.authority_id"]),
        ForeignKeyConstraint(["setting_id", "provider_id"], ["settings.id", "settings.provider_id"]),
        ForeignKeyConstraint(
            ["spot_purchase_id", "authority_id"], ["spot_purchases.id", "spot_purchases.authority_id"]
        ),
        Index("uq_agreements_one_per_award", "award_id", unique=True, postgresql_where=text("state <> 'cancelled'")),
        Index(
            "uq_agreements_one_per_spot_purchase",
            "spot_purchase_id",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        CheckConstraint("bought_by IN ('framework', 'spot', 'block')", name="bought_by_is_known"),
        CheckConstraint("award_id IS NOT NULL OR bought_by <> 'framework'", name="awarded_if_by_the_framework"),
        CheckConstraint("terms_version_id IS NOT NULL OR bought_by <> 'framework'", name="terms_if_by_the_framework"),
        CheckConstraint("(bought_by = 'spot') = (spot_purchase_id IS NOT NULL)", name="spot_has_its_purchase"),
        CheckConstraint(
            "converted_on IS NULL OR bought_by = 'spot' AND terms_version_id IS NOT NULL AND converted_on >= started_on",
            name="converted_while_it_runs",
        ),
        CheckConstraint(
            "kind IN ('individual_child_agreement', 'individual_placement_agreement')", name="kind_is_known"
        ),
        CheckConstraint("expected_end_on IS NULL OR expected_end_on > starts_on", name="ends_after_starting"),
        CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name="ended_on_a_day"),
        CheckConstraint(
            "(state IN ('signed_by_borough', 'active', 'notice', 'ended')) <= (signed_file_id IS NOT NULL)",
            name="signed_paper_is_kept",
        ),
        CheckConstraint("ended_on IS NULL OR ended_on > started_on", name="ended_after_starting"),
        CheckConstraint("(state IN ('active', 'notice', 'ended')) = (started_on IS NOT NULL)", name="started_on_a_day"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_since"),
        CheckConstraint("(state = 'draft') <= (issued_at IS NULL)", name="not_issued_while_drafted"),
        CheckConstraint("(state = 'active') <= (notice_ends_on IS NULL)", name="no_notice_while_active"),
        CheckConstraint("(state = 'notice') <= (notice_ends_on IS NOT NULL)", name="notice_until_a_day"),
        CheckConstraint(
            "(notice_ends_on IS NULL) = (notice_given_on IS NULL) AND (notice_ends_on IS NULL) = (notice_by IS NULL)",
            name="notice_by_somebody",
        ),
        CheckConstraint("notice_by IN ('borough', 'provider')", name="notice_by_a_side"),
        CheckConstraint("notice_ends_on >= notice_given_on + notice_days", name="notice_is_long_enough"),
        CheckConstraint("(bought_by = 'block') = (block_contract_id IS NOT NULL)", name="block_has_its_contract"),
        ForeignKeyConstraint(
            ["block_contract_id", "authority_id"], ["block_contracts.id", "block_contracts.authority_id"]
        ),
        Index("ix_agreements_block_contract_id", "block_contract_id"),
        Index("ix_agreements_provider_id_state", "provider_id", "state"),
        Index("ix_agreements_authority_id_state", "authority_id", "state"),
    )
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.CHANGE_AGREEMENT: moving(S.DRAFT),
        Act.SHARE_FEES: moving(S.DRAFT),
        Act.ISSUE_AGREEMENT: moving(S.DRAFT, to=S.ISSUED),
        Act.SIGN_FOR_PROVIDER: moving(S.ISSUED, to=S.SIGNED_BY_PROVIDER),
        Act.SIGN_FOR_BOROUGH: moving(S.SIGNED_BY_PROVIDER, to=S.SIGNED_BY_BOROUGH),
        Act.START_PLACEMENT: moving(S.SIGNED_BY_BOROUGH, to=S.ACTIVE),
        Act.END_PLACEMENT: moving(S.ACTIVE, S.NOTICE, to=S.ENDED),
        Act.PROPOSE_VARIATION: moving(S.ACTIVE, S.NOTICE),
        Act.RECORD_ABSENCE: moving(S.ACTIVE, S.NOTICE),
        Act.MOVE_PLACEMENT: moving(S.ACTIVE, S.NOTICE),
        Act.RECORD_DISRUPTION_MEETING: moving(S.ACTIVE, S.NOTICE, S.ENDED),
        Act.TAKE_BLOCK_PLACE: moving(S.DRAFT),
        Act.GIVE_NOTICE: moving(S.ACTIVE, to=S.NOTICE),
        Act.WITHDRAW_NOTICE: moving(S.NOTICE, to=S.ACTIVE),
        Act.UNDO_AWARD: moving(S.DRAFT, S.ISSUED, S.SIGNED_BY_PROVIDER, S.SIGNED_BY_BOROUGH, to=S.CANCELLED),
        # a spot purchase: a provider without accounts signs on paper; a purchase withdrawn before the start ends its agreement
        Act.RECORD_SIGNED_PAPER: moving(S.ISSUED, to=S.SIGNED_BY_PROVIDER),
        Act.WITHDRAW_SPOT_PURCHASE: moving(
            S.DRAFT, S.ISSUED, S.SIGNED_BY_PROVIDER, S.SIGNED_BY_BOROUGH, to=S.CANCELLED
        ),
        Act.CONVERT_SPOT_PURCHASE: moving(S.ACTIVE, S.NOTICE),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    state: Mapped[AgreementState] = mapped_column(default=S.DRAFT)
    #: the award that it carries out; None for a place that was not bought through the framework
    award_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("awards.id"))
    #: the spot purchase that it carries out
    spot_purchase_id: Mapped[uuid.UUID | None]
    referral_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("referrals.id"))
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    child_id: Mapped[uuid.UUID]
    #: the child's pseudonymous reference, since only the borough reads `children`
    child_reference: Mapped[str]
    setting_id: Mapped[uuid.UUID]
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    #: the framework's terms that it stands under; None outside the framework
    terms_version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("terms_versions.id"))
    #: how the place was bought: framework, spot, block (Section 251's words, in lower case)
    bought_by: Mapped[str] = mapped_column(default="framework")
    #: the block contract whose place it takes: that pays the core fee
    block_contract_id: Mapped[uuid.UUID | None]
    #: the day from which a spot purchase counts as bought through the framework; the days before it stay spot
    converted_on: Mapped[date | None]
    #: age on the day of start, sex: what the hub may know of the child
    age_at_start: Mapped[int]
    sex: Mapped[str]
    #: the first day, as agreed
    starts_on: Mapped[date]
    #: the day on which the child is expected to leave: the first that is no longer paid
    expected_end_on: Mapped[date | None]
    #: first review of the placement plan
    review_on: Mapped[date | None]
    #: calendar days of notice by either side
    notice_days: Mapped[int] = mapped_column(default=28)
    drawn_up_at: Mapped[datetime] = mapped_column(default=clock.now)
    drawn_up_by_id: Mapped[uuid.UUID | None]
    issued_at: Mapped[datetime | None]
    #: the paper as issued, its text, and the paper as signed by both; never rendered again
    issued_file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stored_files.id"))
    issued_text_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stored_files.id"))
    signed_file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stored_files.id"))
    started_at: Mapped[datetime | None]
    #: the day on which the child moved in
    started_on: Mapped[date | None]
    #: the day on which notice was given, which side gave it, why, and the day on which the place ends by it
    notice_given_on: Mapped[date | None]
    notice_by: Mapped[str | None]
    notice_reason: Mapped[str | None]
    notice_ends_on: Mapped[date | None]
    #: the day on which the child left: the first that is no longer paid
    ended_on: Mapped[date | None]
    #: a code of SSDA903's reasons for a placement change, or for an episode's end
    end_reason: Mapped[str | None]
    ended_as_planned: Mapped[bool | None]
    cancelled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    lot: Mapped[Lot] = relationship(lazy="joined", innerjoin=True)
    provider: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True, foreign_keys=[provider_id])
    authority: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True, foreign_keys=[authority_id])
    setting: Mapped[Setting] = relationship(lazy="joined", innerjoin=True, viewonly=True, overlaps="*")
    fee_lines: Mapped[list["AgreementFeeLine"]] = relationship(
        primaryjoin="Agreement.id == foreign(AgreementFeeLine.agreement_id)",
        order_by="AgreementFeeLine.position",
        lazy="raise_on_sql",
        viewonly=True,
    )
    outcomes: Mapped[list["AgreementOutcome"]] = relationship(
        primaryjoin="Agreement.id == foreign(AgreementOutcome.agreement_id)",
        order_by="AgreementOutcome.position",
        lazy="raise_on_sql",
        viewonly=True,
    )
    signatures: Mapped[list["Signature"]] = relationship(
        primaryjoin="Agreement.id == foreign(Signature.agreement_id)",
        order_by="Signature.signed_at",
        lazy="raise_on_sql",
        viewonly=True,
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def title(self) -> str:
        """What the paper is called: Individual Child Agreement, or Individual Placement Agreement."""
        return self.kind.replace("_", " ").title()


#: The columns of a fee line that the cost engine reckons with.
OF_A_LINE = (
    "kind", "label", "amount", "quantity", "unit", "calendar", "weeks", "starts_on", "ends_on", "vat_rate", "vat_recoverable",
    "social_care_share", "education_share", "health_share", "payer_changes",
)  # fmt: skip


class AgreementFeeLine(Keyed, Base):
    """A fee line of an agreement, from a day until a day. No two of one kind and label overlap; the past is never edited."""

    __tablename__ = "agreement_fee_lines"
    __table_args__ = (
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_starting"),
        CheckConstraint("vat_rate BETWEEN 0 AND 100", name="vat_is_a_percentage"),
        CheckConstraint("(calendar = 'named_weeks') = (cardinality(weeks) > 0)", name="named_weeks_are_named"),
        CheckConstraint(
            "social_care_share + education_share + health_share = 100"
            " AND least(social_care_share, education_share, health_share) >= 0",
            name="shares_total_100",
        ),
        Index("ix_agreement_fee_lines_agreement_id", "agreement_id"),
        ExcludeConstraint(
            ("agreement_id", "="), ("kind", "="), ("label", "="),
            (text("daterange(starts_on, ends_on)"), "&&"),
            name="ex_agreement_fee_lines_overlap",
        ),
    )  # fmt: skip

    agreement_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    position: Mapped[int]
    kind: Mapped[str]
    label: Mapped[str]
    amount: Mapped[Pounds]
    quantity: Mapped[Pounds] = mapped_column(default=1)
    unit: Mapped[str]
    calendar: Mapped[str] = mapped_column(default="all_year")
    #: the first days of the named weeks
    weeks: Mapped[Days] = mapped_column(default=list)
    starts_on: Mapped[date]
    #: the first day on which it is no longer paid; None: until the placement ends. On its first day: it was never paid
    ends_on: Mapped[date | None]
    #: the amount is net; the VAT on it in per cent, and whether the borough gets that back
    vat_rate: Mapped[Percent] = mapped_column(default=Decimal(0))
    vat_recoverable: Mapped[bool] = mapped_column(default=True)
    #: who in the borough's area pays, in per cent that total 100
    social_care_share: Mapped[Percent] = mapped_column(default=Decimal(100))
    education_share: Mapped[Percent] = mapped_column(default=Decimal(0))
    health_share: Mapped[Percent] = mapped_column(default=Decimal(0))
    #: who pays from later days on, by variations: [{"from": "2027-04-01", "shares": ["60.00", "40.00", "0.00"]}, …]
    payer_changes: Mapped[list[Any]] = mapped_column(default=list)

    @property
    def reckoned(self) -> FeeLine:
        """The line as the cost engine reckons it."""
        return fee_line_of(self)


def fee_line_of(row: Any) -> FeeLine:
    """The fee line that a row says which has the columns of an agreement's lines, `OF_A_LINE`."""
    return FeeLine(
        kind=FeeKind(row.kind), label=row.label, amount=row.amount, unit=Unit(row.unit), quantity=row.quantity,
        calendar=Calendar(row.calendar), weeks=tuple(row.weeks or ()), starts=row.starts_on, ends=row.ends_on,
        vat_rate=row.vat_rate, vat_recoverable=row.vat_recoverable,
        shares=payer_shares(row.social_care_share, row.education_share, row.health_share),
        payers_from=tuple(map(_payers_from, row.payer_changes or ())),
    )  # fmt: skip


def _payers_from(kept: dict[str, Any]) -> PayersFrom:
    return PayersFrom(date.fromisoformat(kept["from"]), payer_shares(*map(Decimal, kept["shares"])))


class AgreementOutcome(Keyed, Base):
    """An outcome that the placement works towards, with how it is measured."""

    __tablename__ = "agreement_outcomes"
    __table_args__ = (
        UniqueConstraint("agreement_id", "position"),
        UniqueConstraint("id", "provider_id"),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
    )

    agreement_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    position: Mapped[int]
    domain: Mapped[str]
    outcome: Mapped[str]
    measure: Mapped[str]


class Signature(Keyed, Base):
    """A side's signature: the name typed after signing in again, when, and the hash of what was signed."""

    __tablename__ = "signatures"
    __table_args__ = (
        UniqueConstraint("agreement_id", "side"),
        CheckConstraint("side IN ('provider', 'borough')", name="side_is_known"),
        CheckConstraint(
            "(paper_file_id IS NULL) = (recorded_by_name IS NULL) AND (paper_file_id IS NULL OR side = 'provider')",
            name="paper_is_recorded_by_somebody",
        ),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
    )

    agreement_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    side: Mapped[str]
    person_id: Mapped[uuid.UUID]
    typed_name: Mapped[str]
    role: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(default=clock.now)
    #: SHA-256 of the paper that the signer had before them
    document_sha256: Mapped[str]
    #: signed on paper by a provider without accounts: the paper, and who of the borough recorded it (`person_id` is theirs)
    paper_file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stored_files.id"))
    recorded_by_name: Mapped[str | None]

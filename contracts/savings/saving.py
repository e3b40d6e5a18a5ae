"""The saving: an entry of the ledger, what it stands on, what it comes to where a person said so, and what became of it."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed, Pounds
from foundation.states import Move, moving
from foundation.submitting import say
from marketplace.acts import Act
from marketplace.organisation import Organisation

say("ex_saving_grounds_overlap", "Another entry claims this already for some of these days. A pound is counted once.")


class SavingState(StrEnum):
    """claimed → approved → reversed (by another entry); refused from claimed."""

    CLAIMED = "claimed"
    APPROVED = "approved"
    REFUSED = "refused"
    REVERSED = "reversed"


class Rating(StrEnum):
    """How sure it is: the four words of the savings programmes."""

    GREEN_DELIVERED = "green_delivered"
    GREEN_ON_TARGET = "green_on_target"
    AMBER = "amber"
    RED = "red"


class Source(StrEnum):
    """Where an entry comes from: a fact that Harbour saw, a person, a savings plan."""

    UPLIFT_AVOIDED = "uplift_avoided"
    BELOW_BENCHMARK = "below_benchmark"
    VOLUME_DISCOUNT = "volume_discount"
    STEP_DOWN = "step_down"
    SPOT_AVOIDED = "spot_avoided"
    MANUAL = "manual"
    PLAN = "plan"


class Benefit(StrEnum):
    """Cashable: the budget falls by it. Avoided: it would have risen by it."""

    CASHABLE = "cashable"
    AVOIDED = "avoided"


class Layer(StrEnum):
    """A step on the way from what a place might have cost to what is paid: no two of them hold the same pound."""

    #: another price for the child's place → the price chosen, before discounts
    PLACING = "placing"
    #: the price chosen → the price less a discount
    DISCOUNT = "discount"
    #: the increase asked on a fee → the increase agreed
    UPLIFT = "uplift"
    #: a project of the borough's own, apart from any agreement here
    UNDERTAKING = "undertaking"


S = SavingState
#: What may still count: nobody else may claim what these stand on.
LIVE = (S.CLAIMED, S.APPROVED)
#: What is in the sums: an entry and the one that reverses it come to nought together.
COUNTED = (S.APPROVED, S.REVERSED)


_RATED = "{} IN ('green_delivered', 'green_on_target', 'amber', 'red')"


class Saving(Keyed, Base):
    """An entry of the ledger. Nothing but its state and its rating ever changes, each with a reason and a line of history."""

    __tablename__ = "savings"
    __table_args__ = (
        UniqueConstraint("id", "authority_id"),
        ForeignKeyConstraint(["reverses_id", "authority_id"], ["savings.id", "savings.authority_id"]),
        Index("uq_savings_one_reversal", "reverses_id", unique=True),
        CheckConstraint("length(trim(title)) > 0", name="has_a_title"),
        CheckConstraint("length(trim(evidence)) > 0", name="has_evidence"),
        CheckConstraint("(state = 'claimed') = (decided_at IS NULL)", name="decided_since"),
        CheckConstraint("reverses_id IS NULL OR state = 'approved'", name="reversal_stands"),
        CheckConstraint("(source = 'plan') = (plan_id IS NOT NULL)", name="plan_is_named"),
        CheckConstraint("(source = 'uplift_avoided') = (uplift_request_id IS NOT NULL)", name="request_is_named"),
        CheckConstraint(
            "source IN ('manual', 'plan') OR rating <> 'green_delivered'", name="days_to_come_are_not_delivered"
        ),
        Index("ix_savings_authority_id_state", "authority_id", "state"),
        Index("ix_savings_uplift_request_id", "uplift_request_id"),
    )
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.APPROVE_SAVING: moving(S.CLAIMED, to=S.APPROVED),
        Act.REFUSE_SAVING: moving(S.CLAIMED, to=S.REFUSED),
        Act.RATE_SAVING: moving(S.CLAIMED, S.APPROVED),
        Act.REVERSE_SAVING: moving(S.APPROVED, to=S.REVERSED),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    #: SEND or LAC
    project: Mapped[str]
    source: Mapped[Source]
    benefit: Mapped[Benefit]
    is_recurring: Mapped[bool]
    title: Mapped[str]
    #: what shows that it is so
    evidence: Mapped[str]
    evidence_file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stored_files.id"))
    state: Mapped[SavingState] = mapped_column(default=S.CLAIMED)
    #: of an entry made by Harbour: how sure the days still to come are, since the days paid are delivered
    rating: Mapped[Rating] = mapped_column(default=Rating.GREEN_ON_TARGET)
    uplift_request_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("uplift_requests.id"))
    plan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("savings_plans.id"))
    #: the entry that this one takes back, amount for amount
    reverses_id: Mapped[uuid.UUID | None]
    entered_at: Mapped[datetime] = mapped_column(default=clock.now)
    #: None: Harbour itself, from a fact
    entered_by_id: Mapped[uuid.UUID | None]
    entered_by_name: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by_name: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    authority: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True, viewonly=True)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_reckoned(self) -> bool:
        """Whether its amounts follow from the fee lines, day by day; otherwise somebody entered them."""
        return self.source not in (Source.MANUAL, Source.PLAN)

    @property
    def counts(self) -> bool:
        """Whether it is in the sums."""
        return self.state in COUNTED


class Ground(Keyed, Base):
    """What an entry stands on: an agreement, a fee line of it, or a project of the borough's own, in a layer, over days.

    `before` and `after` are the two prices that an entry made by Harbour compares, frozen: pounds for each unit of the fee line, or a
    week where no line is named. A person's entry has amounts instead.
    """

    __tablename__ = "saving_grounds"
    __table_args__ = (
        ForeignKeyConstraint(["saving_id", "authority_id"], ["savings.id", "savings.authority_id"]),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        CheckConstraint("(layer = 'undertaking') = (undertaking IS NOT NULL)", name="undertaking_is_named"),
        CheckConstraint("(layer = 'undertaking') = (agreement_id IS NULL)", name="agreement_is_named"),
        CheckConstraint("(layer IN ('discount', 'uplift')) = (fee_line_id IS NOT NULL)", name="fee_is_named"),
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="ends_after_starting"),
        CheckConstraint("(before IS NULL) = (after IS NULL)", name="two_prices"),
        CheckConstraint("before > after AND after >= 0", name="price_is_lower"),
        Index("ix_saving_grounds_saving_id", "saving_id"),
        Index("ix_saving_grounds_agreement_id", "agreement_id"),
        ExcludeConstraint(
            ("authority_id", "="), (text("coalesce(fee_line_id::text, agreement_id::text, undertaking)"), "="), ("layer", "="),
            (text("daterange(starts_on, ends_on)"), "&&"),
            where=text("live"), name="ex_saving_grounds_overlap",
        ),
    )  # fmt: skip

    saving_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    layer: Mapped[Layer]
    agreement_id: Mapped[uuid.UUID | None]
    fee_line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agreement_fee_lines.id"))
    #: its name without case and spaces, so that one project is not entered twice for a year
    undertaking: Mapped[str | None]
    starts_on: Mapped[date]
    #: the first day on which it no longer stands; None: as long as the fee or the stay lasts
    ends_on: Mapped[date | None]
    before: Mapped[Pounds | None]
    after: Mapped[Pounds | None]
    #: where the two prices come from, in a sentence
    basis: Mapped[str] = mapped_column(default="")
    #: false once the entry is refused or reversed: somebody else may claim it
    live: Mapped[bool] = mapped_column(default=True)


class SavingAmount(Keyed, Base):
    """What a person's entry comes to in a financial year: pounds to the penny, negative in the entry that reverses it."""

    __tablename__ = "saving_amounts"
    __table_args__ = (
        ForeignKeyConstraint(["saving_id", "authority_id"], ["savings.id", "savings.authority_id"]),
        UniqueConstraint("saving_id", "year_starting"),
        CheckConstraint("year_starting BETWEEN 1990 AND 2100", name="year_is_plausible"),
        CheckConstraint("amount <> 0", name="amount_is_not_nought"),
    )

    saving_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    #: 2026 for 2026-27
    year_starting: Mapped[int]
    amount: Mapped[Pounds]


class SavingChange(Keyed, Base):
    """A line of an entry's history: what was done to it, by whom, why. Never changed."""

    __tablename__ = "saving_changes"
    __table_args__ = (
        ForeignKeyConstraint(["saving_id", "authority_id"], ["savings.id", "savings.authority_id"]),
        CheckConstraint(_RATED.format("rating_before"), name="rating_before_is_known"),
        CheckConstraint(_RATED.format("rating_after"), name="rating_after_is_known"),
        Index("ix_saving_changes_saving_id", "saving_id"),
    )

    saving_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    act: Mapped[str]
    rating_before: Mapped[str]
    rating_after: Mapped[str]
    reason: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_name: Mapped[str]


def amounts_of(years: Mapping[int, Decimal], saving: Saving) -> list[SavingAmount]:
    """The rows of an entry's amounts, by the year in which each financial year begins; nought is no amount."""
    return [
        SavingAmount(saving_id=saving.id, authority_id=saving.authority_id, year_starting=year, amount=amount)
        for year, amount in sorted(years.items()) if amount
    ]  # fmt: skip

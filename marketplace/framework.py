"""Frameworks and their lots: what was procured, by whom, on which terms, and how offers in each lot are compared."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed, Pounds
from foundation.formatting import day_plain


class FrameworkKind(StrEnum):
    """How it was procured, which says when new providers may join."""

    DPS = "dps"
    DYNAMIC_MARKET = "dynamic_market"
    FRAMEWORK = "framework"
    OPEN_FRAMEWORK = "open_framework"


class Regime(StrEnum):
    """The procurement law that it stands under."""

    PCR_2015 = "pcr_2015"
    PA_2023 = "pa_2023"


class FrameworkState(StrEnum):
    """Where it is in its life."""

    PLANNED = "planned"
    OPEN = "open"
    EVALUATING = "evaluating"
    LIVE = "live"
    EXPIRED = "expired"
    TERMINATED = "terminated"


class Framework(Keyed, Base):
    """A framework or dynamic purchasing system of the hub, with a term and the extensions that may be exercised."""

    __tablename__ = "frameworks"
    __table_args__ = (CheckConstraint("ends_on > starts_on", name="ends_after_starting"),)

    hub_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    #: SEND or LAC
    project: Mapped[str]
    kind: Mapped[FrameworkKind]
    regime: Mapped[Regime]
    light_touch: Mapped[bool] = mapped_column(default=True)
    state: Mapped[FrameworkState]
    starts_on: Mapped[date]
    #: the end of the term as extended so far
    ends_on: Mapped[date]
    #: years of the first term and of each extension: [4, 2, 2]
    term_years: Mapped[list[Any]]
    #: when a closed framework next takes applications (None: always, or not planned)
    admits_from: Mapped[date | None]
    admits_until: Mapped[date | None]

    @property
    def is_always_open(self) -> bool:
        """Whether providers may apply on every day of its life."""
        return self.kind in (FrameworkKind.DPS, FrameworkKind.DYNAMIC_MARKET)

    def why_closed(self, today: date) -> str | None:
        """Why no application is taken today, in a sentence with the dates; None when one is."""
        if self.state not in (FrameworkState.OPEN, FrameworkState.LIVE) or not self.starts_on <= today <= self.ends_on:
            return f"{self.name} runs from {day_plain(self.starts_on)} to {day_plain(self.ends_on)} and takes no applications now."
        if self.is_always_open:
            return None
        if self.admits_from is None or self.admits_until is None:
            return f"{self.name} is closed to new applications. The hub announces its next window here."
        if not self.admits_from <= today <= self.admits_until:
            window = f"{day_plain(self.admits_from)} to {day_plain(self.admits_until)}"
            return f"{self.name} takes applications from {window} only."
        return None

    lots: Mapped[list["Lot"]] = relationship(back_populates="framework", order_by="Lot.number", lazy="raise_on_sql")


class FrameworkParticipant(Keyed, Base):
    """An authority that may call off from the framework, with its dates."""

    __tablename__ = "framework_participants"
    __table_args__ = (
        UniqueConstraint("framework_id", "authority_id", "joined_on"),
        CheckConstraint("left_on IS NULL OR left_on > joined_on", name="leaves_after_joining"),
    )

    framework_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("frameworks.id"))
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    joined_on: Mapped[date]
    left_on: Mapped[date | None]


class TermsVersion(Keyed, Base):
    """A version of a framework's terms and conditions; an agreement keeps the one under which it was drawn up."""

    __tablename__ = "terms_versions"
    __table_args__ = (UniqueConstraint("framework_id", "number"),)

    framework_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("frameworks.id"))
    number: Mapped[int]
    applies_from: Mapped[date]
    #: numbered clauses: [{"heading": …, "text": …}]
    clauses: Mapped[list[Any]]


class PriceFormula(StrEnum):
    """How a price becomes points (../shared/design/matching.md, Price and quality)."""

    ABSOLUTE = "absolute"
    MONETISED = "monetised"
    LOWEST_OVER_PRICE = "lowest_over_price"


class Lot(Keyed, Base):
    """What is bought: it says which referral form, registration, documents, rates, evaluation and indicators apply."""

    __tablename__ = "lots"
    __table_args__ = (
        UniqueConstraint("framework_id", "number"),
        CheckConstraint("quality_weight + price_weight = 100", name="weights_total_100"),
        CheckConstraint("quality_weight BETWEEN 0 AND 100", name="weights_within_100"),
        CheckConstraint("price_formula <> 'absolute' OR price_ceiling > 0", name="absolute_needs_a_ceiling"),
        CheckConstraint("price_formula <> 'monetised' OR quality_point_value > 0", name="monetised_needs_a_value"),
    )

    framework_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("frameworks.id"))
    number: Mapped[int]
    #: a word for the address and the code: residential, fostering, special_school, interventions
    key: Mapped[str]
    name: Mapped[str]
    client_group: Mapped[str]
    #: which declared question set a referral in this lot is drafted on
    form_key: Mapped[str]
    #: kinds of setting that may be admitted: [children_home, …]
    setting_kinds: Mapped[list[Any]]
    #: names of the documents that an application must bring
    required_documents: Mapped[list[Any]]
    #: kinds of fee line that a rate card quotes: [{"kind": "core", "unit": "week", "label": …}]
    rates: Mapped[list[Any]]
    #: tiers in their order of invitation; empty: the lot has none
    tiers: Mapped[list[Any]]
    #: individual_child_agreement or individual_placement_agreement
    agreement_kind: Mapped[str]
    quality_weight: Mapped[int]
    price_weight: Mapped[int]
    price_formula: Mapped[PriceFormula]
    #: pounds a week at and above which the absolute formula gives no points
    price_ceiling: Mapped[Pounds | None]
    #: pounds a week that one point of quality (of 100) is worth where quality is monetised
    quality_point_value: Mapped[Pounds | None]
    #: prices open only when the quality marks are locked
    quality_first: Mapped[bool] = mapped_column(default=True)
    #: working days that providers have to answer, unless the officer says otherwise
    answer_days: Mapped[int] = mapped_column(default=5)
    #: indicators that a monitoring return in this lot reports
    indicator_keys: Mapped[list[Any]]

    framework: Mapped[Framework] = relationship(back_populates="lots", lazy="joined", innerjoin=True)
    criteria: Mapped[list["Criterion"]] = relationship(order_by="Criterion.position", lazy="selectin")

    @property
    def has_tiers(self) -> bool:
        """Whether an admission in this lot names a tier."""
        return bool(self.tiers)


class Criterion(Keyed, Base):
    """A quality question of a lot that evaluators mark from 0 to 5, with its share of the quality weight."""

    __tablename__ = "criteria"
    __table_args__ = (
        UniqueConstraint("lot_id", "position"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight_within_100"),
    )

    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    position: Mapped[int]
    name: Mapped[str]
    question: Mapped[str]
    #: per cent of the quality score; those of a lot total 100
    weight: Mapped[int]


class RegisterImport(Keyed, Base):
    """One import of Ofsted's register: which file, how far it is, what was added, changed, skipped, and why."""

    __tablename__ = "register_imports"
    __table_args__ = (
        Index("ix_register_imports_hub_id_at", "hub_id", "at"),
        CheckConstraint("finished_at IS NULL OR problem IS NULL", name="finished_or_failed"),
    )

    hub_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[uuid.UUID | None]
    by_name: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    #: the file as it was sent; None when an operator's command read it from disk
    file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stored_files.id"))
    #: the day that the register describes, where its title says so
    as_at: Mapped[date | None]
    #: the person who sent it said to import it although it is much shorter than the one before
    all_the_same: Mapped[bool] = mapped_column(default=False)
    #: what is being done, how much of it is done, of how much: written beside the import's own transaction
    stage: Mapped[str] = mapped_column(default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    #: why nothing was imported
    problem: Mapped[str | None]
    rows_read: Mapped[int] = mapped_column(default=0)
    providers_added: Mapped[int] = mapped_column(default=0)
    settings_added: Mapped[int] = mapped_column(default=0)
    settings_changed: Mapped[int] = mapped_column(default=0)
    settings_unchanged: Mapped[int] = mapped_column(default=0)
    rows_skipped: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[Pounds] = mapped_column(default=0)
    #: [{"row": 17, "urn": "…", "kind": "no_owner", "said": "…"}]
    findings: Mapped[list[Any]] = deferred(mapped_column(JSONB, default=list, nullable=False))

    @property
    def is_under_way(self) -> bool:
        """Waiting for the worker, or being imported."""
        return self.finished_at is None and self.problem is None

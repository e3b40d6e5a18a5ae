"""A provider's own invoice, as it was matched to a schedule, row by row."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contracts.invoicing.schedule import ChargeSchedule
from foundation import clock
from foundation.database import Base, Keyed, Pounds
from foundation.states import Move, moving
from foundation.submitting import say
from marketplace.acts import Act

say(
    "uq_provider_invoices_authority_id_provider_id_number",
    "An invoice with this number was sent to this borough already. Give this one a number of its own.",
    "number",
)


class InvoiceState(StrEnum):
    """received → approved (every row) | queried (those that do not agree)."""

    RECEIVED = "received"
    APPROVED = "approved"
    QUERIED = "queried"


class Finding(StrEnum):
    """What matching a row to the schedule found."""

    AGREED = "agreed"
    OVER = "over"
    UNDER = "under"
    UNKNOWN_CHILD = "unknown_child"
    UNKNOWN_FEE = "unknown_fee"
    BEFORE_START = "before_start"
    AFTER_END = "after_end"
    DUPLICATE = "duplicate"


class RowState(StrEnum):
    """received → approved | queried."""

    RECEIVED = "received"
    APPROVED = "approved"
    QUERIED = "queried"


S, W = InvoiceState, RowState


class ProviderInvoice(Keyed, Base):
    """An invoice that a provider sent for a schedule, under the provider's own number. The file as sent is kept beside its rows."""

    __tablename__ = "provider_invoices"
    __table_args__ = (
        UniqueConstraint("authority_id", "provider_id", "number"),
        UniqueConstraint("id", "authority_id"),
        UniqueConstraint("id", "provider_id"),
        ForeignKeyConstraint(["schedule_id", "authority_id"], ["charge_schedules.id", "charge_schedules.authority_id"]),
        ForeignKeyConstraint(["schedule_id", "provider_id"], ["charge_schedules.id", "charge_schedules.provider_id"]),
        CheckConstraint("(state = 'received') = (checked_at IS NULL)", name="checked_since"),
        Index("ix_provider_invoices_schedule_id", "schedule_id"),
    )
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.APPROVE_INVOICE: moving(S.RECEIVED, to=S.APPROVED),
        Act.QUERY_INVOICE: moving(S.RECEIVED, to=S.QUERIED),
    }

    reference: Mapped[str] = mapped_column(unique=True)
    schedule_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    #: the provider's own, in capitals
    number: Mapped[str]
    state: Mapped[InvoiceState] = mapped_column(default=S.RECEIVED)
    net: Mapped[Pounds]
    vat: Mapped[Pounds]
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_files.id"))
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_by_name: Mapped[str]
    checked_at: Mapped[datetime | None]
    checked_by_name: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    schedule: Mapped[ChargeSchedule] = relationship(
        primaryjoin="foreign(ProviderInvoice.schedule_id) == ChargeSchedule.id",
        lazy="joined",
        innerjoin=True,
        viewonly=True,
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def gross(self) -> Decimal:
        """With VAT."""
        return self.net + self.vat


class InvoiceRow(Keyed, Base):
    """A row of an invoice and what matching it found. It holds references, days and pounds; no other text of the file."""

    __tablename__ = "invoice_rows"
    __table_args__ = (
        UniqueConstraint("invoice_id", "number"),
        ForeignKeyConstraint(["invoice_id", "authority_id"], ["provider_invoices.id", "provider_invoices.authority_id"]),
        ForeignKeyConstraint(["invoice_id", "provider_id"], ["provider_invoices.id", "provider_invoices.provider_id"]),
        CheckConstraint("until_on > from_on", name="lasts_a_day"),
        CheckConstraint("(finding IN ('agreed', 'over', 'under')) <= (charge_id IS NOT NULL)", name="matched_to_a_charge"),
        CheckConstraint("(state = 'approved') <= (finding = 'agreed')", name="approved_as_agreed"),
        CheckConstraint("(state = 'queried') = (query IS NOT NULL)", name="queried_in_words"),
        Index(
            "uq_invoice_rows_charge_billed_once", "charge_id", unique=True,
            postgresql_where=text("finding = 'agreed' AND state <> 'queried'"),
        ),
    )  # fmt: skip
    MOVES: ClassVar[Mapping[Act, Move]] = {
        Act.APPROVE_INVOICE: moving(W.RECEIVED, to=W.APPROVED),
        Act.QUERY_INVOICE: moving(W.RECEIVED, to=W.QUERIED),
    }

    invoice_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    #: the row's number in the file, as a spreadsheet shows it
    number: Mapped[int]
    agreement: Mapped[str]
    #: the fee's name where the schedule has such a one; otherwise nothing, since it may say anything
    label: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    net: Mapped[Pounds]
    vat: Mapped[Pounds]
    finding: Mapped[Finding]
    #: what the schedule says, where the row is one of its charges
    expected_net: Mapped[Pounds | None]
    expected_vat: Mapped[Pounds | None]
    charge_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("scheduled_charges.id"))
    said: Mapped[str]
    state: Mapped[RowState] = mapped_column(default=W.RECEIVED)
    query: Mapped[str | None]

    @property
    def gross(self) -> Decimal:
        """With VAT."""
        return self.net + self.vat

"""Contract-management reports: the quarterly PDFs, made in a run that shows its progress, archived with their SHA-256."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed
from marketplace.organisation import Organisation


class ReportKind(StrEnum):
    """Of whom a report tells."""

    PROVIDER = "provider"
    AUTHORITY = "authority"
    PARTNERSHIP = "partnership"


class ReportRun(Keyed, Base):
    """One order of reports for a quarter: how many are wanted, made, failed; one failure does not stop the rest and is named."""

    __tablename__ = "report_runs"
    __table_args__ = (Index("ix_report_runs_hub_id_ordered_at", "hub_id", "ordered_at"),)

    hub_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    quarter: Mapped[str]
    ordered_at: Mapped[datetime] = mapped_column(default=clock.now)
    ordered_by_id: Mapped[uuid.UUID | None]
    ordered_by_name: Mapped[str]
    wanted: Mapped[int]
    made: Mapped[int] = mapped_column(default=0)
    #: [{"organisation": …, "said": …}]
    failures: Mapped[list[Any]] = mapped_column(default=list)
    finished_at: Mapped[datetime | None]


class Report(Keyed, Base):
    """One archived report: version n of a quarter of one organisation. It is never rendered again."""

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("hub_id", "kind", "about_id", "quarter", "number"),
        CheckConstraint("pages > 0", name="has_pages"),
        Index("ix_reports_about_id", "about_id"),
    )

    hub_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[ReportKind]
    #: the provider or the authority; the hub itself for the partnership
    about_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    quarter: Mapped[str]
    number: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    sha256: Mapped[str]
    pages: Mapped[int]
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_files.id"))
    #: hash of the figures it was made from
    inputs_sha256: Mapped[str]

    about: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True, foreign_keys=[about_id])

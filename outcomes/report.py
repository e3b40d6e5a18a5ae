"""Contract-management reports: the quarterly PDFs, made in a run that shows its progress, archived with their SHA-256."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed
from foundation.files import StoredFile
from marketplace.organisation import Organisation


class ReportKind(StrEnum):
    """Of whom a report tells."""

    PROVIDER = "provider"
    AUTHORITY = "authority"
    PARTNERSHIP = "partnership"


class ReportRun(Keyed, Base):
    """One order of reports for a quarter: how many are wanted, made, failed; one failure does not stop the rest and is named."""

    __tablename__ = "report_runs"
    __table_args__ = (
        Index("ix_report_runs_hub_id_ordered_at", "hub_id", "ordered_at"),
        # Asked for twice at once, they are made once.
        Index(
            "uq_report_runs_one_under_way",
            "hub_id",
            "quarter",
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
        CheckConstraint("made >= 0 AND made <= wanted", name="no_more_than_wanted"),
    )

    hub_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    quarter: Mapped[str]
    ordered_at: Mapped[datetime] = mapped_column(default=clock.now)
    ordered_by_id: Mapped[uuid.UUID | None]
    ordered_by_name: Mapped[str]
    wanted: Mapped[int]
    made: Mapped[int] = mapped_column(default=0)
    #: what was dealt with, made or failed: provider:<id>. A job that is done again counts once
    settled: Mapped[list[Any]] = mapped_column(default=list)
    #: [{"organisation": …, "said": …}]
    failures: Mapped[list[Any]] = mapped_column(default=list)
    finished_at: Mapped[datetime | None]

    @property
    def is_under_way(self) -> bool:
        """Reports of it are still to be made."""
        return self.finished_at is None


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

    file: Mapped[StoredFile] = relationship(lazy="raise_on_sql")
    about: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True, foreign_keys=[about_id])

    @property
    def title(self) -> str:
        """Contract-management report of Oakfield Care Ltd, 2026-27 Q3."""
        return f"Contract-management report of {self.about.name}, {self.quarter}"

"""A sealed paper: which signed paper it holds, when it was sealed, and with which certificate."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from contracts.agreement import Agreement
from foundation import clock
from foundation.database import Base, Keyed, db


class SealedPaper(Keyed, Base):
    """The seal on an agreement's signed paper: one for each agreement, made by the worker, never made again."""

    __tablename__ = "sealed_papers"
    __table_args__ = (
        UniqueConstraint("agreement_id"),
        ForeignKeyConstraint(["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"]),
        ForeignKeyConstraint(["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"]),
    )

    agreement_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_files.id"))
    #: SHA-256 and length of the signed paper, with which the sealed one begins
    signed_sha256: Mapped[str]
    signed_size: Mapped[int]
    #: SHA-256 of the certificate whose key sealed it
    certificate_sha256: Mapped[str]
    sealed_at: Mapped[datetime] = mapped_column(default=clock.now)


def seal_of(agreement: Agreement) -> SealedPaper | None:
    """The seal on the agreement's paper; None while there is none."""
    return db.session.scalar(select(SealedPaper).where(SealedPaper.agreement_id == agreement.id))

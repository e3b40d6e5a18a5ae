"""Stored files: kept in the database, so that a backup holds them, a rollback forgets them and row security guards them."""

import hashlib
import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, deferred, mapped_column

from foundation import clock
from foundation.database import Base, Keyed


class StoredFile(Keyed, Base):
    """Bytes with a name, a kind and a SHA-256. The owner reads it, and one other organisation where it is shared with one."""

    __tablename__ = "stored_files"
    __table_args__ = (
        CheckConstraint("octet_length(content) <= 20971520", name="at_most_20_mb"),
        Index("ix_stored_files_organisation_id", "organisation_id"),
        Index("ix_stored_files_shared_with_id", "shared_with_id"),
    )

    organisation_id: Mapped[uuid.UUID]
    shared_with_id: Mapped[uuid.UUID | None]
    name: Mapped[str]
    media_type: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    stored_at: Mapped[datetime] = mapped_column(default=clock.now)
    stored_by_id: Mapped[uuid.UUID | None]
    #: it says who somebody is: of those who may read it, only the roles that may know
    confidential: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def of(
        cls, content: bytes, *, name: str, media_type: str, organisation_id: uuid.UUID,
        shared_with_id: uuid.UUID | None = None, stored_by_id: uuid.UUID | None = None, confidential: bool = False,
    ) -> "StoredFile":  # fmt: skip
        """A file of these bytes, hashed and measured."""
        return cls(
            id=uuid.uuid4(), content=content, name=name, media_type=media_type, size=len(content),
            sha256=hashlib.sha256(content).hexdigest(), organisation_id=organisation_id,
            shared_with_id=shared_with_id, stored_by_id=stored_by_id, confidential=confidential,
        )  # fmt: skip

"""Letters: rows written inside the act that they tell of, posted later by the worker, so that a rolled-back act tells nobody."""
import uuid
from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation import clock
from foundation.database import Base, Keyed, db


class Letter(Keyed, Base):
    """A letter to one person at one organisation. It never names a child."""

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_organisation_id_written_at", "organisation_id", "written_at"),
        Index("ix_letters_unposted", "written_at", postgresql_where=text("posted_at IS NULL")),
    )

    organisation_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID | None]
    to_address: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    #: the act that it tells of
    act: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(default=clock.now)
    posted_at: Mapped[datetime | None]
    #: how it went: outbox, smtp, notify
    channel: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None]


def write_letter(
    *, act: str, organisation_id: uuid.UUID, person_id: uuid.UUID | None, to_address: str, subject: str, body: str
) -> None:
    """Lay a letter in the outbox, inside the running act."""
    db.session.add(
        Letter(
            id=uuid.uuid4(),
            act=str(act),
            organisation_id=organisation_id,
            person_id=person_id,
            to_address=to_address,
            subject=subject,
            body=body,
            written_at=clock.now(),
        )
    )

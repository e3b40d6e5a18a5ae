"""Letters: rows written inside the act that they tell of, posted later by the worker, so that a rolled-back act tells nobody."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation import clock
from foundation.database import Base, Keyed, db


class Letter(Keyed, Base):
    """A letter to an organisation's people in certain roles, to one of them, or to one address. It never names a child.

    Who holds the roles is looked up when it is posted: the writer may not read another organisation's people.
    """

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_organisation_id_written_at", "organisation_id", "written_at"),
        Index("ix_letters_unposted", "written_at", postgresql_where=text("posted_at IS NULL")),
    )

    organisation_id: Mapped[uuid.UUID]
    to_roles: Mapped[list[Any]] = mapped_column(default=list)
    to_person_id: Mapped[uuid.UUID | None]
    to_address: Mapped[str | None]
    subject: Mapped[str]
    body: Mapped[str]
    #: the act that it tells of
    act: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(default=clock.now)
    posted_at: Mapped[datetime | None]
    #: the addresses that it went to, and how: outbox, smtp, notify
    posted_to: Mapped[list[Any]] = mapped_column(default=list)
    channel: Mapped[str | None]
    #: an address that serves once, set where the body says {link}; it goes out with the letter and is not kept
    link: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    #: a worker has it in hand, or a failure is tried again: nobody else takes it up before
    not_before: Mapped[datetime | None]
    problem: Mapped[str | None]


def write_letter(
    *, act: str, organisation_id: uuid.UUID, subject: str, body: str, to_roles: Iterable[str] = (),
    to_person_id: uuid.UUID | None = None, to_address: str | None = None, link: str | None = None,
) -> None:  # fmt: skip
    """Lay a letter in the outbox, inside the running act. A `link` that opens an account stands where the body says {link}."""
    letter = Letter(
        id=uuid.uuid4(), act=str(act), organisation_id=organisation_id, subject=subject, body=body,
        to_roles=[str(role) for role in to_roles], to_person_id=to_person_id, to_address=to_address,
        link=link, written_at=clock.now(),
    )  # fmt: skip
    db.session.add(letter)

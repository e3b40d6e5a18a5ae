"""Exactly once: every form carries a one-time key; a second press of the button gives back the first answer.

The key is claimed inside the act's own transaction, so that a failed act frees it and two clicks at once wait for each other.
"""

import time
import uuid
from datetime import datetime

from sqlalchemy import Index, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation import clock
from foundation.database import Base, Keyed, db


class OneTimeKey(Keyed, Base):
    """A form that was sent: by whom, what it said (as a hash), and where the person was taken afterwards."""

    __tablename__ = "one_time_keys"
    __table_args__ = (Index("uq_one_time_keys_person_id_key", "person_id", "key", unique=True),)

    person_id: Mapped[uuid.UUID]
    key: Mapped[str]
    body_hash: Mapped[str]
    answer: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(default=clock.now)


class AlreadyDone(Exception):
    """This very form was sent before; `answer` is the address of what it led to (None: it is not known yet)."""

    def __init__(self, answer: str | None, same: bool) -> None:
        super().__init__("This was already sent.")
        self.answer, self.same = answer, same


def carry(person_id: uuid.UUID, key: str, body_hash: str) -> None:
    """The request brings this key; the next act claims it."""
    db.session().info["one_time_key"] = (person_id, key, body_hash)


def claim(session: Session) -> None:
    """Claim the request's key for the act that begins; raise `AlreadyDone` if an earlier act has it."""
    carried = session.info.pop("one_time_key", None)
    if carried is None:
        return
    person_id, key, body_hash = carried
    claimed = session.execute(
        insert(OneTimeKey)
        .values(id=uuid.uuid4(), person_id=person_id, key=key, body_hash=body_hash, at=clock.now())
        .on_conflict_do_nothing(index_elements=["person_id", "key"])
        .returning(OneTimeKey.id)
    ).scalar()
    if claimed is None:
        raise already_done(person_id, key, body_hash)
    session.info["claimed_key"] = (person_id, key)


def already_done(person_id: uuid.UUID, key: str, body_hash: str) -> AlreadyDone:
    """What the first sending led to. Its answer is written a moment after its act: wait for it, at most a second."""
    mine = OneTimeKey.person_id == person_id, OneTimeKey.key == key
    for _ in range(20):
        first = db.session.execute(select(OneTimeKey.answer, OneTimeKey.body_hash).where(*mine)).one()
        if first.answer is not None:
            break
        time.sleep(0.05)
    return AlreadyDone(first.answer, same=first.body_hash == body_hash)


def keep_answer(location: str) -> None:
    """Write where the person is taken, for the next press of the same button."""
    claimed = db.session().info.pop("claimed_key", None)
    if claimed is None:
        return
    person_id, key = claimed
    db.session.execute(
        update(OneTimeKey).where(OneTimeKey.person_id == person_id, OneTimeKey.key == key).values(answer=location)
    )
    db.session.commit()

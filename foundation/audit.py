"""The audit trail: who, for which organisation, did what, on what, before and after, when, from where, in a chain that shows tampering.

A row names the organisation that acted and the one it concerns; both may read it, so `before` and `after` carry nothing that the
second may not know (never a price under seal, never a child's identity). The chain is the acting organisation's: each hash covers
the one before it and a keyed digest of the row, so that erasing personal particulars keeps the chain verifiable. The app role may
insert and read rows, never change them; the head of each chain is advanced by one pinned SQL function.
"""

import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from sqlalchemy import Index, func, select
from sqlalchemy.orm import Mapped, mapped_column

from foundation import clock
from foundation.database import Base, Keyed, db
from foundation.permission import NotPermitted


class AuditEvent(Keyed, Base):
    """One act, or one refused attempt."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_subject_id_at", "subject_id", "at"),
        Index("ix_audit_events_organisation_id_at", "organisation_id", "at"),
        Index("ix_audit_events_about_id_at", "about_id", "at"),
    )

    at: Mapped[datetime] = mapped_column(default=clock.now)
    act: Mapped[str]
    refused: Mapped[bool] = mapped_column(default=False)
    #: None: the system itself
    organisation_id: Mapped[uuid.UUID | None]
    organisation_name: Mapped[str]
    person_id: Mapped[uuid.UUID | None]
    person_name: Mapped[str]
    #: the organisation that the act concerns, when it is another: it may read the row too
    about_id: Mapped[uuid.UUID | None]
    subject_type: Mapped[str]
    subject_id: Mapped[uuid.UUID | None]
    subject_reference: Mapped[str]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    address: Mapped[str | None]
    request_id: Mapped[str | None]
    sequence: Mapped[int]
    digest: Mapped[str]
    chain: Mapped[str]


def record(
    act: str,
    subject: Any,
    *,
    by: Any,
    about: uuid.UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    refused: bool = False,
) -> None:
    """Write the act down. `by` is the actor; `about` the other organisation that it concerns and that may read of it."""
    event = AuditEvent(
        id=uuid.uuid4(),
        at=clock.now(),
        act=str(act),
        refused=refused,
        organisation_id=by.organisation_id,
        organisation_name=by.organisation_name,
        person_id=by.person_id,
        person_name=by.name,
        about_id=about if about != by.organisation_id else None,
        subject_type=type(subject).__name__.lower() if subject is not None else "",
        subject_id=getattr(subject, "id", None),
        subject_reference=str(getattr(subject, "reference", None) or ""),
        before=_plain(before),
        after=_plain(after),
        address=by.address,
        request_id=by.request_id,
    )
    event.digest = digest(event)
    link = db.session.execute(select(func.advance_audit_chain(event.organisation_id, event.digest))).scalar_one()
    sequence, event.chain = link.split(":")
    event.sequence = int(sequence)
    db.session.add(event)
    # Without RETURNING: the row may be one that the actor reads only through its own organisation.
    db.session.flush()


def record_refusal(refusal: NotPermitted) -> None:
    """The only trace that a refused act leaves."""
    record(refusal.act, refusal.subject, by=refusal.by, after={"reason": refusal.reason}, refused=True)


def digest(event: AuditEvent) -> str:
    """A keyed hash of everything the row says."""
    said = [
        event.id, event.at.astimezone(UTC).isoformat(), event.act, event.refused, event.organisation_id, event.person_id, event.about_id,
        event.subject_type, event.subject_id, event.subject_reference, event.before, event.after, event.address,
    ]  # fmt: skip
    key = str(current_app.config["AUDIT_KEY"]).encode()
    return hmac.new(key, json.dumps(said, default=str, sort_keys=True).encode(), hashlib.sha256).hexdigest()


def _plain(particulars: dict[str, Any] | None) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(particulars or {}, default=str))
    return plain

"""A credit note: a provider takes back some or all of what a charge came to. Its row never changes but for being accepted."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contracts.invoicing.schedule import ScheduledCharge
from foundation import clock
from foundation.database import Base, Keyed, Pounds
from foundation.states import Move, moving
from foundation.submitting import say
from marketplace.acts import Act

say("ck_credit_notes_takes_something_back", "Enter an amount above nought.", "amount")
say(
    "uq_credit_notes_authority_id_provider_id_number",
    "A credit note with this number was sent to this borough already. Give this one a number of its own.",
    "number",
)


class CreditNoteState(StrEnum):
    """issued → accepted."""

    ISSUED = "issued"
    ACCEPTED = "accepted"


S = CreditNoteState


class CreditNote(Keyed, Base):
    """Issued by the provider against a charge that was settled, accepted by the borough. All of one charge never exceed it."""

    __tablename__ = "credit_notes"
    __table_args__ = (
        UniqueConstraint("authority_id", "provider_id", "number"),
        ForeignKeyConstraint(["charge_id", "schedule_id"], ["scheduled_charges.id", "scheduled_charges.schedule_id"]),
        ForeignKeyConstraint(["schedule_id", "authority_id"], ["charge_schedules.id", "charge_schedules.authority_id"]),
        ForeignKeyConstraint(["schedule_id", "provider_id"], ["charge_schedules.id", "charge_schedules.provider_id"]),
        CheckConstraint("net > 0 AND vat >= 0", name="takes_something_back"),
        CheckConstraint("social_care + education + health = borne", name="payers_bear_it_all"),
        CheckConstraint("(state = 'issued') = (accepted_at IS NULL)", name="accepted_since"),
        CheckConstraint("export_id IS NULL OR state = 'accepted'", name="exported_when_accepted"),
        Index("ix_credit_notes_charge_id", "charge_id"),
        Index("ix_credit_notes_schedule_id", "schedule_id"),
    )
    MOVES: ClassVar[Mapping[Act, Move]] = {Act.ACCEPT_CREDIT_NOTE: moving(S.ISSUED, to=S.ACCEPTED)}

    reference: Mapped[str] = mapped_column(unique=True)
    charge_id: Mapped[uuid.UUID]
    schedule_id: Mapped[uuid.UUID]
    authority_id: Mapped[uuid.UUID]
    provider_id: Mapped[uuid.UUID]
    #: the provider's own, in capitals
    number: Mapped[str]
    #: what is taken back, above nought: without VAT, and its VAT
    net: Mapped[Pounds]
    vat: Mapped[Pounds]
    borne: Mapped[Pounds]
    social_care: Mapped[Pounds]
    education: Mapped[Pounds]
    health: Mapped[Pounds]
    reason: Mapped[str]
    state: Mapped[CreditNoteState] = mapped_column(default=S.ISSUED)
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    issued_by_name: Mapped[str]
    accepted_at: Mapped[datetime | None]
    accepted_by_name: Mapped[str | None]
    export_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("charge_exports.id"))
    version: Mapped[int] = mapped_column(default=1)

    charge: Mapped[ScheduledCharge] = relationship(
        primaryjoin="foreign(CreditNote.charge_id) == ScheduledCharge.id", lazy="joined", innerjoin=True, viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def gross(self) -> Decimal:
        """With VAT."""
        return self.net + self.vat

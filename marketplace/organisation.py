"""Organisations: the authorities that buy, the hub that acts for them together, the providers that offer."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation import clock
from foundation.database import Base, Keyed, Pounds
from marketplace.roles import Kind


class Organisation(Keyed, Base):
    """An authority, the hub or a provider. Providers come from the register by their owner's name, or by invitation."""

    __tablename__ = "organisations"
    __table_args__ = (
        CheckConstraint("(kind = 'authority') = (authority_code IS NOT NULL)", name="authority_has_its_number"),
        CheckConstraint("kind <> 'provider' OR owner_key IS NOT NULL", name="provider_has_an_owner_key"),
        CheckConstraint("recorded_by_id IS NULL OR kind = 'provider'", name="a_provider_is_recorded"),
        Index("uq_organisations_owner_key", "owner_key", unique=True, postgresql_where=text("owner_key IS NOT NULL")),
        Index("uq_organisations_authority_code", "authority_code", unique=True),
    )

    kind: Mapped[Kind]
    reference: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    #: three letters that begin the references of its things: CRO
    prefix: Mapped[str]
    #: DfE's three-digit number and the ONS code, for an authority
    authority_code: Mapped[str | None]
    authority_gss: Mapped[str | None]
    #: the owner's name without case, punctuation and Limited: spellings of one owner meet here
    owner_key: Mapped[str | None]
    company_number: Mapped[str | None]
    contact_email: Mapped[str | None]
    #: where it came from: register, invitation, demo
    source: Mapped[str] = mapped_column(default="invitation")
    #: the borough that wrote down a provider which no register holds: nobody else but the hub sees it until it is claimed
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisations.id"))
    #: when somebody of the organisation first took up an invitation to manage it
    claimed_at: Mapped[datetime | None]
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    #: the highest weekly cost that a placement manager may award alone; None: no limit
    award_limit: Mapped[Pounds | None]

    @property
    def organisation_id(self) -> uuid.UUID:
        """An organisation is its own."""
        return self.id

    @property
    def short_name(self) -> str:
        """Croydon, for the London Borough of Croydon."""
        return self.name.removeprefix("London Borough of ").removeprefix("Royal Borough of ")


class PartnershipMember(Keyed, Base):
    """An authority's part in a project of the hub: from when, until when, for which yearly contribution."""

    __tablename__ = "partnership_members"
    __table_args__ = (
        UniqueConstraint("hub_id", "authority_id", "project", "joined_on"),
        CheckConstraint("left_on IS NULL OR left_on > joined_on", name="leaves_after_joining"),
        CheckConstraint("yearly_contribution >= 0", name="contribution_not_negative"),
        Index("ix_partnership_members_authority_id", "authority_id"),
    )

    hub_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    #: SEND or LAC
    project: Mapped[str]
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    yearly_contribution: Mapped[Pounds] = mapped_column(default=0)

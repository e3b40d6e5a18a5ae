"""People and their accounts: one account a person, roles in one or more organisations, one organisation at a time."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed
from foundation.references import new_reference
from marketplace.organisation import Organisation

INVITATION_LASTS = timedelta(days=14)
RESET_LASTS = timedelta(hours=1)
#: a browser in which nothing happens for this long is signed out; and so is every browser after a working day
IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)


class Person(Keyed, Base):
    """A person with an account. The password is kept as an Argon2id hash; `epoch` ends every open session when it moves on."""

    __tablename__ = "people"

    name: Mapped[str]
    email: Mapped[str] = mapped_column(CITEXT(), unique=True)
    password_hash: Mapped[str | None]
    epoch: Mapped[int] = mapped_column(default=1)
    #: the organisation acted for last
    acting_for_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisations.id"))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_signed_in_at: Mapped[datetime | None]


class Membership(Keyed, Base):
    """A person's standing in an organisation: roles, and from when until when. Ended ones stay: nothing is deleted."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        CheckConstraint("jsonb_array_length(roles) > 0", name="has_a_role"),
        Index(
            "uq_memberships_live",
            "organisation_id",
            "person_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_memberships_person_id", "person_id"),
    )

    #: what the addresses of pages carry in place of a name
    reference: Mapped[str] = mapped_column(unique=True, default=lambda: new_reference("MEM"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    roles: Mapped[list[Any]]
    began_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[uuid.UUID | None]
    #: to whom the leaver's open work passed
    work_passed_to_id: Mapped[uuid.UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}


class JoiningInvitation(Keyed, Base):
    """A letter that lets one address join one organisation in named roles. Only the hash of its token is kept."""

    __tablename__ = "joining_invitations"
    __table_args__ = (
        CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name="accepted_or_withdrawn"),
        Index("ix_joining_invitations_organisation_id", "organisation_id"),
    )

    reference: Mapped[str] = mapped_column(unique=True, default=lambda: new_reference("JOIN"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    email: Mapped[str] = mapped_column(CITEXT())
    name: Mapped[str]
    roles: Mapped[list[Any]]
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_at: Mapped[datetime] = mapped_column(default=clock.now)
    invited_by_id: Mapped[uuid.UUID | None]
    invited_by_name: Mapped[str]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class PasswordReset(Keyed, Base):
    """A forgotten password's letter. Only the hash of its token is kept; it serves once."""

    __tablename__ = "password_resets"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttempt(Keyed, Base):
    """One try at signing in, counted per account, per address and overall, so that guessing is slowed in every process at once."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_email_at", "email", "at"),
        Index("ix_sign_in_attempts_address_at", "address", "at"),
    )

    email: Mapped[str] = mapped_column(CITEXT())
    address: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    succeeded: Mapped[bool]


class BrowserSession(Keyed, Base):
    """One browser in which a person is signed in. The cookie names it; ending the row ends it, whoever holds the cookie.

    Its times are the true ones, not the shifted clock of a demonstration: they are about a person at a desk (decision 0011).
    """

    __tablename__ = "browser_sessions"
    __table_args__ = (Index("ix_browser_sessions_person_id_seen_at", "person_id", "seen_at"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    began_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(default="")
    #: what the browser calls itself, shortened
    browser: Mapped[str] = mapped_column(default="")

"""The child. Identity lies in a table of its own behind the narrowest fence; everything else knows a reference."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from foundation import clock
from foundation.database import Base, Keyed
from marketplace.code_lists import label


class Child(Keyed, Base):
    """A child of an authority, as everybody but the authority and the awarded provider knows it: a reference and nothing else."""

    __tablename__ = "children"
    __table_args__ = (UniqueConstraint("id", "authority_id"), Index("ix_children_authority_id", "authority_id"))

    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisations.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by_id: Mapped[uuid.UUID | None]

    identity: Mapped["Identity"] = relationship(lazy="raise_on_sql", uselist=False, back_populates="child")


class Identity(Base):
    """Who the child is. Read only by the authority's roles that place children, and by the provider awarded the place."""

    __tablename__ = "identities"
    __table_args__ = (
        ForeignKeyConstraint(["child_id", "authority_id"], ["children.id", "children.authority_id"]),
        CheckConstraint("sex IN ('M', 'F', 'U')", name="sex_is_coded"),
        UniqueConstraint("authority_id", "upn"),
        UniqueConstraint("authority_id", "case_number"),
    )

    child_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    authority_id: Mapped[uuid.UUID]
    first_name: Mapped[str]
    family_name: Mapped[str]
    known_as: Mapped[str] = mapped_column(default="")
    date_of_birth: Mapped[date]
    sex: Mapped[str]
    ethnicity: Mapped[str | None]
    home_address: Mapped[str] = mapped_column(default="")
    home_postcode: Mapped[str | None]
    upn: Mapped[str | None]
    uln: Mapped[str | None]
    nhs_number: Mapped[str | None]
    #: the borough's case-management number
    case_number: Mapped[str | None]
    #: names that may not stand in any text a provider reads: family, school, social worker
    other_names: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    child: Mapped[Child] = relationship(lazy="raise_on_sql", back_populates="identity")

    __mapper_args__ = {"version_id_col": version}

    @property
    def short_name(self) -> str:
        """First name and initial, as the borough's own lists show it."""
        return f"{self.known_as or self.first_name} {self.family_name[:1]}."

    @property
    def ethnicity_words(self) -> str:
        """The ethnicity as the national return names it."""
        return label("ssda903_ethnicity", self.ethnicity) if self.ethnicity else "Not recorded"

    def age_on(self, day: date) -> int:
        """Whole years on that day."""
        born = self.date_of_birth
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

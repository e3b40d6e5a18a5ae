"""The database: one engine, one declarative base, and the types that every table shares."""

import enum
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ARRAY, TIMESTAMP, Date, Enum, MetaData, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: Pounds to the penny.
Pounds = Annotated[Decimal, mapped_column(Numeric(12, 2))]
#: A percentage with two decimals.
Percent = Annotated[Decimal, mapped_column(Numeric(5, 2))]
Days = Annotated[list[date], mapped_column(ARRAY(Date))]


def stable_words(of: type[enum.Enum]) -> list[str]:
    """An enumeration is stored as its members' values: words that outlive a renaming in the code."""
    return [str(member.value) for member in of]


class Base(DeclarativeBase):
    """Every table's ground: named constraints, UUID keys made in Python, instants with a time zone, enumerations as checked text."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {
        uuid.UUID: UUID(as_uuid=True),
        datetime: TIMESTAMP(timezone=True),
        Decimal: Numeric(12, 2),
        str: Text(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        enum.Enum: Enum(enum.Enum, native_enum=False, create_constraint=True, length=40, values_callable=stable_words),
    }


class Keyed:
    """A row with a UUID key. It is made in Python because a row written for another organisation cannot be read back."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


db = SQLAlchemy(metadata=Base.metadata)

"""Migrations and models say the same."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, pool

from foundation.config import Addresses
from foundation.database import Base

#: Tables that belong to no model: the clock and the heads of the audit chains are written by SQL functions alone.
WITHOUT_MODEL = {"clock", "audit_heads", "alembic_version"}


def test_models_equal_migrations(addresses: Addresses) -> None:
    engine = create_engine(addresses.owner, poolclass=pool.NullPool)
    with engine.connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata
        )
    known = [d for d in differences if not (d[0] == "remove_table" and d[1].name in WITHOUT_MODEL)]
    assert known == []

"""The three database roles: who may do what, before any table of ours exists."""

import psycopg
import pytest

from foundation.config import Addresses
from foundation.migrating import head

QUESTION = "SELECT rolbypassrls, rolsuper FROM pg_roles WHERE rolname = current_user"


def connect(address: str) -> psycopg.Connection:
    return psycopg.connect(address.replace("+psycopg", ""), connect_timeout=5)


class TestTheThreeRoles:
    def test_only_maintenance_passes_the_fence(self, addresses: Addresses) -> None:
        found = {}
        for name, address in vars(addresses).items():
            with connect(address) as connection:
                found[name] = connection.execute(QUESTION).fetchone()
        assert found == {"app": (False, False), "owner": (False, False), "maintenance": (True, False)}

    def test_the_application_cannot_make_a_table(self, addresses: Addresses) -> None:
        with connect(addresses.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine ()")

    def test_no_role_comes_in_without_its_password(self, addresses: Addresses) -> None:
        user, _, rest = addresses.app.replace("+psycopg", "").partition("@")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(f"{user.rpartition(':')[0]}:guessed@{rest}", connect_timeout=5)

    def test_the_application_sees_how_far_the_migrations_are(self, addresses: Addresses) -> None:
        with connect(addresses.app) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (head(),)

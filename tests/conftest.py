"""What every test stands on: a real PostgreSQL of its own."""

from collections.abc import Iterator

import pytest

from foundation.config import Addresses
from foundation.migrating import migrate
from tests.database import database_for_this_run, given_addresses


@pytest.fixture(scope="session")
def addresses() -> Iterator[Addresses]:
    """The addresses, one for each role, of a migrated database that belongs to this run."""
    given = given_addresses()
    if given:
        migrate(given.owner)
        yield given
    else:
        with database_for_this_run() as own:
            yield own

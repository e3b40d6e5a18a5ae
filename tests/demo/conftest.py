"""A small demo in a database of its own, loaded once for all tests here."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, create_engine

from demo.loading import load_demo
from foundation.config import Addresses, Settings
from foundation.database import db
from tests.database import database_for_this_run
from wsgi import create_app

#: The present of the small demo: a fixed one, so that two loads can be compared.
PRESENT = datetime(2026, 11, 20, 14, tzinfo=UTC)
COMPLETED = 6


def load_small_demo(addresses: Addresses, folder: str, completed: int = COMPLETED) -> None:
    """Load the demo into a fresh database, by an application of its own."""
    app = create_app(
        Settings.from_environment({"DATA_DIR": folder}), SQLALCHEMY_DATABASE_URI=addresses.app, TESTING=True
    )
    with app.app_context():
        load_demo(addresses, seed=1, tell=lambda line: None, completed=completed, present=PRESENT)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The DATA_DIR of the small demo, which holds the key of its audit trail."""
    return str(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def demo_addresses(demo_folder: str) -> Iterator[Addresses]:
    """The addresses of a database that holds the small demo."""
    with database_for_this_run() as own:
        load_small_demo(own, demo_folder)
        yield own


@pytest.fixture
def in_the_demo(demo_addresses: Addresses, demo_folder: str) -> Iterator[None]:
    """Inside an application of the small demo."""
    settings = Settings.from_environment({"DATA_DIR": demo_folder})
    with create_app(settings, SQLALCHEMY_DATABASE_URI=demo_addresses.app, TESTING=True).app_context():
        yield
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def everything(demo_addresses: Addresses) -> Iterator[Connection]:
    """The small demo past all fences."""
    engine = create_engine(demo_addresses.maintenance)
    with engine.connect() as connection:
        yield connection
    engine.dispose()

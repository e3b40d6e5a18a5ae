"""What every test stands on: a real PostgreSQL of its own, each test in a transaction that is rolled back."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from foundation.config import Addresses, Settings
from foundation.database import db
from foundation.migrating import migrate
from foundation.tenancy import SYSTEM_FENCE, act_behind, present_fence
from marketplace.actor import Actor
from marketplace.person import BrowserSession
from tests.database import database_for_this_run, given_addresses
from tests.look.assets import build_assets
from tests.makers.standing import behind
from wsgi import create_app

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Desk(FlaskClient):
    """A client that is looked up anew at each request: the tests' application context outlives requests, and `g` with it."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            g.pop("_login_user", None)
        return super().open(*args, **kwargs)


ClientAs = Callable[[Actor], FlaskClient]


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


@pytest.fixture(scope="session")
def app(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application as the app role sees it. Forms carry no CSRF token here; browser tests keep them."""
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path_factory.mktemp("data"))})
    made = create_app(settings, SQLALCHEMY_DATABASE_URI=addresses.app, TESTING=True, WTF_CSRF_ENABLED=False)
    made.test_client_class = Desk
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def own_app(tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own: what a race really commits stays out of other tests' sight."""
    with database_for_this_run() as own:
        settings = Settings.from_environment({"DATA_DIR": str(tmp_path)})
        made = create_app(settings, SQLALCHEMY_DATABASE_URI=own.app, TESTING=True, WTF_CSRF_ENABLED=False)
        yield made
        with made.app_context():
            db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """Each test runs inside one transaction that is rolled back; commits in the code under test are savepoints."""
    with app.app_context():
        engine = db.engines[None]
        with engine.connect() as connection:
            outer = connection.begin()
            db.engines[None] = connection  # type: ignore[index]
            db.session.remove()
            db.session.configure(join_transaction_mode="create_savepoint")
            try:
                yield db.session
            finally:
                db.session.remove()
                outer.rollback()
                db.engines[None] = engine  # type: ignore[index]


@pytest.fixture
def move_clock(addresses: Addresses, session: scoped_session[Session]) -> Iterator[Callable[[datetime], None]]:
    """Move the database's clock to an instant, as only the maintenance role can; it runs on from there."""
    maintenance = create_engine(addresses.maintenance, isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:

        def move(to: datetime) -> None:
            connection.execute(text("UPDATE clock SET shift = :to - clock_timestamp()"), {"to": to})
            act_behind(present_fence())

        yield move
        connection.execute(text("UPDATE clock SET shift = '0'"))
    maintenance.dispose()


@pytest.fixture
def client_as(app: Flask, session: scoped_session[Session]) -> ClientAs:
    """A browser without a screen, signed in as the actor."""

    def signed_in(actor: Actor) -> FlaskClient:
        browser = uuid.uuid4()
        with behind(SYSTEM_FENCE):
            db.session.add(BrowserSession(id=browser, person_id=actor.person_id))
        db.session.commit()
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{actor.person_id}:1"
            cookie["_fresh"] = True
            cookie["browser"] = str(browser)
            cookie["organisation_id"] = str(actor.organisation_id)
        return client

    return signed_in


@pytest.fixture
def known_postcodes(addresses: Addresses) -> Iterator[None]:
    """Five postcodes as ONS places them, which only the owner may write: two of Croydon, Sutton, Cardiff, Belfast."""
    owner = create_engine(addresses.owner, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO postcodes (postcode, easting, northing, authority_gss) VALUES (:code, :east, :north, :gss)"
            ),
            [
                {"code": "CR01EA", "east": 532430, "north": 165317, "gss": "E09000008"},
                {"code": "CR02RF", "east": 532920, "north": 163560, "gss": "E09000008"},
                {"code": "SM11EA", "east": 525790, "north": 164330, "gss": "E09000029"},
                {"code": "CF103AT", "east": 318170, "north": 176520, "gss": "W06000015"},
                {"code": "BT15GS", "east": 333880, "north": 374020, "gss": "N09000003"},
            ],
        )
        yield
        connection.execute(text("DELETE FROM postcodes"))
    owner.dispose()


@pytest.fixture(scope="session")
def built_assets() -> None:
    """The sheets and fonts of static/vendor."""
    build_assets()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without its own network chatter. Playwright's event loop ends with the module: workers need one too."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()

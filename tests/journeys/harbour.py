"""A whole Harbour for a journey: its own database with the demo's standing part, a web server, a worker, and the clock in hand."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import structlog
from flask import Flask
from sqlalchemy import create_engine, pool, text
from werkzeug.serving import make_server

from demo.standing import lay_down_standing
from foundation import clock
from foundation.config import Addresses, Settings
from foundation.database import db
from foundation.jobs import defer
from foundation.worker import run_worker
from tests.database import database_for_this_run
from tests.journeys.market import admit_some_providers
from wsgi import create_app

POSTCODE = "INSERT INTO postcodes (postcode, easting, northing, authority_gss) VALUES (:code, :east, :north, :gss)"
SOMEBODY = """
    SELECT people.email FROM people JOIN memberships ON memberships.person_id = people.id
    JOIN organisations ON organisations.id = memberships.organisation_id
    WHERE organisations.name = :organisation AND jsonb_exists(memberships.roles, :role) ORDER BY people.email LIMIT 1
"""
#: the few that the journeys type, as ONS places them
POSTCODES = [
    {"code": "CR01EA", "east": 532430, "north": 165317, "gss": "E09000008"},
    {"code": "CR02RF", "east": 532920, "north": 163560, "gss": "E09000008"},
    {"code": "SM11EA", "east": 525790, "north": 164330, "gss": "E09000029"},
]


class PostedLetter(NamedTuple):
    """A letter as its reader has it."""

    to: str
    subject: str
    body: str


class Harbour:
    """A running Harbour as a journey's people meet it."""

    def __init__(self, app: Flask, addresses: Addresses, address: str, mail: Path) -> None:
        self.app, self.addresses, self.address, self.mail = app, addresses, address, mail

    def work_off(self, *jobs: str) -> None:
        """Let the worker do all that is waiting, and the jobs that its calendar would queue now: at least the post."""
        with self.app.app_context():
            for name in (*jobs, "letters.post"):
                defer(name)
            db.session.commit()
        with ThreadPoolExecutor(1) as worker:  # the browser's own event loop runs in this thread
            worker.submit(run_worker, self.app, until_idle=True).result()

    def let_pass(self, span: timedelta) -> None:
        """Time passes, for everybody at once."""
        self._maintain("UPDATE clock SET shift = shift + :by", by=span)

    def stand_at(self, instant: datetime) -> None:
        """The clock shows that instant, and runs on."""
        self._maintain("UPDATE clock SET shift = :to - clock_timestamp()", to=instant)

    def today(self) -> date:
        """The day that the clock shows."""
        with self.app.app_context():
            return clock.today()

    def hashes_kept(self) -> set[str]:
        """The SHA-256 of every file that Harbour keeps."""
        engine = create_engine(self.addresses.maintenance, poolclass=pool.NullPool)
        with engine.connect() as connection:
            return set(connection.scalars(text("SELECT sha256 FROM stored_files")))

    def address_of(self, organisation: str, role: str) -> str:
        """The e-mail address of somebody who holds that role there."""
        engine = create_engine(self.addresses.maintenance, poolclass=pool.NullPool)
        with engine.connect() as connection:
            return str(connection.scalar(text(SOMEBODY), {"organisation": organisation, "role": role}))

    def letters(self, to: str = "") -> list[PostedLetter]:
        """Every letter that has left, or those to one address, in the order in which they left."""
        paths = sorted(self.mail.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        read = (message_from_bytes(path.read_bytes(), policy=default) for path in paths)
        letters = [PostedLetter(str(each["To"]), str(each["Subject"]), each.get_content()) for each in read]
        return [letter for letter in letters if to in letter.to]

    def _maintain(self, statement: str, **values: object) -> None:
        engine = create_engine(self.addresses.maintenance, poolclass=pool.NullPool)
        with engine.begin() as connection:
            connection.execute(text(statement), values)


@contextmanager
def running_harbour(data_dir: Path) -> Iterator[Harbour]:
    """Harbour with twelve boroughs, two frameworks and their providers, before anybody has asked for a place."""
    with database_for_this_run() as addresses:
        settings = Settings.from_environment({"DATA_DIR": str(data_dir), "DATABASE_URL": addresses.app})
        app = create_app(settings, SQLALCHEMY_DATABASE_URI=addresses.app)
        with app.app_context():
            partnership = lay_down_standing(1, datetime.now(UTC))
            admit_some_providers(partnership, datetime.now(UTC))
            db.session.remove()
        with create_engine(addresses.owner, poolclass=pool.NullPool).begin() as connection:
            connection.execute(text(POSTCODE), POSTCODES)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Harbour(app, addresses, f"http://127.0.0.1:{server.port}", data_dir / "mail")
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
            structlog.contextvars.clear_contextvars()

"""Two web servers and two workers against one database, as separate processes: signed in on one is signed in on the other, and what
the calendar calls for is done once."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from socket import socket
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import pytest
from sqlalchemy import create_engine, pool, text

from demo.people import PASSWORD
from demo.sign_ins import demo_sign_ins
from tests.database import PROJECT
from tests.journeys.harbour import Harbour, running_harbour

pytestmark = pytest.mark.slow

PATIENCE = 60
MISSED_AN_HOUR_AGO = text("""
    INSERT INTO queue.procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
    VALUES ('letters.post', 'calendar', extract(epoch FROM now())::bigint - 3600)
""")
QUEUED = text("SELECT count(*), count(*) FILTER (WHERE status = 'succeeded') FROM queue.procrastinate_jobs")
DUE_TIMES = text("SELECT task_name, defer_timestamp, count(*) FROM queue.procrastinate_periodic_defers GROUP BY 1, 2")
WORKERS = text("SELECT count(*) FROM queue.procrastinate_workers")


@pytest.fixture
def harbour(tmp_path: Path) -> Iterator[Harbour]:
    with running_harbour(tmp_path) as running:
        yield running


def free_port() -> int:
    with socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def process(harbour: Harbour, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of our processes, ended by its own id."""
    settings = {
        "DATABASE_URL": harbour.addresses.app, "DATA_DIR": str(harbour.mail.parent), "WEB_WORKERS": "1", "FLASK_APP": "wsgi",
    }  # fmt: skip
    started = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=PROJECT, env={**os.environ, **settings, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield started
    finally:
        started.terminate()
        started.wait(timeout=30)


def wait_until(happens: Callable[[], bool], what: str) -> None:
    patience = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < patience, f"{what} did not happen within {PATIENCE} seconds"
        time.sleep(0.2)


def serves(address: str) -> bool:
    try:
        with urlopen(f"{address}/healthz", timeout=5) as answer:
            return answer.status == 200
    except (URLError, ConnectionError):
        return False


def test_signed_in_on_one_web_server_is_signed_in_on_the_other(harbour: Harbour) -> None:
    ports = free_port(), free_port()
    first, second = (f"http://127.0.0.1:{port}" for port in ports)
    with ExitStack() as stack:
        for port in ports:
            stack.enter_context(process(harbour, "foundation.web_server", PORT=str(port)))
        for address in (first, second):
            wait_until(lambda address=address: serves(address), f"{address} serving")
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        page = browser.open(f"{first}/sign-in").read().decode()
        hidden = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
        typed = hidden | {"email": demo_sign_ins()[0].email, "password": PASSWORD}
        assert "Your work" in browser.open(f"{first}/sign-in", urlencode(typed).encode()).read().decode()
        assert demo_sign_ins()[0].name in browser.open(f"{second}/work").read().decode()


def test_two_workers_do_a_scheduled_job_once(harbour: Harbour) -> None:
    engine = create_engine(harbour.addresses.maintenance, poolclass=pool.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection, ExitStack() as stack:
        connection.execute(MISSED_AN_HOUR_AGO)
        for _ in range(2):
            stack.enter_context(process(harbour, "flask", "worker", "run"))
        wait_until(lambda: connection.scalar(WORKERS) == 2, "two workers at work")
        wait_until(lambda: connection.execute(QUEUED).one()[1] > 0, "the missed job being done")
        posted = connection.scalar(
            text("SELECT count(*) FROM queue.procrastinate_jobs WHERE task_name = 'letters.post'")
        )
        due = connection.execute(DUE_TIMES).all()
    assert due
    assert all(times == 1 for *_, times in due)
    # The hour that was missed is one job, not sixty; one further minute may have begun meanwhile.
    assert posted in (1, 2)

"""`script/server`: brings up the database, the web server and the worker, watches over them, and ends them together.

Run as `python -m foundation.supervisor` once script/setup has made the machine ready. Each start does only what is
still to be done; Ctrl-C lets every part finish what it has in hand.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import create_engine, pool, text
from sqlalchemy.exc import DBAPIError

from foundation.children import PROGRAMS, PROJECT, Child, stop_all
from foundation.cluster import Cluster, ClusterFailed, find_addresses
from foundation.config import Addresses, Misconfigured, Settings
from foundation.logs import configure_logs
from foundation.migrating import migrate
from foundation.web_server import web_command

START_SECONDS = 120
WATCH_SECONDS = 1.0
#: A demo whose load was cut short counts as nothing: the next load clears it and begins again.
IS_EMPTY = text("SELECT NOT EXISTS (SELECT FROM organisations WHERE source <> 'demo_unfinished')")
HAS_POSTCODES = text("SELECT EXISTS (SELECT FROM postcodes)")


class CannotStart(Exception):
    """Something in the way of a start; the message says what, and what to do."""


def main() -> int:
    """Start everything, stay until told to stop, stop everything. Gives back the process's exit code."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    try:
        settings = Settings.from_environment()
        configure_logs("WARNING")
        with ExitStack() as ending:
            ending.enter_context(alone_on(settings))
            run(settings, stopping, ending)
    except (CannotStart, Misconfigured, ClusterFailed) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def run(settings: Settings, stopping: threading.Event, ending: ExitStack) -> None:
    """The start in order, then the watch. Whatever was started is ended in the opposite order."""
    refuse_a_taken_port(settings)
    addresses = start_database(settings, ending)
    prepare_database(settings, addresses, stopping)
    if stopping.is_set():
        return
    say("Starting the web server and the worker")
    children = [
        Child("web server", web_command(settings), settings),
        Child("worker", [*flask(), "worker", "run"], settings),
    ]
    ending.callback(stop_all, children)
    for child in children:
        child.start()
    wait_until_it_serves(settings, children, stopping)
    if not stopping.is_set():
        welcome(settings)
    while not stopping.wait(WATCH_SECONDS):
        for child in children:
            child.start_again_if_ended()
    say("Stopping: each part finishes what it has in hand")


@contextmanager
def alone_on(settings: Settings) -> Iterator[None]:
    """One server on a DATA_DIR at a time: the second one says so and leaves."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "server.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(f"Harbour already runs on {settings.data_dir}: {lock.read().strip()}.") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, {settings.public_url}")
        lock.flush()
        yield


def refuse_a_taken_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as failure:
        raise CannotStart(
            f"Port {settings.port} cannot be had on {settings.host} ({failure.strerror}). Stop what uses it, or"
            f" choose another: PORT={settings.port + 1} script/server"
        ) from None


def start_database(settings: Settings, ending: ExitStack) -> Addresses:
    if not settings.is_embedded:
        return find_addresses(settings)
    say("Starting the database")
    cluster = Cluster(settings)
    cluster.start()
    ending.callback(cluster.stop)
    return cluster.addresses()


def prepare_database(settings: Settings, addresses: Addresses, stopping: threading.Event) -> None:
    """Migrate; load the country's postcodes once; on an empty database load the demo partnership, unless unwanted."""
    say("Bringing the tables up to date")
    try:
        migrate(addresses.owner)
    except DBAPIError as failure:
        reason = str(failure.orig).strip().partition("\n")[0]
        raise CannotStart(f"The database cannot be brought up to date: {reason}.") from None
    if not answers(addresses, HAS_POSTCODES) and not stopping.is_set():
        say("Loading the country's postcodes (once)")
        command("places", "load", stopping=stopping)
    if settings.load_demo and answers(addresses, IS_EMPTY) and not stopping.is_set():
        say("Loading the demo partnership (once)")
        command("demo", stopping=stopping)


def answers(addresses: Addresses, question: object) -> bool:
    """A yes-or-no question to the whole database, past the fence where the maintenance address is known."""
    engine = create_engine(addresses.maintenance or addresses.app, poolclass=pool.NullPool)
    with engine.connect() as connection:
        return bool(connection.scalar(question))  # type: ignore[call-overload]


def flask() -> list[str]:
    return [str(PROGRAMS / "flask"), "--app", "wsgi"]


def command(*words: str, stopping: threading.Event) -> None:
    """Run one of our own commands, its progress shown as it comes; Ctrl-C reaches it too, and is no failure."""
    if subprocess.run([*flask(), *words], cwd=PROJECT, check=False).returncode and not stopping.is_set():
        raise CannotStart(f"`flask {' '.join(words)}` failed: see above. Running script/server again tries it again.")


def wait_until_it_serves(settings: Settings, children: list[Child], stopping: threading.Event) -> None:
    """Ask /healthz until it answers 200; a part that ends meanwhile, or two minutes, end the start."""
    reason = "it does not answer"
    for _ in range(START_SECONDS * 10):
        if stopping.wait(0.1):
            return
        for child in children:
            if child.has_ended:
                raise CannotStart(f"The {child.name} ended as it started: see {child.log}.")
        try:
            urllib.request.urlopen(f"http://{reachable_host(settings)}:{settings.port}/healthz", timeout=5).close()
        except urllib.error.HTTPError as answer:
            reason = reason_in(answer)
        except OSError:
            continue
        else:
            return
    raise CannotStart(f"The web server does not serve after {START_SECONDS} seconds: {reason}.")


def reachable_host(settings: Settings) -> str:
    return "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound


def reason_in(answer: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(answer.read())["reason"])
    except (ValueError, KeyError):
        return f"it answers {answer.code}"


def welcome(settings: Settings) -> None:
    """The address, and who may sign in to look around."""
    print(f"\nHarbour is at {settings.public_url}\n", flush=True)
    if settings.load_demo:
        subprocess.run([*flask(), "demo", "--sign-ins"], cwd=PROJECT, check=False)
    print("\nCtrl-C stops it; nothing is lost.", flush=True)


def say(what: str) -> None:
    print(f"== {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

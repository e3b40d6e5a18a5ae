"""The embedded PostgreSQL: a real server of the project's own, started and stopped with it, its data under DATA_DIR.

`ensure_cluster(settings)` is the way in. It listens on a private socket only, asks every role for its password
(scram-sha-256, secrets made at first start), and survives kill -9, racing starts and a process id used again.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from foundation.cluster_place import Place
from foundation.cluster_roles import Secrets, create_database, drop_database, provision
from foundation.config import Addresses, Settings, write_privately

DATABASE = "harbour"
START_SECONDS = 120  # crash recovery of a large database takes its time
PORT = 5432  # names the socket's file only: nothing listens on the network
FOR_TESTS = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")


class ClusterFailed(Exception):
    """The embedded PostgreSQL would not start or stop; the message ends with what its log last said."""


def ensure_cluster(settings: Settings, *, durable: bool = True) -> Addresses:
    """The database's addresses, the embedded server having been started unless an existing one was named."""
    if not settings.is_embedded:
        return settings.given_addresses
    cluster = Cluster(settings, durable=durable)
    cluster.start()
    return cluster.addresses()


def find_addresses(settings: Settings) -> Addresses:
    """The database's addresses, nothing being started: for commands beside a server that runs already."""
    return Cluster(settings).addresses() if settings.is_embedded else settings.given_addresses


class Cluster:
    """One PostgreSQL server with its data. `durable=False` trades safety for speed and is for tests alone."""

    def __init__(self, settings: Settings, *, durable: bool = True) -> None:
        self.settings = settings
        self.durable = durable
        self.place = Place.of(settings)

    def addresses(self, database: str = DATABASE) -> Addresses:
        """The three roles' addresses of one of the server's databases."""
        return Secrets.read(self.place.secrets).addresses(self.place.socket, PORT, database)

    def start(self) -> None:
        """Start the server unless it runs, making data, roles and database where they are missing."""
        with self._alone():
            if not self.place.data.exists():
                self._initialise()
            if not self.is_running():
                self._start_server()
            provision(self._superuser(), self._secrets(), DATABASE)

    def stop(self) -> None:
        """Stop the server, letting it write everything down; nothing happens if it is not running."""
        with self._alone():
            if self.is_running() or self._postmaster():
                self._run("pg_ctl", "-D", self.place.data, "-w", "-t", "60", "-m", "fast", "stop")

    def is_running(self) -> bool:
        """Whether the server answers; one that is still recovering does not yet."""
        if not self.place.secrets.exists():
            return False
        try:
            with self._superuser():
                return True
        except psycopg.OperationalError:
            return False

    def create_database(self, name: str, *, template: str | None = None) -> Addresses:
        """A further database, owned by the owner role: empty with the extensions, or a copy of another one."""
        create_database(self._superuser(), name, template=template)
        return self.addresses(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        drop_database(self._superuser(), name)

    def has_database(self, name: str) -> bool:
        with self._superuser() as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the cluster's lock: of processes that start or stop it at once, one acts and the others wait."""
        self.place.make_folders()
        with open(self.place.base / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _superuser(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.place.socket), port=PORT, dbname=database, user="postgres",
            password=self._secrets().superuser, connect_timeout=5, autocommit=True,
        )  # fmt: skip

    def _secrets(self) -> Secrets:
        return Secrets.read(self.place.secrets)

    def _initialise(self) -> None:
        """Make the data folder aside and move it into place whole, so that a start cut short leaves no half of one."""
        secrets = Secrets.make(self.place.secrets)
        unfinished, password = self.place.base / "data.unfinished", self.place.base / "password"
        shutil.rmtree(unfinished, ignore_errors=True)
        password.unlink(missing_ok=True)
        unfinished.mkdir(mode=0o700)
        write_privately(password, secrets.superuser)
        self.place.give(unfinished)
        self.place.give(password)
        try:
            self._run(
                "initdb", "-D", unfinished, "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={password}",
                "--encoding=UTF8", "--locale=C.UTF-8", *(() if self.durable else ("--no-sync",)),
            )  # fmt: skip
        finally:
            password.unlink()
        unfinished.rename(self.place.data)

    def _start_server(self) -> None:
        """Start and wait. A killed server's zombie can hold its lock files for a second or two: hence the tries."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._clear_stale_pid_file()
            try:
                return self._run(
                    "pg_ctl", "-D", self.place.data, "-w", "-t", str(START_SECONDS), "-l", self.place.log,
                    "-o", self._server_options(), "start",
                )  # fmt: skip
            except ClusterFailed:
                if self.is_running():
                    return None
                if time.monotonic() > deadline or not self._is_worth_another_try():
                    raise
                time.sleep(0.5)

    def _server_options(self) -> str:
        options = ("-p", str(PORT), "-k", f"'{self.place.socket}'", "-c", "listen_addresses=",
                   "-c", "unix_socket_permissions=0700", "-c", "timezone=UTC", "-c", "log_timezone=UTC")  # fmt: skip
        return " ".join(options + (() if self.durable else FOR_TESTS))

    def _is_worth_another_try(self) -> bool:
        """Whether the log's last words are those of a lock file whose process is still on its way out."""
        last = _last_lines(self.place.log)
        return any(word in last for word in ("lock file", "shared memory", "starting up"))

    def _postmaster(self) -> int | None:
        """The process id of this cluster's live server, judged by its program and working folder, not its number."""
        with suppress(FileNotFoundError, ValueError, PermissionError, IndexError):
            pid = int((self.place.data / "postmaster.pid").read_text().split("\n", 1)[0])
            with suppress(OSError):
                program, folder = (os.readlink(f"/proc/{pid}/{link}") for link in ("exe", "cwd"))
                if Path(program.removesuffix(" (deleted)")).name == "postgres" and Path(folder) == self.place.data:
                    return pid
        return None

    def _clear_stale_pid_file(self) -> None:
        if Path("/proc/self/exe").exists() and self._postmaster() is None:
            (self.place.data / "postmaster.pid").unlink(missing_ok=True)

    def _run(self, program: str, *arguments: str | Path) -> None:
        """Run one of PostgreSQL's programs as the account, out of reach of the terminal's Ctrl-C."""
        account = self.place.account
        with tempfile.TemporaryFile("w+", errors="replace") as said:  # no pipe: the server would keep it open
            done = subprocess.run(
                [self.place.programs(self.settings) / program, *arguments],
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
                check=False,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
            if done.returncode:
                said.seek(0)
                reason = f"PostgreSQL's {program} failed: {' '.join(said.read().split())}"
                raise ClusterFailed(f"{reason} {_last_lines(self.place.log)}".strip())


def _last_lines(log: Path) -> str:
    if not log.exists():
        return ""
    return f"Its log ({log}) ends: " + " / ".join(log.read_text(errors="replace").splitlines()[-4:])


def main(words: list[str]) -> None:
    """`python -m foundation.cluster start|stop`: the embedded server by itself, for a restore."""
    if words not in (["start"], ["stop"]):
        raise SystemExit("Say start or stop.")
    cluster = Cluster(Settings.from_environment())
    if words == ["start"]:
        cluster.start()
    else:
        cluster.stop()


if __name__ == "__main__":
    main(sys.argv[1:])

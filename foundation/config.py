"""Settings: everything an operator may decide, read once from the environment, typed and checked.

Each variable is described in docs/operations.md. Nothing else in the code base reads the environment.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

DRIVER = "postgresql+psycopg"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
MAIL_WAYS = ("smtp", "notify", "outbox")


class Misconfigured(click.ClickException):
    """The environment holds a setting that cannot be meant; the message says which, and what it should look like.

    Being click's, it ends any `flask …` command with that one sentence instead of a traceback.
    """


@dataclass(frozen=True)
class Addresses:
    """Where the database is, once for each of the three roles (SQLAlchemy addresses).

    Of an embedded database all three are known; of an existing one the owner's and the maintenance address may be
    empty in a process that needs neither, such as a web process.
    """

    app: str
    owner: str
    maintenance: str


@dataclass(frozen=True)
class Settings:
    """What the operator decided; `Settings.from_environment()` is the one way to get it."""

    data_dir: Path
    host: str
    port: int
    public_url: str
    proxies: int
    web_workers: int
    database_url: str
    owner_database_url: str
    maintenance_database_url: str
    pg_bin: Path | None
    given_secret_key: str
    smtp_url: str
    notify_key: str
    notify_template: str
    mail_from: str
    load_demo: bool
    log_level: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read and check every setting; raises Misconfigured with one sentence about the first that is wrong."""
        read = _Reader(environment)
        port = read.number("PORT", 8000, 1, 65535)
        return cls(
            data_dir=Path(read.text("DATA_DIR", "var")).expanduser().resolve(),
            host=read.text("HOST", "127.0.0.1"),
            port=port,
            public_url=read.web_address("PUBLIC_URL", f"http://localhost:{port}"),
            proxies=read.number("PROXIES", 0, 0, 9),
            web_workers=read.number("WEB_WORKERS", os.cpu_count() or 1, 1, 64),
            database_url=read.database("DATABASE_URL"),
            owner_database_url=read.database("OWNER_DATABASE_URL"),
            maintenance_database_url=read.database("MAINTENANCE_DATABASE_URL"),
            pg_bin=read.programs("PG_BIN"),
            given_secret_key=read.text("SECRET_KEY", ""),
            smtp_url=read.smtp("SMTP_URL"),
            notify_key=read.text("NOTIFY_KEY", ""),
            notify_template=read.text("NOTIFY_TEMPLATE", ""),
            mail_from=read.text("MAIL_FROM", "harbour@localhost"),
            load_demo=read.yes_or_no("LOAD_DEMO", True),
            log_level=read.one_of("LOG_LEVEL", "INFO", LOG_LEVELS),
        )

    @property
    def is_embedded(self) -> bool:
        """Whether Harbour runs its own PostgreSQL, no address of another having been given."""
        return not self.database_url

    @property
    def given_addresses(self) -> Addresses:
        """The addresses of the existing PostgreSQL that the operator named."""
        return Addresses(self.database_url, self.owner_database_url, self.maintenance_database_url)

    @property
    def is_secure(self) -> bool:
        """Whether people reach Harbour over TLS, so that cookies may be marked Secure."""
        return self.public_url.startswith("https://")

    @property
    def mail_way(self) -> str:
        """How letters leave: one of MAIL_WAYS. Without a mail setting they stay in the outbox and under var/mail."""
        if self.notify_key:
            return "notify"
        return "smtp" if self.smtp_url else "outbox"

    @property
    def secret_key(self) -> str:
        """The key that signs sessions: as given, or made at first use and kept in DATA_DIR, readable by its owner."""
        return self.given_secret_key or kept_secret(self.data_dir / "secret_key")


def _new_token() -> str:
    return secrets.token_urlsafe(48)


def kept_secret(path: Path, make: Callable[[], str] = _new_token) -> str:
    """The secret kept in a file of mode 600, made first if there is none. Two processes that race agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ours = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        write_privately(ours, make())
        try:
            os.link(ours, path)
        except FileExistsError:
            pass  # another process was first: its secret counts
        finally:
            ours.unlink()
    return path.read_text(encoding="ascii").strip()


def write_privately(path: Path, text: str) -> None:
    """Write a new file that only its owner may read, never for a moment readable by others."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


class _Reader:
    """Reads one environment, variable by variable; a blank variable counts as one that is not set."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def text(self, name: str, default: str) -> str:
        return self.environment.get(name, "").strip() or default

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        given = self.text(name, str(default))
        if not given.isdecimal() or not lowest <= int(given) <= highest:
            raise Misconfigured(f"{name} is “{given}”. It must be a whole number from {lowest} to {highest}.")
        return int(given)

    def yes_or_no(self, name: str, default: bool) -> bool:
        return self.one_of(name, "yes" if default else "no", ("yes", "no")) == "yes"

    def one_of(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        given = self.text(name, default)
        for choice in choices:
            if given.casefold() == choice.casefold():
                return choice
        raise Misconfigured(f"{name} is “{given}”. It must be one of: {', '.join(choices)}.")

    def web_address(self, name: str, default: str) -> str:
        given = self.text(name, default).rstrip("/")
        if urlsplit(given).scheme not in ("http", "https") or not urlsplit(given).hostname:
            raise Misconfigured(f"{name} is “{given}”. It must be an address such as https://harbour.example.org.")
        return given

    def smtp(self, name: str) -> str:
        given = self.text(name, "")
        if given and (urlsplit(given).scheme not in ("smtp", "smtps") or not urlsplit(given).hostname):
            raise Misconfigured(f"{name} must look like smtp://user:password@mail.example.org:587 (or smtps://).")
        return given

    def database(self, name: str) -> str:
        given = self.text(name, "")
        scheme, separator, rest = given.partition("://")
        if not given:
            return ""
        if not separator or scheme not in ("postgres", "postgresql", DRIVER):
            raise Misconfigured(f"{name} must look like postgresql://user:password@host:5432/harbour.")
        return f"{DRIVER}://{rest}"

    def programs(self, name: str) -> Path | None:
        given = self.text(name, "")
        if given and not (Path(given) / "initdb").exists():
            raise Misconfigured(f"{name} is “{given}”. It must be PostgreSQL's folder of programs, with initdb in it.")
        return Path(given).resolve() if given else None

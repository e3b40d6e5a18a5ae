"""Bringing a database's tables up to the code's, and saying how far they are."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def migrate(owner_address: str, revision: str = "head") -> None:
    """Run, as the owner, every migration that the database lacks; safe to do twice and by two processes at once."""
    config = _config()
    config.attributes["owner_address"] = owner_address
    command.upgrade(config, revision)


def head() -> str:
    """The newest migration of this code."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def revision_of(connection: Connection) -> str:
    """The newest migration that a database has had; empty before the first."""
    if connection.scalar(text("SELECT to_regclass('public.alembic_version')")) is None:
        return ""
    return str(connection.scalar(text("SELECT version_num FROM public.alembic_version")) or "")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config

"""What the pages ask about imports of the register."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from foundation.database import db
from foundation.permission import NotFound
from marketplace.actor import Actor
from marketplace.framework import RegisterImport

I = RegisterImport  # noqa: E741 - the table asked about
SHOWN = 20


@dataclass(frozen=True)
class ImportRow:
    """A line of the history."""

    reference: str
    at: datetime
    by_name: str
    file_name: str
    as_at: date | None
    rows_read: int
    settings_added: int
    settings_changed: int
    rows_skipped: int
    finished_at: datetime | None
    problem: str | None

    @property
    def badge(self) -> tuple[str, str]:
        """How it ended."""
        if self.problem:
            return ("bad", "Nothing imported")
        return ("ok", "Finished") if self.finished_at else ("wait", "Under way")


def history() -> list[ImportRow]:
    """The latest imports, newest first."""
    columns = (
        I.reference, I.at, I.by_name, I.file_name, I.as_at, I.rows_read, I.settings_added, I.settings_changed,
        I.rows_skipped, I.finished_at, I.problem,
    )  # fmt: skip
    rows = db.session.execute(select(*columns).order_by(I.at.desc()).limit(SHOWN))
    return [ImportRow(*row) for row in rows]


def import_called(reference: str, actor: Actor) -> RegisterImport:
    """The import of that reference; those of another hub, and all for anybody else, do not exist."""
    found = db.session.scalar(select(I).where(I.reference == reference, I.hub_id == actor.organisation_id))
    if found is None:
        raise NotFound
    return found

"""The worker's part in importing the register: it imports what the hub sent in, and says beside it how far it is."""

import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from foundation.database import db
from foundation.files import StoredFile
from foundation.jobs import job
from foundation.permission import Invalid
from foundation.tenancy import SYSTEM_FENCE, act_as_system
from marketplace.actor import SYSTEM
from marketplace.framework import RegisterImport
from marketplace.register_import import import_register, rows_of

BROKE_OFF = "The import broke off, and nothing of the file was imported. Send the file again; if it breaks off again, tell your operator."


@job("register.import", tries=1)
def import_what_was_sent(import_id: str) -> None:
    """Import a register that the hub sent in."""
    act_as_system()
    ordered = db.session.get_one(RegisterImport, uuid.UUID(import_id))
    if not ordered.is_under_way:
        return
    try:
        content = db.session.get_one(StoredFile, ordered.file_id).content
        import_register(ordered, rows_of(content), by=SYSTEM, progress=told_beside(ordered.id))
    except Invalid as refused:
        _write_beside(ordered.id, problem=refused.message)
    except Exception:
        db.session.rollback()
        _write_beside(uuid.UUID(import_id), problem=BROKE_OFF)
        raise


def told_beside(import_id: uuid.UUID) -> Callable[[str, int, int], None]:
    """Progress written in transactions of its own, so that the page shows it while the import's is still open."""

    def tell(stage: str, done: int, total: int) -> None:
        _write_beside(import_id, stage=stage, done=done, total=total)

    return tell


def _write_beside(import_id: uuid.UUID, **facts: Any) -> None:
    with Session(db.engine) as aside:
        aside.info["fence"] = SYSTEM_FENCE
        aside.execute(update(RegisterImport).where(RegisterImport.id == import_id).values(**facts))
        aside.commit()

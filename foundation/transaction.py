"""One act, one transaction: it commits on leaving, rolls back on any error, and refuses to nest."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from foundation import audit, once
from foundation.database import db
from foundation.permission import NotPermitted


class NestedTransaction(RuntimeError):
    """A verb called a verb."""


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything inside happens or nothing does. A refusal leaves one row behind: the audit event that says who tried what."""
    session = db.session()
    if session.info.get("in_transaction"):
        raise NestedTransaction("a verb never calls a verb")
    session.info["in_transaction"] = True
    try:
        once.claim(session)
        yield session
        session.commit()
    except NotPermitted as refusal:
        session.rollback()
        audit.record_refusal(refusal)
        session.commit()
        raise
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("in_transaction", None)

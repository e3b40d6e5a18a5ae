"""The sign-in throttle: failed tries are counted in the database, per account, per address and overall, for all web processes at once.

A try is written down as failed before the password is looked at, and marked as succeeded afterwards, so that many tries at
once cannot slip past the count. A try that is turned away is not counted: whoever is locked out gets in when the time is over.
Times are the true ones, not a demonstration's shifted clock (decision 0011).
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update

from foundation.database import db
from foundation.formatting import clock_time
from foundation.permission import TooManyTries
from marketplace.person import SignInAttempt

WINDOW = timedelta(minutes=15)
PER_ACCOUNT, PER_ADDRESS, OVERALL = 10, 60, 600


def count_try(email: str, address: str) -> uuid.UUID:
    """Write a try down; raise `TooManyTries`, saying when to try again, if there were too many before it."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(email.casefold(), 0))))
    theirs, since = SignInAttempt.email == email, _last_success(email)
    standing_in_the_way = (
        _nth_latest_failure(PER_ACCOUNT, theirs, *([SignInAttempt.at > since] if since else [])),
        _nth_latest_failure(PER_ADDRESS, SignInAttempt.address == address),
        _nth_latest_failure(OVERALL),
    )
    oldest = [at for at in standing_in_the_way if at is not None]
    if oldest:
        again = max(oldest) + WINDOW + timedelta(minutes=1)  # to the whole minute after it
        raise TooManyTries(f"There were too many tries to sign in. Try again at {clock_time(again)}.")
    attempt = SignInAttempt(id=uuid.uuid4(), email=email, address=address, at=func.clock_timestamp(), succeeded=False)
    db.session.add(attempt)
    return attempt.id


def note_success(attempt_id: uuid.UUID) -> None:
    """The try was no guess: it, and what was mistyped before it, count no longer against the account."""
    db.session.execute(update(SignInAttempt).where(SignInAttempt.id == attempt_id).values(succeeded=True))


def _last_success(email: str) -> datetime | None:
    return db.session.execute(
        select(func.max(SignInAttempt.at)).where(SignInAttempt.email == email, SignInAttempt.succeeded)
    ).scalar()


def _nth_latest_failure(count: int, *among: ColumnElement[bool]) -> datetime | None:
    """When the failure that fills the measure happened, if it lies within the window."""
    return db.session.execute(
        select(SignInAttempt.at)
        .where(*among, SignInAttempt.at > func.clock_timestamp() - WINDOW, ~SignInAttempt.succeeded)
        .order_by(SignInAttempt.at.desc())
        .offset(count - 1)
        .limit(1)
    ).scalar()

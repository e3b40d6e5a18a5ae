"""The deadline for answers, judged by the database's clock inside the statement that writes them.

The row policies of offers, fee lines and responses ask whether the referral is published and its deadline not passed, by
`clock_timestamp()`: the transaction's own `now()` is when it began and would let a late answer in. Writers hold the referral
`FOR SHARE`, its opener `FOR UPDATE`, so that no slow answer surfaces after opening.
"""

from datetime import datetime

from sqlalchemy.exc import ProgrammingError

from foundation import clock
from foundation.database import db
from foundation.formatting import clock_time, day
from foundation.permission import NotNow
from foundation.working_days import BeyondBankHolidays, london_day, working_days_between
from referrals.referral import Referral

REFUSED_BY_ROW_POLICY = "42501"


class TooLate(NotNow):
    """An answer after the deadline: nothing of it was kept by us, and what was typed is shown again."""


def in_time(referral: Referral) -> None:
    """Write what is pending; raise `TooLate` if the database says that the deadline has passed."""
    said = too_late(referral)
    try:
        db.session.flush()
    except ProgrammingError as refused:
        if getattr(refused.orig, "sqlstate", None) != REFUSED_BY_ROW_POLICY:
            raise
        raise TooLate(said) from refused


def too_late(referral: Referral) -> str:
    """What is said to whoever answers after the deadline."""
    if referral.deadline is None:
        return "This referral takes no answers. Nothing was sent."
    when = f"{clock_time(referral.deadline)} on {day(referral.deadline)}"
    return f"The deadline passed at {when}. Nothing was sent."


def working_days_until(deadline: datetime) -> int:
    """Working days left: 0 on the day itself, negative after it; five in seven where the bank holidays are not known."""
    today, on = clock.today(), london_day(deadline)
    try:
        return working_days_between(today, on)
    except BeyondBankHolidays:
        return (on - today).days * 5 // 7

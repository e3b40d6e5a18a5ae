"""Which placements were live when: the one condition that returns, indicators and reports share.

A placement lives from the day on which it started up to, not including, the day on which the child left.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from contracts.agreement import Agreement

first_day_of_stay = Agreement.started_on
Day = date | ColumnElement[Any]


def has_started() -> ColumnElement[bool]:
    """Placements that began at all."""
    return first_day_of_stay.is_not(None)


def was_live(first_day: Day, day_after: Day) -> ColumnElement[bool]:
    """Live on any day from the first up to, not including, the day after."""
    left = or_(Agreement.ended_on.is_(None), Agreement.ended_on > first_day)
    return and_(has_started(), first_day_of_stay < day_after, left)


def under_terms(day_after: Day) -> ColumnElement[bool]:
    """Bought under a framework's terms, which ask for returns: not spot purchases, unless converted before that day."""
    return or_(Agreement.bought_by != "spot", Agreement.converted_on < day_after)


def started_in(first_day: Day, day_after: Day) -> ColumnElement[bool]:
    """Whose first day lies in the period."""
    return and_(has_started(), first_day_of_stay >= first_day, first_day_of_stay < day_after)


def ended_in(first_day: Day, day_after: Day) -> ColumnElement[bool]:
    """Whose child left in the period. Who leaves on the morning after its last day was there all through it."""
    return and_(Agreement.ended_on > first_day, Agreement.ended_on <= day_after)

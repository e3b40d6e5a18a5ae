"""The months of schedules: written 2026-10, said October 2026, known by their first day."""

import re
from datetime import date

_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class NotAMonth(ValueError):
    """A text that is no month; its sentence names the right form."""


def month_of(day: date) -> date:
    """The first day of the month in which the day falls."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def parse_month(text: str) -> date:
    """Read `2026-10`."""
    found = _MONTH.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2]) <= 12 or not 2000 <= int(found[1]) <= 2200:
        raise NotAMonth(f"“{text.strip()}” is not a month. Write it as 2026-10.")
    return date(int(found[1]), int(found[2]), 1)


def written(month: date) -> str:
    """2026-10: in addresses and files."""
    return f"{month:%Y-%m}"


def said(month: date) -> str:
    """October 2026."""
    return f"{month:%B %Y}"

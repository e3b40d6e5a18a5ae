"""How figures, dates and counts are written: British, in London's time, the same on pages and in PDFs.

Instants are shown in Europe/London; a naive datetime is refused, since nobody can tell what it means.
Money is Decimal (or int) pounds, rounded half up, with a true minus; floats are refused.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
MINUS = "\u2212"
NO_BREAK = "\u00a0"

Figure = Decimal | int

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def in_london(moment: date | datetime) -> date:
    """The day in London of an instant; a plain date is that day already."""
    if isinstance(moment, datetime):
        return london(moment).date()
    return moment


def london(instant: datetime) -> datetime:
    """An instant as London's clocks show it."""
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs its time zone: {instant!r}")
    return instant.astimezone(LONDON)


def day(moment: date | datetime | None) -> str:
    """Monday 23 November 2026: in prose, and always for a deadline."""
    if moment is None:
        return ""
    on = in_london(moment)
    return f"{on:%A} {on.day} {on:%B} {on.year}"


def day_short(moment: date | datetime | None) -> str:
    """Mon 23 Nov: in tables, where the year is plain from the place."""
    if moment is None:
        return ""
    on = in_london(moment)
    return f"{on:%a} {on.day} {on:%b}"


def day_plain(moment: date | datetime | None) -> str:
    """23 November 2026: dates of birth, starts and ends."""
    if moment is None:
        return ""
    on = in_london(moment)
    return f"{on.day} {on:%B} {on.year}"


def day_medium(moment: date | datetime | None) -> str:
    """23 Nov 2026: in tables that span years."""
    if moment is None:
        return ""
    on = in_london(moment)
    return f"{on.day} {on:%b} {on.year}"


def clock_time(instant: datetime) -> str:
    """noon, midnight, 9am, 3:12pm."""
    at = london(instant)
    if (at.hour, at.minute) == (12, 0):
        return "noon"
    if (at.hour, at.minute) == (0, 0):
        return "midnight"
    minutes = f":{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def moment_short(instant: datetime | None) -> str:
    """Mon 23 Nov, noon."""
    return "" if instant is None else f"{day_short(instant)}, {clock_time(instant)}"


def moment_long(instant: datetime | None) -> str:
    """Monday 23 November 2026, 3:12pm."""
    return "" if instant is None else f"{day(instant)}, {clock_time(instant)}"


def timestamp(instant: datetime) -> str:
    """2026-11-23T12:00:00Z: for machines, in UTC, such as the dates inside a PDF."""
    london(instant)  # refuses a naive one
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rounded(amount: Figure, places: int) -> Decimal:
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int):
        raise TypeError(f"not an exact figure: {amount!r}")
    return Decimal(amount).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _signed(figure: Decimal, text: str, *, plus: bool = False) -> str:
    return (MINUS if figure < 0 else "+" if plus and figure > 0 else "") + text


def money(amount: Figure | None, *, plus: bool = False) -> str:
    """£4,380.00, −£12.50: to the penny, half up; nothing for no figure."""
    if amount is None:
        return ""
    pounds = _rounded(amount, 2)
    return _signed(pounds, f"£{abs(pounds):,.2f}", plus=plus)


def pounds(amount: Figure | None, *, plus: bool = False) -> str:
    """£4,380: to the pound, half up, for the prose of a report."""
    if amount is None:
        return ""
    whole = _rounded(amount, 0)
    return _signed(whole, f"£{abs(whole):,}", plus=plus)


def millions(amount: Figure | None) -> str:
    """£3.42m: headline figures only."""
    if amount is None:
        return ""
    figure = _rounded(Decimal(amount) / 1_000_000, 2)
    return _signed(figure, f"£{abs(figure):,}m")


def percent(share: Figure | None, places: int = 1) -> str:
    """6.5%: the figure given is per cent already; a whole one is written without its decimals."""
    if share is None:
        return ""
    figure = _rounded(share, places)
    text = f"{abs(figure):,}"
    return _signed(figure, (text.rstrip("0").rstrip(".") if "." in text else text) + "%")


def number(figure: Figure | None, places: int = 0, *, plus: bool = False) -> str:
    """5,735 or 3.2, with a true minus."""
    if figure is None:
        return ""
    rounded = _rounded(figure, places)
    return _signed(rounded, f"{abs(rounded):,}", plus=plus)


def plural(how_many: int, one: str, many: str | None = None) -> str:
    """1 offer, 2 offers, 0 offers."""
    return f"{how_many:,} {one if how_many == 1 else many or one + 's'}"


def in_words(how_many: int) -> str:
    """no, one … ten; from 11 in figures."""
    return WORDS[how_many] if 0 <= how_many < len(WORDS) else f"{how_many:,}"


def working_days(left: int) -> str:
    """What is left until a deadline: 2 working days, Today, 3 working days late."""
    if left == 0:
        return "Today"
    return plural(abs(left), "working day") + (" late" if left < 0 else "")


def joined(words: Sequence[str], last: str = "and") -> str:
    """Merton, Sutton and Croydon."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def file_size(size: int) -> str:
    """640 bytes, 52 kB, 1.2 MB."""
    if size < 1_000:
        return plural(size, "byte")
    if size < 1_000_000:
        return f"{_rounded(Decimal(size) / 1_000, 0)} kB"
    return f"{_rounded(Decimal(size) / 1_000_000, 1)} MB"


def capital(text: str) -> str:
    """The first letter large, the rest untouched."""
    return text[:1].upper() + text[1:]


def slug(text: str) -> str:
    """An identifier for an element, from its words."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def unbroken(text: str) -> str:
    """The same words, kept on one line: dates and amounts in narrow columns of a PDF."""
    return text.replace(" ", NO_BREAK)


#: The names under which templates call these.
FILTERS = {
    "day": day,
    "day_short": day_short,
    "day_plain": day_plain,
    "day_medium": day_medium,
    "clock_time": clock_time,
    "moment_short": moment_short,
    "moment_long": moment_long,
    "timestamp": timestamp,
    "money": money,
    "pounds": pounds,
    "millions": millions,
    "percent": percent,
    "count": number,
    "plural": plural,
    "in_words": in_words,
    "working_days": working_days,
    "joined": joined,
    "file_size": file_size,
    "capital": capital,
    "slug": slug,
    "unbroken": unbroken,
}

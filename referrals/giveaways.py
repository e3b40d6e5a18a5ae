"""What would give somebody away in a text that every invited provider reads: contact details, postcodes, and given names."""

import re
from collections.abc import Iterable

_PATTERNS = (
    ("an e-mail address", re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")),
    ("a telephone number", re.compile(r"(?<!\w)(?:\+44|0)(?:[\s()-]*\d){9,10}(?!\w)")),
    ("a postcode", re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE)),
    ("a web address", re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)),
)


def giveaways(text: str, names: Iterable[str] = ()) -> list[str]:
    """What in the text gives somebody away, each in words: contact details first, then the names that may not stand there."""
    found = [f"{what} (“{match.group().strip()}”)" for what, pattern in _PATTERNS if (match := pattern.search(text))]
    return found + [f"the name “{name}”" for name in _said(text, names)]


def _said(text: str, names: Iterable[str]) -> list[str]:
    """The names of three letters or more that stand in the text as whole words, whatever their case."""
    wanted = {name.strip() for name in names if len(name.strip()) > 2}
    return sorted(name for name in wanted if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE))

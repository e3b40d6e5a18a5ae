"""References that people read out, type and write on paper: `CRO-7Q4K-2M`.

A prefix of two to six letters (who gave it), five random characters and a check character. They are unguessable and
give no count away, unlike running numbers. The 29 characters leave out every letter that looks like a digit (O, I, Z,
S, B) and the digits 0 and 1; they are printed in capitals only. 29 is prime, and each place has a weight of its own, so
the check character catches every single wrong character and every swap of two neighbours, in the prefix as well.

A reference is a name, not a key: what a person may see is decided by the database. 29⁵ is 20.5 million per prefix, so a
writer of very many rows passes `is_taken`.
"""

import re
import secrets
from collections.abc import Callable

ALPHABET = "23456789ACDEFGHJKLMNPQRTUVWXY"
RANDOM_LENGTH = 5

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
# The prefix may hold any letter. Those outside the alphabet borrow a digit's value: no digit can stand in a prefix, so
# within it the 26 letters keep 26 different values. Z, S and B borrow from the digits that they are read as.
_VALUES |= {letter: _VALUES[digit] for letter, digit in zip("ZSBIO", "25834", strict=True)}
_SHAPE = re.compile(rf"([A-Z]{{2,6}})([{ALPHABET}]{{6}})", re.ASCII)
# What a reader makes of our digits when copying by hand; the body holds none of these letters, so nothing is lost.
_MISREAD = str.maketrans({"Z": "2", "S": "5", "B": "8"})


class NotAReference(ValueError):
    """A text that cannot be a reference of ours; its sentence says what to look at."""


def new_reference(prefix: str, *, is_taken: Callable[[str], bool] = lambda reference: False) -> str:
    """A fresh random reference under the prefix, drawn again while `is_taken` says that it is in use."""
    if not re.fullmatch("[A-Z]{2,6}", prefix, re.ASCII):
        raise ValueError(f"A reference begins with two to six capital letters, not with {prefix!r}.")
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
        reference = _print(prefix, body + check_character(prefix + body))
        if not is_taken(reference):
            return reference


def check_character(characters: str) -> str:
    """The character that makes the weighted sum of all values nought modulo 29; weights from the right: 2, 3 …"""
    total = sum(weight * _VALUES[character] for weight, character in enumerate(reversed(characters), start=2))
    return ALPHABET[-total % len(ALPHABET)]


def parse_reference(typed: str) -> str:
    """The normal form of what was typed: forgives case, spaces, missing hyphens, and Z, S, B for 2, 5, 8."""
    compact = re.sub(r"[\s\-‐‑–—_./]+", "", typed).upper()
    found = _SHAPE.fullmatch(compact[:-6] + compact[-6:].translate(_MISREAD))
    if found is None:
        raise NotAReference(f"“{typed.strip()}” is not a reference. A reference looks like CRO-7Q4K-2M.")
    prefix, body = found.groups()
    if check_character(prefix + body[:-1]) != body[-1]:
        raise NotAReference(
            f"“{typed.strip()}” is not one of our references. Check each letter and digit, and their order."
        )
    return _print(prefix, body)


def is_reference(typed: str) -> bool:
    """Whether a text can be read as a reference of ours (not whether such a thing exists)."""
    try:
        parse_reference(typed)
    except NotAReference:
        return False
    return True


def _print(prefix: str, body: str) -> str:
    return f"{prefix}-{body[:4]}-{body[4:]}"

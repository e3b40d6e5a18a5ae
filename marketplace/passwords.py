"""Passwords: hashed by Argon2id (46 MiB, one pass, one lane: OWASP's first choice), one at a time in a process.

The gate keeps a burst of sign-ins from taking a web process past its memory. An account that does not exist costs the
same work as one that does, so that the time of the answer tells nobody which there are.
"""

import secrets
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from foundation.permission import Invalid
from marketplace.person import Person

SHORTEST, LONGEST = 12, 128

#: What people type when a password must be long: refused, also with digits or signs around it.
REFUSED = frozenset(
    {
        "password", "passwordpassword", "qwertyuiop", "qwertyuiopas", "asdfghjkl", "letmeinletmein", "iloveyou", "welcome",
        "welcometo", "changeme", "administrator", "harbour", "harbourharbour", "placement", "placements", "marketplace",
        "correcthorsebatterystaple", "abcdefghijkl", "football", "liverpool", "arsenal", "chelsea", "sunshine", "princess",
        "london", "croydon",
    }
)  # fmt: skip

_hasher = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
_gate = Lock()


def hash_password(password: str) -> str:
    """The hash that is kept in place of the password."""
    with _gate:
        return _hasher.hash(password)


def verify_password(kept: str | None, password: str) -> bool:
    """Whether the password is the one whose hash is kept. Without a hash the same work is done, and the answer is no."""
    with _gate:
        try:
            return _hasher.verify(kept or _nobodys_hash(), password[:LONGEST]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_new_hash(kept: str) -> bool:
    """Whether the hash was made with other parameters than those of today."""
    return _hasher.check_needs_rehash(kept)


def confirm_password(person: Person, password: str) -> bool:
    """Whether the signed-in person can sign in again: asked before a signature."""
    return verify_password(person.password_hash, password)


def require_good_password(password: str, *, not_holding: tuple[str, ...] = (), field: str = "password") -> None:
    """Raise `Invalid` for a password that is too short, too long, or among the first that anybody would try."""
    plain = password.casefold()
    letters = plain.strip("0123456789 !\"£$%^&*()-_=+.,?#@'")
    if len(password) < SHORTEST:
        raise Invalid(f"The password must have at least {SHORTEST} characters. Three words in a row do well.", field)
    if len(password) > LONGEST:
        raise Invalid(f"The password may have at most {LONGEST} characters.", field)
    if not letters or letters in REFUSED or len(set(plain)) < 5:
        raise Invalid("That password is among the first that anybody would try. Choose another.", field)
    if any(len(word) > 3 and word.casefold() in plain for word in not_holding):
        raise Invalid("The password must not hold your name or e-mail address. Choose another.", field)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))

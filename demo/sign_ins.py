"""The demo's sign-ins, one for each role: printed when the server starts, and shown in README."""

from typing import NamedTuple

from demo.people import KNOWN
from marketplace.roles import words


class SignIn(NamedTuple):
    """A role in words, whose it is, and the address to sign in with."""

    role: str
    name: str
    email: str


def demo_sign_ins() -> list[SignIn]:
    """One sign-in for each role of a borough, the hub and a provider; and the people of two more providers."""
    return [
        SignIn(words(role), name, f"{name.casefold().replace(' ', '.')}@{domain}")
        for domain, known in KNOWN.items()
        for role, name in known
    ]

"""Tokens in letters: random, and kept only as a hash, so that a reader of the database cannot use them."""

import hashlib
import secrets


def new_token() -> str:
    """A token of 256 bits, as it goes out in a letter."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()

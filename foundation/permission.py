"""Failures that the pages turn into one clear sentence each. Who may do what is the table in `marketplace.policy`."""

from typing import Any


class NotPermitted(Exception):
    """The person's role, or their organisation's part in the matter, does not allow the act (403)."""

    def __init__(self, act: str, by: Any, subject: Any = None, reason: str = "Your role does not allow this.") -> None:
        super().__init__(reason)
        self.act, self.by, self.subject, self.reason = act, by, subject, reason


class NotNow(Exception):
    """The act is allowed to this person, but the thing is not in a state for it (409)."""


class Stale(Exception):
    """Somebody else changed the thing since the form was opened (409): both versions are shown."""


class Invalid(Exception):
    """What was asked cannot be meant: a sentence for each field (or for the whole form, under the empty name)."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


class NotFound(Exception):
    """There is no such thing for this person: a stranger's reference looks exactly like one that never was (404)."""


class TooManyTries(Exception):
    """Guessing is slowed down (429); the sentence says when to try again."""

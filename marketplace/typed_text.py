"""What was being typed when a session ended: carried through the sign-in page, and offered back to the same person afterwards.

It travels signed, so that no other page can put words into somebody's mouth, and names whose it is: another person who signs in at
the same desk is shown nothing of it. Passwords, files and tokens are never carried. Nothing of it is kept on the server.
"""

import uuid
from typing import Any, NamedTuple

from flask import current_app, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict

from foundation.submitting import KEY_FIELD
from marketplace.person import LONGEST

NEVER = ("csrf_token", KEY_FIELD)


class TypedText(NamedTuple):
    """Fields of a form that could not be sent, whose they are, and the address they were going to."""

    person_id: str
    to: str
    fields: list[tuple[str, str]]
    had_files: bool

    def is_of(self, person_id: uuid.UUID) -> bool:
        """Whether this very person typed it."""
        return self.person_id == str(person_id)

    @property
    def words(self) -> list[tuple[str, str]]:
        """What a person would know again: the fields that hold more than a number or a code, under readable names."""
        return [(name.replace("_", " ").capitalize(), text) for name, text in self.fields if " " in text.strip()]


def seal_typed_text() -> str:
    """The request's form, sealed for the sign-in page; empty when the request comes from nobody we knew."""
    known_as = str(session.get("_user_id", "")).partition(":")[0]
    if not known_as:
        return ""
    typed = TypedText(known_as, request.full_path.rstrip("?"), _kept(request.form), any(request.files.values()))
    return str(_serializer().dumps(typed._asdict()))


def unseal_typed_text(sealed: str) -> TypedText | None:
    """What `seal_typed_text` sealed; None for anything else, or after a working day."""
    try:
        opened: dict[str, Any] = _serializer().loads(sealed, max_age=int(LONGEST.total_seconds()))
    except BadData:
        return None
    opened["fields"] = [(name, text) for name, text in opened["fields"]]
    return TypedText(**opened)


def local_path(wanted: str | None, otherwise: str = "/work") -> str:
    """The address to go to after signing in: only a path of ours, never another site."""
    good = wanted and wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if good and wanted and "\\" not in wanted else otherwise


def _kept(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    return [(name, text) for name, text in form.items(multi=True) if name not in NEVER and "password" not in name]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="typed text")

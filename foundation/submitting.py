"""From a form to a verb: validate the shape, carry out the act, and put what it refuses next to the field it is about.

Every form of ours carries a one-time key beside its CSRF token; `foundation.once` makes a second press give the first answer.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from foundation.forms import csrf_field
from foundation.permission import Invalid

P = ParamSpec("P")
R = TypeVar("R")

KEY_FIELD = "one_time_key"

#: What a broken rule of the database means to a person: constraint name → (field, sentence). Packages add theirs.
SENTENCES: dict[str, tuple[str, str]] = {}


def say(constraint: str, sentence: str, field: str = "") -> None:
    """When the database refuses a row by this constraint, the page says this, next to that field."""
    SENTENCES[constraint] = (field, sentence)


def hidden_fields() -> Markup:
    """What every form of ours carries: the CSRF token and a one-time key."""
    key = Markup('<input type="hidden" name="{}" value="{}">').format(KEY_FIELD, secrets.token_urlsafe(16))
    return csrf_field() + key


def body_hash(body: MultiDict[str, str]) -> str:
    """What a sent form says, whichever time it is sent."""
    said = sorted((name, value) for name, value in body.items(multi=True) if name != "csrf_token")
    return hashlib.sha256(repr(said).encode()).hexdigest()


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose meaning is judged by a verb."""

    #: what the verb gave back
    outcome: Any = None

    def carry_out(self, verb: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> bool:
        """Do the act; False when its meaning was refused, with the reason beside the field that it is about."""
        try:
            self.outcome = verb(*args, **kwargs)
        except Invalid as refused:
            self.blame(refused.field, refused.message)
            return False
        except IntegrityError as broken:
            self.blame(*sentence_for(broken))
            return False
        return True

    def blame(self, field: str, sentence: str) -> None:
        """Put a sentence next to the field, or above the form where there is no such field."""
        if field in self._fields:
            self._fields[field].errors = [*self._fields[field].errors, sentence]
        else:
            self.form_errors.append(sentence)

    @property
    def status(self) -> int:
        """How the page is sent: 422 when the form is sent back with errors."""
        return 422 if self.errors else 200


def sentence_for(broken: IntegrityError) -> tuple[str, str]:
    """The field and sentence of a broken constraint; one that nobody named is a fault of ours and stays an error."""
    name = getattr(getattr(broken.orig, "diag", None), "constraint_name", None) or ""
    if name not in SENTENCES:
        raise broken
    return SENTENCES[name]

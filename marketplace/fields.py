"""Fields that the marketplace's forms share."""

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField, ValidationError

LONGEST_NUMBER = 6


class NumberField(StringField):  # type: ignore[misc]  # the package has no types
    """A whole number, kept as typed when it is none; `number` is what was meant, None for nothing."""

    widget = GovTextInput()

    @property
    def number(self) -> int | None:
        """The number typed."""
        typed = (self.data or "").strip()
        return int(typed) if typed else None

    def pre_validate(self, form: Any) -> None:
        """Only digits, and not very many."""
        typed = (self.data or "").strip()
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER):
            raise ValidationError(f"“{typed}” is not a whole number. Enter digits only, for example 4.")


def trimmed(typed: str | None) -> str | None:
    """Typed text without the spaces around it."""
    return typed.strip() if typed else typed

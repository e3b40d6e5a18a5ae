"""A form field that WTForms lacks: a time of day as people type it. A day in three boxes is `foundation.forms.DayField`."""

import re
from datetime import time
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField
from wtforms.validators import StopValidation

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.ASCII | re.IGNORECASE)


class TimeField(StringField):  # type: ignore[misc]
    """A time of day in London: noon, midnight, 5pm, 5:30pm, 17:00."""

    widget = GovTextInput()

    @property
    def time(self) -> time:
        """The time that was typed; the form has judged before that it is one."""
        return _time(self.data or "")

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no time of day."""
        try:
            _time(self.data or "")
        except ValueError as wrong:
            raise StopValidation(str(wrong)) from None


def _time(typed: str) -> time:
    named = {"noon": time(12), "midday": time(12), "midnight": time(0)}.get(typed.strip().lower())
    if named is not None:
        return named
    found = _TIME.fullmatch(typed.strip())
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    half = (found[3] or "").lower() if found else ""
    if half and not 1 <= hour <= 12:
        hour = 99
    elif half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise ValueError("Enter a time of day, such as 5pm or 17:00.")
    return time(hour, minute)

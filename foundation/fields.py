"""Form fields that WTForms lacks: a day in three boxes, and a time of day as people type it. Their sentences are ours."""

import re
from datetime import date, time
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovDateInput, GovTextInput
from wtforms import Field, StringField
from wtforms.validators import StopValidation

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.ASCII | re.IGNORECASE)


class DayField(Field):  # type: ignore[misc]
    """A day typed as day, month and year. Empty is no answer; three boxes that are no day are refused, and kept as typed."""

    widget = GovDateInput()

    def __init__(self, label: str, validators: Any = None, **particulars: Any) -> None:
        super().__init__(label, validators, **particulars)
        self.data: date | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the three boxes."""
        boxes = [*(box.strip() for box in valuelist), "", "", ""][:3]
        self.raw_data = boxes
        self.data = None
        if any(boxes):
            self.data = _day(*boxes, label=self.label.text)

    def _value(self) -> str:
        return ""


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


def _day(day: str, month: str, year: str, *, label: str) -> date:
    sentence = f"“{label}” must be a real date, such as 23 11 2026."
    if not (day.isdecimal() and month.isdecimal() and re.fullmatch(r"\d{4}", year, re.ASCII)):
        raise ValueError(sentence)
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        raise ValueError(sentence) from None


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

"""The fields in which a fee is typed, in an offer as in a variation: amounts, how many, weeks, percentages."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import IntegerField, StringField
from wtforms.validators import StopValidation

from foundation.formatting import day_plain
from foundation.money import NotAnAmount, parse_money
from marketplace.fee_line import Calendar, FeeKind, Unit

KINDS = {
    FeeKind.CORE: "Core fee",
    FeeKind.EDUCATION: "Education",
    FeeKind.THERAPY: "Therapy",
    FeeKind.STAFFING: "Extra staffing",
    FeeKind.TRANSPORT: "Transport",
    FeeKind.RETAINER: "Retainer",
    FeeKind.SETTLING_IN: "Settling in",
    FeeKind.DISCOUNT: "Discount",
}
UNITS = {
    Unit.WEEK: "week",
    Unit.NIGHT: "night",
    Unit.DAY: "day",
    Unit.HOUR: "hour a week",
    Unit.TERM: "term",
    Unit.YEAR: "year",
    Unit.ONCE: "one-off",
}
CALENDARS = {
    Calendar.ALL_YEAR: "All year",
    Calendar.TERM_TIME: "In term time",
    Calendar.NAMED_WEEKS: "In named weeks",
}
#: A weekly fee at or above this is a slip of the pen.
SEVEN_FIGURES = Decimal(100_000)
MOST_WEEKS = 60
#: Whether the borough gets the VAT on a fee back.
RECOVERABLE = [("yes", "It can be recovered"), ("no", "It cannot")]
_DAY = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})", re.ASCII)


class AmountField(StringField):  # type: ignore[misc]  # WTForms has no types
    """Pounds as people type them; what is not an amount, below nought or of six figures and more is refused at the field."""

    amount: Decimal | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the amount."""
        self.amount = None
        if not (self.data or "").strip():
            return
        try:
            self.amount = parse_money(self.data, at_most=SEVEN_FIGURES - Decimal("0.01"))
        except NotAnAmount as unclear:
            raise StopValidation(str(unclear)) from unclear
        if not self.amount:
            raise StopValidation("Enter an amount above nought, or leave the line empty.")


class QuantityField(StringField):  # type: ignore[misc]  # WTForms has no types
    """How many: a figure above nought with at most two decimals; one where nothing is typed."""

    quantity = Decimal(1)

    def pre_validate(self, form: Any) -> None:
        """Read the figure."""
        self.quantity = Decimal(1)
        typed = (self.data or "").strip()
        if not typed:
            return
        try:
            self.quantity = Decimal(typed)
        except InvalidOperation as unclear:
            raise StopValidation(f"“{typed}” is not a number. Enter how many, such as 2 or 1.5.") from unclear
        if not Decimal("0.01") <= self.quantity <= 168 or self.quantity != round(self.quantity, 2):
            raise StopValidation("Enter how many, from 0.01 to 168.")


class WeekField(IntegerField):  # type: ignore[misc]  # WTForms has no types
    """A week of the stay, counted from one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; an empty field is no week."""
        self.data = None
        typed = "".join(valuelist).strip()
        if not typed:
            return
        if not typed.isdecimal() or not 0 < int(typed) < 1000:
            raise ValueError(f"“{typed}” is no week. Enter 1 for the first week of the stay.")
        self.data = int(typed)


class ShareField(StringField):  # type: ignore[misc]  # WTForms has no types
    """A percentage from 0 to 100 with at most two decimals; nought where nothing is typed."""

    widget = GovTextInput()
    percent = Decimal(0)

    def pre_validate(self, form: Any) -> None:
        """Read the percentage."""
        self.percent = Decimal(0)
        typed = (self.data or "").strip().removesuffix("%").strip()
        if not typed:
            return
        try:
            self.percent = Decimal(typed)
        except InvalidOperation as unclear:
            raise StopValidation(f"“{typed}” is not a percentage. Enter a number such as 20.") from unclear
        if not (self.percent.is_finite() and 0 <= self.percent <= 100 and self.percent == round(self.percent, 2)):
            raise StopValidation("Enter a percentage from 0 to 100, with at most two decimals.")


class WeeksField(StringField):  # type: ignore[misc]  # WTForms has no types
    """The first days of named weeks, as 5/7/2027, 12/7/2027."""

    widget = GovTextInput()
    weeks: tuple[date, ...] = ()

    def pre_validate(self, form: Any) -> None:
        """Read the days."""
        parts = [part.strip() for part in re.split(r"[,;\n]", self.data or "") if part.strip()]
        if len(parts) > MOST_WEEKS:
            raise StopValidation(f"Name at most {MOST_WEEKS} weeks.")
        self.weeks = tuple(sorted({_day(part) for part in parts}))


def weeks_as_typed(weeks: list[date]) -> str:
    """How the days of named weeks stand in the field."""
    return ", ".join(f"{day.day}/{day.month}/{day.year}" for day in weeks)


def weeks_in_words(weeks: tuple[date, ...] | list[date]) -> str:
    """The weeks from 5 July 2027, 12 July 2027."""
    return ("the week from " if len(weeks) == 1 else "the weeks from ") + ", ".join(map(day_plain, weeks))


def _day(typed: str) -> date:
    found = _DAY.fullmatch(typed)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date(0, 0, 0)
    except ValueError:
        raise StopValidation(
            f"“{typed}” is not a day. Enter the first day of each week with commas between them, such as 5/7/2027, 12/7/2027."
        ) from None

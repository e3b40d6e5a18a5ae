"""Fields that the forms of uplift rounds share: a percentage, an amount, and how long words may be."""

from decimal import Decimal, InvalidOperation
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField, ValidationError
from wtforms.validators import Length

from foundation.money import NotAnAmount, parse_money

SHORT = Length(max=200, message="Keep this to 200 characters.")
LONG = Length(max=4000, message="Keep this to 4,000 characters.")


class PercentField(StringField):  # type: ignore[misc]  # the package has no types
    """A percentage of at most two decimals; `percent` is what was meant, None for nothing."""

    widget = GovTextInput()

    @property
    def percent(self) -> Decimal | None:
        """The percentage typed."""
        typed = (self.data or "").strip().removesuffix("%").replace("−", "-").strip()
        return Decimal(typed) if typed else None

    def pre_validate(self, form: Any) -> None:
        """A number between −100 and 100, to two decimals."""
        try:
            meant = self.percent
        except InvalidOperation:
            raise ValidationError(f"“{self.data}” is not a percentage. Enter a number such as 3.9.") from None
        if meant is not None and not (meant.is_finite() and abs(meant) <= 100 and meant == round(meant, 2)):
            raise ValidationError("Enter a percentage from −100 to 100, with at most two decimals.")


class AmountField(StringField):  # type: ignore[misc]  # the package has no types
    """An amount of money; `amount` is what was meant, None for nothing."""

    widget = GovTextInput()

    @property
    def amount(self) -> Decimal | None:
        """The pounds typed."""
        return parse_money(self.data) if (self.data or "").strip() else None

    def pre_validate(self, form: Any) -> None:
        """Pounds and pence."""
        try:
            typed = self.amount
        except NotAnAmount as unclear:
            raise ValidationError(str(unclear)) from None
        if typed is not None and typed <= 0:
            raise ValidationError("Enter an amount above nought.")

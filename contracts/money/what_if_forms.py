"""The form of *What if*: its answers stand in the address, so that a link says what was asked; nothing is stored."""

from datetime import date
from decimal import Decimal
from typing import Any

from flask import request
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect
from wtforms import RadioField, SelectField, ValidationError
from wtforms.validators import Optional

from contracts.money.supposing import Supposition
from contracts.uplift.fields import AmountField, PercentField
from foundation.forms import DayField
from foundation.quarters import FinancialYear
from foundation.submitting import Form
from marketplace.costing import NOUGHT
from marketplace.fields import NumberField

#: more than any borough places; a typed number above it is a slip
MOST = 500
BASES = [("forecast", "The forecast as it stands"), ("nothing", "Nothing: only the placements supposed here")]


class WhatIfForm(Form):
    """What is supposed of a service's year."""

    class Meta:
        """Asking changes nothing, so it needs no token."""

        csrf = False

    service = SelectField("Service", widget=GovSelect())
    base = RadioField("Begin from", choices=BASES, default="forecast", widget=GovRadioInput())
    budget = AmountField("Budget, if not the one that is set")
    more = NumberField("More placements", [Optional()])
    weekly = AmountField("At a weekly fee of")
    more_from = DayField("From", [Optional()])
    more_until = DayField("Until, if they end in the year", [Optional()])
    change = PercentField("Every recurring fee changes by")
    change_from = DayField("From", [Optional()])
    uplift = PercentField("An uplift of")
    uplift_from = DayField("From", [Optional()])
    fewer = NumberField("Placements that end", [Optional()])
    fewer_from = DayField("On", [Optional()])
    overspend = AmountField("Check a figure: over the budget by")

    def __init__(self, services: dict[str, str], year: FinancialYear, today: date, **kwargs: Any) -> None:
        super().__init__(formdata=request.args if "service" in request.args else None, **kwargs)
        self.service.choices = [("", "All services"), *services.items()]
        self.year = year
        #: where no day is typed: today, or in another year its first day
        self.from_now = today if year.first_day <= today <= year.last_day else year.first_day

    @property
    def is_asked(self) -> bool:
        """Whether something was sent."""
        return "service" in request.args and "base" in request.args

    def validate_more(self, field: NumberField) -> None:
        """A number of placements goes with a fee."""
        _check_number(field)
        if not field.errors and field.number and not (self.weekly.data or "").strip():
            raise ValidationError("Say at which weekly fee.")

    def validate_fewer(self, field: NumberField) -> None:
        """A number of placements."""
        _check_number(field)

    def validate_more_until(self, field: DayField) -> None:
        """After the start."""
        if field.data and field.data <= (self.more_from.data or self.from_now):
            raise ValidationError("Enter a day after the first.")

    def validate_change(self, field: PercentField) -> None:
        """Fees may fall, not vanish."""
        _check_percent(field)

    def validate_uplift(self, field: PercentField) -> None:
        """As above."""
        _check_percent(field)

    @property
    def supposition(self) -> Supposition:
        """What was typed; a day that was left out is today, or in another year its first day."""
        return Supposition(
            change=self.change.percent or NOUGHT, change_from=self.change_from.data or self.from_now,
            uplift=self.uplift.percent or NOUGHT, uplift_from=self.uplift_from.data or self.from_now,
            more=self.more.number or 0, weekly=self.weekly.amount or NOUGHT, more_from=self.more_from.data or self.from_now,
            more_until=self.more_until.data, fewer=self.fewer.number or 0, fewer_from=self.fewer_from.data or self.from_now,
        )  # fmt: skip

    def budget_or(self, set_one: Decimal | None) -> Decimal | None:
        """The budget typed, or the one that is set."""
        return self.budget.amount or set_one


def _check_number(field: NumberField) -> None:
    if not field.errors and field.number is not None and field.number > MOST:
        raise ValidationError(f"Enter a number from 0 to {MOST}.")


def _check_percent(field: PercentField) -> None:
    if not field.errors and field.percent is not None and field.percent <= -100:
        raise ValidationError("Enter a percentage above −100: fees may fall, but there is still a fee.")

"""The form on which an offer is written: a card for each need, a question for each criterion, a row for each fee line.

The form itself is the draft: whatever is refused, everything typed stands there again. `then` says which button was pressed:
`send`, `totals` (reckon again), or `line` (one more fee line).
"""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ParamSpec, TypeVar

from flask import request
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovTextArea, GovTextInput
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from foundation import clock
from foundation.forms import DayField
from foundation.permission import Invalid, NotNow
from foundation.submitting import Form
from marketplace.fee_line import Calendar, FeeKind, Unit
from marketplace.setting import Level
from marketplace.terms_of_year import TermDates
from referrals.fee_fields import (
    CALENDARS,
    KINDS,
    RECOVERABLE,
    UNITS,
    AmountField,
    QuantityField,
    ShareField,
    WeekField,
    WeeksField,
)
from referrals.offer_terms import (
    MOST_LINES,
    Fee,
    NeedAnswer,
    OfferTerms,
    ProposedOutcome,
    Totals,
    totals_of,
)

P = ParamSpec("P")
R = TypeVar("R")

LEVELS = {Level.FULL: "Fully", Level.PART: "In part", Level.NO: "No"}
FIRST_LINES = 3
OUTCOMES = 3


class OfferForm(Form):
    """What every offer says; needs, criteria, outcomes and fee lines are added for the referral at hand."""

    NEEDS: tuple[tuple[str, str, bool], ...] = ()
    CRITERIA: tuple[Any, ...] = ()
    LINES = FIRST_LINES

    setting = SelectField("Setting", widget=GovSelect(), coerce=str)
    starts_on = DayField("Start", validators=[InputRequired("Enter the day from which you can take the child")])
    valid_until = DayField(
        "Offer valid until", validators=[InputRequired("Enter the last day on which the offer stands")]
    )
    approach = TextAreaField("How the child would live and be cared for", widget=GovTextArea())
    impact = TextAreaField("What this would mean for those who live there now", widget=GovTextArea())
    lines = IntegerField(widget=HiddenInput(), validators=[Optional()])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    @property
    def then(self) -> str:
        """Which button was pressed."""
        return request.form.get("then", "send")

    @property
    def is_sent(self) -> bool:
        """The offer itself was sent, and its shape is right. Other buttons only draw the form again."""
        return bool(self.is_submitted()) and self.then == "send" and bool(self.validate())

    def carry_out(self, verb: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> bool:
        """As every form; and what comes too late is said above what was typed, which is not lost."""
        try:
            return super().carry_out(verb, *args, **kwargs)
        except NotNow as late:
            self.form_errors.append(f"{late} What you typed is below.")
            return False

    @property
    def terms(self) -> OfferTerms:
        """The offer as typed; the shape was validated before."""
        starts_on, valid_until = self.starts_on.data, self.valid_until.data
        assert starts_on is not None, "the form requires it"
        assert valid_until is not None, "the form requires it"
        return OfferTerms(
            setting_id=uuid.UUID(self.setting.data), starts_on=starts_on, valid_until=valid_until,
            approach=self.approach.data or "", impact=self.impact.data or "", needs=self._needs(),
            criterion_answers={each.id: self._text(f"criterion_{each.id}") for each in self.CRITERIA},
            outcomes=self._outcomes(), fees=self.fees(starts_on),
        )  # fmt: skip

    def fees(self, first_day: date) -> tuple[Fee, ...]:
        """The fee lines that have an amount."""
        return tuple(self._fee(position, first_day) for position in self.priced)

    @property
    def priced(self) -> list[int]:
        """The positions of the rows in which an amount was typed."""
        return [position for position in range(self.LINES) if self[f"fee_{position}_amount"].amount is not None]

    @property
    def has_particulars(self) -> bool:
        """Whether any line is charged otherwise than all year, carries VAT, or was refused for either."""
        rows = [
            [self[f"fee_{position}_{name}"] for name in ("calendar", "weeks", "vat")] for position in range(self.LINES)
        ]
        usual = [Calendar.ALL_YEAR, "", ""]
        return any(
            [field.data or "" for field in row] != usual or any(field.errors for field in row)
            for row in rows if row[0].data is not None
        )  # fmt: skip

    def totals(self, expected_weeks: int | None, terms: TermDates) -> Totals | None:
        """What the fee lines come to as they are typed, by the setting's terms; None while they cannot be reckoned."""
        if not self.is_submitted() or not self._are_fees_clear() or not self.priced:
            return None
        first_day = self.starts_on.data or clock.today()
        try:
            lines = [fee.reckoned(first_day, terms) for fee in self.fees(first_day)]
            return totals_of(lines, first_day, expected_weeks)
        except (Invalid, ValueError):
            return None

    def _are_fees_clear(self) -> bool:
        """Whether every fee field can be read. When the offer was sent, all fields have been looked at already."""
        fields = [field for name, field in self._fields.items() if name.startswith("fee_")]
        if self.then != "send":
            for field in fields:
                field.validate(self)
        return not any(field.errors for field in fields)

    def _fee(self, position: int, first_day: date) -> Fee:
        row = {
            name: self[f"fee_{position}_{name}"]
            for name in (
                "kind",
                "label",
                "amount",
                "unit",
                "quantity",
                "from",
                "to",
                "calendar",
                "weeks",
                "vat",
                "recoverable",
            )
        }
        kind = FeeKind(row["kind"].data)
        begins, ends = row["from"].data, row["to"].data
        return Fee(
            kind=kind, label=(row["label"].data or "").strip() or KINDS[kind], amount=row["amount"].amount,
            unit=Unit(row["unit"].data), quantity=row["quantity"].quantity, calendar=Calendar(row["calendar"].data),
            weeks=row["weeks"].weeks, vat_rate=row["vat"].percent, vat_recoverable=row["recoverable"].data == "yes",
            starts_on=first_day + timedelta(weeks=(begins or 1) - 1),
            ends_on=first_day + timedelta(weeks=ends) if ends else None,
        )  # fmt: skip

    def _needs(self) -> tuple[NeedAnswer, ...]:
        answered = [code for code, _label, _must in self.NEEDS if self[f"need_{code}_level"].data]
        return tuple(
            NeedAnswer(
                need=code, level=Level(self[f"need_{code}_level"].data), evidence=self._text(f"need_{code}_evidence")
            )
            for code in answered
        )

    def _outcomes(self) -> tuple[ProposedOutcome, ...]:
        rows = [
            {part: self._text(f"outcome_{number}_{part}") for part in ("domain", "outcome", "measure")}
            for number in range(OUTCOMES)
        ]
        return tuple(ProposedOutcome(**row) for row in rows if row["outcome"])

    def _text(self, name: str) -> str:
        return (self[name].data or "").strip()


def offer_form(needs: tuple[tuple[str, str, bool], ...], criteria: tuple[Any, ...], lines: int) -> type[OfferForm]:
    """The form for one referral: its needs (code, label, must), its lot's criteria, and so many rows for fee lines."""
    fields: dict[str, Any] = {"NEEDS": needs, "CRITERIA": criteria, "LINES": lines}
    for code, _label, _must in needs:
        fields[f"need_{code}_level"] = RadioField(
            "How far do you meet this need?",
            widget=GovRadioInput(),
            choices=[(k.value, v) for k, v in LEVELS.items()],
            validators=[Optional()],
        )
        fields[f"need_{code}_evidence"] = TextAreaField("How, and the evidence", widget=GovTextArea())
    for criterion in criteria:
        fields[f"criterion_{criterion.id}"] = TextAreaField(criterion.question, widget=GovTextArea())
    for number in range(OUTCOMES):
        for part, label in (
            ("domain", "Part of life"),
            ("outcome", "Outcome"),
            ("measure", "How you would both see it"),
        ):
            fields[f"outcome_{number}_{part}"] = StringField(f"{label} {number + 1}", widget=GovTextInput())
    for position in range(lines):
        fields |= _fee_fields(position)
    return type("OfferFormForReferral", (OfferForm,), fields)


def lines_wanted(least: int = FIRST_LINES) -> int:
    """How many rows for fee lines the posted form has, one more where that was asked for."""
    posted = request.form.get("lines", "")
    lines = int(posted) if posted.isdecimal() else least
    return min(max(lines + (request.form.get("then") == "line"), least), MOST_LINES)


def _fee_fields(position: int) -> dict[str, Any]:
    """A row: kind, label, amount, unit, how many, and from and to which week of the stay."""
    nth = f"of line {position + 1}"
    week = {"widget": GovTextInput(), "validators": [Optional()]}
    return {
        f"fee_{position}_kind": SelectField(
            f"Kind {nth}", widget=GovSelect(), choices=[(kind.value, words) for kind, words in KINDS.items()]
        ),
        f"fee_{position}_label": StringField(f"Words {nth}", widget=GovTextInput()),
        f"fee_{position}_amount": AmountField(f"Amount {nth}", widget=GovTextInput()),
        f"fee_{position}_unit": SelectField(
            f"For each, {nth}", widget=GovSelect(), choices=[(unit.value, words) for unit, words in UNITS.items()]
        ),
        f"fee_{position}_quantity": QuantityField(f"How many {nth}", widget=GovTextInput()),
        f"fee_{position}_from": WeekField(f"From week {nth}", **week),
        f"fee_{position}_to": WeekField(f"To week {nth}", **week),
        f"fee_{position}_calendar": SelectField(
            f"Charged, {nth}",
            widget=GovSelect(),
            choices=[(each.value, words) for each, words in CALENDARS.items()],
            default=Calendar.ALL_YEAR.value,
        ),
        f"fee_{position}_weeks": WeeksField(f"First days of the named weeks {nth}"),
        f"fee_{position}_vat": ShareField(f"VAT in per cent {nth}"),
        f"fee_{position}_recoverable": SelectField(
            f"VAT back to the borough, {nth}", widget=GovSelect(), choices=RECOVERABLE, default="yes"
        ),
    }

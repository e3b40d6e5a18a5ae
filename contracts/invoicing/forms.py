"""The forms of schedules, invoices, credit notes and exports: shape only; what it means is judged by the verbs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovFileInput, GovRadioInput, GovSelect, GovTextArea, GovTextInput
from wtforms import FileField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from contracts.invoicing.invoice import Finding, InvoiceRow
from contracts.invoicing.months import NotAMonth, parse_month, said, written
from contracts.invoicing.schedule import ScheduledCharge
from foundation.money import NotAnAmount, parse_money
from foundation.sheet_reading import LARGEST_SHEET
from foundation.submitting import Form
from marketplace.uploads import Upload, plain_name

LONG = Length(max=1000, message="Keep this to 1,000 characters.")
#: Rows that each have a field for the borough's question; a longer invoice asks about the others in the words of what was found.
MOST_QUESTIONS = 40


class PoundsField(StringField):  # type: ignore[misc]  # the package has no types
    """Pounds as people type them, below nought too; kept as typed when they cannot be read."""

    widget = GovTextInput()

    @property
    def pounds(self) -> Decimal:
        """The amount typed; the form has judged before that it is one."""
        typed = (self.data or "").strip()
        bare = typed.lstrip("−-").strip()
        return parse_money(bare) * (-1 if bare != typed else 1)

    def pre_validate(self, form: Any) -> None:
        """An amount in pounds."""
        try:
            _ = self.pounds
        except NotAnAmount as wrong:
            raise ValidationError(str(wrong)) from None


class DisputeForm(Form):
    """What the provider thinks is due for a charge, and why."""

    due = PoundsField("What is due, without VAT")
    reason = TextAreaField("Why", [InputRequired("Say why the charge is not right."), LONG], widget=GovTextArea())


class SettleForm(Form):
    """The borough's answer to a dispute."""

    decision = RadioField(
        "Your answer", [InputRequired("Choose your answer.")], widget=GovRadioInput(),
        choices=[("accept", "Accept what the provider says is due"), ("stand", "Stand by the charge")],
    )  # fmt: skip
    reason = TextAreaField("Why", [LONG], widget=GovTextArea())


class SendForm(Form):
    """The provider's own invoice: its number, what it comes to, and the file."""

    number = StringField(
        "Your invoice’s number", [InputRequired("Enter your invoice’s number.")], widget=GovTextInput()
    )
    total = PoundsField("Its total, with VAT")
    file = FileField("The invoice as CSV or XLSX", widget=GovFileInput())

    def validate_file(self, field: FileField) -> None:
        """A file that was left out is told at once."""
        if not field.data or not field.data.filename:
            raise ValidationError("Choose the file.")

    @property
    def upload(self) -> Upload:
        """The file as it came; of one that is too large no more than shows that."""
        self.file.data.stream.seek(0)
        return Upload(plain_name(str(self.file.data.filename)), self.file.data.stream.read(LARGEST_SHEET + 1))


class CheckForm(Form):
    """The borough's question about each row that does not agree, begun in the words of what was found."""

    asked: Sequence[InvoiceRow] = ()

    @classmethod
    def of(cls, rows: Iterable[InvoiceRow]) -> "CheckForm":
        """The form of an invoice with these rows."""
        asked = [row for row in rows if row.finding is not Finding.AGREED]
        fields = {
            f"query_{row.number}": TextAreaField(
                f"Your question about row {row.number}", [InputRequired(f"Say what you ask about row {row.number}."), LONG],
                widget=GovTextArea(), default=row.said,
            )
            for row in asked[:MOST_QUESTIONS]
        }  # fmt: skip
        form: CheckForm = type("CheckFormOfRows", (cls,), fields)()
        form.asked = asked
        return form

    @property
    def queries(self) -> Mapping[int, str]:
        """The questions by the row's number."""
        return {
            row.number: str(self[f"query_{row.number}"].data or "") if place < MOST_QUESTIONS else row.said
            for place, row in enumerate(self.asked)
        }


class CreditForm(Form):
    """What the provider takes back of a charge, under its own number, and why."""

    number = StringField(
        "Your credit note’s number", [InputRequired("Enter your credit note’s number.")], widget=GovTextInput()
    )
    amount = PoundsField("What you take back, without VAT")
    reason = TextAreaField("Why", [InputRequired("Say why you take it back."), LONG], widget=GovTextArea())

    @classmethod
    def of(cls, left: Decimal) -> "CreditForm":
        """Begun with all that is left of the charge."""
        return cls(amount=f"{left:.2f}")


class ActForm(Form):
    """A form of one button."""


class ExportForm(Form):
    """Which month's charges go into the batch."""

    month = SelectField("Which charges", widget=GovSelect())

    @classmethod
    def of(cls, waiting: Iterable[tuple[date, int, Decimal]]) -> "ExportForm":
        """All that waits, or one of the months in which anything does."""
        form = cls()
        form.month.choices = [
            ("", "All that wait"),
            *((written(month), f"Those of {said(month)}") for month, _, _ in waiting),
        ]
        return form

    @property
    def asked(self) -> date | None:
        """The month, or none for all."""
        return parse_month(self.month.data) if self.month.data else None


class MakeForm(Form):
    """The month whose schedules are made next."""

    month = StringField("Month", widget=GovTextInput())

    def validate_month(self, field: StringField) -> None:
        """A month as the page's own button sends it."""
        try:
            parse_month(field.data or "")
        except NotAMonth as wrong:
            raise ValidationError(str(wrong)) from None

    @property
    def asked(self) -> date:
        """The month."""
        return parse_month(self.month.data)


def begun_dispute(charge: ScheduledCharge) -> DisputeForm:
    """Begun with what the schedule says."""
    return DisputeForm(due=f"{charge.net:.2f}")

"""The forms of agreements and placements: shape only; what it means is judged by the verbs."""

from datetime import date
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovPasswordInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from contracts.agreement import Agreement, AgreementOutcome
from contracts.drafting import DraftTerms, Outcome
from contracts.placing import end_reasons
from foundation.forms import DayField
from foundation.submitting import Form as OurForm
from marketplace.passwords import confirm_password
from marketplace.person import Person

#: Rows for outcomes on the page: those that there are, and some to fill in.
MOST_OUTCOMES, SPARE_OUTCOMES = 12, 2
AT_MOST = Length(max=500, message="Keep this to 500 characters.")


def day_of(field: DayField) -> date:
    """The day that was typed, where the form asks for one."""
    day: Any = field.data
    assert isinstance(day, date), "the form was not validated"
    return day


class VersionedForm(OurForm):
    """A form that knows which version of the record it was opened on."""

    version = HiddenField()

    @property
    def version_held(self) -> int:
        """The version that the page was made from; one that nobody sent, or that is no number, is no version of ours."""
        sent = str(self.version.data or "")
        return int(sent) if sent.isascii() and sent.isdigit() else 0


class OutcomeForm(Form):  # type: ignore[misc]
    """One outcome; a row left empty is none."""

    domain = StringField(
        "Domain", [Optional(), Length(max=80, message="Keep this to 80 characters.")], widget=GovTextInput()
    )
    outcome = TextAreaField("Outcome", [Optional(), AT_MOST], widget=GovTextArea())
    measure = TextAreaField("How it is measured", [Optional(), AT_MOST], widget=GovTextArea())

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed into the row."""
        return not any((field.data or "").strip() for field in (self.domain, self.outcome, self.measure))


class DraftForm(VersionedForm):
    """The draft's dates and outcomes."""

    starts_on = DayField("First day of the placement", [InputRequired("Enter the first day.")])
    expected_end_on = DayField("Day on which the child is expected to leave", [Optional()])
    review_on = DayField("First review by", [InputRequired("Enter the day of the first review.")])
    outcomes = FieldList(FormField(OutcomeForm), max_entries=MOST_OUTCOMES)

    @classmethod
    def of(cls, agreement: Agreement, outcomes: list[AgreementOutcome]) -> "DraftForm":
        """The form filled from the record, with room for more outcomes."""
        rows: list[dict[str, Any]] = [
            {"domain": o.domain, "outcome": o.outcome, "measure": o.measure} for o in outcomes
        ]
        spare = min(SPARE_OUTCOMES, MOST_OUTCOMES - len(rows))
        return cls(
            starts_on=agreement.starts_on, expected_end_on=agreement.expected_end_on, review_on=agreement.review_on,
            outcomes=rows + [{}] * spare, version=agreement.version,
        )  # fmt: skip

    @property
    def terms(self) -> DraftTerms:
        """What was typed, as the verb takes it."""
        said = [row.form for row in self.outcomes if not row.form.is_empty]
        return DraftTerms(
            starts_on=day_of(self.starts_on), expected_end_on=self.expected_end_on.data or None, review_on=day_of(self.review_on),
            outcomes=tuple(
                Outcome(domain=row.domain.data or "", outcome=row.outcome.data or "", measure=row.measure.data or "")
                for row in said
            ),
        )  # fmt: skip


class DecideForm(OurForm):
    """A page with nothing but its button."""


class SignForm(VersionedForm):
    """A signature: the paper was read, the name, and the password again."""

    read = BooleanField(
        "I have read the agreement",
        [InputRequired("Read the agreement before you sign it.")],
        widget=GovCheckboxInput(),
    )
    typed_name = StringField("Your full name", [InputRequired("Type your name.")], widget=GovTextInput())
    password = PasswordField("Your password", [InputRequired("Enter your password.")], widget=GovPasswordInput())

    def is_by(self, person: Person) -> bool:
        """Whether whoever sits here knows the account's password: asked again before a signature."""
        if confirm_password(person, self.password.data):
            return True
        self.blame("password", "That is not your password. Nothing was signed.")
        return False


class StartForm(OurForm):
    """The day on which the child moved in."""

    started_on = DayField("Day on which the child moved in", [InputRequired("Enter the day.")])
    reason = TextAreaField("Why it started before the agreed day", [Optional(), AT_MOST], widget=GovTextArea())


class EndForm(OurForm):
    """The day on which the child left, why, and whether it was planned."""

    ended_on = DayField("Day on which the child left", [InputRequired("Enter the day.")])
    reason = SelectField("Why the placement ended", [InputRequired("Choose a reason.")], widget=GovSelect())
    planned = RadioField(
        "Was this ending planned?", [InputRequired("Say whether the ending was planned.")],
        choices=[("yes", "Yes, it was planned"), ("no", "No, it was not planned")], widget=GovRadioInput(),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [("", "Choose a reason"), *end_reasons()]

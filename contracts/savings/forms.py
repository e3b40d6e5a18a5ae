"""Forms of the savings ledger: from what was typed to what the verbs take."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovFileInput, GovRadioInput, GovSelect, GovTextArea, GovTextInput
from wtforms import FileField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from contracts.forms import VersionedForm
from contracts.savings.entering import TypedSaving
from contracts.savings.planning import LONGEST_PASTE, TypedPlan
from contracts.savings.saving import Benefit, Layer, Rating, Saving
from contracts.savings.words import BENEFITS, LAYERS, PROJECTS, RATINGS
from contracts.uplift.fields import AmountField
from foundation import clock
from foundation.quarters import FinancialYear
from foundation.references import NotAReference, parse_reference
from foundation.submitting import Form
from marketplace.organisation import Organisation
from marketplace.uploads import Upload, plain_name

SHORT = Length(max=200, message="Keep this to 200 characters.")
LONG = Length(max=4000, message="Keep this to 4,000 characters.")
#: years that the form offers: two before this one, and two after it
YEARS_BEFORE, YEARS_OFFERED = 2, 5


def years_offered() -> list[FinancialYear]:
    """The financial years for which an amount can be typed."""
    first = FinancialYear.of(clock.today()).start_year - YEARS_BEFORE
    return [FinancialYear(first + place) for place in range(YEARS_OFFERED)]


class OfABorough(Form):
    """A form about a borough's savings: the borough is chosen by the hub, and is one's own otherwise."""

    borough = SelectField("Borough", [InputRequired("Choose the borough.")], widget=GovSelect())
    project = RadioField(
        "Project", [InputRequired("Choose the project.")], choices=[(p, p) for p in PROJECTS], widget=GovRadioInput()
    )
    benefit = RadioField(
        "What kind of saving is it?", [InputRequired("Say what kind of saving it is.")],
        choices=[(benefit.value, words) for benefit, words in BENEFITS.items()], widget=GovRadioInput(),
    )  # fmt: skip
    recurs = RadioField(
        "Does it recur?", [InputRequired("Say whether it recurs.")],
        choices=[("no", "One-off"), ("yes", "Recurring: every year")], widget=GovRadioInput(),
    )  # fmt: skip

    def __init__(self, boroughs: Sequence[Organisation], **facts: Any) -> None:
        super().__init__(**facts)
        self.boroughs = {borough.reference: borough for borough in boroughs}
        self.borough.choices = [(key, borough.short_name) for key, borough in self.boroughs.items()]
        if len(boroughs) == 1:
            self.borough.data = boroughs[0].reference

    @property
    def authority(self) -> Organisation:
        """The borough chosen."""
        return self.boroughs[self.borough.data]


class SavingForm(OfABorough):
    """A saving entered by hand."""

    title = StringField("What was saved", [InputRequired("Say what was saved."), SHORT], widget=GovTextInput())
    rating = RadioField(
        "How sure is it?", [InputRequired("Say how sure it is.")],
        choices=[(rating.value, words) for rating, (_, words, _) in RATINGS.items()], widget=GovRadioInput(),
    )  # fmt: skip
    layer = RadioField(
        "What does it stand on?", [InputRequired("Say what it stands on.")],
        choices=[(layer.value, LAYERS[layer]) for layer in (Layer.UNDERTAKING, Layer.PLACING, Layer.DISCOUNT, Layer.UPLIFT)],
        widget=GovRadioInput(),
    )  # fmt: skip
    agreement = StringField("Agreement", [Optional(), SHORT], widget=GovTextInput())
    evidence = TextAreaField("Evidence", [InputRequired("Say what shows it."), LONG], widget=GovTextArea())
    document = FileField("Document", widget=GovFileInput())

    @property
    def years(self) -> list[tuple[FinancialYear, AmountField]]:
        """The fields of the years, each under its year's own name: an amount never slips into another year."""
        return [(FinancialYear(int(name[3:])), field) for name, field in self._fields.items() if name.startswith("in_")]

    def validate(self, extra_validators: Any = None) -> bool:
        """An agreement is named where the saving stands on one, and only there."""
        sound = bool(super().validate(extra_validators))
        typed, on_one = (self.agreement.data or "").strip(), self.layer.data != Layer.UNDERTAKING
        if self.layer.data and on_one != bool(typed):
            self.blame(
                "agreement",
                "Enter the agreement’s reference."
                if on_one
                else "Leave this empty for a project of the borough’s own.",
            )
        elif typed and _reference(typed) is None:
            self.blame("agreement", f"“{typed}” is not a reference. A reference looks like CRO-7Q4K-2M.")
        return sound and not self.errors

    @property
    def typed(self) -> TypedSaving:
        """What was typed, as the verb takes it."""
        amounts = {year: field.amount for year, field in self.years}
        return TypedSaving(
            authority=self.authority, project=self.project.data, benefit=Benefit(self.benefit.data), is_recurring=self.recurs.data == "yes",
            rating=Rating(self.rating.data), title=self.title.data or "", evidence=self.evidence.data or "",
            years={year: amount or Decimal(0) for year, amount in amounts.items()}, layer=Layer(self.layer.data),
            agreement=_reference(self.agreement.data or "") or "", document=sent_file(self.document),
        )  # fmt: skip


def saving_form(boroughs: Sequence[Organisation]) -> SavingForm:
    """The form with an amount for each of the years offered today."""
    fields = {f"in_{year.start_year}": AmountField(str(year)) for year in years_offered()}
    made: SavingForm = type("SavingForm", (SavingForm,), fields)(boroughs)
    return made


class PlanForm(OfABorough):
    """A savings plan: a file, or a pasted table."""

    name = StringField("Name of the plan", [InputRequired("Name the plan."), SHORT], widget=GovTextInput())
    unit = RadioField(
        "The figures are", [InputRequired("Say what the figures are.")],
        choices=[("1000", "Thousands of pounds (£000)"), ("1", "Pounds")], widget=GovRadioInput(),
    )  # fmt: skip
    file = FileField("File", widget=GovFileInput())
    pasted = TextAreaField(
        "Or paste the table",
        [Optional(), Length(max=LONGEST_PASTE, message="Paste the savings table alone.")],
        widget=GovTextArea(),
    )

    @property
    def typed(self) -> TypedPlan:
        """What was sent, as the verb takes it."""
        return TypedPlan(
            authority=self.authority, name=self.name.data or "", project=self.project.data, benefit=Benefit(self.benefit.data),
            is_recurring=self.recurs.data == "yes", pounds_each=int(self.unit.data),
            file=sent_file(self.file), pasted=self.pasted.data or "",
        )  # fmt: skip


class ApproveForm(Form):
    """The entries chosen on the queue, or the one shown, and a note for the file."""

    chosen = HiddenField()
    note = TextAreaField("Note", [Optional(), LONG], widget=GovTextArea())


class ReasonForm(Form):
    """A reason, and nothing else."""

    reason = TextAreaField("Why", [InputRequired("Give the reason."), LONG], widget=GovTextArea())


class RateForm(VersionedForm):
    """Another of the four words, and why."""

    rating = RadioField("How sure is it now?", [InputRequired("Choose a rating.")], widget=GovRadioInput())
    reason = TextAreaField("Why", [InputRequired("Give the reason."), LONG], widget=GovTextArea())

    def __init__(self, saving: Saving, **facts: Any) -> None:
        super().__init__(**({"version": saving.version} | facts))
        left_out = {saving.rating} | ({Rating.GREEN_DELIVERED} if saving.is_reckoned else set())
        self.rating.choices = [(r.value, words) for r, (_, words, _) in RATINGS.items() if r not in left_out]


class DecideForm(Form):
    """A page with nothing but its button."""


def sent_file(field: FileField) -> Upload | None:
    """The file that was chosen; None where there is none."""
    sent = field.data
    if not sent or isinstance(sent, str) or not sent.filename:
        return None
    return Upload(plain_name(sent.filename), sent.stream.read())


def _reference(typed: str) -> str | None:
    try:
        return parse_reference(typed)
    except NotAReference:
        return None

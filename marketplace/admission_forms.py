"""Forms of admission: the application, the decision, the suspension."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovFileInput,
    GovRadioInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import FileField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length

from foundation.money import NotAnAmount, parse_money
from foundation.submitting import Form
from marketplace.admitting import REFUSAL_REASONS, Refusal
from marketplace.applying import Application, document_field, rate_field
from marketplace.framework import Lot
from marketplace.setting import Setting
from marketplace.uploads import Upload, plain_name


class ApplicationForm(Form):
    """Settings with their rates, documents and a statement; its fields are made for the lot and the settings on offer."""

    lot: ClassVar[Lot]
    on_offer: ClassVar[Sequence[Setting]]

    settings = SelectMultipleField("Settings to bring into the lot", widget=GovCheckboxesInput())

    def validate(self, extra_validators: Any = None) -> bool:
        """The shape of everything, and of the rates of the settings that were chosen."""
        sound = bool(super().validate(extra_validators))
        self.amounts = {setting.id: self._amounts_of(setting) for setting in self._chosen()}
        return sound and not self.errors

    @property
    def application(self) -> Application:
        """What was sent, as the verbs take it."""
        statement = self._fields.get("statement")
        return Application(
            settings=self._chosen(), rates=self.amounts, documents=self._documents(),
            statement=(statement.data or "") if statement else "",
        )  # fmt: skip

    def rates_of(self, setting: Setting) -> list[Any]:
        """The fields of a setting's rate card."""
        return [self[rate_field(setting, place)] for place in range(len(self.lot.rates))]

    def documents(self) -> list[Any]:
        """The fields in which documents are sent."""
        return [field for name, field in self._fields.items() if name.startswith("document_")]

    def _chosen(self) -> list[Setting]:
        return [setting for setting in self.on_offer if setting.reference in (self.settings.data or [])]

    def _amounts_of(self, setting: Setting) -> dict[int, Decimal]:
        amounts = {}
        for place, field in enumerate(self.rates_of(setting)):
            if not (field.data or "").strip():
                continue
            try:
                amounts[place] = parse_money(field.data)
            except NotAnAmount as wrong:
                self.blame(field.name, str(wrong))
        return amounts

    def _documents(self) -> dict[str, Upload]:
        found = {}
        for place, name in enumerate(self.lot.required_documents):
            field = self._fields.get(document_field(place))
            if field is not None and field.data and field.data.filename:
                field.data.stream.seek(0)
                found[name] = Upload(plain_name(field.data.filename), field.data.stream.read())
        return found


def application_form(lot: Lot, on_offer: Sequence[Setting], *, is_new: bool) -> ApplicationForm:
    """The form for this lot; adding to an admission asks for settings and rates only."""
    fields: dict[str, Any] = {"lot": lot, "on_offer": on_offer}
    for setting in on_offer:
        for place, rate in enumerate(lot.rates):
            fields[rate_field(setting, place)] = StringField(f"{rate['label']}, {setting.name}", widget=GovTextInput())
    if is_new:
        for place, name in enumerate(lot.required_documents):
            fields[document_field(place)] = FileField(name, widget=GovFileInput())
        fields["statement"] = TextAreaField(
            "How you would work in this lot", widget=GovTextArea(),
            validators=[Length(max=5000, message="Shorten the statement to 5,000 characters.")],
        )  # fmt: skip
    kind: type[ApplicationForm] = type("TheApplicationForm", (ApplicationForm,), fields)
    form = kind()
    form.settings.choices = [(setting.reference, setting.name) for setting in on_offer]
    return form


class AdmitForm(Form):
    """Admit, in a tier where the lot has tiers."""

    tier = RadioField("Tier", widget=GovRadioInput(), validate_choice=False)
    note = TextAreaField(
        "A word to the provider", widget=GovTextArea(),
        validators=[Length(max=2000, message="Shorten the note to 2,000 characters.")],
    )  # fmt: skip


class RefuseForm(Form):
    """Reasons from the list, each explained."""

    reasons = SelectMultipleField("Reasons", choices=list(REFUSAL_REASONS), widget=GovCheckboxesInput())

    def why(self) -> list[Any]:
        """The fields in which each reason is explained."""
        return [self[f"why_{code}"] for code, _ in REFUSAL_REASONS]

    @property
    def refusals(self) -> list[Refusal]:
        """The reasons chosen, with their explanations."""
        return [Refusal(code, self[f"why_{code}"].data or "") for code in self.reasons.data or []]


for _code, _words in REFUSAL_REASONS:
    setattr(
        RefuseForm,
        f"why_{_code}",
        StringField(
            f"Why: {_words[0].lower()}{_words[1:]}",
            widget=GovTextInput(),
            validators=[Length(max=1000, message="Shorten the explanation to 1,000 characters.")],
        ),
    )


class ReasonForm(Form):
    """A reason, for a suspension or its end."""

    reason = TextAreaField(
        "Reason", description="The provider reads it", widget=GovTextArea(),
        validators=[Length(max=2000, message="Shorten the reason to 2,000 characters.")],
    )  # fmt: skip

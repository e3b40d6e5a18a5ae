"""Forms of a provider's settings: its facts, its needs, its vacancies."""

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovTextArea, GovTextInput
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from foundation.forms import DayField
from foundation.identifiers import NotAnIdentifier, ofsted_urn, school_urn
from foundation.submitting import Form
from marketplace.fields import NumberField, trimmed
from marketplace.keeping_settings import NeedSaid, SettingFacts
from marketplace.needs import needs_of_kinds
from marketplace.setting import Accepts, Level, Setting, SettingKind
from marketplace.setting_words import ACCEPTS_WORDS, KIND_WORDS, LEVEL_WORDS, STAY_WORDS

YES_NO = [("yes", "Yes"), ("no", "No"), ("", "Not said")]


class SettingForm(Form):
    """The facts of a setting. Of one in the register, type and reference are not asked."""

    name = StringField(
        "Name", filters=[trimmed], widget=GovTextInput(),
        validators=[InputRequired("Enter the name of the setting."), Length(max=200, message="Shorten the name to 200 characters.")],
    )  # fmt: skip
    kind = SelectField("Type", choices=list(KIND_WORDS.items()), widget=GovSelect())
    urn = StringField("Reference (URN)", filters=[trimmed], widget=GovTextInput())
    postcode = StringField("Postcode", filters=[trimmed], widget=GovTextInput())
    places = NumberField("Places")
    age_from = NumberField("Youngest age")
    age_to = NumberField("Oldest age")
    accepts = RadioField(
        "Whom it accepts", default="", choices=[*ACCEPTS_WORDS.items(), ("", "Not said")], widget=GovRadioInput()
    )
    takes_siblings = RadioField(
        "Brothers and sisters can be placed together", default="", choices=YES_NO, widget=GovRadioInput()
    )
    residential = SelectField(
        "Pattern of stay", default="", choices=[("", "Not a school"), *STAY_WORDS.items()], widget=GovSelect()
    )
    description = TextAreaField(
        "In your own words", filters=[trimmed], widget=GovTextArea(),
        validators=[Length(max=4000, message="Shorten the description to 4,000 characters.")],
    )  # fmt: skip
    version = HiddenField(default="0")

    def validate_urn(self, field: StringField) -> None:
        """A reference that can be one: six digits for a school, Ofsted's own for the rest. One that stood there may stay."""
        if not field.data or field.data == field.object_data:
            return
        readers = (school_urn, ofsted_urn) if "school" in self.kind.data else (ofsted_urn,)
        for reader in readers:
            if _reads(reader, field.data):
                field.data = reader(field.data)
                return
        raise ValidationError(
            "A reference (URN) is 6 digits for a school, and SC and 6 digits or 7 digits at Ofsted. Check it there."
        )

    @property
    def facts(self) -> SettingFacts:
        """What was typed, as the verbs take it."""
        siblings = {"yes": True, "no": False}.get(self.takes_siblings.data or "")
        return SettingFacts(
            name=self.name.data or "", kind=SettingKind(self.kind.data), urn=self.urn.data or None,
            postcode=self.postcode.data or None, places=self.places.number, age_from=self.age_from.number,
            age_to=self.age_to.number, accepts=Accepts(self.accepts.data) if self.accepts.data else None,
            takes_siblings=siblings, residential=self.residential.data or None, description=self.description.data or "",
        )  # fmt: skip


def setting_form(setting: Setting) -> SettingForm:
    """The form filled with a setting's facts; of a registered one, what the register decides is left out."""
    form = SettingForm(data=_typed(setting))
    if setting.is_registered:
        form.kind.validate_choice = False
        form.kind.data, form.urn.data = setting.kind.value, None
    return form


class VacanciesForm(Form):
    """How many places could be taken, and from when."""

    vacancies = NumberField("Places that could be taken", validators=[InputRequired("Enter a number; 0 for none.")])
    vacant_from = DayField("From when", description="Leave empty for today")


def needs_form(setting: Setting, said: dict[str, NeedSaid]) -> "NeedsForm":
    """A level and a line of evidence for every need that a setting of this type may say it meets."""
    fields: dict[str, Any] = {}
    for code, label in needs_of_kinds([setting.kind.value]):
        level, evidence = said.get(code, (None, ""))
        fields[f"level_{code}"] = SelectField(
            label,
            choices=[("", "Not said"), *LEVEL_WORDS.items()],
            default=level.value if level else "",
            widget=GovSelect(),
        )
        fields[f"evidence_{code}"] = StringField(
            f"Evidence: {label}", default=evidence, filters=[trimmed], widget=GovTextInput(),
            validators=[Length(max=500, message="Shorten the evidence to 500 characters.")],
        )  # fmt: skip
    made: NeedsForm = type("TheNeedsForm", (NeedsForm,), fields)(data={"version": setting.version})
    made.codes = [code for code, _ in needs_of_kinds([setting.kind.value])]
    return made


class NeedsForm(Form):
    """What a setting says of each need; its fields are made for the setting."""

    version = HiddenField(default="0")
    codes: list[str]

    def rows(self) -> list[tuple[Any, Any]]:
        """The two fields of each need."""
        return [(self[f"level_{code}"], self[f"evidence_{code}"]) for code in self.codes]

    @property
    def needs(self) -> dict[str, NeedSaid]:
        """The needs of which something was said."""
        return {
            code: NeedSaid(Level(level.data), evidence.data or "")
            for code, (level, evidence) in zip(self.codes, self.rows(), strict=True)
            if level.data
        }


def _typed(setting: Setting) -> dict[str, Any]:
    siblings = {True: "yes", False: "no", None: ""}[setting.takes_siblings]
    numbers = {fact: _text(getattr(setting, fact)) for fact in ("places", "age_from", "age_to")}
    return {
        "name": setting.name, "kind": setting.kind.value, "urn": setting.urn or "", "postcode": setting.postcode or "",
        "accepts": setting.accepts.value if setting.accepts else "", "takes_siblings": siblings,
        "residential": setting.residential or "", "description": setting.description, "version": setting.version,
    } | numbers  # fmt: skip


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _reads(reader: Any, typed: str) -> bool:
    try:
        reader(typed)
    except NotAnIdentifier:
        return False
    return True

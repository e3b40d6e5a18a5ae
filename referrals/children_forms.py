"""The forms about a child: their shape only; the verbs judge the meaning."""

from dataclasses import fields
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect, GovTextArea, GovTextInput
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from foundation.forms import DayField
from foundation.submitting import Form
from marketplace.code_lists import choices
from referrals.child import Identity
from referrals.child_facts import ChildFacts, facts_of

SEXES = [("F", "Girl"), ("M", "Boy"), ("U", "Not known")]


def _text(label: str, missing: str = "") -> Any:
    return StringField(label, [InputRequired(missing)] if missing else [], widget=GovTextInput())


class ChildForm(Form):
    """Who a child is."""

    first_name = _text("First name", "Enter the child’s first name.")
    family_name = _text("Family name", "Enter the child’s family name.")
    known_as = _text("Goes by another first name")
    date_of_birth = DayField("Date of birth", [InputRequired("Enter the date of birth.")])
    sex = RadioField("Sex", [InputRequired("Choose boy, girl or not known.")], choices=SEXES, widget=GovRadioInput())
    ethnicity = SelectField(
        "Ethnicity",
        choices=[("", "Not chosen"), *choices("ssda903_ethnicity")],
        validate_choice=False,
        widget=GovSelect(),
    )
    home_address = TextAreaField("Home address", widget=GovTextArea())
    home_postcode = _text("Home postcode")
    case_number = _text("Case management number")
    upn = _text("Unique pupil number (UPN)")
    uln = _text("Unique learner number (ULN)")
    nhs_number = _text("NHS number")
    other_names = TextAreaField("Other names that must not be published", widget=GovTextArea())

    @property
    def facts(self) -> ChildFacts:
        """What was typed."""
        typed: dict[str, Any] = {field.name: self[field.name].data or "" for field in fields(ChildFacts)}
        return ChildFacts(**typed)


class RecordChildForm(ChildForm):
    """A child who is recorded for the first time."""

    is_another_child = BooleanField("This is another child: record it anyway", widget=GovCheckboxInput())


class ChangeChildForm(ChildForm):
    """A child whose record is corrected."""

    version = IntegerField(validators=[InputRequired("Open this page again.")], widget=HiddenInput())

    @classmethod
    def showing(cls, identity: Identity) -> "ChangeChildForm":
        """The form as it is opened: what is recorded now."""
        return cls(data={**facts_of(identity).__dict__, "version": identity.version})

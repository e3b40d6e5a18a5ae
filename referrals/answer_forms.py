"""A page of the form as WTForms fields, made from the declaration of its section."""

from datetime import date
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from wtforms import Field, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from foundation.formatting import joined
from foundation.forms import DayField
from foundation.permission import Invalid
from foundation.submitting import Form
from referrals.answer import accept
from referrals.question_set import Answers, Kind, Question, QuestionSet, Section, Sight

#: More choices than these go into a list that drops down.
_RADIOS = 8


class SectionForm(Form):
    """The questions of one section; every answer is judged when it is saved, none need be given."""

    section: Section
    version = IntegerField(validators=[InputRequired("Open this page again.")], widget=HiddenInput())

    def validate(self, extra_validators: Any = None) -> bool:
        """Judge every answer, so that all that is wrong is said at once."""
        super().validate(extra_validators)
        for question in self.section.questions:
            self._judge(question)
        return not self.errors

    def _judge(self, question: Question) -> None:
        if not self[question.key].errors:
            try:
                accept(question, self[question.key].data)
            except Invalid as wrong:
                self.blame(question.key, wrong.message)

    @property
    def typed(self) -> dict[str, Any]:
        """The answers as typed, by question."""
        return {question.key: self[question.key].data for question in self.section.questions}


def section_form(section: Section, answers: Answers, version: int) -> SectionForm:
    """The form of a section, showing what was saved."""
    fields = {question.key: _field(question) for question in section.questions}
    made = type("OneSectionForm", (SectionForm,), {"section": section, **fields})
    shown = {question.key: _shown(question, answers.get(question.key)) for question in section.questions}
    form: SectionForm = made(data={**shown, "version": version})
    return form


def hints_of(form: QuestionSet, section: Section) -> dict[str, str]:
    """What stands beneath each question of a section."""
    return {question.key: _hint(form, question) for question in section.questions}


def _hint(form: QuestionSet, question: Question) -> str:
    """What stands beneath a question: its help, when it is to be answered, and who will see the answer."""
    said = [question.help]
    if question.when:
        asked = form.question(question.when.question)
        answers = joined([asked.label_of(code) for code in question.when.answers], "or")
        said.append(f"Only if “{asked.label}” is answered “{answers}”.")
    if question.opens_to is Sight.BOROUGH:
        said.append("Only your borough sees this.")
    if question.opens_to is Sight.AWARDED:
        said.append("Only the provider that is awarded the place sees this.")
    return " ".join(part for part in said if part)


def _field(question: Question) -> Field:
    choices = [(option.code, option.label) for option in question.options]
    match question.kind:
        case Kind.LONG_TEXT:
            return TextAreaField(question.label, widget=GovTextArea())
        case Kind.DATE:
            return DayField(question.label)
        case Kind.CHOICES | Kind.NEEDS:
            return SelectMultipleField(
                question.label, choices=choices, validate_choice=False, widget=GovCheckboxesInput()
            )
        case Kind.CHOICE if len(choices) > _RADIOS:
            listed = [("", "Not chosen"), *choices]
            return SelectField(question.label, choices=listed, validate_choice=False, widget=GovSelect())
        case Kind.CHOICE | Kind.YES_NO:
            return RadioField(question.label, choices=choices, validate_choice=False, widget=GovRadioInput())
        case _:
            return StringField(question.label, widget=GovTextInput())


def _shown(question: Question, answer: Any) -> Any:
    if answer is None:
        return [] if question.kind in (Kind.CHOICES, Kind.NEEDS) else None
    return date.fromisoformat(answer) if question.kind is Kind.DATE else answer

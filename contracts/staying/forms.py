"""The forms of moves and disruption meetings: shape only; what it means is judged by the verbs."""

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovSelect, GovTextArea
from wtforms import (
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional

from contracts.forms import AT_MOST, day_of
from contracts.staying.destinations import Destination
from contracts.staying.holding_meetings import Minutes, Planned
from contracts.staying.moving import NewPlace, move_reasons
from contracts.staying.words import OWNERS, PRESENT
from foundation.forms import DayField
from foundation.submitting import Form as OurForm

#: how many rows for actions the page offers
ROWS = 4
LONG = Length(max=4000, message="Keep this to 4,000 characters.")


class MoveForm(OurForm):
    """Where to, from which night, and why."""

    setting = RadioField("New setting", [InputRequired("Choose the new setting.")], widget=GovRadioInput())
    moved_on = DayField("First night there", [InputRequired("Enter the first night there.")])
    reason = SelectField("Why", [InputRequired("Choose a reason.")], widget=GovSelect())
    note = TextAreaField("Anything to add", [Optional(), AT_MOST], widget=GovTextArea())

    def __init__(self, places: list[Destination], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setting.choices = [(each.setting.reference, each.setting.name) for each in places]
        self.reason.choices = [("", "Choose a reason"), *move_reasons()]

    @property
    def place(self) -> NewPlace:
        """What was typed, as the verb takes it."""
        return NewPlace(
            setting=self.setting.data, moved_on=day_of(self.moved_on), reason=self.reason.data,
            note=self.note.data or "",
        )  # fmt: skip


class ActionForm(Form):  # type: ignore[misc]
    """One action; a row left empty is none."""

    action = TextAreaField("Action", [Optional(), AT_MOST], widget=GovTextArea())
    owner = SelectField("Owner", choices=[("", "Choose"), *OWNERS.items()], default="", widget=GovSelect())
    due_on = DayField("Due by")

    def validate_due_on(self, field: DayField) -> None:
        """A row with something in it wants its day."""
        if field.data is None and not self.is_empty and not field.process_errors:
            raise ValidationError("Enter the day by which it is done.")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed into the row."""
        return not (self.action.data or "").strip() and not self.owner.data and self.due_on.data is None


class MeetingForm(OurForm):
    """The minutes of a disruption meeting."""

    held_on = DayField("Day of the meeting", [InputRequired("Enter the day of the meeting.")])
    present = SelectMultipleField("Who was there", choices=list(PRESENT.items()), widget=GovCheckboxesInput())
    reasons = SelectMultipleField(
        "What the meeting saw as the reasons", choices=move_reasons(), widget=GovCheckboxesInput()
    )
    found = TextAreaField("What was found", [InputRequired("Say what was found."), LONG], widget=GovTextArea())
    actions = FieldList(FormField(ActionForm), min_entries=ROWS, max_entries=ROWS)

    @property
    def minutes(self) -> Minutes:
        """What was typed, as the verb takes it."""
        rows = [row.form for row in self.actions if not row.form.is_empty]
        return Minutes(
            held_on=day_of(self.held_on), present=self.present.data or (), reasons=self.reasons.data or (),
            found=self.found.data or "",
            actions=[
                Planned(action=row.action.data or "", owner=row.owner.data or "", due_on=day_of(row.due_on)) for row in rows
            ],
        )  # fmt: skip

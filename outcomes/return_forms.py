"""The forms of monitoring returns: one field for each thing asked, named so that a verb's refusal finds it."""

import re
from collections.abc import Sequence
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovTextArea, GovTextInput
from wtforms import Field, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from foundation.submitting import Form
from outcomes.indicators.reading import Indicator
from outcomes.monitoring import MonitoringReturn, Progress, ReturnFigure
from outcomes.return_queries import OutcomeDue
from outcomes.returning import TypedFigure, TypedProgress, TypedReturn

LARGEST = 10_000_000

PROGRESS_WORDS = {
    Progress.ACHIEVED: "Achieved",
    Progress.GOOD: "Good progress",
    Progress.SOME: "Some progress",
    Progress.NONE: "No progress yet",
    Progress.WORSE: "Further away than before",
}


class WholeNumberField(StringField):  # type: ignore[misc]  # WTForms has no types
    """A count: digits, with or without commas; nothing typed is no count, and what was typed is kept."""

    widget = GovTextInput()
    count: int | None = None

    def process_data(self, value: int | None) -> None:
        """Show a kept count as plain digits."""
        self.data, self.count = ("" if value is None else str(value)), value

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        self.data = (valuelist[0] if valuelist else "").strip()
        plain = re.sub(r"[\s,]", "", self.data)
        if not plain:
            self.count = None
        elif not re.fullmatch(r"\d{1,9}", plain, re.ASCII) or int(plain) > LARGEST:
            raise ValueError(f"{self.label.text}: enter a whole number of 0 or more, such as 12")
        else:
            self.count = int(plain)


class ReturnForm(Form):
    """A monitoring return; its fields are those that its lot asks for."""

    version = IntegerField(widget=HiddenField.widget)
    commentary = TextAreaField(
        "Anything that the figures do not say",
        widget=GovTextArea(),
        validators=[Length(max=4000, message="Keep the commentary to 4,000 characters")],
    )
    figures: Sequence[tuple[Indicator, ReturnFigure | None]] = ()
    outcomes: Sequence[OutcomeDue] = ()

    def of_figure(self, part: str, indicator: Indicator) -> Field:
        """The field of a numerator, denominator or note."""
        return self[f"{part}_{indicator.key}"]

    def of_outcome(self, part: str, due: OutcomeDue) -> Field:
        """The field of an outcome's progress or evidence."""
        return self[f"{part}_{due.outcome_id.hex}"]

    @property
    def placements(self) -> list[list[OutcomeDue]]:
        """The outcomes, placement by placement."""
        references = dict.fromkeys(due.agreement for due in self.outcomes)
        return [[due for due in self.outcomes if due.agreement == reference] for reference in references]

    @property
    def typed(self) -> TypedReturn:
        """What the form says."""
        return TypedReturn(
            figures={each.key: self._typed_figure(each) for each, _ in self.figures},
            progress={due.outcome_id: self._typed_progress(due) for due in self.outcomes},
            commentary=self.commentary.data or "",
        )

    def _typed_figure(self, indicator: Indicator) -> TypedFigure:
        numerator, denominator, note = (
            self.of_figure(part, indicator) for part in ("numerator", "denominator", "note")
        )
        return TypedFigure(numerator.count, denominator.count, note.data or "")

    def _typed_progress(self, due: OutcomeDue) -> TypedProgress:
        said = self.of_outcome("progress", due).data
        return TypedProgress(Progress(said) if said else None, self.of_outcome("evidence", due).data or "")


class QueryForm(Form):
    """What the hub asks about in a return."""

    reason = TextAreaField(
        "What are you asking about?",
        widget=GovTextArea(),
        validators=[Length(max=2000, message="Keep the query to 2,000 characters")],
    )


def form_for(
    of: MonitoringReturn, figures: Sequence[tuple[Indicator, ReturnFigure | None]], outcomes: Sequence[OutcomeDue]
) -> ReturnForm:
    """The form of this very return, filled with what is kept."""
    fields: dict[str, Any] = {}
    kept: dict[str, Any] = {"version": of.version, "commentary": of.commentary}
    for indicator, figure in figures:
        fields |= _figure_fields(indicator)
        for part in ("numerator", "denominator", "note"):
            kept[f"{part}_{indicator.key}"] = getattr(figure, part) if figure else None
    for due in outcomes:
        fields |= _outcome_fields(due)
        kept[f"progress_{due.outcome_id.hex}"] = due.progress.value if due.progress else ""
        kept[f"evidence_{due.outcome_id.hex}"] = due.evidence or ""
    form: ReturnForm = type("FormOfOneReturn", (ReturnForm,), fields)(data=kept)
    form.figures, form.outcomes = figures, outcomes
    return form


def _figure_fields(indicator: Indicator) -> dict[str, Field]:
    too_long = Length(max=500, message=f"{indicator.name}: keep the note to 500 characters")
    return {
        f"numerator_{indicator.key}": WholeNumberField(indicator.numerator),
        f"denominator_{indicator.key}": WholeNumberField(indicator.denominator),
        f"note_{indicator.key}": StringField(
            "Note, if the figure needs one", widget=GovTextInput(), validators=[too_long]
        ),
    }


def _outcome_fields(due: OutcomeDue) -> dict[str, Field]:
    words = [("", "Choose"), *((progress.value, text) for progress, text in PROGRESS_WORDS.items())]
    too_long = Length(max=1000, message=f"{due.agreement}: keep the evidence to 1,000 characters")
    return {
        f"progress_{due.outcome_id.hex}": SelectField("How far has it come?", choices=words, widget=GovSelect()),
        f"evidence_{due.outcome_id.hex}": StringField("Evidence", widget=GovTextInput(), validators=[too_long]),
    }

"""The form on which the terms of one school year are entered: a row for each term."""

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField
from wtforms.validators import Length

from foundation.forms import DayField
from foundation.submitting import Form
from marketplace.entering_terms import MOST_TERMS, TypedTerm
from marketplace.fields import trimmed
from marketplace.setting_term import SettingTerm

USUAL = ("Autumn term", "Spring term", "Summer term")


class TermsForm(Form):
    """So many rows as a school year may have terms; a row without days is no term."""

    def validate(self, extra_validators: object = None) -> bool:
        """Besides each day: a term has both of them."""
        fine: bool = super().validate(extra_validators)
        for row in range(MOST_TERMS):
            first, last = self[f"term_{row}_first"], self[f"term_{row}_last"]
            if fine and (first.data is None) != (last.data is None):
                self.blame(*(last.name, "Enter the last day.") if first.data else (first.name, "Enter the first day."))
        return fine and not self.errors

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """The three fields of each term."""
        parts = ("name", "first", "last")
        return [tuple(self[f"term_{row}_{part}"] for part in parts) for row in range(MOST_TERMS)]

    @property
    def has_more(self) -> bool:
        """Whether anything stands in the rows after the usual three."""
        return any(field.data or field.errors for row in self.rows[len(USUAL) :] for field in row)

    @property
    def terms(self) -> tuple[TypedTerm, ...]:
        """The terms that were typed."""
        return tuple(
            TypedTerm(row, name.data or f"Term {row + 1}", first.data, last.data)
            for row, (name, first, last) in enumerate(self.rows)
            if first.data and last.data
        )


def terms_form(kept: list[SettingTerm]) -> TermsForm:
    """The form, filled with the terms that are known or the usual names."""
    fields: dict[str, Any] = {}
    for row in range(MOST_TERMS):
        fields[f"term_{row}_name"] = StringField(
            f"Name of term {row + 1}", filters=[trimmed], widget=GovTextInput(),
            validators=[Length(max=40, message="Shorten the name to 40 characters.")],
        )  # fmt: skip
        fields[f"term_{row}_first"] = DayField(f"First day of term {row + 1}")
        fields[f"term_{row}_last"] = DayField(f"Last day of term {row + 1}")
    known: list[tuple[Any, ...]] = [(term.name, term.starts_on, term.last_day) for term in kept]
    shown = {
        f"term_{row}_{part}": value
        for row, term in enumerate(known or [(name, None, None) for name in USUAL])
        for part, value in zip(("name", "first", "last"), term, strict=True)
    }
    form: TermsForm = type("TheTermsForm", (TermsForm,), fields)(data=shown)
    return form

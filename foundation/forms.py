"""Form fields as our pages draw them: govuk-frontend-wtf's widgets, with our sizes, and the error summary."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from flask import current_app
from flask_wtf.csrf import generate_csrf
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovDateInput, GovIterableBase, GovTextArea
from markupsafe import Markup
from wtforms import Field, Form
from wtforms.csrf.core import CSRFTokenField
from wtforms.fields import DateField, FieldList, FormField
from wtforms.validators import StopValidation

Choice = dict[str, Any]


class DayInput(GovDateInput):  # type: ignore[misc]  # the package has no types
    """Day, month and year side by side, whatever was sent in their place."""

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        """As the package does, but for three inputs exactly: a forged or cut form has fewer or more."""
        if field.raw_data is not None:
            field.raw_data = [*field.raw_data, "", "", ""][:3]
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        return params


class DayField(DateField):  # type: ignore[misc]  # the package has no types
    """A day typed as day, month and year. Half a date is a mistake, never an empty field."""

    widget = DayInput()
    data: date | None

    def __init__(self, label: str | None = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format="%d %m %Y", **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the three inputs; none filled in is no date."""
        typed = " ".join(part.strip() for part in valuelist).strip()
        self.data = None
        if not typed:
            return
        try:
            super().process_formdata([typed])
        except ValueError:
            raise ValueError("Enter a day that exists, such as 23 11 2026") from None

    def pre_validate(self, form: Form) -> None:
        """A date that could not be read is not looked at further: `Optional` would take half of one for none."""
        if self.process_errors:
            raise StopValidation


def csrf_field() -> Markup:
    """The hidden field that proves a form came from our page; nothing where the application checks none."""
    if not (current_app.config.get("WTF_CSRF_ENABLED", True) and current_app.secret_key):
        return Markup()
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def errors_of(form: Form) -> list[tuple[str, str]]:
    """Every complaint about a form with the address of the field it is about, in the order of the fields."""
    own = [(str(text), "") for text in form.form_errors]
    return own + [found for field in form for found in _errors_in(field)]


def _errors_in(field: Field) -> Iterator[tuple[str, str]]:
    if isinstance(field, FormField):
        yield from errors_of(field.form)
    elif isinstance(field, FieldList) and any(entry.errors for entry in field):
        for entry in field:
            yield from _errors_in(entry)
    elif field.errors and isinstance(field, CSRFTokenField):
        yield "The page had expired. Your words are kept: send it once more", ""
    elif field.errors:
        place = f"{field.id}-day" if isinstance(field.widget, GovDateInput) else field.id
        yield _first_text(field.errors), f"#{place}"


def _first_text(errors: Iterable[Any]) -> str:
    return str(next(iter(errors)))


def render_field(
    field: Field,
    *,
    hint: str = "",
    width: str | int = "",
    prefix: str = "",
    suffix: str = "",
    rows: int | None = None,
    inline: bool = False,
    small: bool = True,
    label_size: str = "",
    hide_label: bool = False,
    autocomplete: str = "",
    inputmode: str = "",
    hints: dict[str, str] | None = None,
) -> Markup:
    """A bound field with its label, hint and error, drawn by its own widget (macro `field`)."""
    params: dict[str, Any] = _labelling(field, label_size, hide_label)
    if hint:
        params["hint"] = {"text": hint}
    if isinstance(field.widget, GovIterableBase):
        params |= _choosing(field, inline, small, hints or {})
    elif isinstance(field.widget, GovTextArea) and rows:
        params["rows"] = rows
    elif width:
        params["classes"] = _width(width)
    for name, text in (("prefix", prefix), ("suffix", suffix)):
        if text:
            params[name] = {"text": text}
    for name, text in (("autocomplete", autocomplete), ("inputmode", inputmode)):
        if text:
            params[name] = text
    drawn: Markup = field(params=params)
    return drawn


def _labelling(field: Field, size: str, hide: bool) -> dict[str, Any]:
    """The label, or for a group of inputs the legend, in its size."""
    if isinstance(field.widget, GovCheckboxInput):
        return {}
    if isinstance(field.widget, GovIterableBase | GovDateInput):
        if hide:  # a visually hidden legend would widen the page, a hidden span inside it does not
            text = Markup('<span class="govuk-visually-hidden">{}</span>').format(field.label.text)
            return {"fieldset": {"legend": {"html": text, "classes": "app-m0"}}}
        size = size or "s"
        return {"fieldset": {"legend": {"text": field.label.text, "classes": f"govuk-fieldset__legend--{size}"}}}
    classes = "govuk-visually-hidden" if hide else f"govuk-label--{size}" if size else ""
    return {"label": {"text": field.label.text, "classes": classes}}


def _choosing(field: Field, inline: bool, small: bool, hints: dict[str, str]) -> dict[str, Any]:
    """Radios and checkboxes: their size, their line, and a hint for each choice by its value."""
    kind = "checkboxes" if "checkbox" in field.widget.input_type else "radios"
    classes = (f"govuk-{kind}--small" if small else "") + (" app-inline-radios" if inline else "")
    items: list[Choice] = [
        {"hint": {"text": hints[str(option.data)]}} if str(option.data) in hints else {}
        for option in (field if kind == "radios" or not isinstance(field.widget, GovCheckboxInput) else ())
    ]
    wanted: dict[str, Any] = {"classes": classes.strip(), "idPrefix": field.id}
    return wanted | ({"items": items} if any(items) else {})


def _width(width: str | int) -> str:
    if str(width).isdigit():
        return f"govuk-input--width-{width}"
    return f"govuk-!-width-{width}"

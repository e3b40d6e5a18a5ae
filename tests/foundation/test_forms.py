"""Forms: days that are read or refused with a sentence, and complaints that lead to their fields."""

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField
from wtforms.fields import FieldList, FormField
from wtforms.validators import InputRequired, Optional

from foundation.forms import DayField, errors_of
from tests.look.gallery import create_gallery


class FeeLine(Form):
    amount = StringField(validators=[InputRequired("Enter an amount")])


class Stay(Form):
    start = DayField("Start", validators=[Optional()])
    lines = FieldList(FormField(FeeLine))


def stay(*start: str, **more: str) -> Stay:
    return Stay(MultiDict([*(("start", part) for part in start), *more.items()]))


def test_a_day_is_read() -> None:
    form = stay(" 3", "11 ", "2026")
    assert form.validate()
    assert form.start.data == date(2026, 11, 3)


@pytest.mark.parametrize("parts", [(), ("",), ("", "", "")])
def test_no_day_is_none(parts: tuple[str, ...]) -> None:
    form = stay(*parts)
    assert form.validate()
    assert form.start.data is None


@pytest.mark.parametrize(
    "parts",
    [("", "11", "2026"), ("31", "2", "2026"), ("1", "1", "26"), ("x", "y", "z"), ("1",), ("1", "2", "2026", "4")],
)
def test_half_a_day_is_refused_and_what_was_typed_is_kept(parts: tuple[str, ...]) -> None:
    form = stay(*parts)
    assert not form.validate()
    assert errors_of(form) == [("Enter a day that exists, such as 23 11 2026", "#start-day")]
    with create_gallery().test_request_context():
        drawn = form.start()
    for part in filter(None, parts[:3]):
        assert f'value="{part}"' in drawn


def test_a_complaint_inside_a_list_leads_to_its_own_line() -> None:
    form = stay(**{"lines-0-amount": "12", "lines-1-amount": ""})
    assert not form.validate()
    assert errors_of(form) == [("Enter an amount", "#lines-1-amount")]


def test_a_complaint_about_the_whole_form_comes_first_and_leads_nowhere() -> None:
    form = stay("x", "y", "z")
    form.validate()
    form.form_errors.append("The end is before the start")
    assert errors_of(form)[0] == ("The end is before the start", "")

"""By keys alone: skip to the content, sign in, and send a form, with the focus always to be seen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from demo.people import PASSWORD
from tests.journeys.test_residential import Seat

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_somebody_signs_in_and_records_a_child_by_keys(somebody: Seat) -> None:
    person = somebody("ruth.adeyemi@croydon.example").opens("/sign-in")
    page = person.page
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to main content"
    assert page.get_by_role("link", name="Skip to main content").bounding_box()["width"] > 1  # type: ignore[index]
    type_into(page, "email", person.email)
    type_into(page, "password", PASSWORD)
    page.keyboard.press("Enter")
    person.sees("Your work").opens("/children/new")
    for name, typed in (("first_name", "Ondine"), ("family_name", "Marrowfield")):
        type_into(page, name, typed)
    for typed in ("4", "3", str(person.harbour.today().year - 11)):
        tab_to(page, lambda: "date_of_birth" in (focused_name(page) or "") and not focused_value(page))
        page.keyboard.type(typed)
    tab_to(page, lambda: focused_name(page) == "sex")
    page.keyboard.press("Space")
    tab_to(page, lambda: focused(page) == "Record the child")
    page.keyboard.press("Enter")
    person.sees("Ondine M.")


def type_into(page: Page, name: str, typed: str) -> None:
    """Go to a field by tabbing, and type."""
    tab_to(page, lambda: focused_name(page) == name)
    page.keyboard.type(typed)


def tab_to(page: Page, is_there: Callable[[], bool]) -> None:
    """Press Tab until it is there; wherever the focus is, it can be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if is_there():
            assert has_visible_focus(page)
            return
    raise AssertionError(f"not reached by keys on {page.url}")


def focused(page: Page) -> str:
    """The words on what has the focus."""
    return str(page.evaluate("(document.activeElement.innerText || '').trim()"))


def focused_name(page: Page) -> str | None:
    """The name of the field that has the focus."""
    return page.evaluate("document.activeElement.name || null")  # type: ignore[no-any-return]


def focused_value(page: Page) -> str:
    """What the field that has the focus holds."""
    return str(page.evaluate("document.activeElement.value || ''"))


def has_visible_focus(page: Page) -> bool:
    """Whether the focus is drawn: by an outline, a shadow, or (a radio's or tick's) on the mark beside its label."""
    return bool(
        page.evaluate(
            """() => {
                const at = document.activeElement;
                const drawn = style => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
                const label = at.labels && at.labels[0];
                return drawn(getComputedStyle(at)) || (!!label && drawn(getComputedStyle(label, '::before')));
            }"""
        )
    )

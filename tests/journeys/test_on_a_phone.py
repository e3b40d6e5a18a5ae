"""At 390 pixels: the pages that an officer and a responder use most never scroll sideways, and pass axe."""

import pytest

from tests.journeys.person import PersonAtTheScreen
from tests.journeys.test_residential import Seat

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OFFICER_PAGES = ("/work", "/children", "/children/new", "/referrals", "/placements", "/providers", "/account")
RESPONDER_PAGES = ("/work", "/inbox", "/offers", "/settings", "/placements", "/returns", "/account")


@pytest.mark.parametrize(
    ("email", "pages"),
    [("ruth.adeyemi@croydon.example", OFFICER_PAGES), ("marcus.eze@quillhaven.example", RESPONDER_PAGES)],
)
def test_nothing_scrolls_sideways(somebody: Seat, email: str, pages: tuple[str, ...]) -> None:
    person = somebody(email, width=390).signs_in()
    assert [page for page in pages if scrolls_sideways(person.opens(page))] == []


def scrolls_sideways(person: PersonAtTheScreen) -> bool:
    """Whether the page is wider than the screen."""
    return bool(person.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))

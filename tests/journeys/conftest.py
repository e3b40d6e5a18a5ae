"""What every journey stands on: one running Harbour, and its people as they sit down."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.harbour import Harbour, running_harbour
from tests.journeys.person import PersonAtTheScreen


@pytest.fixture(scope="module")
def harbour(built_assets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """A running Harbour with the demo's standing part."""
    with running_harbour(tmp_path_factory.mktemp("harbour")) as running:
        yield running


@pytest.fixture(scope="module")
def somebody(browser: Browser, harbour: Harbour) -> Iterator[Callable[..., PersonAtTheScreen]]:
    """Seat a person by their address; the browsers are closed when the journey is over."""
    seated: list[PersonAtTheScreen] = []

    def seat(email: str, *, width: int = 1280, javascript: bool = True) -> PersonAtTheScreen:
        person = PersonAtTheScreen(browser, harbour, email, width=width, javascript=javascript)
        seated.append(person)
        return person

    yield seat
    for person in seated:
        person.leaves()

"""The gallery of every macro: accessible, fenced in, in our own font, and no wider than the screen."""

import re
from html.parser import HTMLParser

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from foundation.web import HEADERS, digest_of, page_window
from tests.look.gallery import ERRORS, create_gallery

PAGES = ["/", "/form", *(f"/error/{code}" for code in ERRORS)]
WIDTHS = [320, 390, 700, 1024, 1280]

TOO_WIDE = """[...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(e).clipPath === 'none')
  .map(e => e.tagName + '.' + e.getAttribute('class'))"""
CLIPPED = """[...document.querySelectorAll('main td, main th, .app-panel, .app-card, main table, main .app-fields')]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
  .map(e => e.tagName + ' ' + e.textContent.trim().slice(0, 30))"""
FONTS = "[...new Set([...document.querySelectorAll('*')].map(e => getComputedStyle(e).fontFamily))]"


@pytest.fixture
def client() -> FlaskClient:
    return create_gallery().test_client()


class Attributes(HTMLParser):
    """The tags and attribute names of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}


@pytest.mark.parametrize("path", PAGES)
def test_no_script_no_style_and_nothing_from_outside(client: FlaskClient, path: str) -> None:
    page = client.post(path) if path == "/form" else client.get(path)
    seen = Attributes(page.text)
    assert not seen.tags & {"script", "style", "iframe", "object"}
    assert not {name for name in seen.names if name == "style" or name.startswith("on")}
    assert not re.findall(r'(?:href|src)="(?:https?:)?//', page.text)
    assert "&lt;" not in page.text


def test_headers_of_a_page(client: FlaskClient) -> None:
    page = client.get("/")
    assert HEADERS.items() <= dict(page.headers).items()
    assert page.headers["Cache-Control"] == "no-store"
    assert f"/static/harbour.css?v={digest_of('harbour.css')}" in page.text


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (f"harbour.css?v={digest_of('harbour.css')}", "public, max-age=31536000, immutable"),
        ("harbour.css?v=older", "no-cache"),
        ("harbour.css", "no-cache"),
        ("none.css", "no-store"),
    ],
)
def test_a_static_file_is_kept_under_its_own_hash_only(client: FlaskClient, asked: str, kept: str) -> None:
    with client.get(f"/static/{asked}") as answer:
        assert answer.headers["Cache-Control"] == kept


def test_a_page_over_tls_is_kept_there(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" in client.get("/", base_url="https://localhost").headers
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_an_empty_cell_stays_empty_and_nought_is_shown(client: FlaskClient) -> None:
    text = client.get("/").text
    assert '<td role="cell" class="govuk-table__cell"></td>' in text
    assert re.search(r'data-label="Children"><span>0</span>', text)


def test_errors_come_first_and_lead_to_their_fields(client: FlaskClient) -> None:
    page = client.post("/form", data={"start": ["", "", ""]}).text
    assert "<title>Error: Make an offer – Harbour</title>" in page
    for target in re.findall(r'<li><a href="#([^"]+)">', page):
        assert f'id="{target}"' in page
    assert "<li>The page had expired. Your words are kept: send it once more</li>" in page
    assert '<a href="#start-day">Enter the day from which the place is free</a>' in page
    assert '<a href="#meets">Choose how far the need is met</a>' in page


@pytest.mark.parametrize("code", ERRORS)
def test_error_pages_need_nobody_signed_in(client: FlaskClient, code: int) -> None:
    page = client.get(f"/error/{code}")
    assert page.status_code == code
    assert "Sign out" not in page.text
    assert "give them the number 7f3a" in page.text


def test_the_pages_of_a_list() -> None:
    assert list(page_window(1, 1)) == [1]
    assert list(page_window(3, 9)) == [1, 2, 3, 4, None, 9]
    assert list(page_window(5, 9)) == [1, None, 4, 5, 6, None, 9]
    assert list(page_window(1, 3)) == [1, 2, 3]


def test_paging_keeps_the_filters(client: FlaskClient) -> None:
    assert "/?lot=1&amp;page=4" in client.get("/?lot=1&page=3").text


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_the_font_is_ours(browser: Browser, gallery_address: str, path: str, width: int) -> None:
    page = opened(browser, gallery_address + path, width)
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []
    assert [family for family in page.evaluate(FONTS) if "GDS Transport" in family] == []
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/", "/form"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_screen(browser: Browser, gallery_address: str, path: str, width: int) -> None:
    page = opened(browser, gallery_address + path, width)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(CLIPPED) == []
    page.close()


@pytest.mark.browser
def test_the_policy_blocks_nothing_of_ours(browser: Browser, gallery_address: str) -> None:
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.on("requestfailed", lambda request: refused.append(request.url))
    page.goto(gallery_address + "/")
    assert refused == []
    page.close()


def opened(browser: Browser, address: str, width: int) -> Page:
    """A page at a width; the form with all its errors."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address)
    if address.endswith("/form"):
        with page.expect_navigation():
            page.get_by_role("button", name="Send the offer").click()
    return page

"""A person at the screen: signs in, reads, fills in, presses. Every page met is checked by axe at once."""

import re
from typing import Self

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from demo.people import PASSWORD
from tests.journeys.harbour import Harbour

_axe = Axe()
#: who has seen which kind of page at which width: axe looks at each once in a run
_checked: set[tuple[str, int, str]] = set()


class PersonAtTheScreen:
    """One person with a browser of their own. `where` words are what stands on the screen: labels, buttons, headings."""

    def __init__(
        self, browser: Browser, harbour: Harbour, email: str, *, width: int = 1280, javascript: bool = True
    ) -> None:
        self.harbour, self.email, self.width = harbour, email, width
        self.javascript = javascript
        self.context = browser.new_context(
            base_url=harbour.address,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            accept_downloads=True,
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)

    def signs_in(self, password: str = PASSWORD) -> Self:
        """Give address and password, and land on *Your work*."""
        self.opens("/sign-in")
        self.fills("E-mail address", self.email)
        self.fills("Password", password)
        self.presses("Sign in")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Your work")
        return self

    def opens(self, path: str, *, expecting: int = 200) -> Self:
        """Type an address."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == expecting, f"{path} answered {answer.status}, not {expecting}"
        return self._reads()

    def follows(self, link: str, *, exact: bool = False) -> Self:
        """Click a link by its words."""
        self.page.get_by_role("link", name=link, exact=exact).first.click()
        return self._reads()

    def presses(self, button: str) -> Self:
        """Press a button by its words."""
        self.page.get_by_role("button", name=button, exact=True).first.click()
        return self._reads()

    def fills(self, label: str, value: str, *, within: Locator | None = None) -> Self:
        """Type into the field of that label."""
        (within or self.page).get_by_label(label, exact=True).first.fill(value)
        return self

    def fills_day(self, legend: str, day: int, month: int, year: int) -> Self:
        """Type a date into its three fields."""
        group = self.page.get_by_role("group", name=legend)
        for part, value in (("Day", day), ("Month", month), ("Year", year)):
            group.get_by_label(part, exact=True).fill(str(value))
        return self

    def chooses(self, legend: str, option: str) -> Self:
        """Choose a radio button, tick a box, or pick from a list."""
        listed = self.page.locator("select").and_(self.page.get_by_label(legend, exact=True))
        if listed.count():
            listed.first.select_option(label=option)
            return self
        self.page.get_by_role("group", name=legend).get_by_label(option, exact=True).check()
        return self

    def ticks(self, label: str) -> Self:
        """Tick one box by its own label."""
        self.page.get_by_label(label).first.check()
        return self

    def picks(self, words: str) -> Self:
        """Choose the radio button in whose label the words stand."""
        self.page.get_by_role("radio", name=words).first.check()
        return self

    def attaches(self, label: str, path: str) -> Self:
        """Choose a file."""
        self.page.get_by_label(label, exact=True).set_input_files(path)
        return self

    def sees(self, *words: str) -> Self:
        """The words stand somewhere on the page, where they can be seen."""
        for text in words:
            expect(self.page.locator("body")).to_contain_text(text)
        return self

    def does_not_see(self, *words: str) -> Self:
        """Neither the page nor its source holds the words."""
        source = self.page.content()
        for text in words:
            assert text not in source, f"{text!r} stands on {self.page.url}"
        return self

    def downloads(self, link: str) -> bytes:
        """Follow a link to a file and keep it."""
        with self.page.expect_download() as waiting:
            found = self.page.get_by_role("link", name=link).or_(self.page.get_by_role("button", name=link))
            found.first.click()
        return waiting.value.path().read_bytes()

    def leaves(self) -> None:
        """Close the browser."""
        self.context.close()

    def _outline(self) -> str:
        """What kind of page it is: its title and headings, without references and numbers; empty where it is no page."""
        headings = [self.page.title(), *self.page.locator("h1, h2").all_inner_texts()] if self.page.title() else []
        return re.sub(r"[A-Z]{3}-[A-Z0-9]{4}-[A-Z0-9]{2}|\d+", "", "\n".join(headings))

    def _reads(self) -> Self:
        """Let axe look at the page, once for each person, width and outline of it in this run."""
        if not self.javascript:
            return self  # axe itself is a script
        seen = (self.email, self.width, self._outline())
        if seen[-1] and seen not in _checked:
            _checked.add(seen)
            found = _axe.run(self.page)
            assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"
        return self

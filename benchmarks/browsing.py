"""A person at a browser, as far as a benchmark needs one: signs in, opens pages, sends the forms that it finds there."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import requests

from demo.people import PASSWORD


@dataclass
class FoundForm:
    """A form of a page: where it is sent, and what stands in it."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[FoundForm] = []
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.found.append(FoundForm(at.get("action", "")))
        elif self.found and at.get("name") and tag == "input":
            self._input(at)
        elif tag == "select":
            self._select = at.get("name", "")
        elif tag == "option" and self._select and self.found:
            if "selected" in at or (at.get("value") and self._select not in self.found[-1].values):
                self.found[-1].values[self._select] = [at.get("value", "")]
        elif tag == "textarea" and self.found:
            self._area = at.get("name", "")
            self.found[-1].values[self._area] = [""]

    def handle_data(self, text: str) -> None:
        if self._area:
            self.found[-1].values[self._area] = [text.strip()]

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area
        self._select = "" if tag == "select" else self._select

    def _input(self, at: dict[str, str]) -> None:
        values, kind = self.found[-1].values, at.get("type", "text")
        if kind in ("radio", "checkbox"):
            if kind == "radio" and (at["name"] not in values or "checked" in at):
                values[at["name"]] = [at.get("value", "")]
        elif kind not in ("submit", "file"):
            values.setdefault(at["name"], []).append(at.get("value", ""))


class Browser:
    """One signed-in person."""

    def __init__(self, address: str, email: str = "") -> None:
        self.address = address
        self.session = requests.Session()
        self.statements = 0
        if email:
            self.sign_in(email)

    def get(self, path: str) -> requests.Response:
        """Open a page; anything but a page is an error."""
        answer = self.session.get(self.address + path, timeout=60)
        answer.raise_for_status()
        self.statements = int(answer.headers.get("X-Statements", 0))
        return answer

    def send(self, form: FoundForm, path: str, **typed: Any) -> requests.Response:
        """Send a form of a page with what was typed; a refused form is an error."""
        answer = self.session.post(
            self.address + (form.action or path), data={**form.values, **typed}, timeout=60, allow_redirects=False
        )
        if answer.status_code != 303:
            raise RuntimeError(f"{path} answered {answer.status_code} to a form.")
        self.statements = int(answer.headers.get("X-Statements", 0))
        return answer

    def sign_in(self, email: str) -> None:
        """By address and the demo's password."""
        [form, *_] = [each for each in forms_of(self.get("/sign-in").text) if "password" in each.values]
        self.send(form, "/sign-in", email=email, password=PASSWORD)


def forms_of(page: str) -> list[FoundForm]:
    """The forms of a page, in their order."""
    parser = _Forms()
    parser.feed(page)
    return parser.found

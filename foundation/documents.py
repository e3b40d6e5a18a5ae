"""PDFs: HTML in, a tagged PDF/UA-1 out, the same bytes for the same HTML on every machine.

The sheet's fonts are pinned files (`script/assets`), the dates come from the HTML, and the PDF's identifier is the
HTML's hash. Any complaint of WeasyPrint (a missing image, font or alternative text) is a failed build, since it would
otherwise be a silent hole in something that is signed or published.
"""

import gc
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from weasyprint import CSS, HTML, URLFetcher
from weasyprint.text.fonts import FontConfiguration

STATIC = Path(__file__).resolve().parent.parent / "static"

# Pango's objects are shared by all renders of a process, and WeasyPrint's log by all threads: one render at a time.
_one_at_a_time = Lock()


class DocumentFault(Exception):
    """A document could not be built as it should be; the message says what WeasyPrint complained of."""


@dataclass(frozen=True, slots=True)
class Document:
    """A finished PDF, its fingerprint and its length."""

    content: bytes
    sha256: str
    pages: int


def build_document(html: str) -> Document:
    """Lay out HTML (made from `templates/documents/`) as PDF/UA-1; raises DocumentFault rather than leave a hole.

    Relative addresses are looked up in `static/`; nothing is fetched from anywhere else.
    """
    with _one_at_a_time, _complaints_raised(), _no_collecting():
        sheet, fonts = _sheet_and_fonts()
        source = HTML(string=html, base_url=STATIC.as_uri() + "/", url_fetcher=LocalFiles())
        layout = source.render(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
        identifier = hashlib.sha256(html.encode()).digest()[:16]
        content = layout.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    return Document(content, hashlib.sha256(content).hexdigest(), len(layout.pages))


class LocalFiles(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Opens the files of `static/` and data addresses, and refuses everything else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("file", "data"))

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> object:
        """Open a file that a document or its sheet names."""
        if url.startswith("file:") and not url.startswith(STATIC.as_uri() + "/"):
            raise ValueError(f"a document may only use files of {STATIC}")
        return super().fetch(url, headers)


@cache
def _sheet_and_fonts() -> tuple[CSS, FontConfiguration]:
    """The sheet and its fonts, read once in a process."""
    fonts = FontConfiguration()
    return CSS(filename=STATIC / "documents.css", font_config=fonts, url_fetcher=LocalFiles()), fonts


@contextmanager
def _complaints_raised() -> Iterator[None]:
    """Turns WeasyPrint's log lines from warning upwards into a DocumentFault."""
    complaints = _Complaints()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(complaints)
    try:
        yield
    finally:
        logger.removeHandler(complaints)
    if complaints.lines:
        raise DocumentFault("; ".join(complaints.lines))


class _Complaints(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Stops the cyclic collector: a layout is a million live objects that it would walk again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

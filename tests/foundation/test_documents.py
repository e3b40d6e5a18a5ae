"""PDFs: tagged as PDF/UA-1 asks, the same bytes twice, and no silent holes."""

from collections.abc import Iterator

import page
import pytest
from flask import Flask

from foundation.documents import DocumentFault, build_document
from tests.look.gallery import create_gallery, sample_document

MINIMAL = '<html lang="en-GB"><head><title>A letter</title></head><body><h1>A letter</h1>{}</body></html>'


@pytest.fixture(scope="module")
def html(built_assets: None) -> Iterator[str]:
    app: Flask = create_gallery()
    with app.test_request_context():
        yield sample_document()


@pytest.mark.slow
def test_the_sample_passes_pdf_ua(html: str) -> None:
    document = build_document(html)
    report = page.validate_pdf_bytes(document.content, profile=page.ValidationProfile.PDF_UA_1)
    assert list(report.failures) == []
    assert document.pages == 5


@pytest.mark.slow
def test_the_same_html_gives_the_same_bytes(html: str) -> None:
    assert build_document(html) == build_document(html)


def test_another_html_gives_another_fingerprint(built_assets: None) -> None:
    one, other = (build_document(MINIMAL.format(f"<p>{word}</p>")) for word in ("Yes", "No"))
    assert one.sha256 != other.sha256


@pytest.mark.parametrize(
    ("hole", "complaint"),
    [
        ('<img src="missing.png" alt="A chart">', "missing.png"),
        ('<img src="file:///etc/hostname" alt="A file of the machine">', "only use files"),
        ('<img src="https://example.org/a.png" alt="From outside">', "example.org"),
        ('<p style="colour: red">A slip</p>', "colour"),
    ],
)
def test_a_hole_fails_the_build(built_assets: None, hole: str, complaint: str) -> None:
    with pytest.raises(DocumentFault, match=complaint):
        build_document(MINIMAL.format(hole))


def test_a_build_after_a_failed_one_is_whole(built_assets: None) -> None:
    with pytest.raises(DocumentFault):
        build_document(MINIMAL.format('<img src="missing.png" alt="A chart">'))
    assert build_document(MINIMAL.format("<p>Whole</p>")).pages == 1

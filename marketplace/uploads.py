"""Documents that people send in: which kinds are taken, how large, and whether the bytes are what the name says."""

import io
import zipfile
from typing import NamedTuple

from foundation.permission import Invalid

LARGEST_DOCUMENT = 20 * 1024 * 1024
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: ending → media type
TAKEN = {"pdf": "application/pdf", "docx": DOCX, "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}
BEGINNINGS = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    DOCX: b"PK\x03\x04",
}


class Upload(NamedTuple):
    """A file as it came: its name and its bytes."""

    name: str
    content: bytes


def media_type_of(upload: Upload, field: str = "") -> str:
    """The kind of a document that is taken; Invalid beside the field for any other, for an empty one and for one too large."""
    if not upload.content:
        raise Invalid(f"“{upload.name}” is empty. Choose the document again.", field)
    if len(upload.content) > LARGEST_DOCUMENT:
        raise Invalid(f"“{upload.name}” is larger than 20 MB. Send a smaller copy.", field)
    media_type = TAKEN.get(upload.name.rsplit(".", 1)[-1].lower())
    if media_type is None:
        raise Invalid(f"“{upload.name}” is not a PDF, Word (DOCX), PNG or JPEG file. Save it as one of these.", field)
    if not _is(media_type, upload.content):
        raise Invalid(
            f"“{upload.name}” is not what its name says. Open it, save it again as a PDF, and send that.", field
        )
    return media_type


def plain_name(name: str) -> str:
    """A file's own name without any path, and not too long to be shown."""
    return "".join(letter for letter in name.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable())[-120:]


def _is(media_type: str, content: bytes) -> bool:
    """Whether the bytes begin as that kind does; a Word file is looked into, since any archive begins as it does."""
    if not content.startswith(BEGINNINGS[media_type]):
        return False
    if media_type != DOCX:
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "word/document.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False

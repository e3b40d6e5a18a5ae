"""Reading Ofsted's register of children's social care, provider level, as it is published: a CSV with its quirks.

Title rows stand above the heading, headings hold line breaks, homes' names and addresses are blanked with REDACTED. The
reader types nothing in and guesses nothing: what is missing or odd is kept as it is and reported as a finding. It
touches no database.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from foundation.identifiers import NotAnOfstedUrn, ofsted_urn
from marketplace.reading_register import OwnersSeen, read_row
from marketplace.register_row import RegisterRow, Skipped

#: Ofsted's file has 1.8 MB; anything far larger is something else.
LARGEST_FILE = 50_000_000
#: The heading stands within the first rows; Ofsted's is the fourth.
ROWS_BEFORE_HEADING = 20

REQUIRED_COLUMNS = (
    "URN",
    "Provision type",
    "Registration date",
    "Registration status",
    "Name",
    "Postcode",
    "Local authority",
    "Sector",
    "Places",
    "Organisation which owns the provider",
    "Latest full inspection date",
    "Overall experiences and progress of children and young people",
)


class NotARegister(ValueError):
    """The file is not Ofsted's provider-level register, or not all of it; nothing of it may be imported."""


def read_register(file: BinaryIO) -> Iterator[RegisterRow | Skipped]:
    """Each setting of the register in the file's order, or why its row was skipped.

    Raises NotARegister, with a sentence for the person who chose the file, at once for a file of another kind and as
    soon as a row shows that the file stops half-way: read it all before changing anything, or inside one transaction.
    """
    rows = _rows(_text(file))
    columns, width = _heading(rows)
    owners, urns = OwnersSeen(), set[str]()
    for number, cells in rows:
        if len(cells) != width:
            raise NotARegister(
                f"Row {number} has {len(cells)} columns where the heading has {width}:"
                " the file is incomplete or damaged. Download it again from Ofsted and import the whole file."
            )
        row = {name: cells[place].strip() for name, place in columns.items()}
        skipped = _why_skipped(row["urn"], urns)
        yield Skipped(number, row["urn"], skipped) if skipped else read_row(number, row, owners)


def _why_skipped(urn: str, seen: set[str]) -> str | None:
    try:
        normal = ofsted_urn(urn)
    except NotAnOfstedUrn:
        return f"“{urn}” is not an Ofsted reference (URN)."
    if normal in seen:
        return f"The reference {normal} stands in the file twice; the first row was taken."
    seen.add(normal)
    return None


def _text(file: BinaryIO) -> str:
    """The file's characters: UTF-8, with or without its mark, or what Excel writes in Western Europe."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise NotARegister(
            "The file is larger than 50 MB. Ofsted's provider-level register has about 2 MB; choose that."
        )
    if b"\0" in content or content.startswith((b"PK", b"%PDF")):
        raise NotARegister("The file is not a CSV. Choose Ofsted's provider-level file, saved as CSV.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with anything in them, each with its number as a spreadsheet shows it."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as broken:
        raise NotARegister(
            f"The file cannot be read after row {number} ({broken}): it is incomplete or damaged, or no CSV."
            " Download it again from Ofsted and import the whole file."
        ) from broken


def _heading(rows: Iterator[tuple[int, list[str]]]) -> tuple[dict[str, int], int]:
    """Where each named column stands, and how wide the table is; the rows read so far are titles."""
    required = {column_key(name): name for name in REQUIRED_COLUMNS}
    missing = list(REQUIRED_COLUMNS)
    for _, (_, cells) in zip(range(ROWS_BEFORE_HEADING), rows, strict=False):
        columns = {column_key(cell): place for place, cell in reversed(list(enumerate(cells))) if cell.strip()}
        absent = [name for key, name in required.items() if key not in columns]
        if not absent:
            return columns, len(cells)
        missing = min(missing, absent, key=len)
    if len(missing) > len(REQUIRED_COLUMNS) // 2:
        raise NotARegister(
            "The file has few or none of the register's columns. Choose Ofsted's provider-level file, saved as CSV."
        )
    named = ", ".join(f"“{name}”" for name in missing)
    raise NotARegister(f"The file lacks these columns of Ofsted's register: {named}. Choose the provider-level file.")


def column_key(heading: str) -> str:
    """A heading without its line breaks, case and kind of apostrophe."""
    return " ".join(re.sub("[’‘`]", "'", heading).casefold().split())

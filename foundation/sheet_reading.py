"""Tables that people send in, as CSV or XLSX: every cell as text with its address, and nothing that reckons, hides or swells.

Refused with a sentence for whoever chose the file: another kind of file, one that is empty, too large, packed to swell, in another
encoding, with formulas, macros or more than one sheet. A workbook is read without its saved results: a cell holds a value or it is
refused, since what a formula once gave is nobody's word.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

#: A month's invoice of the largest provider has some hundred rows.
LARGEST_SHEET = 2 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 5_000, 40
#: What a workbook may swell to when it is unpacked, in all and as a multiple of what was sent.
LARGEST_UNPACKED, LARGEST_RATIO = 40 * 1024 * 1024, 200
LONGEST_CELL = 300
NOT_UTF_8 = "The file is not in UTF-8. In Excel choose “CSV UTF-8” when you save it."

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
_NUMBER = re.compile(r"[-+−]?\s*[£$€]?\s*\d[\d,. ]*", re.ASCII)
_BEGINS_A_FORMULA = ("=", "@", "+", "-", "−", "\t", "\r")
_OF_ANOTHER_CURRENCY = re.compile(r"\[\$(?![£\-\]]|GBP)|(?<!\[)\$|[€¥]|USD|EUR", re.IGNORECASE)


class NotASheet(ValueError):
    """The file cannot be taken; its text is a sentence for the person who chose it."""


class Row(NamedTuple):
    """A row that holds anything, its number as a spreadsheet shows it, and its cells as text."""

    number: int
    cells: tuple[str, ...]

    def address(self, column: int) -> str:
        """B7: how a spreadsheet calls the cell."""
        return f"{letters_of(column)}{self.number}"


class Sheet(NamedTuple):
    """A table as it came: what kind of file it was in, and its rows."""

    media_type: str
    rows: list[Row]


def read_sheet(name: str, content: bytes) -> Sheet:
    """The rows of a CSV or XLSX file with anything in them. Raises NotASheet."""
    if not content:
        raise NotASheet("The file is empty. Choose the file again.")
    if len(content) > LARGEST_SHEET:
        raise NotASheet("The file is larger than 2 MB. Send only the table, without pictures and other sheets.")
    kind = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if kind == "xlsx" and content.startswith(b"PK\x03\x04"):
        sheet = Sheet(XLSX, _within_bounds(_rows_of_workbook(content)))
    elif kind == "csv" and content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotASheet(NOT_UTF_8)
    elif kind == "csv" and b"\0" not in content and not content.startswith((b"PK", b"%PDF", b"\xd0\xcf")):
        sheet = Sheet(CSV, _within_bounds(_rows_of_csv(content)))
    else:
        raise NotASheet("The file is neither CSV nor XLSX, or not what its name says. Save the table as CSV or XLSX.")
    if not sheet.rows:
        raise NotASheet("The file holds no rows. Fill in the template and choose that.")
    return sheet


def letters_of(column: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _within_bounds(rows: Iterable[tuple[int, tuple[str, ...]]]) -> list[Row]:
    kept: list[Row] = []
    for number, cells in rows:
        if not any(cells):
            continue
        if len(kept) >= MOST_ROWS or number > 10 * MOST_ROWS:
            raise NotASheet(f"The file has more than {MOST_ROWS:,} rows. Send it in parts.")
        row = Row(number, cells)
        _require_plain(row)
        kept.append(row)
    return kept


def _require_plain(row: Row) -> None:
    """Refuse a row that is too wide, and a cell that is too long or that a spreadsheet would reckon with."""
    filled = max((column for column, cell in enumerate(row.cells) if cell), default=0)
    if filled >= MOST_COLUMNS:
        raise NotASheet(
            f"Row {row.number} is filled to column {letters_of(filled)}. The template has far fewer columns."
        )
    for column, cell in enumerate(row.cells):
        if len(cell) > LONGEST_CELL:
            raise NotASheet(f"Cell {row.address(column)} holds more than {LONGEST_CELL} characters. Shorten it.")
        if cell.startswith(_BEGINS_A_FORMULA) and _NUMBER.fullmatch(cell) is None:
            raise NotASheet(
                f"Cell {row.address(column)} holds a formula. Put its value in its place and send the file again."
            )


def _rows_of_csv(content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotASheet(NOT_UTF_8) from None
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            yield number, tuple(cell.strip(" \u00a0") for cell in cells)
    except csv.Error as broken:
        raise NotASheet(f"The file cannot be read as CSV ({broken}). Save it as CSV UTF-8 and send it again.") from None


def _rows_of_workbook(content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    _require_harmless(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        if len(book.sheetnames) != 1:
            raise NotASheet("The workbook has more than one sheet. Keep the one with the table, and delete the others.")
        yield from _cells_of(book[book.sheetnames[0]])
    except (
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        SyntaxError,
        EOFError,
        zipfile.BadZipFile,
    ) as broken:
        if isinstance(broken, NotASheet):
            raise
        raise NotASheet(
            "The workbook cannot be read: it is damaged or protected. Save it anew as XLSX, or as CSV UTF-8."
        ) from None


def _cells_of(worksheet: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    for number, cells in enumerate(worksheet.iter_rows(max_col=MOST_COLUMNS + 1), start=1):
        row = Row(number, ())
        for column, cell in enumerate(cells):
            if cell.data_type == "f":
                raise NotASheet(
                    f"Cell {row.address(column)} holds a formula. Put its value in its place and send the file again."
                )
            if cell.value is not None and _OF_ANOTHER_CURRENCY.search(str(cell.number_format or "")):
                raise NotASheet(
                    f"Cell {row.address(column)} is shown in another currency. Amounts here are pounds (GBP)."
                )
        yield number, tuple(_as_text(cell.value) for cell in cells)


def _as_text(value: object) -> str:
    """A cell's value as a person would type it. A number is written as short as it means the same; no float leaves this place."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float():
            exact = Decimal(repr(value))
            penny = exact.quantize(Decimal("0.01"))
            return f"{penny if abs(exact - penny) < Decimal('0.000001') else exact:f}"
        case _:
            return str(value).strip(" \u00a0")


def _require_harmless(content: bytes) -> None:
    """Look into the archive before anything unpacks it: how far it swells, whether it declares entities, whether it brings macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if unpacked > min(LARGEST_UNPACKED, LARGEST_RATIO * len(content)) or len(parts) > 200:
                raise NotASheet("The workbook unpacks to far more than was sent. Save it anew, with the table alone.")
            if any(part.flag_bits & 1 for part in parts):
                raise NotASheet("The workbook is protected by a password. Save it without one.")
            if any(part.filename.lower().endswith(("vbaproject.bin", ".exe", ".dll")) for part in parts):
                raise NotASheet("The workbook brings macros. Save it as XLSX, without them.")
            if "xl/workbook.xml" not in archive.namelist():
                raise NotASheet("The file is not an Excel workbook. Save the table as CSV or XLSX.")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!" in archive.read(part).replace(b"<!--", b""):
                    raise NotASheet("The workbook is not as Excel writes it. Save it anew as XLSX, or as CSV UTF-8.")
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError):
        raise NotASheet("The workbook is damaged. Save it anew as XLSX, or as CSV UTF-8.") from None

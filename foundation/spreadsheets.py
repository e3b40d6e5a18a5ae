"""Tables for spreadsheets: CSV and XLSX whose cells no spreadsheet takes for a formula."""

import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

#: What a spreadsheet reads as the beginning of a formula, or skips before one (OWASP, CSV injection).
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Excel reads UTF-8 only behind this mark.
MARK = "\ufeff"


def safe_cell(value: object) -> str:
    """The value as text; typed text that a spreadsheet would reckon with is quoted by an apostrophe. Numbers and dates stay."""
    said = "" if value is None else str(value)
    return f"'{said}" if isinstance(value, str) and said.startswith(BEGINS_A_FORMULA) else said


def csv_text(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as CSV text with a line of heads."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(heads)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return MARK + sheet.getvalue()


def csv_download(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The table as a file to keep."""
    answer = Response(csv_text(heads, rows), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def workbook_bytes(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table as an XLSX file of one sheet. Text is text, whatever it begins with; amounts and days are numbers and days."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in itertools.chain([heads], rows):
        sheet.append([_workbook_cell(sheet, value) for value in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _workbook_cell(sheet: Any, value: object) -> Any:
    kept: Any = value if isinstance(value, int | Decimal | date | None) else str(value)
    cell = WriteOnlyCell(sheet, value=kept)
    if isinstance(value, Decimal):
        cell.number_format = "#,##0.00"
    elif isinstance(value, date):
        cell.number_format = "dd/mm/yyyy"
    elif isinstance(value, str):
        cell.data_type = "s"
    return cell


def download(name: str, content: bytes, media_type: str) -> Response:
    """Bytes as a file to keep."""
    answer = Response(content, mimetype=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer

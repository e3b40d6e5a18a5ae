"""Tables for spreadsheets: CSV whose cells no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

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

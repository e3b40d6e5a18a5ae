"""Reading tables that people send in: what is taken, and what is refused before anything of it is believed."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from foundation.sheet_reading import LARGEST_SHEET, MOST_ROWS, NotASheet, letters_of, read_sheet


def workbook(*rows: list[object], number_format: str = "", sheets: int = 1) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    if number_format:
        book.active["B2"].number_format = number_format  # type: ignore[index]
    for _ in range(sheets - 1):
        book.create_sheet()
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def repacked(content: bytes, name: str, part: bytes) -> bytes:
    """The archive with a further part, or another in its place."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, part)
    return kept.getvalue()


PLAIN = workbook(["Agreement", "Net"], ["CRO-7Q4K-2M", 18600.1])


class TestTaken:
    def test_a_csv_with_a_mark_and_empty_lines(self) -> None:
        sheet = read_sheet("a.csv", "\ufeffAgreement,Net\n\n CRO-1 ,-£1.50\n".encode())
        assert [(row.number, row.cells) for row in sheet.rows] == [(1, ("Agreement", "Net")), (3, ("CRO-1", "-£1.50"))]

    def test_a_workbook_s_numbers_and_days_as_a_person_types_them(self) -> None:
        sheet = read_sheet("A.XLSX", PLAIN)
        assert sheet.rows[1].cells[:2] == ("CRO-7Q4K-2M", "18600.10")

    def test_pounds_may_be_shown_as_pounds(self) -> None:
        for pounds in ('"£"#,##0.00', "[$£-809]#,##0.00", "_-[$£-809]* #,##0.00_-", "[$-809]dd mmmm yyyy"):
            assert read_sheet("a.xlsx", workbook(["a", "b"], ["c", 5], number_format=pounds)).rows

    def test_cells_are_called_as_a_spreadsheet_calls_them(self) -> None:
        assert [letters_of(column) for column in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\n\n , \n", "no rows"),
        ("a.csv", b"x" * (LARGEST_SHEET + 1), "larger than 2 MB"),
        ("a.csv", "Fee £\n".encode("cp1252"), "not in UTF-8"),
        ("a.csv", "Fee\n".encode("utf-16"), "not in UTF-8"),
        ("a.csv", b"a\0b\n", "neither CSV nor XLSX"),
        ("a.csv", PLAIN, "neither CSV nor XLSX"),
        ("a.pdf", b"%PDF-1.7", "neither CSV nor XLSX"),
        ("a.xlsx", b"a,b\n", "neither CSV nor XLSX"),
        ("a", b"a,b\n", "neither CSV nor XLSX"),
        ("a.csv", b'a,"b\n', "cannot be read as CSV"),
        ("a.csv", b"a,b\n1,=1+1\n", "Cell B2 holds a formula"),
        ("a.csv", b"a,b\n@SUM(A1),1\n", "Cell A2 holds a formula"),
        ("a.csv", b"a,b\n1,-2+3\n", "Cell B2 holds a formula"),
        ("a.csv", b"a\n" * (MOST_ROWS + 1), "more than 5,000 rows"),
        ("a.csv", b"," * 50 + b"x\n", "filled to column AY"),
        ("a.csv", b"x" * 301 + b"\n", "Cell A1 holds more than 300"),
        ("a.xlsx", workbook(["a", "b"], [1, "=A2*2"]), "Cell B2 holds a formula"),
        ("a.xlsx", workbook(["a", "b"], [1, 2], number_format="[$€-407]#,##0.00"), "Cell B2 is shown in another currency"),
        ("a.xlsx", workbook(["a", "b"], [1, 2], number_format='"$"#,##0'), "another currency"),
        ("a.xlsx", workbook(["a"], sheets=2), "more than one sheet"),
        ("a.xlsx", b"PK\x03\x04 and no more", "damaged"),
        ("a.xlsx", repacked(PLAIN, "xl/vbaProject.bin", b"macro"), "macros"),
        ("a.xlsx", repacked(PLAIN, "xl/media/bomb.png", b"0" * 50_000_000), "unpacks to far more"),
        ("a.xlsx", repacked(PLAIN, "xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "not as Excel writes it"),
        ("a.xlsx", repacked(PLAIN, "xl/worksheets/sheet1.xml", b"<broken"), "cannot be read"),
    ],
)  # fmt: skip
def test_refused(name: str, content: bytes, said: str) -> None:
    with pytest.raises(NotASheet, match=said):
        read_sheet(name, content)

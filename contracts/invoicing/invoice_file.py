"""Reading a provider's invoice: the columns it must have and no others, and what each row says. It touches no database.

A column that is not asked for may name a child, so a file with one is refused and nothing of it is kept.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from foundation.formatting import joined, money
from foundation.money import LARGEST_AMOUNT
from foundation.permission import Invalid
from foundation.references import NotAReference, parse_reference
from foundation.sheet_reading import NotASheet, Row, read_sheet
from marketplace.costing import NOUGHT

#: The columns in the template's order, each with what it holds: the documentation beside the upload.
COLUMNS = {
    "Agreement": "The agreement’s reference, as on the schedule",
    "Fee": "The fee’s name, as on the schedule",
    "From": "The first day charged: 01/10/2026 or 2026-10-01",
    "To": "The last day charged, that day included",
    "Net": "Pounds without VAT; below nought for a discount",
    "VAT": "The VAT in pounds; 0 where there is none",
    "Gross": "Net and VAT together",
    "Currency": "GBP",
}
TOTAL = "total"
ONE_DAY = timedelta(days=1)
MOST_COMPLAINTS = 5
_AMOUNT = re.compile(r"[-−]?£?-?\d+(?:\.\d{1,2})?", re.ASCII)
_POUNDS = ("GBP", "£")
DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y", "%d %b %Y", "%d %B %Y")


@dataclass(frozen=True, slots=True)
class BilledRow:
    """A row of an invoice: the agreement's reference, the fee as it was called, the days (the last not included), pounds."""

    number: int
    agreement: str
    fee: str
    from_on: date
    until_on: date
    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class InvoiceFile:
    """What a file says, and which kind of file it was."""

    media_type: str
    rows: tuple[BilledRow, ...]

    @property
    def net(self) -> Decimal:
        return sum((row.net for row in self.rows), start=NOUGHT)

    @property
    def vat(self) -> Decimal:
        return sum((row.vat for row in self.rows), start=NOUGHT)

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


class _Wrong(ValueError):
    """A cell that cannot be meant; its text says which and why."""


def read_invoice(name: str, content: bytes) -> InvoiceFile:
    """Every row of the file. Raises Invalid beside the field `file`, with the first few complaints, and then nothing is kept."""
    try:
        sheet = read_sheet(name, content)
        places = _columns(sheet.rows[0])
    except (NotASheet, _Wrong) as refused:
        raise Invalid(str(refused), "file") from refused
    rows, complaints = [], []
    totals: list[tuple[int, Decimal]] = []
    for row in sheet.rows[1:]:
        try:
            if _cell(row, places, "Agreement").casefold() == TOTAL:
                totals.append((row.number, _amount(row, places, "Gross")))
            else:
                rows.append(_billed(row, places))
        except _Wrong as wrong:
            complaints.append(str(wrong))
    read = InvoiceFile(sheet.media_type, tuple(rows))
    complaints.extend(_of_totals(read, totals))
    if not rows and not complaints:
        complaints.append("The file has a heading and no rows. Fill in the template and choose that.")
    if complaints:
        raise Invalid(_said(complaints), "file")
    return read


def require_total(read: InvoiceFile, stated: Decimal) -> None:
    """The total that was typed is the sum of the rows; both are told where it is not."""
    if stated != read.gross:
        raise Invalid(
            f"The rows of the file add up to {money(read.gross)} with VAT, and you typed {money(stated)}: a difference of"
            f" {money(abs(stated - read.gross))}. Correct the one or the other.",
            "total",
        )


def _columns(head: Row) -> dict[str, int]:
    """Where each column stands; refused are missing ones, doubled ones and any that is not asked for."""
    asked = {name.casefold(): name for name in COLUMNS}
    found: dict[str, int] = {}
    for place, cell in enumerate(head.cells):
        name = asked.get(" ".join(cell.casefold().split()))
        if not cell:
            continue
        if name is None:
            raise _Wrong(
                f"Column {head.address(place)} is called “{cell[:40]}”, which is not one of the template’s. Take it out: an invoice"
                " holds references only, and nothing else of a child may be in it."
            )
        if name in found:
            raise _Wrong(f"The column {name} stands in the file twice.")
        found[name] = place
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise _Wrong(f"The first row must hold the template’s column names. Missing: {joined(missing)}.")
    return found


def _billed(row: Row, places: dict[str, int]) -> BilledRow:
    stray = [place for place, cell in enumerate(row.cells) if cell and place not in places.values()]
    if stray:
        raise _Wrong(f"Cell {row.address(stray[0])} stands outside the template’s columns. Empty it.")
    currency = _cell(row, places, "Currency").upper()
    if currency not in _POUNDS:
        raise _Wrong(f"{_at(row, places, 'Currency')} says “{currency[:10]}”. Invoices here are in pounds: write GBP.")
    net, vat, gross = (_amount(row, places, name) for name in ("Net", "VAT", "Gross"))
    if net + vat != gross:
        raise _Wrong(
            f"Row {row.number}: {money(net)} and VAT of {money(vat)} make {money(net + vat)}, but Gross says {money(gross)}."
        )
    first, last = _day(row, places, "From"), _day(row, places, "To")
    if last < first:
        raise _Wrong(f"Row {row.number} ends before it begins.")
    return BilledRow(
        number=row.number, agreement=_reference(row, places), fee=_cell(row, places, "Fee"), from_on=first,
        until_on=last + ONE_DAY, net=net, vat=vat,
    )  # fmt: skip


def _cell(row: Row, places: dict[str, int], name: str) -> str:
    return row.cells[places[name]] if places[name] < len(row.cells) else ""


def _at(row: Row, places: dict[str, int], name: str) -> str:
    return f"Cell {row.address(places[name])}"


def _reference(row: Row, places: dict[str, int]) -> str:
    try:
        return parse_reference(_cell(row, places, "Agreement"))
    except NotAReference:
        raise _Wrong(
            f"{_at(row, places, 'Agreement')} is not a reference. Write the agreement’s reference as it stands on the schedule."
        ) from None


def _amount(row: Row, places: dict[str, int], name: str) -> Decimal:
    typed = _cell(row, places, name)
    plain = re.sub(r"[,\s\u00a0]", "", typed)
    if _AMOUNT.fullmatch(plain) is None:
        raise _Wrong(f"{_at(row, places, name)} is not an amount in pounds with at most two decimals, such as 1234.50.")
    try:
        amount = Decimal(plain.replace("£", "").replace("−", "-")).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise _Wrong(f"{_at(row, places, name)} is too large.") from None
    if abs(amount) > LARGEST_AMOUNT / 100:
        raise _Wrong(f"{_at(row, places, name)} is too large.")
    return amount


def _day(row: Row, places: dict[str, int], name: str) -> date:
    typed = _cell(row, places, name)
    for form in DAYS:
        try:
            found = datetime.strptime(typed, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if 2000 <= found.year <= 2200:
            return found
    raise _Wrong(f"{_at(row, places, name)} is not a day. Write it as 01/10/2026 or 2026-10-01.")


def _of_totals(read: InvoiceFile, totals: Sequence[tuple[int, Decimal]]) -> list[str]:
    return [
        f"Row {number} says that the total is {money(said)}, but the rows add up to {money(read.gross)}."
        for number, said in totals
        if said != read.gross
    ]


def _said(complaints: Sequence[str]) -> str:
    shown = " ".join(complaints[:MOST_COMPLAINTS])
    more = len(complaints) - MOST_COMPLAINTS
    return f"{shown} There are {more:,} more such rows." if more > 0 else shown

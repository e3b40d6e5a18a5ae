"""A savings plan as a table: years across, ratings down, totals at the edges. Reads it, and checks every total with both figures.

Pure: from cells to blocks, findings and what was not read; no cell is dropped without being named. The shape is that of county
savings programmes: a heading with years, a row for each rating, a row and a column of totals; figures in thousands of pounds.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from contracts.savings.saving import Rating
from foundation.formatting import number, plural
from foundation.quarters import FinancialYear

Cells = Sequence[str]

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*[/–—-]\s*(?:20)?(\d\d)(?!\d)")
_FIGURE = re.compile(r"\(?-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?\)?", re.ASCII)
_THOUSANDS = re.compile(r"£\s*000|£\s*k\b|£\s*thousand", re.IGNORECASE)
_CURRENCY = re.compile(r"[$€¥]|\b(?:USD|EUR)\b", re.IGNORECASE)
RATING_WORDS = {
    "green delivered": Rating.GREEN_DELIVERED, "green on target": Rating.GREEN_ON_TARGET, "amber": Rating.AMBER, "red": Rating.RED,
}  # fmt: skip
TOTAL_WORDS = ("total", "totals", "total savings")
NOUGHT = Decimal(0)


class NotAPlan(ValueError):
    """A cell that cannot be meant, or a table without years; its text is a sentence for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of figures: where it stood, what it is called, a figure for each year (None: empty), and the total it gives of itself."""

    row: int
    name: str
    rating: Rating | None
    figures: tuple[Decimal | None, ...]
    total: Decimal | None

    @property
    def sum(self) -> Decimal:
        """What its figures come to."""
        return sum((figure or NOUGHT for figure in self.figures), NOUGHT)

    @property
    def is_empty(self) -> bool:
        """Whether it holds no figure at all."""
        return self.total is None and all(figure is None for figure in self.figures)


@dataclass(slots=True)
class Block:
    """A group of rows under one heading: their ratings, and the row of totals beneath them."""

    name: str
    years: tuple[FinancialYear, ...]
    lines: list[Line] = field(default_factory=list)
    totals: Line | None = None

    @property
    def is_empty(self) -> bool:
        """Whether none of its ratings has a figure."""
        return all(line.is_empty for line in self.lines)


@dataclass(slots=True)
class PlanTable:
    """What was read: the blocks, the rows that are no figures, what does not agree, what was put right while reading."""

    blocks: list[Block] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    noticed: list[str] = field(default_factory=list)
    says_thousands: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether every total that is given agrees, and there is something to keep."""
        return not self.wrong and any(not block.is_empty for block in self.blocks)


@dataclass(frozen=True, slots=True)
class _Heading:
    """The columns of the years, and that of the totals."""

    row: int
    name: str
    years: tuple[tuple[int, FinancialYear], ...]
    total: int | None


def read_plan(rows: Sequence[Cells]) -> PlanTable:
    """The table in the rows. Raises NotAPlan where no heading of years stands, or where a figure cannot be read."""
    table, heading, block = PlanTable(), None, None
    for place, cells in enumerate(rows, start=1):
        trimmed = [" ".join(cell.split()) for cell in cells]
        table.says_thousands |= any(_THOUSANDS.search(cell) for cell in trimmed)
        found = _heading(place, trimmed)
        if found is not None:
            heading, block = found, None
        elif heading is None or not any(trimmed) or (line := _line(place, trimmed, heading)) is None:
            table.unread += [(place, " · ".join(cell for cell in trimmed if cell))] if any(trimmed) else []
        else:
            block = _take(table, heading, block, line, trimmed)
    if heading is None:
        raise NotAPlan("No row names financial years, such as 2026/27. The years stand in one row, above the figures.")
    _check(table)
    return table


def _take(table: PlanTable, heading: _Heading, block: Block | None, line: Line, cells: Cells) -> Block | None:
    """Put the row where it belongs; gives the block that the next row goes into."""
    label = _first_words(cells, heading)
    table.wrong += _outside(cells, heading, line)
    if line.rating is None and line.name.casefold() == "total savings":
        _check_grand_total(table, heading, line)
        return None
    if line.rating is not None and (block is None or block.totals is not None or _already(block, line.rating)):
        block = Block(label or heading.name, tuple(year for _, year in heading.years))
        table.blocks.append(block)
    if block is None:
        table.unread.append((line.row, " · ".join(cell for cell in cells if cell)))
    elif line.rating is None:
        block.totals = line
    else:
        block.lines.append(line)
    return block


def _heading(place: int, cells: Cells) -> _Heading | None:
    """A row of two years or more, or of one and the word Total, each in a cell of its own."""
    years = tuple((column, year) for column, cell in enumerate(cells) if (year := _year_alone(cell)) is not None)
    total = next((column for column, cell in enumerate(cells) if cell.casefold() in TOTAL_WORDS), None)
    if len(years) + (total is not None) < 2 or not years:
        return None
    if [year for _, year in years] != sorted({year for _, year in years}):
        raise NotAPlan(
            f"Row {place} names the years {', '.join(cells[c] for c, _ in years)}: put each once, in their order."
        )
    return _Heading(place, next((cell for cell in cells if cell and _year_alone(cell) is None), ""), years, total)


def _year_alone(cell: str) -> FinancialYear | None:
    found = _YEAR.fullmatch(cell)
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        return None
    return FinancialYear(int(found[1]))


def _line(place: int, cells: Cells, heading: _Heading) -> Line | None:
    """A row of figures under the heading; None for a row that is none: it has no rating and no total's word before its figures."""
    first = heading.years[0][0]
    names = [cell for cell in cells[:first] if cell]
    rating = next((RATING_WORDS[name.casefold()] for name in names if name.casefold() in RATING_WORDS), None)
    total = next((name for name in names if name.casefold() in TOTAL_WORDS), None)
    if (rating is None and total is None) or _is_prose(cells[first:]):
        return None
    figures = tuple(_figure(place, column, cells) for column, _ in heading.years)
    own = _figure(place, heading.total, cells) if heading.total is not None else None
    name = total or next(name for name in names if name.casefold() in RATING_WORDS)
    return Line(place, name, rating, figures, own)


def _is_prose(cells: Cells) -> bool:
    """A row of a key: it explains a rating in words, and has no figure."""
    said = [cell for cell in cells if cell]
    return bool(said) and all(cell.count(" ") >= 2 for cell in said)


def _figure(place: int, column: int, cells: Cells) -> Decimal | None:
    typed = cells[column] if column < len(cells) else ""
    plain = typed.removeprefix("£").replace("−", "-").strip()
    if plain in ("", "-", "–"):
        return None
    where = f"Row {place}, column {column + 1}"
    if typed.startswith(("=", "@")):
        raise NotAPlan(f"{where} holds a formula, “{typed}”. Put its figure in its place.")
    if _CURRENCY.search(typed):
        raise NotAPlan(f"{where} says “{typed}”. Figures here are pounds: take the other currency out.")
    if _FIGURE.fullmatch(plain) is None:
        raise NotAPlan(f"{where} says “{typed}”, which is not a figure. Write it like 1,495.")
    amount = Decimal(plain.strip("()-").replace(",", ""))
    if amount > 9_999_999:
        raise NotAPlan(f"{where} says “{typed}”, which is too large for a savings plan.")
    return -amount if plain.startswith(("(", "-")) else amount


def _first_words(cells: Cells, heading: _Heading) -> str:
    """What the block is called: the words before the rating that are neither a rating nor a unit."""
    words = [
        cell for cell in cells[: heading.years[0][0]] if cell and cell.casefold() not in (*RATING_WORDS, *TOTAL_WORDS)
    ]
    return next((word for word in words if not _THOUSANDS.search(word)), "")


def _outside(cells: Cells, heading: _Heading, line: Line) -> list[str]:
    """Figures of the row that stand under no year: they would be lost."""
    columns = {column for column, _ in heading.years} | {heading.total}
    lost = [c for c, cell in enumerate(cells) if c not in columns and _FIGURE.fullmatch(cell.removeprefix("£"))]
    return [f"Row {line.row}, {line.name}: “{cells[c]}” in column {c + 1} stands under no year." for c in lost]


def _already(block: Block, rating: Rating) -> bool:
    return any(line.rating is rating for line in block.lines)


def _check(table: PlanTable) -> None:
    table.wrong += [sentence for block in table.blocks for sentence in _disagreements(block)]
    if not table.wrong and all(block.is_empty for block in table.blocks):
        table.wrong.append("No row of the table has a figure beside Green delivered, Green on target, Amber or Red.")


def _disagreements(block: Block) -> Iterator[str]:
    """Every total that is given and is not the sum, with both figures: rows first, then columns, then the sum of the totals."""
    whole = sum((line.sum for line in block.lines), NOUGHT)
    crossed = [block.totals] if block.totals and block.totals.sum != whole else []
    for line in [*block.lines, *crossed]:
        if line.total is not None and line.total != line.sum:
            yield f"Row {line.row}, {line.name}: its years come to {_said(line.sum)}, its total says {_said(line.total)}."
    if block.totals is None:
        return
    for column, year in enumerate(block.years):
        found = sum((line.figures[column] or NOUGHT for line in block.lines), NOUGHT)
        given = block.totals.figures[column]
        if given is not None and given != found:
            yield f"Column {year}: its rows come to {_said(found)}, row {block.totals.row}, Total, says {_said(given)}."
    if block.totals.total is not None and block.totals.total != whole:
        yield f"Row {block.totals.row}, Total: all rows come to {_said(whole)}, it says {_said(block.totals.total)}."


def _check_grand_total(table: PlanTable, heading: _Heading, line: Line) -> None:
    """The last row is the sum of all blocks of its heading. One that stands a column to the left is read where it belongs, and told."""
    years = tuple(year for _, year in heading.years)
    blocks = [block for block in table.blocks if block.years == years]
    found = [sum((each.figures[c] or NOUGHT for b in blocks for each in b.lines), NOUGHT) for c in range(len(years))]
    given = [*line.figures, line.total if heading.total is not None else sum(found, NOUGHT)]
    wanted = [*found, sum(found, NOUGHT)]
    if _agree(given, wanted):
        return
    if given[-1] is None and _agree([None, *given[:-1]], wanted):
        table.noticed.append(
            f"Row {line.row}, {line.name}, stands one column too far left: its figures agree with the rows above when each is read one"
            " column to the right. They were read so."
        )  # fmt: skip
        return
    names = [*(str(year) for year in years), "Total"]
    table.wrong += [
        f"Row {line.row}, {line.name}, {name}: the rows above come to {_said(right)}, it says {_said(said)}."
        for name, said, right in zip(names, given, wanted, strict=True)
        if said is not None and said != right
    ]  # fmt: skip


def _agree(given: Sequence[Decimal | None], wanted: Sequence[Decimal]) -> bool:
    return all(said is None or said == right for said, right in zip(given, wanted, strict=True)) and any(given)


def _said(figure: Decimal) -> str:
    return number(figure, -min(0, int(figure.normalize().as_tuple().exponent)))


def read_in_words(table: PlanTable) -> str:
    """How much was read: 2 blocks, 5 rows with figures."""
    rows = sum(not line.is_empty for block in table.blocks for line in block.lines)
    return f"{plural(sum(not block.is_empty for block in table.blocks), 'block')}, {plural(rows, 'row')} with figures"

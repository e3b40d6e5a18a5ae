"""The code lists of the national returns, as the forms offer them and the returns expect them.

Each list is a small file in `codes/`, copied from what the Department for Education publishes. A code may be valid in
some years' returns only; forms offer those of the return in question, and an old code keeps its label for old records.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "codes"
CURRENT_RETURN = "2026-27"


class NoSuchCode(LookupError):
    """A code, or a list of codes, that was never published."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list, and the first and last return (`2025-26`) that takes it; None: no limit known."""

    code: str
    label: str
    valid_from: str | None = None
    valid_until: str | None = None

    def is_valid_in(self, year: str) -> bool:
        """Whether the return of a year, written `2026-27`, takes the code."""
        return (self.valid_from or year) <= year <= (self.valid_until or year)


@lru_cache(maxsize=64)
def code_list(name: str) -> dict[str, Code]:
    """All codes of a list in their published order, also those no longer valid: `code_list("sen2_need_type")`."""
    if name not in names():
        raise NoSuchCode(f"There is no code list {name!r}; there are {', '.join(names())}.")
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        codes = (Code(row["code"], row["label"], row["valid_from"] or None, row["valid_until"] or None) for row in rows)
        return {code.code: code for code in codes}


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """The lists that there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*_*.csv")))


def choices(name: str, year: str = CURRENT_RETURN) -> list[tuple[str, str]]:
    """Code and label of what a form offers: valid in that year's return, and with a published label."""
    return [(code.code, code.label) for code in code_list(name).values() if code.label and code.is_valid_in(year)]


def label(name: str, code: str) -> str:
    """The published label of a code, of whatever year; the code itself where no label was published."""
    found = code_list(name).get(code)
    if found is None:
        raise NoSuchCode(f"{code!r} is no code of {name}.")
    return found.label or code

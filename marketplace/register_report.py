"""The report of an import: its findings, of which kinds there are how many, page by page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from foundation.database import db
from marketplace.framework import RegisterImport

#: A finding as it is stored: row, urn, kind, said.
Kept = dict[str, Any]

#: Kinds of findings in the order of the report: word, label, and what kind of badge it wears.
KINDS: dict[str, tuple[str, str]] = {
    "skipped": ("Skipped", "bad"),
    "inadequate": ("Now rated Inadequate", "bad"),
    "owner_changed": ("Owner changed", "warn"),
    "gone": ("Gone from the register", "warn"),
    "no_owner": ("No owner named", "warn"),
    "unknown_type": ("Unknown type", "warn"),
    "authority_not_in_list": ("Authority not in England", "warn"),
    "unreadable": ("Could not be read", "warn"),
    "owner_spelt_otherwise": ("Owner spelt otherwise", "none"),
    "authority_spelt_otherwise": ("Authority spelt otherwise", "none"),
    "changed": ("Changed", "wait"),
    "added": ("Added", "ok"),
    "no_places": ("No places given", "none"),
    "redacted": ("Withheld by Ofsted", "none"),
}
PAGE_SIZE = 50

OF_KINDS = text("""
    SELECT found->>'kind' AS kind, count(*) AS number
    FROM register_imports i, jsonb_array_elements(i.findings) found WHERE i.id = :id GROUP BY 1
""")
ONE_PAGE = text("""
    SELECT (found->>'row')::int AS row_number, found->>'urn' AS urn, found->>'kind' AS kind, found->>'said' AS said
    FROM register_imports i, jsonb_array_elements(i.findings) WITH ORDINALITY AS found(found, place)
    WHERE i.id = :id AND (:kind = '' OR found->>'kind' = :kind)
      AND (:words = '' OR found->>'urn' ILIKE :like OR found->>'said' ILIKE :like)
    ORDER BY array_position(CAST(:order AS text[]), found->>'kind'), (found->>'row')::int, place LIMIT :size OFFSET :skipped
""")


@dataclass(frozen=True)
class FindingRow:
    """A line of the report."""

    row_number: int | None
    urn: str
    kind: str
    said: str

    @property
    def label(self) -> str:
        return KINDS[self.kind][0]

    @property
    def badge(self) -> str:
        return KINDS[self.kind][1]


def finding(kind: str, row_number: int | None, urn: str, said: str) -> Kept:
    """A finding as it is stored."""
    return {"row": row_number, "urn": urn, "kind": kind, "said": said}


def kinds_of(of: RegisterImport) -> list[tuple[str, str, int]]:
    """Kind, label and number, in the order of the report."""
    numbers: dict[str, int] = {row.kind: row.number for row in db.session.execute(OF_KINDS, {"id": of.id})}
    return [(kind, label, numbers[kind]) for kind, (label, _) in KINDS.items() if numbers.get(kind)]


def findings_of(of: RegisterImport, kind: str, words: str, page: int) -> list[FindingRow]:
    """A page of findings, of one kind or all: what somebody must look at first, then in the file's order."""
    asked = {
        "id": of.id, "kind": kind, "words": words, "like": f"%{words}%", "size": PAGE_SIZE, "skipped": (page - 1) * PAGE_SIZE,
        "order": list(KINDS)
    }  # fmt: skip
    return [FindingRow(*row) for row in db.session.execute(ONE_PAGE, asked)]

"""Turning one row of Ofsted's register into a setting, reporting what cannot be read or was spelt otherwise."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from marketplace.authorities import authority_named
from marketplace.register_row import PROVISION_TYPES, Finding, FindingKind, RegisterRow

REDACTED = "REDACTED"
_TYPES_BY_KEY = {name.casefold(): name for name in PROVISION_TYPES}


class OwnersSeen:
    """The first spelling of each owner in a file: later spellings of the same name are reported, and make one owner."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}

    def first_spelling(self, name: str) -> str:
        return self._first.setdefault(owner_key(name), name)


@dataclass
class _Cells:
    """One row's cells by column key; gathers what cannot be read while reading it."""

    row: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)

    def find(self, kind: FindingKind, sentence: str) -> None:
        self.findings.append(Finding(kind, sentence))

    def text(self, column: str) -> str | None:
        value = self.row.get(column, "")
        return None if not value or value == REDACTED else value

    def day(self, column: str) -> date | None:
        value = self.text(column)
        for form in ("%d/%m/%Y", "%Y-%m-%d"):
            try:
                return datetime.strptime(value, form).date() if value else None  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        self.find(FindingKind.UNREADABLE, f"“{value}” ({column}) is not a date; it was left out.")
        return None

    def number(self, column: str) -> int | None:
        value = self.text(column)
        if value is None or re.fullmatch(r"\d{1,6}", value, re.ASCII):
            return int(value) if value else None
        self.find(FindingKind.UNREADABLE, f"“{value}” ({column}) is no whole number; it was left out.")
        return None


def read_row(row_number: int, row: Mapping[str, str], owners: OwnersSeen) -> RegisterRow:
    """A row of the register as a setting, with its findings. `row`: trimmed cells by column key; its URN is sound."""
    cells = _Cells(row)
    places = cells.number("places")
    if places is None:
        cells.find(FindingKind.NO_PLACES, "The register gives no number of places; the provider completes it.")
    if REDACTED in (row["name"], row["postcode"]):
        cells.find(FindingKind.REDACTED, "Ofsted withholds name or address; the provider completes it.")
    owner_name = _owner(cells, owners)
    return RegisterRow(
        row_number=row_number,
        urn=row["urn"].upper(),
        provision_type=_provision_type(cells),
        status=row["registration status"],
        name=cells.text("name"),
        postcode=cells.text("postcode"),
        town=cells.text("town"),
        region=cells.text("ofsted region"),
        authority_name=cells.text("local authority"),
        authority_number=_authority_number(cells),
        sector=cells.text("sector"),
        places=places,
        premises=cells.number("supported accommodation premises"),
        is_short_breaks_only=cells.text("short-break-only children's home") is not None,
        is_multi_building=cells.text("multi building children's home") == "Y",
        linked_school_urn=cells.text("linked education urn"),
        owner_name=owner_name,
        owner_key=owner_key(owner_name) if owner_name else None,
        registered_on=cells.day("registration date"),
        inspected_on=cells.day("latest full inspection date"),
        inspection_published_on=cells.day("latest full inspection publication date"),
        inspection_event=cells.text("latest full inspection event number"),
        overall=cells.text("overall experiences and progress of children and young people"),
        protection=cells.text("how well children and young people are helped and protected"),
        leadership=cells.text("the effectiveness of leaders and managers"),
        supported_accommodation_outcome=cells.text("supported accommodation outcome"),
        findings=tuple(cells.findings),
    )


def owner_key(name: str) -> str:
    """What makes two spellings one owner: case, punctuation, spaces, `&` and `Limited` for Ltd do not count."""
    words = re.sub(r"['’‘`.]", "", name.casefold().replace("&", " and "))
    words = re.sub(r"\blimited\b", "ltd", re.sub(r"[^\w]+", " ", words))
    return "".join(words.split())


def _provision_type(cells: _Cells) -> str:
    written = " ".join(re.sub("[’‘`]", "'", cells.row["provision type"]).split())
    known = _TYPES_BY_KEY.get(written.casefold())
    if known is None:
        cells.find(FindingKind.UNKNOWN_TYPE, f"“{written}” is a type of provision that is not known here.")
    return known or written


def _owner(cells: _Cells, owners: OwnersSeen) -> str | None:
    name = cells.text("organisation which owns the provider")
    if name is None:
        cells.find(FindingKind.NO_OWNER, "The register names no owner; the hub assigns the provider.")
        return None
    name = " ".join(name.split())
    first = owners.first_spelling(name)
    if first != name:
        cells.find(FindingKind.OWNER_SPELT_OTHERWISE, f"The owner “{name}” was taken to be “{first}”.")
    return first


def _authority_number(cells: _Cells) -> str | None:
    name = cells.text("local authority")
    found = authority_named(name) if name else None
    if found is None:
        cells.find(FindingKind.AUTHORITY_NOT_ENGLISH, f"“{name or ''}” is not an authority in England; kept as text.")
        return None
    if found.name != name:
        cells.find(FindingKind.AUTHORITY_SPELT_OTHERWISE, f"The authority “{name}” was taken to be “{found.name}”.")
    return found.number

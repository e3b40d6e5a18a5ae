"""One setting as Ofsted's register gives it, and what about its row needs a person's attention."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

#: The kinds of provision in the register, as Ofsted names them; `Children's Home` is a second spelling of the first.
PROVISION_TYPES = (
    "Children's home",
    "Supported Accommodation",
    "Independent Fostering Agency",
    "Residential Family Centre",
    "Residential Special School",
    "Boarding School",
    "Residential special school (registered as a children's home)",
    "Further Education College with Residential Accommodation",
    "Voluntary Adoption Agency",
    "Adoption Support Agency",
    "Secure children's home",
    "Residential Holiday Scheme for Disabled Children",
    "Secure Training Centre",
)


class FindingKind(StrEnum):
    """Why a row that was kept needs attention."""

    REDACTED = "redacted"
    NO_OWNER = "no_owner"
    NO_PLACES = "no_places"
    OWNER_SPELT_OTHERWISE = "owner_spelt_otherwise"
    AUTHORITY_SPELT_OTHERWISE = "authority_spelt_otherwise"
    AUTHORITY_NOT_ENGLISH = "authority_not_in_list"
    UNKNOWN_TYPE = "unknown_type"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was kept as it stands in the file, and what a person should know or complete."""

    kind: FindingKind
    sentence: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that names no setting: its number in the file, what stood for the reference, and why."""

    row_number: int
    urn: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """A setting on the day of the register. None is what the file does not say."""

    row_number: int
    urn: str
    provision_type: str
    status: str
    name: str | None
    postcode: str | None
    town: str | None
    region: str | None
    authority_name: str | None
    authority_number: str | None
    sector: str | None
    places: int | None
    premises: int | None
    is_short_breaks_only: bool
    is_multi_building: bool
    linked_school_urn: str | None
    owner_name: str | None
    owner_key: str | None
    registered_on: date | None
    inspected_on: date | None
    inspection_published_on: date | None
    inspection_event: str | None
    overall: str | None
    protection: str | None
    leadership: str | None
    supported_accommodation_outcome: str | None
    findings: tuple[Finding, ...]

    @property
    def is_suspended(self) -> bool:
        return self.status.casefold() == "suspended"

    @property
    def is_inadequate(self) -> bool:
        """Rated inadequate at the latest full inspection."""
        return (self.overall or "").casefold() == "inadequate"

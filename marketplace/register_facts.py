"""What of a register's row becomes a setting: the facts that later files are compared with, and who is taken to own it."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from foundation.geography import NotAPostcode, postcode
from foundation.references import new_reference
from marketplace.register_row import RegisterRow
from marketplace.setting import SettingKind

K = SettingKind

#: Ofsted's provision types. A special school that is registered as a home stays a school: that is how boroughs look for it.
KINDS: dict[str, SettingKind] = {
    "Children's home": K.CHILDRENS_HOME,
    "Supported Accommodation": K.SUPPORTED_ACCOMMODATION,
    "Independent Fostering Agency": K.FOSTERING_AGENCY,
    "Residential Family Centre": K.RESIDENTIAL_FAMILY_CENTRE,
    "Residential Special School": K.RESIDENTIAL_SPECIAL_SCHOOL,
    "Boarding School": K.BOARDING_SCHOOL,
    "Residential special school (registered as a children's home)": K.RESIDENTIAL_SPECIAL_SCHOOL,
    "Further Education College with Residential Accommodation": K.FURTHER_EDUCATION_COLLEGE,
    "Voluntary Adoption Agency": K.ADOPTION_AGENCY,
    "Adoption Support Agency": K.ADOPTION_SUPPORT_AGENCY,
    "Secure children's home": K.SECURE_CHILDRENS_HOME,
    "Residential Holiday Scheme for Disabled Children": K.HOLIDAY_SCHEME,
    "Secure Training Centre": K.SECURE_TRAINING_CENTRE,
}

#: The facts whose change is told, by their words.
TOLD = {
    "kind": "type", "name": "name", "places": "places", "status": "registration", "rating": "rating", "sector": "sector",
    "authority_name": "authority", "postcode": "postcode", "inspected_on": "inspected on", "owner": "owner",
}  # fmt: skip


class Staged(NamedTuple):
    """A row as it is copied into the import's work table."""

    row_number: int
    urn: str
    owner_key: str
    owner: str
    prefix: str
    provider_reference: str
    setting_reference: str
    registered: str


class References:
    """Fresh references for rows that may turn out new: 29⁵ are few beside thousands drawn at once, so none is drawn twice."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._of_owner: dict[str, str] = {}

    def fresh(self, prefix: str) -> str:
        reference = new_reference(prefix, is_taken=self._taken.__contains__)
        self._taken.add(reference)
        return reference

    def of_owner(self, key: str, prefix: str) -> str:
        if key not in self._of_owner:
            self._of_owner[key] = self.fresh(prefix)
        return self._of_owner[key]


def facts_of(row: RegisterRow) -> dict[str, Any]:
    """The register's facts about a setting, as they are kept beside it."""
    kind = KINDS.get(row.provision_type, K.OTHER)
    return {
        "name": row.name or f"{row.provision_type} {row.urn}",
        "kind": kind.value,
        "provision_type": row.provision_type,
        "owner": row.owner_name,
        "sector": row.sector,
        "places": row.places,
        "postcode": _normal(row.postcode),
        "authority_code": row.authority_number,
        "authority_name": row.authority_name,
        "registered_on": row.registered_on,
        "status": row.status,
        "rating": row.overall or row.supported_accommodation_outcome,
        "inspected_on": row.inspected_on,
        "published_on": row.inspection_published_on,
        "event": row.inspection_event,
    }


def staged(row: RegisterRow, references: References) -> Staged:
    """The row made ready. One without an owner becomes a provider of its own, never guessed to be another's."""
    facts = facts_of(row)
    key = row.owner_key or f"urn:{row.urn}"
    owner = row.owner_name or f"Owner not named ({facts['name']})"
    return Staged(
        row.row_number, row.urn, key, owner, prefix_of(owner), references.of_owner(key, prefix_of(owner)),
        references.fresh("SET"),
        json.dumps(facts, default=str, sort_keys=True),
    )  # fmt: skip


def prefix_of(name: str) -> str:
    """The three letters that begin the references of an organisation's things."""
    return "".join(letter for letter in name.upper() if "A" <= letter <= "Z")[:3].ljust(3, "X")


def differences(before: dict[str, Any] | None, after: dict[str, Any]) -> str:
    """What a file says otherwise than the one before, in words: “places 4, now 5; rating Good, now Inadequate”."""
    if before is None:
        return "it was added here by hand and now stands in the register"
    changed = (fact for fact in TOLD if before.get(fact) != after.get(fact))
    return "; ".join(f"{TOLD[fact]} {_said(before.get(fact))}, now {_said(after.get(fact))}" for fact in changed)


def _said(value: object) -> str:
    return "not given" if value is None else str(value)


def _normal(typed: str | None) -> str | None:
    """A postcode in its normal form; one that has not the form of one is kept as it stands."""
    try:
        return postcode(typed) if typed else None
    except NotAPostcode:
        return typed

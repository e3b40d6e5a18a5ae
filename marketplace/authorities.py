"""The local authorities of England that look after children and keep EHC plans: 153 of them, each with DfE's
three-digit number.

Source: DfE's list of 2025 with ONS's codes (`codes/README.md`). ONS's postcodes name the district in the 21 counties
that still have districts; a district's county is its authority here.
"""

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent / "codes" / "authorities.csv"


@dataclass(frozen=True, slots=True)
class LocalAuthority:
    """One authority: DfE number, name, ONS code, its code before a boundary or status change, and its districts."""

    number: str
    name: str
    gss: str
    also_called: str | None = None
    former_gss: str | None = None
    districts: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def local_authorities() -> dict[str, LocalAuthority]:
    """All authorities by DfE number, in its order."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["number"]: LocalAuthority(
                row["number"],
                row["name"],
                row["gss"],
                row["also_called"] or None,
                row["former_gss"] or None,
                tuple(row["districts"].split()),
            )
            for row in csv.DictReader(file)
        }


def authority_named(name: str) -> LocalAuthority | None:
    """The authority of that name, whatever its case, punctuation and `&`; None if none: names are never guessed."""
    return _by_name().get(_name_key(name))


def authority_of_gss(code: str | None) -> LocalAuthority | None:
    """The authority of an ONS code, be it its own, its former one or one of its districts'; None outside England."""
    return _by_gss().get(code or "")


@lru_cache(maxsize=1)
def _by_name() -> dict[str, LocalAuthority]:
    names = {_name_key(authority.name): authority for authority in local_authorities().values()}
    others = (authority for authority in local_authorities().values() if authority.also_called)
    return names | {_name_key(authority.also_called or ""): authority for authority in others}


@lru_cache(maxsize=1)
def _by_gss() -> dict[str, LocalAuthority]:
    return {
        code: authority
        for authority in local_authorities().values()
        for code in (authority.gss, authority.former_gss, *authority.districts)
        if code
    }


def _name_key(name: str) -> str:
    words = name.casefold().replace("&", " and ").replace(".", "")
    return " ".join(re.sub(r"[^\w]+", " ", words).split())

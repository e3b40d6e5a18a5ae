"""Places on the national grid: postcodes in their normal form, distances by the national return's formula, and bands.

A child's home must not be found out from distances to several settings, so those who offer see a band and never the
miles.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

#: Beyond this many miles a placement wants a written reason: the national statistic's line, not a legal bar.
FAR_MILES = Decimal(20)
_TENTH = Decimal("0.1")
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})", re.ASCII)


class NotAPostcode(ValueError):
    """What was typed has not the form of a postcode; its text is a sentence for the person who typed it."""


def postcode(typed: str) -> str:
    """The normal form, capitals and one space: `cr01ea` → `CR0 1EA`. Its form only: whether it exists, the places know."""
    found = _POSTCODE.fullmatch(re.sub(r"[\s\-–.]+", "", typed).upper())
    if found is None:
        raise NotAPostcode(f"“{typed.strip()}” is not a postcode. Enter a full one, such as CR0 1EA.")
    return f"{found[1]} {found[2]}"


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the British national grid, in metres east and north."""

    easting: int
    northing: int


class DistanceBand(StrEnum):
    """Distance as a provider is shown it."""

    UNDER_5 = "under 5 miles"
    FROM_5_TO_10 = "5 to 10 miles"
    FROM_10_TO_20 = "10 to 20 miles"
    OVER_20 = "over 20 miles"


def distance_miles(one: Point, other: Point) -> Decimal:
    """The straight line in miles to one decimal, half-up: √(dE² + dN²) / 1000 / 1.6093.

    Source: guidance of the SSDA903 return. From CR0 1EA to SM4 5DX it is 4.7 miles.
    """
    squares = (one.easting - other.easting) ** 2 + (one.northing - other.northing) ** 2
    return (Decimal(squares).sqrt() / 1000 / Decimal("1.6093")).quantize(_TENTH, rounding=ROUND_HALF_UP)


def distance_band(miles: Decimal) -> DistanceBand:
    """The band of a distance: 5.0 belongs to 5 to 10, 10.0 to 10 to 20, and 20.0 is not yet over 20."""
    if miles > FAR_MILES:
        return DistanceBand.OVER_20
    if miles >= 10:
        return DistanceBand.FROM_10_TO_20
    return DistanceBand.FROM_5_TO_10 if miles >= 5 else DistanceBand.UNDER_5


def is_far(miles: Decimal) -> bool:
    """Whether a placement at this distance wants a written reason: over 20 miles."""
    return miles > FAR_MILES

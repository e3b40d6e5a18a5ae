"""Postcodes, distances and bands."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.geography import DistanceBand, NotAPostcode, Point, distance_band, distance_miles, is_far, postcode

points = st.builds(Point, st.integers(0, 700_000), st.integers(0, 1_300_000))
CROYDON = Point(532430, 165317)


class TestPostcode:
    @pytest.mark.parametrize(
        ("typed", "normal"),
        [
            ("cr01ea", "CR0 1EA"),
            (" CR0  1EA ", "CR0 1EA"),
            ("W1A1AA", "W1A 1AA"),
            ("b1 1aa", "B1 1AA"),
            ("SW1A-1AA", "SW1A 1AA"),
        ],
    )
    def test_has_one_form(self, typed: str, normal: str) -> None:
        assert postcode(typed) == normal

    @pytest.mark.parametrize("typed", ["", "CR0", "1CR 0EA", "CR0 1EI", "CRO 1EA", "CR0 1EAA", "Croydon"])
    def test_what_has_not_the_form_is_refused_with_a_sentence(self, typed: str) -> None:
        with pytest.raises(NotAPostcode, match="such as CR0 1EA"):
            postcode(typed)


class TestDistance:
    def test_is_the_national_returns(self) -> None:
        assert distance_miles(CROYDON, Point(CROYDON.easting + 16093, CROYDON.northing)) == Decimal("10.0")
        assert distance_miles(CROYDON, CROYDON) == 0

    @pytest.mark.parametrize(
        ("metres", "miles"), [(80464, "50.0"), (80465, "50.0"), (241395, "150.0"), (7_966, "4.9"), (7_967, "5.0")]
    )
    def test_has_one_decimal(self, metres: int, miles: str) -> None:
        assert distance_miles(Point(0, 0), Point(0, metres)) == Decimal(miles)

    @given(points, points)
    def test_is_the_same_both_ways(self, one: Point, other: Point) -> None:
        assert distance_miles(one, other) == distance_miles(other, one) >= 0

    @pytest.mark.parametrize(
        ("miles", "band", "far"),
        [
            ("0.0", DistanceBand.UNDER_5, False),
            ("4.9", DistanceBand.UNDER_5, False),
            ("5.0", DistanceBand.FROM_5_TO_10, False),
            ("9.9", DistanceBand.FROM_5_TO_10, False),
            ("10.0", DistanceBand.FROM_10_TO_20, False),
            ("20.0", DistanceBand.FROM_10_TO_20, False),
            ("20.1", DistanceBand.OVER_20, True),
        ],
    )
    def test_bands_and_the_line_of_twenty_miles(self, miles: str, band: DistanceBand, far: bool) -> None:
        assert distance_band(Decimal(miles)) is band
        assert is_far(Decimal(miles)) is far

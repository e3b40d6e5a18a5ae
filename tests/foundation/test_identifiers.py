"""Identifiers of pupils, learners, patients, settings and schools: published vectors, and what a slip is told."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import identifiers
from foundation.identifiers import (
    AUTHORITY_NUMBERS,
    NotAnIdentifier,
    laestab,
    nhs_number,
    ofsted_urn,
    school_urn,
    uln,
    upn,
)

digits = st.sampled_from("0123456789")


class TestUpn:
    @pytest.mark.parametrize("number", ["P207000016049", "B801200005001", "E306200018001", "D30620001801A"])
    def test_accepts_the_published_vectors(self, number: str) -> None:
        assert upn(f" {number[:4].lower()} {number[4:]} ") == number

    def test_tells_a_temporary_one(self) -> None:
        assert identifiers.is_temporary_upn("D30620001801A")
        assert not identifiers.is_temporary_upn("E306200018001")

    @pytest.mark.parametrize("authority", ["838", "839", "940", "941", "942", "943"])
    def test_accepts_the_newer_authorities(self, authority: str) -> None:
        rest = f"{authority}200018001"
        letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
        check = letters[sum(int(digit) * place for place, digit in enumerate(rest, start=2)) % 23]
        assert upn(check + rest) == check + rest

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            (
                "Q207000016049",
                "first letter",
            ),  # by the published rule its letter is P
            ("E306200018010", "first letter"),
            ("E999200018001", "number 999"),
            ("E30620001800", "12 digits"),
            ("S207000016049", "12 digits"),
            ("", "12 digits"),
        ],
    )
    def test_says_what_is_wrong(self, typed: str, sentence: str) -> None:
        with pytest.raises(identifiers.NotAUpn, match=sentence):
            upn(typed)

    @given(st.integers(1, 12), digits)
    def test_catches_every_single_wrong_digit(self, place: int, digit: str) -> None:
        number = "E306200018001"
        wrong = number[:place] + digit + number[place + 1 :]
        if wrong != number:
            with pytest.raises(identifiers.NotAUpn):
                upn(wrong)


class TestUln:
    def test_accepts_the_published_vector(self) -> None:
        assert uln("9276 308 686") == "9276308686"

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("9276308687", "last digit"),
            ("0276308686", "nought"),
            ("927630868", "10 digits"),
            ("٩276308686", "10 digits"),
        ],
    )
    def test_says_what_is_wrong(self, typed: str, sentence: str) -> None:
        with pytest.raises(identifiers.NotAUln, match=sentence):
            uln(typed)

    @given(st.integers(0, 9), digits)
    def test_catches_every_single_wrong_digit(self, place: int, digit: str) -> None:
        number = "9276308686"
        wrong = number[:place] + digit + number[place + 1 :]
        if wrong != number:
            with pytest.raises(identifiers.NotAUln):
                uln(wrong)


class TestNhsNumber:
    def test_accepts_and_prints(self) -> None:
        assert nhs_number("943-476-5919") == "9434765919"
        assert identifiers.spaced_nhs_number("9434765919") == "943 476 5919"

    @pytest.mark.parametrize(
        ("typed", "sentence"), [("9434765918", "last digit"), ("943476591", "10 digits"), ("", "10 digits")]
    )
    def test_says_what_is_wrong(self, typed: str, sentence: str) -> None:
        with pytest.raises(identifiers.NotAnNhsNumber, match=sentence):
            nhs_number(typed)


class TestPlaces:
    @pytest.mark.parametrize(("typed", "normal"), [("sc 012345", "SC012345"), ("2590934", "2590934")])
    def test_ofsted_references(self, typed: str, normal: str) -> None:
        assert ofsted_urn(typed) == normal

    @pytest.mark.parametrize("typed", ["", "SC12345", "101846", "0123456", "XXXXXXX", "25909345"])
    def test_what_is_no_ofsted_reference(self, typed: str) -> None:
        with pytest.raises(identifiers.NotAnOfstedUrn, match="SC and 6 digits"):
            ofsted_urn(typed)

    def test_school_references(self) -> None:
        assert school_urn(" 101846 ") == "101846"
        for typed in ("", "1018465", "010184", "SC0123"):
            with pytest.raises(identifiers.NotASchoolUrn, match="6 digits"):
                school_urn(typed)

    def test_establishment_numbers(self) -> None:
        assert laestab("306/7001") == laestab("306 7001") == "3067001"
        with pytest.raises(identifiers.NotALaestab, match="number 999"):
            laestab("9997001")
        with pytest.raises(identifiers.NotALaestab, match="306/7001"):
            laestab("306701")


def test_the_authority_numbers_are_those_of_2025_and_five_older_ones() -> None:
    assert len(AUTHORITY_NUMBERS) == 158
    assert {"838", "839", "940", "941", "942", "943", "835", "836", "837", "909", "928"} <= AUTHORITY_NUMBERS


@pytest.mark.parametrize("read", [upn, uln, nhs_number, ofsted_urn, school_urn, laestab])
@given(typed=st.text(max_size=20))
def test_whatever_is_typed_is_read_or_refused_by_name(read: Callable[[str], str], typed: str) -> None:
    try:
        normal = read(typed)
    except NotAnIdentifier:
        return
    assert read(normal) == normal

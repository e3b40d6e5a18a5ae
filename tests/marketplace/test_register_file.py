"""Ofsted's register as it is published: an invented small one with every quirk, and the real one where it is."""

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.reading_register import owner_key
from marketplace.register_file import NotARegister, read_register
from marketplace.register_row import FindingKind, RegisterRow, Skipped

SMALL = Path(__file__).parent.parent / "fixtures" / "register_small.csv"
REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "ofsted_providers_2025-03-31.csv"


def read(content: bytes) -> list[RegisterRow | Skipped]:
    return list(read_register(io.BytesIO(content)))


def kept(content: bytes) -> dict[str, RegisterRow]:
    return {row.urn: row for row in read(content) if isinstance(row, RegisterRow)}


def kinds(row: RegisterRow) -> set[FindingKind]:
    return {finding.kind for finding in row.findings}


@pytest.fixture
def small() -> dict[str, RegisterRow]:
    return kept(SMALL.read_bytes())


class TestWhatIsRead:
    def test_a_home_whose_name_is_withheld(self, small: dict[str, RegisterRow]) -> None:
        home = small["9900001"]
        assert (home.name, home.postcode, home.provision_type, home.places) == (None, None, "Children's home", 3)
        assert (home.authority_number, home.overall, home.leadership) == (
            "306",
            "Good",
            "Requires improvement to be good",
        )
        assert (home.registered_on, home.inspected_on) == (date(2020, 6, 25), date(2024, 11, 5))
        assert (home.inspection_event, home.row_number) == ("10999001", 5)
        assert kinds(home) == {FindingKind.REDACTED}

    def test_two_spellings_of_a_type_and_of_an_owner_are_one(self, small: dict[str, RegisterRow]) -> None:
        first, second = small["9900001"], small["9900002"]
        assert second.provision_type == first.provision_type
        assert second.owner_key == first.owner_key == "larkfieldhomesltd"
        assert second.owner_name == "Larkfield Homes Limited"
        assert FindingKind.OWNER_SPELT_OTHERWISE in kinds(second)
        assert second.is_suspended
        assert second.is_inadequate

    def test_another_spelling_of_an_authority_is_known_and_reported(self, small: dict[str, RegisterRow]) -> None:
        home = small["9900002"]
        assert (home.authority_name, home.authority_number) == ("Bristol", "801")
        assert FindingKind.AUTHORITY_SPELT_OTHERWISE in kinds(home)

    def test_a_welsh_authority_is_kept_as_text(self, small: dict[str, RegisterRow]) -> None:
        home = small["9900005"]
        assert (home.authority_name, home.authority_number) == ("Cardiff", None)
        assert FindingKind.AUTHORITY_NOT_ENGLISH in kinds(home)
        assert (home.premises, home.supported_accommodation_outcome) == (2, "Consistently strong service delivery")

    def test_an_agency_has_no_places_and_a_school_no_owner(self, small: dict[str, RegisterRow]) -> None:
        agency, school = small["SC990003"], small["SC990004"]
        assert (agency.places, agency.postcode, agency.name) == (None, "CR0 1EA", "Amber and Oak Fostering")
        assert kinds(agency) == {FindingKind.NO_PLACES}
        assert (school.owner_name, school.owner_key, school.linked_school_urn) == (None, None, "990004")
        assert FindingKind.NO_OWNER in kinds(school)

    def test_what_cannot_be_read_is_left_out_and_reported(self, small: dict[str, RegisterRow]) -> None:
        odd = small["9900006"]
        assert (odd.places, odd.registered_on, odd.provision_type) == (None, None, "Floating home")
        assert {FindingKind.UNREADABLE, FindingKind.UNKNOWN_TYPE, FindingKind.NO_PLACES} <= kinds(odd)
        assert odd.is_short_breaks_only
        assert odd.is_multi_building

    def test_rows_that_name_no_setting_are_skipped_with_the_reason(self) -> None:
        skipped = [row for row in read(SMALL.read_bytes()) if isinstance(row, Skipped)]
        assert [(row.row_number, row.urn) for row in skipped] == [(11, "9900001"), (12, "12")]
        assert "twice" in skipped[0].why
        assert "not an Ofsted reference" in skipped[1].why


class TestFormsOfTheFile:
    def test_without_mark_in_windows_letters_or_with_other_line_ends(self, small: dict[str, RegisterRow]) -> None:
        text = SMALL.read_text(encoding="utf-8-sig")
        assert kept(text.encode("utf-8")) == small
        assert kept(text.encode("cp1252")) == small
        assert kept(text.replace("\r\n", "\n").encode()).keys() == small.keys()

    def test_headings_in_other_cases_spaces_and_apostrophes(self, small: dict[str, RegisterRow]) -> None:
        text = SMALL.read_text(encoding="utf-8-sig").replace("Provision type", "provision  TYPE", 1)
        assert kept(text.replace("Short-break-only children's", "Short-break-only children’s", 1).encode()) == small

    def test_without_the_titles_and_the_empty_columns(self, small: dict[str, RegisterRow]) -> None:
        rows = list(csv.reader(io.StringIO(SMALL.read_text(encoding="utf-8-sig"), newline="")))[3:]
        trimmed = io.StringIO(newline="")
        csv.writer(trimmed).writerows(row[:32] for row in rows)
        assert kept(trimmed.getvalue().encode()).keys() == small.keys()


class TestWhatIsNoRegister:
    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "few or none of the register's columns"),
            (b"PK\x03\x04 a workbook", "not a CSV"),
            (b"\xff\xfeU\x00R\x00N\x00", "not a CSV"),
            (b"name,age\nA,1\n", "few or none of the register's columns"),
            (
                b"URN,Provision type,Name,Postcode,Sector,Places,Registration status\n1,2,3,4,5,6,7\n",
                "lacks these columns of Ofsted's register: “Registration date”",
            ),
            (b'"a\nb', "incomplete or damaged"),
            (b"x" * 50_000_001, "larger than 50 MB"),
        ],
    )
    def test_says_what_to_do(self, content: bytes, sentence: str) -> None:
        with pytest.raises(NotARegister, match=sentence):
            read(content)

    def test_a_file_that_stops_inside_a_row_is_refused_wherever_it_stops(self) -> None:
        whole = SMALL.read_bytes()
        start = whole.index(b"9900005")
        for end in range(start, whole.index(b"\r\n", start)):
            with pytest.raises(NotARegister, match="incomplete or damaged"):
                read(whole[:end])

    @given(st.binary(max_size=400))
    def test_any_other_bytes_are_refused_by_name(self, content: bytes) -> None:
        with pytest.raises(NotARegister):
            read(content)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("K & G Care Ltd", "K&G CARE LIMITED"),
        ("Athena Children's Services Limited", "Athena Childrens services ltd."),
        ("Homes2inspire Limited", "Homes 2 Inspire Ltd"),
    ],
)
def test_spellings_of_one_owner_share_a_key(one: str, other: str) -> None:
    assert owner_key(one) == owner_key(other)
    assert owner_key(one) != owner_key("Another " + other)


if REAL.exists():

    def test_the_real_register_of_march_2025() -> None:
        """The counts were taken from the file apart from this reader, with a bare csv.reader."""
        rows = [row for row in read(REAL.read_bytes()) if isinstance(row, RegisterRow)]
        found = Counter(finding.kind for row in rows for finding in row.findings)
        assert len(rows) == len({row.urn for row in rows}) == 5600
        assert Counter(row.provision_type for row in rows)["Children's home"] == 3938 + 8
        assert len({row.provision_type for row in rows}) == 13
        assert sum(row.is_suspended for row in rows) == 14
        assert sum(row.is_inadequate for row in rows) == 54
        assert sum(row.name is None for row in rows) == 4020
        assert sum(row.inspected_on is not None for row in rows) == 4343
        assert len({row.owner_key for row in rows if row.owner_key}) == 2518
        odd_authorities = {row.authority_name for row in rows if "authority" in " ".join(kinds(row))}
        assert len(odd_authorities) == 11
        assert {row.authority_name for row in rows if row.authority_number is None} == {
            "Newport",
            "Wrexham",
            "Cardiff",
            "Conwy",
        }
        assert (found[FindingKind.NO_OWNER], found[FindingKind.NO_PLACES], found[FindingKind.REDACTED]) == (
            44,
            408,
            4913,
        )
        assert found[FindingKind.UNREADABLE] == found[FindingKind.UNKNOWN_TYPE] == 0

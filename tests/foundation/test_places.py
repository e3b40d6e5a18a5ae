"""The country's postcodes, loaded once and looked up; on the tests' own PostgreSQL."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, text

from foundation import places, places_commands
from foundation.config import Addresses
from foundation.geography import NotAPostcode, Point, distance_miles
from foundation.places import Loading, Place, load_postcodes, place_of

FEW = {
    "pcd": ["CR0 1EA", "SM4 5DX", "BT1 1AA", "EH1 1AA", "B1  1AA"],
    "oseast1m": [532430.0, 525700.0, 333000.0, 325700.0, float("nan")],
    "osnrth1m": [165317.0, 168700.0, 374000.0, 673900.0, float("nan")],
    "laua": ["E09000008", "E09000024", "N09000003", "S12000036", float("nan")],
}


@pytest.fixture
def owner(addresses: Addresses) -> Iterator[Connection]:
    """The owner's connection, in a transaction that is rolled back."""
    engine = create_engine(addresses.owner)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_letters", lambda: iter([(1.0, places._rows(FEW))]))


@pytest.mark.usefixtures("few")
class TestLoading:
    def test_is_done_once(self, owner: Connection) -> None:
        heard: list[tuple[float, int]] = []
        first = load_postcodes(owner, lambda fraction, rows: heard.append((fraction, rows)))
        second = load_postcodes(owner, lambda fraction, rows: heard.append((fraction, rows)))
        assert (first.rows, first.is_new, second.rows, second.is_new) == (5, True, 5, False)
        assert heard == [(1.0, 5)]
        assert "are already loaded" in str(second)

    def test_replaces_an_older_release_and_keeps_its_readers(self, owner: Connection) -> None:
        owner.execute(text("INSERT INTO postcodes VALUES ('ZZ11ZZ', 1, 1, NULL)"))
        load_postcodes(owner, lambda fraction, rows: None)
        assert place_of(owner, "ZZ1 1ZZ") is None
        assert place_of(owner, "cr01ea") is not None
        assert owner.scalar(text("SELECT has_table_privilege('harbour_app', 'postcodes', 'SELECT')"))
        assert not owner.scalar(text("SELECT has_table_privilege('harbour_app', 'postcodes', 'INSERT')"))

    def test_leaves_the_table_as_the_migrations_made_it(self, owner: Connection) -> None:
        before = owner.execute(text(SHAPE)).all()
        load_postcodes(owner, lambda fraction, rows: None)
        assert owner.execute(text(SHAPE)).all() == before


@pytest.mark.usefixtures("few")
class TestLookup:
    def test_finds_a_place_however_it_is_typed(self, owner: Connection) -> None:
        load_postcodes(owner, lambda fraction, rows: None)
        found = place_of(owner, " cr0 1ea")
        assert found == Place("CR0 1EA", 532430, 165317, "E09000008")
        assert found.why_no_authority is None

    def test_what_does_not_exist_is_none_and_what_is_no_postcode_refused(self, owner: Connection) -> None:
        assert place_of(owner, "QQ1 1AA") is None
        with pytest.raises(NotAPostcode):
            place_of(owner, "Croydon")


class TestPlace:
    def test_northern_ireland_is_on_a_grid_of_its_own(self) -> None:
        belfast = Place("BT1 1AA", 333000, 374000, "N09000003")
        assert belfast.point is None
        assert belfast.why_no_authority == "BT1 1AA is in Northern Ireland, so no authority in England answers for it."

    def test_scotland_has_points_but_no_authority_in_england(self) -> None:
        edinburgh = Place("EH1 1AA", 325700, 673900, "S12000036")
        assert edinburgh.point == Point(325700, 673900)
        assert "Scotland" in (edinburgh.why_no_authority or "")

    def test_unknown_is_said_to_be_unknown(self) -> None:
        assert "not known" in (Place("B1 1AA", None, None, None).why_no_authority or "")


@pytest.mark.slow
def test_the_whole_country(owner: Connection) -> None:
    loading = load_postcodes(owner, lambda fraction, rows: None)
    croydon, merton = place_of(owner, "CR0 1EA"), place_of(owner, "SM4 5DX")
    assert loading.rows > 2_700_000
    assert croydon == Place("CR0 1EA", 532430, 165317, "E09000008")
    assert croydon.point
    assert merton
    assert merton.point
    assert str(distance_miles(croydon.point, merton.point)) == "4.7"


SHAPE = """
    SELECT column_name, is_nullable, data_type, collation_name, conname
    FROM information_schema.columns, pg_constraint
    WHERE table_name = 'postcodes' AND conrelid = 'postcodes'::regclass AND contype = 'p' ORDER BY ordinal_position
"""


def test_the_command_says_what_it_did(monkeypatch: pytest.MonkeyPatch, addresses: Addresses) -> None:
    app = Flask(__name__)
    app.config["SETTINGS"] = None
    places_commands.init_app(app)
    monkeypatch.setattr(places_commands, "find_addresses", lambda settings: addresses)
    monkeypatch.setattr(places_commands, "load_postcodes", lambda connection, show: _told(show))
    answer = app.test_cli_runner().invoke(args=["places", "load"])
    assert answer.exit_code == 0
    assert "50%          3 postcodes" in answer.output
    assert "5 postcodes loaded from somewhere." in answer.output


def _told(show: Callable[[float, int], None]) -> Loading:
    show(0.5, 3)
    return Loading(5, "somewhere", is_new=True)

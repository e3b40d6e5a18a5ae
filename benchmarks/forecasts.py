"""The forecast of 10,000 agreements over a year by month, as the hub reads it: by borough and by service, against budgets.

A database of its own, filled by set-based SQL with the maintenance role: 30,000 fee lines, among them an uplift in October, placements that
ended and some that are under notice. What is measured is the query's and the engine's own time, in this process, behind the hub's fence.
"""

import time
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection, create_engine, text

from benchmarks.uplifts import Target
from contracts.money.outlook import hub_outlook
from foundation import clock
from foundation.config import Addresses, Settings
from foundation.database import db
from foundation.quarters import FinancialYear
from marketplace.roles import Role
from tests.makers.contracts import CORE, a_deal, a_placement
from tests.makers.standing import a_person, acting
from wsgi import create_app

#: so many are laid down that 10,000 touch the year; the rest ended before it
AGREEMENTS, MOST = 10_600, 3
THERAPY = {"kind": "therapy", "label": "Therapy", "amount": Decimal("61.50"), "unit": "hour", "quantity": Decimal(2)}

#: one row for each agreement to be: its keys, its first day, and for one in seven its last
KEYS = text("""
    CREATE TEMPORARY TABLE copies AS
    SELECT n, gen_random_uuid() AS award, gen_random_uuid() AS agreement, CAST(:first AS date) + n % 500 AS starts,
           CASE WHEN n % 7 = 0 THEN CAST(:first AS date) + n % 500 + 90 + n % 100 END AS ends
    FROM generate_series(1, :count) AS n
""")
#: what a copy has of its own; a copy's award counts as undone, because an award has one agreement
AWARD = {"id": "c.award", "undone_at": "now()", "undone_by_id": "t.awarded_by_id", "undone_reason": "'copied'"}
AGREEMENT = {
    "id": "c.agreement", "award_id": "c.award", "reference": "'BEN-' || lpad(c.n::text, 6, '0')", "starts_on": "c.starts",
    "started_on": "c.starts", "expected_end_on": "NULL", "state": "CASE WHEN c.ends <= :today THEN 'ended' ELSE 'active' END",
    "ended_on": "CASE WHEN c.ends <= :today THEN c.ends END",
}  # fmt: skip
#: a core fee of its own amount, raised on 1 October; the therapy as it was
LINE = {"id": "gen_random_uuid()", "agreement_id": "c.agreement", "amount": "t.amount + c.n % 1000"}
UPLIFT = date(2026, 10, 1)
EARLIER = LINE | {
    "starts_on": "c.starts",
    "ends_on": "least(CASE WHEN c.ends <= :today THEN c.ends END, greatest(:uplift, c.starts))",
}
LATER = LINE | {
    "starts_on": "greatest(:uplift, c.starts)", "ends_on": "CASE WHEN c.ends <= :today THEN greatest(c.ends, :uplift, c.starts) END",
    "amount": "round((t.amount + c.n % 1000) * 1.039, 2)",
}  # fmt: skip
WHOLE = LINE | {"starts_on": "c.starts", "ends_on": "CASE WHEN c.ends <= :today THEN c.ends END", "amount": "t.amount"}


def time_forecast(addresses: Addresses, environment: dict[str, str]) -> Target:
    """The hub's forecast of the financial year."""
    app = create_app(Settings.from_environment(environment), SQLALCHEMY_DATABASE_URI=addresses.app)
    with app.app_context():
        deal = a_deal(starts_on=clock.today() - timedelta(200), fees=(CORE, THERAPY), weeks=None)
        agreement = a_placement(deal)
        key, award = agreement.id, agreement.award_id
        db.session.commit()
        _fill(addresses, {"agreement": key, "award": award})
        acting(a_person(deal.hub, Role.HUB_ANALYST))
        begun = time.perf_counter()
        found = hub_outlook(FinancialYear.of(clock.today()))
        seconds = time.perf_counter() - begun
        counted = len(found.by_borough.total.forecast.stays)
        return Target(f"Forecast {counted:,} agreements over a year by month", seconds, MOST)


def _fill(addresses: Addresses, template: dict[str, object]) -> None:
    engine = create_engine(addresses.maintenance)
    values = template | {"today": clock.today(), "uplift": UPLIFT}
    with engine.begin() as connection:
        connection.execute(KEYS, {"first": date(2025, 5, 1), "count": AGREEMENTS})
        _copy(connection, "awards", AWARD, "t.id = :award", values)
        _copy(connection, "agreements", AGREEMENT, "t.id = :agreement", values)
        core = "t.agreement_id = :agreement AND t.kind = 'core'"
        _copy(connection, "agreement_fee_lines", EARLIER, core, values)
        _copy(connection, "agreement_fee_lines", LATER, core, values)
        _copy(connection, "agreement_fee_lines", WHOLE, "t.agreement_id = :agreement AND t.kind = 'therapy'", values)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def _copy(connection: Connection, table: str, own: dict[str, str], where: str, values: dict[str, object]) -> None:
    names = [column.name for column in db.metadata.tables[table].columns]
    chosen = ", ".join(own.get(name, f"t.{name}") for name in names)
    statement = f"INSERT INTO {table} ({', '.join(names)}) SELECT {chosen} FROM {table} t, copies c WHERE {where}"  # noqa: S608 - our own
    connection.execute(text(statement), values)

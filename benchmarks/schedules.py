"""A month's schedules for 400 providers: twelve boroughs, 4,000 agreements with three fee lines each, the third month made.

A database of its own, filled by set-based SQL; the agreements' keys to referrals, awards and children are dropped in it, since nobody reads
those here. Two months are made first, so that what is measured compares every line with what was charged for it; a variation in a tenth
of the agreements reaches back into them. What is measured is the verb, borough by borough, each in its transaction, as the worker does it.
"""

import os
import time
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import create_engine, select, text

from benchmarks.uplifts import Target
from contracts.invoicing.making import make_schedules
from contracts.invoicing.months import month_before, month_of
from foundation import clock
from foundation.config import Addresses, Settings
from foundation.database import db
from foundation.tenancy import act_as_system
from marketplace.actor import SYSTEM
from marketplace.organisation import Organisation
from marketplace.roles import Kind
from tests.makers.contracts import CORE, a_deal, a_placement
from wsgi import create_app

BOROUGHS, PROVIDERS, AGREEMENTS, MOST = 12, 400, 4_000, 10
THERAPY = {"kind": "therapy", "label": "Therapy", "amount": Decimal("61.50"), "unit": "hour", "quantity": Decimal(2)}
LESSONS = {"kind": "education", "label": "Lessons", "amount": Decimal(310), "unit": "week"}

UNREAD = ("award_id_awards", "child_id_authority_id_children", "referral_id_referrals")
#: each table's template row, and what a copy has of its own
COPIES = (
    (
        "organisations", "generate_series(2, :boroughs) AS c(n)", "t.id = :borough",
        "'id', gen_random_uuid(), 'name', t.name || n, 'reference', t.reference || n, 'authority_code', 'B' || n,"  # noqa: ISC004
        " 'prefix', 'BO' || chr(64 + n)",
    ),
    (
        "organisations", "generate_series(2, :providers) AS c(n)", "t.id = :provider",
        "'id', gen_random_uuid(), 'name', t.name || n, 'reference', t.reference || n, 'owner_key', 'copy' || n",
    ),
    (
        "settings", "organisations c", "t.provider_id = :provider AND c.kind = 'provider' AND c.id <> :provider",
        "'id', gen_random_uuid(), 'provider_id', c.id, 'reference', t.reference || c.reference",
    ),
    (
        "agreements", "copies c", "t.id = :agreement",
        "'id', c.agreement, 'authority_id', c.borough, 'provider_id', c.provider, 'setting_id', c.setting,"  # noqa: ISC004
        " 'award_id', gen_random_uuid(), 'reference', 'BEN-' || lpad(c.n::text, 6, '0')",
    ),
    (
        "agreement_fee_lines", "copies c", "t.agreement_id = :agreement",
        "'id', gen_random_uuid(), 'agreement_id', c.agreement, 'authority_id', c.borough, 'provider_id', c.provider,"  # noqa: ISC004
        " 'amount', t.amount + c.n % 1000",
    ),
)  # fmt: skip
KEYS = """
    CREATE TEMPORARY TABLE copies AS
    SELECT n, gen_random_uuid() AS agreement, b.id AS borough, p.id AS provider, p.setting FROM generate_series(1, :count) AS n
    JOIN (SELECT row_number() OVER () - 1 AS at, id FROM organisations WHERE kind = 'authority') b ON b.at = n % :boroughs
    JOIN (SELECT row_number() OVER () - 1 AS at, o.id, s.id AS setting FROM organisations o JOIN settings s ON s.provider_id = o.id
          WHERE o.kind = 'provider') p ON p.at = n % :providers
"""
CLOSED = (
    "UPDATE agreement_fee_lines SET ends_on = :on WHERE kind = 'core' AND amount::integer % 10 = 0 AND starts_on < :on"
)
RAISED = """
    INSERT INTO agreement_fee_lines SELECT (jsonb_populate_record(t, jsonb_build_object(
        'id', gen_random_uuid(), 'amount', t.amount + 100, 'starts_on', t.ends_on, 'ends_on', NULL))).*
    FROM agreement_fee_lines t WHERE t.ends_on = :on
"""


def time_schedules(addresses: Addresses, environment: dict[str, str]) -> Target:
    """The schedules of the month that has ended, of every borough."""
    app = create_app(Settings.from_environment(environment), SQLALCHEMY_DATABASE_URI=addresses.app)
    with app.app_context():
        months = _last_three(clock.today())
        deal = a_deal(starts_on=months[0], fees=(CORE, THERAPY, LESSONS), weeks=None)
        template = {"agreement": a_placement(deal).id, "borough": deal.borough.id, "provider": deal.provider.id}
        db.session.commit()
        _fill(addresses, template)
        for month in months[:2]:
            _make_all(month)
        _vary(addresses, months[0] + timedelta(days=14))
        begun = time.perf_counter()
        schedules = _make_all(months[2])
        seconds = time.perf_counter() - begun
        load = os.getloadavg()[0]
        name = f"A month's {schedules:,} schedules: {PROVIDERS} providers, {AGREEMENTS:,} agreements (load {load:.0f})"
        return Target(name, seconds, MOST)


def _last_three(today: date) -> list[date]:
    last = month_before(month_of(today))
    return [month_before(month_before(last)), month_before(last), last]


def _make_all(month: date) -> int:
    """Every borough's schedules of the month; how many there are."""
    act_as_system()
    boroughs = db.session.scalars(select(Organisation.id).where(Organisation.kind == Kind.AUTHORITY)).all()
    made = 0
    for key in boroughs:
        made += make_schedules(db.session.get_one(Organisation, key), month, by=SYSTEM).schedules
        db.session.expunge_all()
    return made


def _fill(addresses: Addresses, template: dict[str, object]) -> None:
    with create_engine(addresses.owner).begin() as connection:
        for key in UNREAD:
            connection.execute(text(f"ALTER TABLE agreements DROP CONSTRAINT fk_agreements_{key}"))
    values = template | {"boroughs": BOROUGHS, "providers": PROVIDERS, "count": AGREEMENTS}
    with create_engine(addresses.maintenance).begin() as connection:
        for table, beside, where, own in COPIES:
            if table == "agreements":
                connection.execute(text(KEYS), values)
            copied = (
                f"SELECT (jsonb_populate_record(t, jsonb_build_object({own}))).* FROM {table} t, {beside} WHERE {where}"  # noqa: S608
            )
            connection.execute(text(f"INSERT INTO {table} {copied}"), values)
    with create_engine(addresses.maintenance, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("ANALYZE"))


def _vary(addresses: Addresses, on: date) -> None:
    with create_engine(addresses.maintenance).begin() as connection:
        connection.execute(text(CLOSED), {"on": on})
        connection.execute(text(RAISED), {"on": on})

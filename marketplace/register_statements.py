"""The register's import in SQL: a work table filled by COPY, then one statement for all rows at each step.

A fact that is still the register's follows the register; one that the provider has set stays the provider's. What the
register alone decides (type, sector, registration, rating, places where it gives them) always follows.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, text

from foundation import clock
from foundation.database import db
from marketplace.register_facts import Staged

WORK_TABLE = text("""
    CREATE TEMPORARY TABLE register_rows (
        row_number int, urn text PRIMARY KEY, owner_key text, owner text, prefix text,
        provider_reference text, setting_reference text, registered jsonb)
""")
COPY = f"COPY register_rows ({', '.join(Staged._fields)}) FROM STDIN"

ADD_PROVIDERS = text("""
    INSERT INTO organisations (id, kind, reference, name, prefix, owner_key, source, added_at)
    SELECT DISTINCT ON (owner_key)
        gen_random_uuid(), 'provider', provider_reference, owner, prefix, owner_key, 'register', :at
    FROM register_rows r
    WHERE NOT EXISTS (SELECT FROM settings s WHERE s.urn = r.urn AND s.registered = r.registered)
    ORDER BY owner_key, row_number
    ON CONFLICT (owner_key) WHERE owner_key IS NOT NULL DO NOTHING
""")

CHANGES = text("""
    SELECT r.row_number, r.urn, s.registered AS before, r.registered AS after, o.name AS held_by, o.owner_key <> r.owner_key
        AS is_held_by_another
    FROM register_rows r JOIN settings s ON s.urn = r.urn JOIN organisations o ON o.id = s.provider_id
    WHERE s.registered IS DISTINCT FROM r.registered
    ORDER BY r.row_number
""")

#: A setting changes hands by itself only while nobody has claimed it and nothing hangs on its provider.
MOVE_SETTINGS = text("""
    UPDATE settings s SET provider_id = o.id, version = s.version + 1
    FROM register_rows r JOIN organisations o ON o.owner_key = r.owner_key, organisations held
    WHERE s.urn = r.urn AND held.id = s.provider_id AND s.registered IS DISTINCT FROM r.registered
      AND o.id <> s.provider_id AND held.claimed_at IS NULL AND held.source = 'register'
      AND NOT EXISTS (SELECT FROM admission_settings a WHERE a.setting_id = s.id)
      AND NOT EXISTS (SELECT FROM setting_needs n WHERE n.setting_id = s.id)
      AND NOT EXISTS (SELECT FROM rates t WHERE t.setting_id = s.id)
    RETURNING s.urn
""")

CHANGE_SETTINGS = text("""
    UPDATE settings s SET
        registered = r.registered,
        kind = r.registered->>'kind',
        sector = r.registered->>'sector',
        registered_on = (r.registered->>'registered_on')::date,
        registration_status = r.registered->>'status',
        rating = r.registered->>'rating',
        inspected_on = (r.registered->>'inspected_on')::date,
        inspection_published_on = (r.registered->>'published_on')::date,
        inspection_event = r.registered->>'event',
        places = coalesce((r.registered->>'places')::int, s.places),
        authority_code = CASE WHEN r.registered->>'authority_name' IS NULL THEN s.authority_code
            ELSE r.registered->>'authority_code' END,
        authority_name = coalesce(r.registered->>'authority_name', s.authority_name),
        name = CASE WHEN s.name = s.registered->>'name' THEN r.registered->>'name' ELSE s.name END,
        easting = CASE WHEN s.postcode = r.registered->>'postcode' OR s.postcode IS DISTINCT FROM s.registered->>'postcode'
            THEN s.easting END,
        northing = CASE WHEN s.postcode = r.registered->>'postcode' OR s.postcode IS DISTINCT FROM s.registered->>'postcode'
            THEN s.northing END,
        postcode = CASE WHEN s.postcode IS NOT DISTINCT FROM s.registered->>'postcode' THEN r.registered->>'postcode'
            ELSE s.postcode END,
        version = s.version + 1
    FROM register_rows r
    WHERE s.urn = r.urn AND s.registered IS DISTINCT FROM r.registered
""")

ADD_SETTINGS = text("""
    INSERT INTO settings (id, provider_id, reference, urn, registered, name, kind, sector, places, postcode,
        authority_code, authority_name, registered_on, registration_status, rating, inspected_on,
        inspection_published_on, inspection_event, description, source, added_at, version)
    SELECT gen_random_uuid(), o.id, r.setting_reference, r.urn, r.registered, r.registered->>'name', r.registered->>'kind',
        r.registered->>'sector', (r.registered->>'places')::int, r.registered->>'postcode',
        r.registered->>'authority_code', r.registered->>'authority_name', (r.registered->>'registered_on')::date,
        r.registered->>'status', r.registered->>'rating', (r.registered->>'inspected_on')::date,
        (r.registered->>'published_on')::date, r.registered->>'event', '', 'register', :at, 1
    FROM register_rows r JOIN organisations o ON o.owner_key = r.owner_key
    WHERE NOT EXISTS (SELECT FROM settings s WHERE s.urn = r.urn)
    RETURNING urn
""")

#: Northern Ireland's postcodes lie on a grid of their own.
PLACE_SETTINGS = text("""
    UPDATE settings s SET easting = p.easting, northing = p.northing
    FROM register_rows r JOIN postcodes p ON p.postcode = replace(r.registered->>'postcode', ' ', '')
    WHERE s.urn = r.urn AND s.postcode = r.registered->>'postcode' AND p.northing IS NOT NULL
      AND p.authority_gss NOT LIKE 'N%' AND (s.easting, s.northing) IS DISTINCT FROM (p.easting, p.northing)
""")

GONE = text("""
    SELECT s.urn, s.name FROM settings s
    WHERE s.registered IS NOT NULL AND NOT EXISTS (SELECT FROM register_rows r WHERE r.urn = s.urn)
    ORDER BY s.urn
""")

TAKEN = text("SELECT reference FROM settings UNION ALL SELECT reference FROM organisations")


def taken_references() -> list[str]:
    """Every reference of a setting or an organisation."""
    return list(db.session.scalars(TAKEN))


def copy_rows(rows: Iterable[Staged]) -> None:
    """Fill the work table; it lives as long as the transaction's connection wants it."""
    db.session.execute(text("DROP TABLE IF EXISTS pg_temp.register_rows"))
    db.session.execute(WORK_TABLE)
    driver: Any = db.session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row(row)
    db.session.execute(text("ANALYZE register_rows"))


def add_providers() -> int:
    """Owners that are new here; how many."""
    return _count(ADD_PROVIDERS, at=clock.now())


def changed_rows() -> list[Row[Any]]:
    """Settings of which the file says something else than before."""
    return list(db.session.execute(CHANGES).all())


def move_settings() -> set[str]:
    """Settings that pass to the owner that the file names; their URNs."""
    return set(db.session.scalars(MOVE_SETTINGS))


def change_settings() -> int:
    """Settings that take the file's facts; how many."""
    return _count(CHANGE_SETTINGS)


def add_settings() -> list[str]:
    """Settings that are new here; their URNs."""
    return list(db.session.scalars(ADD_SETTINGS, {"at": clock.now()}))


def place_settings() -> None:
    """Give settings whose postcode the register states their point on the grid."""
    db.session.execute(PLACE_SETTINGS)


def gone_settings() -> list[Row[Any]]:
    """Settings that came from the register and no longer stand in it."""
    return list(db.session.execute(GONE).all())


def _count(statement: Any, **values: Any) -> int:
    result: Any = db.session.execute(statement, values)
    return int(result.rowcount)

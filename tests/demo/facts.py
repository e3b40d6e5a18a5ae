"""What of a demo is the same whenever it is loaded from one seed for one present: everything but keys and references."""

import hashlib
import json

from sqlalchemy import Connection, text

FACTS = (
    "SELECT kind, name, prefix FROM organisations ORDER BY 1, 2",
    "SELECT name, kind, urn, postcode, places, age_from, age_to, vacancies, rating FROM settings ORDER BY urn",
    "SELECT name, email FROM people ORDER BY email",
    "SELECT first_name, family_name, date_of_birth, home_postcode FROM identities ORDER BY 1, 2, 3",
    (
        "SELECT o.prefix, l.key, r.state, r.needed_by FROM referrals r JOIN organisations o ON o.id = r.authority_id"
        " JOIN lots l ON l.id = r.lot_id ORDER BY 1, 2, 3, 4"
    ),
    (
        "SELECT s.name, f.kind, f.amount FROM offer_fee_lines f JOIN offers x ON x.id = f.offer_id"
        " JOIN settings s ON s.id = x.setting_id ORDER BY 1, 2, 3"
    ),
    "SELECT s.name, a.state, a.starts_on, a.ended_on FROM agreements a JOIN settings s ON s.id = a.setting_id ORDER BY 1, 2, 3",
    (
        "SELECT p.name, m.quarter, m.state, f.indicator, f.numerator, f.denominator FROM return_figures f"
        " JOIN monitoring_returns m ON m.id = f.return_id JOIN organisations p ON p.id = m.provider_id ORDER BY 1, 2, 4"
    ),
    "SELECT act, count(*) FROM audit_events GROUP BY act ORDER BY act",
)


def digest_of(connection: Connection) -> str:
    """One hash of all of them."""
    rows = [[list(map(str, row)) for row in connection.execute(text(question))] for question in FACTS]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()

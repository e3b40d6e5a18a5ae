"""Row security as the migrations write it: forced on every table, one policy for each command, nothing OR-ed behind our back.

An expression is a condition on the row; these names stand for who acts (`foundation/tenancy.py` tells PostgreSQL). Each is a
sub-select, so that it runs once for a statement and not once for a row.
"""

from alembic import op

ORGANISATION = "(SELECT nullif(current_setting('app.organisation_id', true), '')::uuid)"
PERSON = "(SELECT nullif(current_setting('app.person_id', true), '')::uuid)"
PARTY = "(SELECT current_setting('app.party', true))"
SEES_IDENTITY = "(SELECT current_setting('app.sees_identity', true)) = 'yes'"
NOW = "(SELECT harbour_clock())"

SYSTEM = f"{PARTY} = 'system'"
HUB = f"{PARTY} = 'hub'"
AUTHORITY = f"{PARTY} = 'authority'"
PROVIDER = f"{PARTY} = 'provider'"
SIGNED_IN = f"{PARTY} IN ('authority', 'hub', 'provider', 'system')"
#: the row's authority, or the row's provider, is who acts
OWN_BOROUGH = f"({AUTHORITY} AND authority_id = {ORGANISATION})"
OWN_PROVIDER = f"({PROVIDER} AND provider_id = {ORGANISATION})"
#: the row's authority is a member of the hub's partnership
OVERSEEN = (
    f"({HUB} AND authority_id IN (SELECT m.authority_id FROM partnership_members m WHERE m.hub_id = {ORGANISATION}))"
)

#: a stored file of ours, or shared with us; one that says who somebody is only for the roles that may know
OWN_FILE = (
    f"((organisation_id = {ORGANISATION} OR shared_with_id = {ORGANISATION}) AND (NOT confidential OR {SEES_IDENTITY}))"
)


def one_of(*conditions: str) -> str:
    """Any of the conditions."""
    return " OR ".join(f"({condition})" for condition in conditions)


def fence(
    table: str,
    *,
    read: str,
    insert: str | None = None,
    lock: str | None = None,
    change: str | None = None,
    delete: str | None = None,
) -> None:
    """Force row security on the table. `lock`: which rows may be held or updated (default: `change`); `change`: how they may be left."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({read})")
    grants = ["SELECT"]
    if insert:
        op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({insert})")
        grants.append("INSERT")
    if lock or change:
        held, left = lock or change, change or "false"
        op.execute(f"CREATE POLICY {table}_change ON {table} FOR UPDATE USING ({held}) WITH CHECK ({left})")
        grants.append("UPDATE")
    if delete:
        op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({delete})")
        grants.append("DELETE")
    op.execute(f"GRANT {', '.join(grants)} ON {table} TO harbour_app")

"""The ground: the clock, the audit trail, letters, files, one-time keys"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import ORGANISATION, OWN_FILE, PERSON, SIGNED_IN, SYSTEM, fence, one_of

revision = "0001"
down_revision = "0000"

CLOCK = """
CREATE TABLE clock (shift interval NOT NULL, single boolean PRIMARY KEY DEFAULT true CHECK (single));
INSERT INTO clock (shift) VALUES ('0');
CREATE FUNCTION harbour_clock() RETURNS timestamptz LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public
    AS $$ SELECT clock_timestamp() + (SELECT shift FROM public.clock) $$;
GRANT SELECT ON clock TO harbour_app;
"""

#: The head of each organisation's chain. Nobody but the function reads or moves it; the row's lock orders the acts of one organisation.
AUDIT_CHAIN = """
CREATE TABLE audit_heads (
    organisation_id uuid PRIMARY KEY, sequence bigint NOT NULL, chain text NOT NULL
);
CREATE FUNCTION advance_audit_chain(acting uuid, digest text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public
    AS $$
DECLARE
    owner uuid := coalesce(acting, '00000000-0000-0000-0000-000000000000');
    head public.audit_heads;
BEGIN
    IF acting IS DISTINCT FROM nullif(current_setting('app.organisation_id', true), '')::uuid THEN
        RAISE EXCEPTION 'an organisation writes only in its own audit trail' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.audit_heads AS h (organisation_id, sequence, chain) VALUES (owner, 1, encode(sha256(digest::bytea), 'hex'))
    ON CONFLICT (organisation_id) DO UPDATE
        SET sequence = h.sequence + 1, chain = encode(sha256((h.chain || digest)::bytea), 'hex')
    RETURNING * INTO head;
    RETURN head.sequence || ':' || head.chain;
END $$;
REVOKE ALL ON FUNCTION advance_audit_chain(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION advance_audit_chain(uuid, text) TO harbour_app, harbour_maintenance;
"""


def fences() -> None:
    fence(
        "audit_events",
        read=one_of(f"organisation_id = {ORGANISATION}", f"about_id = {ORGANISATION}", SYSTEM),
        insert=f"organisation_id IS NOT DISTINCT FROM {ORGANISATION}",
    )
    # A letter with a link that opens an account is nobody's to read but the post's; one to a person is that person's.
    to_us = f"organisation_id = {ORGANISATION} AND link IS NULL AND (to_person_id IS NULL OR to_person_id = {PERSON})"
    fence("letters", read=one_of(to_us, SYSTEM), insert=SIGNED_IN, change=SYSTEM)
    fence(
        "one_time_keys",
        read=f"person_id = {PERSON}",
        insert=f"person_id = {PERSON}",
        change=f"person_id = {PERSON}",
    )
    fence(
        "stored_files",
        read=one_of(OWN_FILE, SYSTEM),
        insert=one_of(f"organisation_id = {ORGANISATION}", SYSTEM),
        change=f"organisation_id = {ORGANISATION}",
    )


def tables() -> None:
    op.create_table(
        "audit_events",
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.UUID(), nullable=True),
        sa.Column("organisation_name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("about_id", sa.UUID(), nullable=True),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=True),
        sa.Column("subject_reference", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index("ix_audit_events_about_id_at", "audit_events", ["about_id", "at"], unique=False)
    op.create_index("ix_audit_events_organisation_id_at", "audit_events", ["organisation_id", "at"], unique=False)
    op.create_index("ix_audit_events_subject_id_at", "audit_events", ["subject_id", "at"], unique=False)
    op.create_table(
        "letters",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("to_roles", postgresql.JSONB(), nullable=False),
        sa.Column("to_person_id", sa.UUID(), nullable=True),
        sa.Column("to_address", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("written_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("posted_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("posted_to", postgresql.JSONB(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index("ix_letters_organisation_id_written_at", "letters", ["organisation_id", "written_at"], unique=False)
    op.create_index(
        "ix_letters_unposted", "letters", ["written_at"], unique=False, postgresql_where=sa.text("posted_at IS NULL")
    )
    op.create_table(
        "one_time_keys",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_keys")),
    )
    op.create_index("uq_one_time_keys_person_id_key", "one_time_keys", ["person_id", "key"], unique=True)
    op.create_table(
        "stored_files",
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("shared_with_id", sa.UUID(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("stored_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("stored_by_id", sa.UUID(), nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("octet_length(content) <= 20971520", name=op.f("ck_stored_files_at_most_20_mb")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
    )
    op.create_index("ix_stored_files_organisation_id", "stored_files", ["organisation_id"], unique=False)
    op.create_index("ix_stored_files_shared_with_id", "stored_files", ["shared_with_id"], unique=False)
    op.create_table(
        "postcodes",
        sa.Column("postcode", sa.Text(collation="C"), nullable=False),
        sa.Column("easting", sa.Integer(), nullable=True),
        sa.Column("northing", sa.Integer(), nullable=True),
        sa.Column("authority_gss", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("postcode", name=op.f("pk_postcodes")),
    )
    op.execute("GRANT SELECT ON postcodes TO harbour_app")


def upgrade() -> None:
    op.execute(CLOCK)
    op.execute(AUDIT_CHAIN)
    tables()
    fences()


def downgrade() -> None:
    for table in (
        "postcodes",
        "stored_files",
        "one_time_keys",
        "letters",
        "audit_events",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION advance_audit_chain")
    op.execute("DROP FUNCTION harbour_clock")
    op.drop_table("audit_heads")
    op.drop_table("clock")

"""Invoices: schedules of charges, providers' invoices matched to them, credit notes, exports to the finance system"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import OWN_BOROUGH, OWN_PROVIDER, SYSTEM, fence, one_of

revision = "0018"
down_revision = "0017"

TABLES = (
    "credit_notes", "invoice_rows", "provider_invoices", "scheduled_charges", "charge_schedules", "schedule_runs", "charge_exports",
)  # fmt: skip
BOTH = one_of(OWN_BOROUGH, OWN_PROVIDER)
#: where a provider leaves a charge or a schedule: never where only the borough may take it
PROVIDERS_CHARGE = f"{OWN_PROVIDER} AND state IN ('issued', 'confirmed', 'disputed') AND export_id IS NULL"
PROVIDERS_SCHEDULE = f"{OWN_PROVIDER} AND state IN ('issued', 'confirmed', 'disputed')"
#: what of a row may change once it is written; everything else is a fact of its day
MOVING = {
    "charge_schedules": "state answered_at answered_by_name settled_at settled_by_name version",
    "scheduled_charges": (
        "state dispute_reason due_net disputed_at disputed_by_name answer_reason answered_at answered_by_name export_id"
    ),
    "provider_invoices": "state checked_at checked_by_name version",
    "invoice_rows": "state query",
    "credit_notes": "state accepted_at accepted_by_name export_id version",
}

FROZEN = """
    CREATE FUNCTION frozen_but_for() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
    DECLARE before jsonb := to_jsonb(OLD); after jsonb := to_jsonb(NEW);
    BEGIN
        IF after - TG_ARGV IS DISTINCT FROM before - TG_ARGV THEN
            RAISE EXCEPTION 'a row of % is a fact of its day: it is never edited', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF before->>'export_id' IS NOT NULL AND after->>'export_id' IS DISTINCT FROM before->>'export_id' THEN
            RAISE EXCEPTION 'a row of % is exported once', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$
"""
CREDITED = """
    CREATE FUNCTION credited_within_the_charge() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
    DECLARE charged scheduled_charges; noted_net numeric; noted_vat numeric;
    BEGIN
        SELECT * INTO charged FROM scheduled_charges WHERE id = NEW.charge_id FOR UPDATE;
        SELECT coalesce(sum(net), 0), coalesce(sum(vat), 0) INTO noted_net, noted_vat
        FROM credit_notes WHERE charge_id = NEW.charge_id;
        IF charged.id IS NULL OR charged.state NOT IN ('confirmed', 'adjusted', 'upheld')
            OR noted_net + NEW.net > charged.net OR noted_vat + NEW.vat > charged.vat THEN
            RAISE EXCEPTION 'a credit note takes back no more than was charged'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_credit_notes_within_the_charge';
        END IF;
        RETURN NEW;
    END $$
"""


def fences() -> None:
    fence("schedule_runs", read=one_of(OWN_BOROUGH, SYSTEM), insert=one_of(OWN_BOROUGH, SYSTEM))
    fence(
        "charge_schedules",
        read=one_of(BOTH, SYSTEM),
        insert=one_of(OWN_BOROUGH, SYSTEM),
        lock=BOTH,
        change=one_of(OWN_BOROUGH, PROVIDERS_SCHEDULE),
    )
    fence(
        "scheduled_charges",
        read=one_of(BOTH, SYSTEM),
        insert=one_of(OWN_BOROUGH, SYSTEM),
        lock=BOTH,
        change=one_of(OWN_BOROUGH, PROVIDERS_CHARGE),
    )
    fence("provider_invoices", read=BOTH, insert=OWN_PROVIDER, lock=BOTH, change=OWN_BOROUGH)
    fence("invoice_rows", read=BOTH, insert=OWN_PROVIDER, change=OWN_BOROUGH)
    fence("credit_notes", read=BOTH, insert=f"{OWN_PROVIDER} AND state = 'issued'", lock=BOTH, change=OWN_BOROUGH)
    fence("charge_exports", read=OWN_BOROUGH, insert=OWN_BOROUGH)


def triggers() -> None:
    """Facts stay as they were written, and nothing is credited that was not charged, whoever writes the statement."""
    op.execute(FROZEN)
    op.execute(CREDITED)
    for table, columns in MOVING.items():
        named = ", ".join(f"'{column}'" for column in columns.split())
        op.execute(
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION frozen_but_for({named})"
        )
    op.execute(
        "CREATE TRIGGER credit_notes_within_the_charge BEFORE INSERT ON credit_notes"
        " FOR EACH ROW EXECUTE FUNCTION credited_within_the_charge()"
    )


def tables() -> None:
    op.create_table(
        "charge_exports",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("net", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("vat", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("file_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_charge_exports_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_charge_exports_file_id_stored_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge_exports")),
        sa.UniqueConstraint("authority_id", "number", name=op.f("uq_charge_exports_authority_id_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_charge_exports_reference")),
    )
    op.create_table(
        "schedule_runs",
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("schedules", sa.Integer(), nullable=False),
        sa.Column("charges", sa.Integer(), nullable=False),
        sa.Column("net", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("vat", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("unreckoned", postgresql.JSONB(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_schedule_runs_month_begins_on_its_first")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_schedule_runs_authority_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_runs")),
        sa.UniqueConstraint("authority_id", "month", name=op.f("uq_schedule_runs_authority_id_month")),
    )
    op.create_table(
        "charge_schedules",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issued",
                "confirmed",
                "disputed",
                "settled",
                name="schedulestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("charges", sa.Integer(), nullable=False),
        sa.Column("net", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("vat", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("issued_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_by_name", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("settled_by_name", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(state = 'issued') = (answered_at IS NULL)", name=op.f("ck_charge_schedules_answered_since")
        ),
        sa.CheckConstraint(
            "(state = 'settled') = (settled_at IS NOT NULL)", name=op.f("ck_charge_schedules_settled_since")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_charge_schedules_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_charge_schedules_provider_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["schedule_runs.id"], name=op.f("fk_charge_schedules_run_id_schedule_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge_schedules")),
        sa.UniqueConstraint(
            "authority_id", "provider_id", "month", name=op.f("uq_charge_schedules_authority_id_provider_id_month")
        ),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_charge_schedules_id_authority_id")),
        sa.UniqueConstraint("id", "provider_id", name=op.f("uq_charge_schedules_id_provider_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_charge_schedules_reference")),
    )
    op.create_index(
        "ix_charge_schedules_authority_id_state", "charge_schedules", ["authority_id", "state"], unique=False
    )
    op.create_index("ix_charge_schedules_provider_id_month", "charge_schedules", ["provider_id", "month"], unique=False)
    op.create_table(
        "provider_invoices",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("schedule_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "approved",
                "queried",
                name="invoicestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("net", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("vat", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("file_id", sa.UUID(), nullable=False),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sent_by_name", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("checked_by_name", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(state = 'received') = (checked_at IS NULL)", name=op.f("ck_provider_invoices_checked_since")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_files.id"], name=op.f("fk_provider_invoices_file_id_stored_files")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id", "authority_id"],
            ["charge_schedules.id", "charge_schedules.authority_id"],
            name=op.f("fk_provider_invoices_schedule_id_authority_id_charge_schedules"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id", "provider_id"],
            ["charge_schedules.id", "charge_schedules.provider_id"],
            name=op.f("fk_provider_invoices_schedule_id_provider_id_charge_schedules"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_invoices")),
        sa.UniqueConstraint(
            "authority_id", "provider_id", "number", name=op.f("uq_provider_invoices_authority_id_provider_id_number")
        ),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_provider_invoices_id_authority_id")),
        sa.UniqueConstraint("id", "provider_id", name=op.f("uq_provider_invoices_id_provider_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_provider_invoices_reference")),
    )
    op.create_index("ix_provider_invoices_schedule_id", "provider_invoices", ["schedule_id"], unique=False)
    op.create_table(
        "scheduled_charges",
        sa.Column("schedule_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("agreement_id", sa.UUID(), nullable=False),
        sa.Column("fee_line_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "month", "change", "dispute", name="chargeorigin", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("child_reference", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("bought_by", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.Column("reckoning", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("net", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("vat", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("vat_rate", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("borne", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("social_care", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("education", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("health", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issued",
                "confirmed",
                "disputed",
                "adjusted",
                "upheld",
                name="chargestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("dispute_reason", sa.Text(), nullable=True),
        sa.Column("due_net", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("disputed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("disputed_by_name", sa.Text(), nullable=True),
        sa.Column("answer_reason", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_by_name", sa.Text(), nullable=True),
        sa.Column("adjusts_id", sa.UUID(), nullable=True),
        sa.Column("export_id", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(origin = 'dispute') = (adjusts_id IS NOT NULL)", name=op.f("ck_scheduled_charges_adjusts_a_charge")
        ),
        sa.CheckConstraint(
            "(state = 'upheld') <= (answer_reason IS NOT NULL)", name=op.f("ck_scheduled_charges_upheld_for_a_reason")
        ),
        sa.CheckConstraint(
            "(state IN ('adjusted', 'upheld')) = (answered_at IS NOT NULL)",
            name=op.f("ck_scheduled_charges_answered_since"),
        ),
        sa.CheckConstraint(
            "(state IN ('disputed', 'adjusted', 'upheld')) = (disputed_at IS NOT NULL)",
            name=op.f("ck_scheduled_charges_disputed_since"),
        ),
        sa.CheckConstraint(
            "export_id IS NULL OR state IN ('confirmed', 'adjusted', 'upheld')",
            name=op.f("ck_scheduled_charges_exported_when_approved"),
        ),
        sa.CheckConstraint(
            "(dispute_reason IS NULL) = (disputed_at IS NULL) AND (due_net IS NULL) = (disputed_at IS NULL)",
            name=op.f("ck_scheduled_charges_disputed_for_a_reason"),
        ),
        sa.CheckConstraint(
            "social_care + education + health = borne", name=op.f("ck_scheduled_charges_payers_bear_it_all")
        ),
        sa.CheckConstraint("until_on > from_on", name=op.f("ck_scheduled_charges_lasts_a_day")),
        sa.ForeignKeyConstraint(
            ["adjusts_id"], ["scheduled_charges.id"], name=op.f("fk_scheduled_charges_adjusts_id_scheduled_charges")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "authority_id"],
            ["agreements.id", "agreements.authority_id"],
            name=op.f("fk_scheduled_charges_agreement_id_authority_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "provider_id"],
            ["agreements.id", "agreements.provider_id"],
            name=op.f("fk_scheduled_charges_agreement_id_provider_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["export_id"], ["charge_exports.id"], name=op.f("fk_scheduled_charges_export_id_charge_exports")
        ),
        sa.ForeignKeyConstraint(
            ["fee_line_id"],
            ["agreement_fee_lines.id"],
            name=op.f("fk_scheduled_charges_fee_line_id_agreement_fee_lines"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id", "authority_id"],
            ["charge_schedules.id", "charge_schedules.authority_id"],
            name=op.f("fk_scheduled_charges_schedule_id_authority_id_charge_schedules"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id", "provider_id"],
            ["charge_schedules.id", "charge_schedules.provider_id"],
            name=op.f("fk_scheduled_charges_schedule_id_provider_id_charge_schedules"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_charges")),
        sa.UniqueConstraint("id", "schedule_id", name=op.f("uq_scheduled_charges_id_schedule_id")),
        sa.UniqueConstraint("schedule_id", "position", name=op.f("uq_scheduled_charges_schedule_id_position")),
    )
    op.create_index("ix_scheduled_charges_agreement_id", "scheduled_charges", ["agreement_id"], unique=False)
    op.create_index(
        "ix_scheduled_charges_authority_id_fee_line_id",
        "scheduled_charges",
        ["authority_id", "fee_line_id"],
        unique=False,
    )
    op.create_index("ix_scheduled_charges_export_id", "scheduled_charges", ["export_id"], unique=False)
    op.create_index(
        "ix_scheduled_charges_to_export",
        "scheduled_charges",
        ["authority_id"],
        unique=False,
        postgresql_where=sa.text("export_id IS NULL AND state IN ('confirmed', 'adjusted', 'upheld')"),
    )
    op.create_index("uq_scheduled_charges_adjusted_once", "scheduled_charges", ["adjusts_id"], unique=True)
    op.create_table(
        "credit_notes",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.UUID(), nullable=False),
        sa.Column("schedule_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("net", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("vat", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("borne", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("social_care", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("education", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("health", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("issued", "accepted", name="creditnotestate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("issued_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("issued_by_name", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("accepted_by_name", sa.Text(), nullable=True),
        sa.Column("export_id", sa.UUID(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("(state = 'issued') = (accepted_at IS NULL)", name=op.f("ck_credit_notes_accepted_since")),
        sa.CheckConstraint(
            "export_id IS NULL OR state = 'accepted'", name=op.f("ck_credit_notes_exported_when_accepted")
        ),
        sa.CheckConstraint("net > 0 AND vat >= 0", name=op.f("ck_credit_notes_takes_something_back")),
        sa.CheckConstraint("social_care + education + health = borne", name=op.f("ck_credit_notes_payers_bear_it_all")),
        sa.ForeignKeyConstraint(
            ["charge_id", "schedule_id"],
            ["scheduled_charges.id", "scheduled_charges.schedule_id"],
            name=op.f("fk_credit_notes_charge_id_schedule_id_scheduled_charges"),
        ),
        sa.ForeignKeyConstraint(
            ["export_id"], ["charge_exports.id"], name=op.f("fk_credit_notes_export_id_charge_exports")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id", "authority_id"],
            ["charge_schedules.id", "charge_schedules.authority_id"],
            name=op.f("fk_credit_notes_schedule_id_authority_id_charge_schedules"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id", "provider_id"],
            ["charge_schedules.id", "charge_schedules.provider_id"],
            name=op.f("fk_credit_notes_schedule_id_provider_id_charge_schedules"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_notes")),
        sa.UniqueConstraint(
            "authority_id", "provider_id", "number", name=op.f("uq_credit_notes_authority_id_provider_id_number")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_credit_notes_reference")),
    )
    op.create_index("ix_credit_notes_charge_id", "credit_notes", ["charge_id"], unique=False)
    op.create_index("ix_credit_notes_schedule_id", "credit_notes", ["schedule_id"], unique=False)
    op.create_table(
        "invoice_rows",
        sa.Column("invoice_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("net", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("vat", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column(
            "finding",
            sa.Enum(
                "agreed",
                "over",
                "under",
                "unknown_child",
                "unknown_fee",
                "before_start",
                "after_end",
                "duplicate",
                name="finding",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("expected_net", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("expected_vat", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("charge_id", sa.UUID(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received", "approved", "queried", name="rowstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("query", sa.Text(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(finding IN ('agreed', 'over', 'under')) <= (charge_id IS NOT NULL)",
            name=op.f("ck_invoice_rows_matched_to_a_charge"),
        ),
        sa.CheckConstraint(
            "(state = 'approved') <= (finding = 'agreed')", name=op.f("ck_invoice_rows_approved_as_agreed")
        ),
        sa.CheckConstraint("(state = 'queried') = (query IS NOT NULL)", name=op.f("ck_invoice_rows_queried_in_words")),
        sa.CheckConstraint("until_on > from_on", name=op.f("ck_invoice_rows_lasts_a_day")),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["scheduled_charges.id"], name=op.f("fk_invoice_rows_charge_id_scheduled_charges")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id", "authority_id"],
            ["provider_invoices.id", "provider_invoices.authority_id"],
            name=op.f("fk_invoice_rows_invoice_id_authority_id_provider_invoices"),
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id", "provider_id"],
            ["provider_invoices.id", "provider_invoices.provider_id"],
            name=op.f("fk_invoice_rows_invoice_id_provider_id_provider_invoices"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_rows")),
        sa.UniqueConstraint("invoice_id", "number", name=op.f("uq_invoice_rows_invoice_id_number")),
    )
    op.create_index(
        "uq_invoice_rows_charge_billed_once",
        "invoice_rows",
        ["charge_id"],
        unique=True,
        postgresql_where=sa.text("finding = 'agreed' AND state <> 'queried'"),
    )


def upgrade() -> None:
    tables()
    fences()
    triggers()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION credited_within_the_charge()")
    op.execute("DROP FUNCTION frozen_but_for()")

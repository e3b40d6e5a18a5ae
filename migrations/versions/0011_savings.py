"""The savings ledger: entries, their grounds, amounts and history, and the plans that are uploaded"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import OVERSEEN, OWN_BOROUGH, fence, one_of

revision = "0011"
down_revision = "0010"

OF_OURS = one_of(OWN_BOROUGH, OVERSEEN)
#: the hub enters claims and takes back what an undone uplift claimed; approving is the borough's own
UNDONE_UPLIFT = f"{OVERSEEN} AND source = 'uplift_avoided' AND state IN ('refused', 'reversed')"


def fences() -> None:
    fence("savings_plans", read=OF_OURS, insert=OF_OURS, change=OF_OURS)
    fence(
        "savings",
        read=OF_OURS,
        insert=one_of(OWN_BOROUGH, f"{OVERSEEN} AND (state = 'claimed' OR reverses_id IS NOT NULL)"),
        lock=OF_OURS,
        change=one_of(OWN_BOROUGH, UNDONE_UPLIFT),
    )
    fence("saving_grounds", read=OF_OURS, insert=OF_OURS, change=OF_OURS)
    fence("saving_amounts", read=OF_OURS, insert=OF_OURS)
    fence("saving_changes", read=OF_OURS, insert=OF_OURS)


def never_edited() -> None:
    """Of an entry only its state, its rating and who decided may change; of a ground only that it is given up, for good."""
    _keep("savings", ("state", "rating", "decided_at", "decided_by_name", "version"), "an entry of the savings ledger")
    _keep("saving_grounds", ("live",), "what an entry of the savings ledger stands on")
    _keep("savings_plans", ("state", "settled_at"), "a savings plan")


def _keep(table: str, free: tuple[str, ...], what: str) -> None:
    moved = " ".join(f"kept.{name} := NEW.{name};" for name in free)
    op.execute(
        f"CREATE FUNCTION {table}_are_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$"
        f" DECLARE kept {table} := OLD; BEGIN {moved} IF NEW IS DISTINCT FROM kept"
        f" THEN RAISE EXCEPTION '{what} is never edited: it is reversed by another'"
        " USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_are_kept BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_are_kept()"
    )


def tables() -> None:
    op.create_table(
        "savings_plans",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "benefit",
            sa.Enum("cashable", "avoided", name="benefit", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("is_recurring", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "read", "kept", "discarded", name="planstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("file_id", sa.UUID(), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pounds_each", sa.Integer(), nullable=False),
        sa.Column("adds_up", sa.Boolean(), nullable=False),
        sa.Column("uploaded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("uploaded_by_id", sa.UUID(), nullable=True),
        sa.Column("uploaded_by_name", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("(state = 'read') = (settled_at IS NULL)", name=op.f("ck_savings_plans_settled_since")),
        sa.CheckConstraint("state <> 'kept' OR adds_up", name=op.f("ck_savings_plans_kept_adds_up")),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_savings_plans_has_a_name")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_savings_plans_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_savings_plans_file_id_stored_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_savings_plans")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_savings_plans_id_authority_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_savings_plans_reference")),
    )
    op.create_index("ix_savings_plans_authority_id", "savings_plans", ["authority_id"], unique=False)
    op.create_table(
        "savings",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "uplift_avoided",
                "below_benchmark",
                "volume_discount",
                "step_down",
                "spot_avoided",
                "manual",
                "plan",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "benefit",
            sa.Enum("cashable", "avoided", name="benefit", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("is_recurring", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_file_id", sa.UUID(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "claimed",
                "approved",
                "refused",
                "reversed",
                name="savingstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "rating",
            sa.Enum(
                "green_delivered",
                "green_on_target",
                "amber",
                "red",
                name="rating",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("uplift_request_id", sa.UUID(), nullable=True),
        sa.Column("plan_id", sa.UUID(), nullable=True),
        sa.Column("reverses_id", sa.UUID(), nullable=True),
        sa.Column("entered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.UUID(), nullable=True),
        sa.Column("entered_by_name", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("(source = 'plan') = (plan_id IS NOT NULL)", name=op.f("ck_savings_plan_is_named")),
        sa.CheckConstraint(
            "(source = 'uplift_avoided') = (uplift_request_id IS NOT NULL)", name=op.f("ck_savings_request_is_named")
        ),
        sa.CheckConstraint("(state = 'claimed') = (decided_at IS NULL)", name=op.f("ck_savings_decided_since")),
        sa.CheckConstraint("reverses_id IS NULL OR state = 'approved'", name=op.f("ck_savings_reversal_stands")),
        sa.CheckConstraint(
            "source IN ('manual', 'plan') OR rating <> 'green_delivered'",
            name=op.f("ck_savings_days_to_come_are_not_delivered"),
        ),
        sa.CheckConstraint("length(trim(evidence)) > 0", name=op.f("ck_savings_has_evidence")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_savings_has_a_title")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_savings_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_file_id"], ["stored_files.id"], name=op.f("fk_savings_evidence_file_id_stored_files")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["savings_plans.id"], name=op.f("fk_savings_plan_id_savings_plans")),
        sa.ForeignKeyConstraint(
            ["reverses_id", "authority_id"],
            ["savings.id", "savings.authority_id"],
            name=op.f("fk_savings_reverses_id_authority_id_savings"),
        ),
        sa.ForeignKeyConstraint(
            ["uplift_request_id"], ["uplift_requests.id"], name=op.f("fk_savings_uplift_request_id_uplift_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_savings")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_savings_id_authority_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_savings_reference")),
    )
    op.create_index("ix_savings_authority_id_state", "savings", ["authority_id", "state"], unique=False)
    op.create_index("ix_savings_uplift_request_id", "savings", ["uplift_request_id"], unique=False)
    op.create_index("uq_savings_one_reversal", "savings", ["reverses_id"], unique=True)
    op.create_table(
        "saving_amounts",
        sa.Column("saving_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("year_starting", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_saving_amounts_amount_is_not_nought")),
        sa.CheckConstraint("year_starting BETWEEN 1990 AND 2100", name=op.f("ck_saving_amounts_year_is_plausible")),
        sa.ForeignKeyConstraint(
            ["saving_id", "authority_id"],
            ["savings.id", "savings.authority_id"],
            name=op.f("fk_saving_amounts_saving_id_authority_id_savings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saving_amounts")),
        sa.UniqueConstraint("saving_id", "year_starting", name=op.f("uq_saving_amounts_saving_id_year_starting")),
    )
    op.create_table(
        "saving_changes",
        sa.Column("saving_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("rating_before", sa.Text(), nullable=False),
        sa.Column("rating_after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["saving_id", "authority_id"],
            ["savings.id", "savings.authority_id"],
            name=op.f("fk_saving_changes_saving_id_authority_id_savings"),
        ),
        sa.CheckConstraint(
            "rating_before IN ('green_delivered', 'green_on_target', 'amber', 'red')",
            name=op.f("ck_saving_changes_rating_before_is_known"),
        ),
        sa.CheckConstraint(
            "rating_after IN ('green_delivered', 'green_on_target', 'amber', 'red')",
            name=op.f("ck_saving_changes_rating_after_is_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saving_changes")),
    )
    op.create_index("ix_saving_changes_saving_id", "saving_changes", ["saving_id"], unique=False)
    op.create_table(
        "saving_grounds",
        sa.Column("saving_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column(
            "layer",
            sa.Enum(
                "placing",
                "discount",
                "uplift",
                "undertaking",
                name="layer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("agreement_id", sa.UUID(), nullable=True),
        sa.Column("fee_line_id", sa.UUID(), nullable=True),
        sa.Column("undertaking", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("before", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("after", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("authority_id"), "="),
            (sa.text("coalesce(fee_line_id::text, agreement_id::text, undertaking)"), "="),
            (sa.column("layer"), "="),
            (sa.text("daterange(starts_on, ends_on)"), "&&"),
            where=sa.text("live"),
            using="gist",
            name="ex_saving_grounds_overlap",
        ),
        sa.CheckConstraint(
            "(layer = 'undertaking') = (agreement_id IS NULL)", name=op.f("ck_saving_grounds_agreement_is_named")
        ),
        sa.CheckConstraint(
            "(layer = 'undertaking') = (undertaking IS NOT NULL)", name=op.f("ck_saving_grounds_undertaking_is_named")
        ),
        sa.CheckConstraint(
            "(layer IN ('discount', 'uplift')) = (fee_line_id IS NOT NULL)", name=op.f("ck_saving_grounds_fee_is_named")
        ),
        sa.CheckConstraint("(before IS NULL) = (after IS NULL)", name=op.f("ck_saving_grounds_two_prices")),
        sa.CheckConstraint("before > after AND after >= 0", name=op.f("ck_saving_grounds_price_is_lower")),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_saving_grounds_ends_after_starting")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "authority_id"],
            ["agreements.id", "agreements.authority_id"],
            name=op.f("fk_saving_grounds_agreement_id_authority_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["fee_line_id"], ["agreement_fee_lines.id"], name=op.f("fk_saving_grounds_fee_line_id_agreement_fee_lines")
        ),
        sa.ForeignKeyConstraint(
            ["saving_id", "authority_id"],
            ["savings.id", "savings.authority_id"],
            name=op.f("fk_saving_grounds_saving_id_authority_id_savings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saving_grounds")),
    )
    op.create_index("ix_saving_grounds_agreement_id", "saving_grounds", ["agreement_id"], unique=False)
    op.create_index("ix_saving_grounds_saving_id", "saving_grounds", ["saving_id"], unique=False)


def upgrade() -> None:
    tables()
    fences()
    never_edited()


def downgrade() -> None:
    for table in ("saving_changes", "saving_amounts", "saving_grounds", "savings", "savings_plans"):
        op.drop_table(table)
        op.execute(f"DROP FUNCTION IF EXISTS {table}_are_kept()")

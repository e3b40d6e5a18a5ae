"""Outcomes: monitoring returns and reports"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import (
    AUTHORITY,
    HUB,
    ORGANISATION,
    OVERSEEN,
    OWN_BOROUGH,
    OWN_FILE,
    OWN_PROVIDER,
    SYSTEM,
    fence,
    one_of,
)

revision = "0005"
down_revision = "0004"

#: boroughs of the partnership share what providers have sent
SENT = f"{AUTHORITY} AND state IN ('sent', 'accepted')"
OF_A_SENT_ONE = f"{AUTHORITY} AND return_id IN (SELECT m.id FROM monitoring_returns m)"
#: what was sent is changed only after a query
BEING_FILLED_IN = (
    f"{OWN_PROVIDER} AND return_id IN (SELECT m.id FROM monitoring_returns m WHERE m.state IN ('open', 'queried'))"
)


def fences() -> None:
    fence(
        "monitoring_returns",
        read=one_of(OWN_PROVIDER, HUB, SENT, SYSTEM),
        insert=one_of(OWN_PROVIDER, SYSTEM),
        lock=one_of(OWN_PROVIDER, HUB),
        change=one_of(f"{OWN_PROVIDER} AND state <> 'accepted'", HUB),
    )
    fence(
        "return_figures",
        read=one_of(OWN_PROVIDER, HUB, OF_A_SENT_ONE, SYSTEM),
        insert=BEING_FILLED_IN,
        change=BEING_FILLED_IN,
    )
    fence(
        "outcome_progress",
        read=one_of(OWN_PROVIDER, f"{OWN_BOROUGH} AND {OF_A_SENT_ONE}", OVERSEEN, SYSTEM),
        insert=BEING_FILLED_IN,
        change=BEING_FILLED_IN,
    )
    fence(
        "report_runs",
        read=one_of(f"hub_id = {ORGANISATION}", SYSTEM),
        insert=one_of(f"hub_id = {ORGANISATION}", SYSTEM),
        change=one_of(f"hub_id = {ORGANISATION}", SYSTEM),
    )
    fence(
        "reports",
        read=one_of(
            f"hub_id = {ORGANISATION}", f"about_id = {ORGANISATION}", f"{AUTHORITY} AND kind = 'partnership'", SYSTEM
        ),
        insert=one_of(f"hub_id = {ORGANISATION}", SYSTEM),
    )
    # Whoever may read a report may read its file: the sub-select is cut out by the policy above.
    op.execute("DROP POLICY stored_files_read ON stored_files")
    op.execute(
        "CREATE POLICY stored_files_read ON stored_files FOR SELECT USING ("
        + one_of(
            OWN_FILE,
            "id IN (SELECT r.file_id FROM reports r)",
            SYSTEM,
        )
        + ")"
    )


def tables() -> None:
    op.create_table(
        "report_runs",
        sa.Column("hub_id", sa.UUID(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ordered_by_id", sa.UUID(), nullable=True),
        sa.Column("ordered_by_name", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("settled", postgresql.JSONB(), nullable=False),
        sa.Column("failures", postgresql.JSONB(), nullable=False),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("made >= 0 AND made <= wanted", name=op.f("ck_report_runs_no_more_than_wanted")),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_report_runs_hub_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_runs")),
        sa.UniqueConstraint("reference", name=op.f("uq_report_runs_reference")),
    )
    op.create_index("ix_report_runs_hub_id_ordered_at", "report_runs", ["hub_id", "ordered_at"], unique=False)
    op.create_index(
        "uq_report_runs_one_under_way",
        "report_runs",
        ["hub_id", "quarter"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "reports",
        sa.Column("hub_id", sa.UUID(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "provider",
                "authority",
                "partnership",
                name="reportkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("about_id", sa.UUID(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.UUID(), nullable=False),
        sa.Column("inputs_sha256", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("pages > 0", name=op.f("ck_reports_has_pages")),
        sa.ForeignKeyConstraint(["about_id"], ["organisations.id"], name=op.f("fk_reports_about_id_organisations")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_reports_file_id_stored_files")),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_reports_hub_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint(
            "hub_id",
            "kind",
            "about_id",
            "quarter",
            "number",
            name=op.f("uq_reports_hub_id_kind_about_id_quarter_number"),
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_reports_reference")),
    )
    op.create_index("ix_reports_about_id", "reports", ["about_id"], unique=False)
    op.create_table(
        "monitoring_returns",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("lot_id", sa.UUID(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "sent",
                "queried",
                "accepted",
                name="returnstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("corrected_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("sent_by_id", sa.UUID(), nullable=True),
        sa.Column("commentary", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.UUID(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') <= (sent_at IS NULL)", name=op.f("ck_monitoring_returns_not_sent_while_open")
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (accepted_at IS NOT NULL)", name=op.f("ck_monitoring_returns_accepted_since")
        ),
        sa.CheckConstraint(
            "(state = 'queried') <= (query IS NOT NULL)", name=op.f("ck_monitoring_returns_queried_about_something")
        ),
        sa.CheckConstraint(
            "(state IN ('sent', 'accepted')) <= (sent_at IS NOT NULL)", name=op.f("ck_monitoring_returns_sent_since")
        ),
        sa.CheckConstraint(
            "quarter ~ '^20[0-9]{2}-[0-9]{2} Q[1-4]$'", name=op.f("ck_monitoring_returns_quarter_is_named")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_monitoring_returns_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_monitoring_returns_provider_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_returns")),
        sa.UniqueConstraint("id", "provider_id", name=op.f("uq_monitoring_returns_id_provider_id")),
        sa.UniqueConstraint(
            "provider_id", "lot_id", "quarter", name=op.f("uq_monitoring_returns_provider_id_lot_id_quarter")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_monitoring_returns_reference")),
    )
    op.create_index("ix_monitoring_returns_quarter", "monitoring_returns", ["quarter"], unique=False)
    op.create_table(
        "return_figures",
        sa.Column("return_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=True),
        sa.Column("denominator", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("numerator >= 0 AND denominator >= 0", name=op.f("ck_return_figures_figures_not_negative")),
        sa.ForeignKeyConstraint(
            ["return_id", "provider_id"],
            ["monitoring_returns.id", "monitoring_returns.provider_id"],
            name=op.f("fk_return_figures_return_id_provider_id_monitoring_returns"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_figures")),
        sa.UniqueConstraint("return_id", "indicator", name=op.f("uq_return_figures_return_id_indicator")),
    )
    op.create_table(
        "outcome_progress",
        sa.Column("return_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("agreement_id", sa.UUID(), nullable=False),
        sa.Column("agreement_outcome_id", sa.UUID(), nullable=False),
        sa.Column(
            "progress",
            sa.Enum(
                "achieved",
                "good_progress",
                "some_progress",
                "no_progress",
                "worse",
                name="progress",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_outcome_id", "provider_id"],
            ["agreement_outcomes.id", "agreement_outcomes.provider_id"],
            name="fk_outcome_progress_agreement_outcome",
        ),
        sa.ForeignKeyConstraint(
            ["return_id", "provider_id"],
            ["monitoring_returns.id", "monitoring_returns.provider_id"],
            name=op.f("fk_outcome_progress_return_id_provider_id_monitoring_returns"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_progress")),
        sa.UniqueConstraint(
            "return_id", "agreement_outcome_id", name=op.f("uq_outcome_progress_return_id_agreement_outcome_id")
        ),
    )
    op.create_index("ix_outcome_progress_authority_id", "outcome_progress", ["authority_id"], unique=False)


def upgrade() -> None:
    tables()
    fences()


def downgrade() -> None:
    op.execute("DROP POLICY stored_files_read ON stored_files")
    read = one_of(OWN_FILE, SYSTEM)
    op.execute(f"CREATE POLICY stored_files_read ON stored_files FOR SELECT USING ({read})")
    for table in (
        "outcome_progress",
        "return_figures",
        "monitoring_returns",
        "reports",
        "report_runs",
    ):
        op.drop_table(table)

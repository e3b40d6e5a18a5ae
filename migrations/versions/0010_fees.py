"""Fee lines with VAT, named weeks and payers; the terms of settings"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import AUTHORITY, HUB, OWN_PROVIDER, SYSTEM, fence, one_of

revision = "0010"
down_revision = "0009"

FEE_LINES = ("agreement_fee_lines", "offer_fee_lines")
SHARES = {"social_care_share": "100", "education_share": "0", "health_share": "0"}


def upgrade() -> None:
    for table in FEE_LINES:
        _add(table, sa.Column("vat_rate", sa.Numeric(5, 2), nullable=False, server_default="0"))
        _add(table, sa.Column("vat_recoverable", sa.Boolean(), nullable=False, server_default="true"))
        _add(table, sa.Column("weeks", postgresql.ARRAY(sa.Date()), nullable=False, server_default="{}"))
        op.create_check_constraint(op.f(f"ck_{table}_vat_is_a_percentage"), table, "vat_rate BETWEEN 0 AND 100")
        op.create_check_constraint(
            op.f(f"ck_{table}_named_weeks_are_named"),
            table, "(calendar = 'named_weeks') = (cardinality(weeks) > 0)",
        )  # fmt: skip
    for name, percent in SHARES.items():
        _add("agreement_fee_lines", sa.Column(name, sa.Numeric(5, 2), nullable=False, server_default=percent))
    op.create_check_constraint(
        op.f("ck_agreement_fee_lines_shares_total_100"), "agreement_fee_lines",
        "social_care_share + education_share + health_share = 100 AND least(social_care_share, education_share, health_share) >= 0",
    )  # fmt: skip
    op.create_table(
        "setting_terms",
        sa.Column("setting_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("setting_id"), "="), (sa.text("daterange(starts_on, ends_on)"), "&&"),
            using="gist", name="ex_setting_terms_overlap",
        ),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_setting_terms_ends_after_starting")),
        sa.CheckConstraint(
            "starts_on >= make_date(school_year, 8, 1) AND ends_on > make_date(school_year, 9, 1)"
            " AND ends_on <= make_date(school_year + 1, 9, 1)",
            name=op.f("ck_setting_terms_lies_in_its_school_year"),
        ),
        sa.ForeignKeyConstraint(
            ["setting_id", "provider_id"], ["settings.id", "settings.provider_id"],
            name=op.f("fk_setting_terms_setting_id_provider_id_settings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_terms")),
    )  # fmt: skip
    op.create_index("ix_setting_terms_provider_id", "setting_terms", ["provider_id"])
    fence(
        "setting_terms", read=one_of(OWN_PROVIDER, HUB, AUTHORITY, SYSTEM), insert=OWN_PROVIDER, delete=OWN_PROVIDER
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("setting_terms")
    for name in SHARES:
        op.drop_column("agreement_fee_lines", name)
    for table in FEE_LINES:
        for name in ("vat_rate", "vat_recoverable", "weeks"):
            op.drop_column(table, name)


def _add(table: str, column: sa.Column[object]) -> None:
    """The rows that stand are given the default; the application gives every later row its own."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)

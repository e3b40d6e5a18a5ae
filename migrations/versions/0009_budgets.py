"""Budgets"""

import sqlalchemy as sa
from alembic import op

from migrations.fencing import OVERSEEN, OWN_BOROUGH, SYSTEM, fence, one_of

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("year", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("tolerance", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.UUID(), nullable=True),
        sa.Column("set_by_name", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_budgets_amount_positive")),
        sa.CheckConstraint("number > 0", name=op.f("ck_budgets_counted_from_one")),
        sa.CheckConstraint("tolerance BETWEEN 0 AND 100", name=op.f("ck_budgets_tolerance_within_100")),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_budgets_set_for_a_reason")),
        sa.CheckConstraint("year ~ '^[0-9]{4}-[0-9]{2}$'", name=op.f("ck_budgets_year_is_written_2026_27")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_budgets_authority_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        sa.UniqueConstraint("authority_id", "service", "year", "number", name="uq_budgets_one_revision"),
    )
    # Nobody may change or delete a revision: there is no such policy, and no such grant.
    fence("budgets", read=one_of(OWN_BOROUGH, OVERSEEN, SYSTEM), insert=OWN_BOROUGH)


def downgrade() -> None:
    op.drop_table("budgets")

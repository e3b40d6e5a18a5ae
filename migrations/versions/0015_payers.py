"""Other payers of a fee from a day on; variations of every unit and calendar, with VAT and payers"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

CHANGES = "variation_changes"
SHARES = ("social_care_share", "education_share", "health_share")
CHECKS = {
    "change_is_known": ("change IN ('rate', 'add', 'close')", "change IN ('rate', 'add', 'close', 'payers')"),
    "closing_has_no_amount": (
        "(change = 'close') = (amount IS NULL)", "(change IN ('close', 'payers')) = (amount IS NULL)"
    ),
}  # fmt: skip
NEW_CHECKS = {
    "vat_is_a_percentage": "vat_rate BETWEEN 0 AND 100",
    "named_weeks_are_named": "(calendar = 'named_weeks') = (cardinality(weeks) > 0)",
    "new_payers_are_named": "(change = 'payers') <= (social_care_share IS NOT NULL)",
    "shares_total_100": "social_care_share + education_share + health_share = 100"
    " AND least(social_care_share, education_share, health_share) >= 0",
    "shares_are_whole": "num_nonnulls(social_care_share, education_share, health_share) IN (0, 3)",
}


def upgrade() -> None:
    _add("agreement_fee_lines", sa.Column("payer_changes", postgresql.JSONB(), nullable=False, server_default="[]"))
    _add(CHANGES, sa.Column("calendar", sa.Text(), nullable=False, server_default="all_year"))
    _add(CHANGES, sa.Column("weeks", postgresql.ARRAY(sa.Date()), nullable=False, server_default="{}"))
    _add(CHANGES, sa.Column("vat_rate", sa.Numeric(5, 2), nullable=False, server_default="0"))
    _add(CHANGES, sa.Column("vat_recoverable", sa.Boolean(), nullable=False, server_default="true"))
    for name in SHARES:
        op.add_column(CHANGES, sa.Column(name, sa.Numeric(5, 2), nullable=True))
    for name, (_, condition) in CHECKS.items():
        op.drop_constraint(f"ck_{CHANGES}_{name}", CHANGES)
        op.create_check_constraint(op.f(f"ck_{CHANGES}_{name}"), CHANGES, condition)
    for name, condition in NEW_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_{CHANGES}_{name}"), CHANGES, condition)


def downgrade() -> None:
    for name in NEW_CHECKS:
        op.drop_constraint(f"ck_{CHANGES}_{name}", CHANGES)
    for name, (condition, _) in CHECKS.items():
        op.drop_constraint(f"ck_{CHANGES}_{name}", CHANGES)
        op.create_check_constraint(op.f(f"ck_{CHANGES}_{name}"), CHANGES, condition)
    for name in ("calendar", "weeks", "vat_rate", "vat_recoverable", *SHARES):
        op.drop_column(CHANGES, name)
    op.drop_column("agreement_fee_lines", "payer_changes")


def _add(table: str, column: sa.Column[object]) -> None:
    """The rows that stand are given the default; the application gives every later row its own."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)

"""Uplift requests over single agreements, new rates by their unit, costs in parts, and the undoing of an agreed uplift"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import HUB, ORGANISATION, OWN_BOROUGH, OWN_PROVIDER, fence, one_of

revision = "0014"
down_revision = "0013"

OWN_HUB = f"({HUB} AND hub_id = {ORGANISATION})"
STATES = (
    "pending", "countered", "accepted", "agreed", "undone", "refused", "appealed", "dismissed", "split", "withdrawn",
)  # fmt: skip
PARTS = "'living_wage', 'other_pay', 'employer', 'prices', 'premises'"


def _checks(states: tuple[str, ...], agreed: str) -> None:
    among = ", ".join(f"'{state}'" for state in states)
    op.execute("ALTER TABLE uplift_requests DROP CONSTRAINT ck_uplift_requests_requeststate")
    op.execute("ALTER TABLE uplift_requests DROP CONSTRAINT ck_uplift_requests_agreed_since")
    op.create_check_constraint(op.f("ck_uplift_requests_requeststate"), "uplift_requests", f"state IN ({among})")
    op.create_check_constraint(op.f("ck_uplift_requests_agreed_since"), "uplift_requests", agreed)


def upgrade() -> None:
    op.add_column("uplift_indices", sa.Column("part", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_uplift_indices_part_of_the_cost_model"), "uplift_indices", f"part IN ({PARTS})")
    op.add_column("uplift_counters", sa.Column("unit", sa.Text(), nullable=True))
    for column in (
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("is_listed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"),
        sa.Column("undone_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("undone_by_name", sa.Text(), nullable=True),
        sa.Column("undone_from", sa.Date(), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
    ):
        op.add_column("uplift_requests", column)
    for column_name in ("is_listed", "parts"):
        op.alter_column("uplift_requests", column_name, server_default=None)
    _checks(STATES, "(state IN ('agreed', 'undone')) = (agreed_at IS NOT NULL)")
    op.create_check_constraint(
        op.f("ck_uplift_requests_unit_of_a_rate"), "uplift_requests", "unit IS NULL OR rate IS NOT NULL"
    )
    op.create_check_constraint(
        op.f("ck_uplift_requests_undone_since"), "uplift_requests", "(state = 'undone') = (undone_at IS NOT NULL)"
    )
    op.create_check_constraint(
        op.f("ck_uplift_requests_undone_for_a_reason"),
        "uplift_requests",
        "(undone_at IS NULL) = (undone_from IS NULL) AND (undone_at IS NULL) = (undone_reason IS NULL)",
    )
    _list_of_agreements()


def _list_of_agreements() -> None:
    op.create_table(
        "uplift_request_agreements",
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("agreement_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("hub_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id", "authority_id"],
            ["agreements.id", "agreements.authority_id"],
            name=op.f("fk_uplift_request_agreements_agreement_id_authority_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "provider_id"],
            ["agreements.id", "agreements.provider_id"],
            name=op.f("fk_uplift_request_agreements_agreement_id_provider_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id", "provider_id"],
            ["uplift_requests.id", "uplift_requests.provider_id"],
            name=op.f("fk_uplift_request_agreements_request_id_provider_id_uplift_requests"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uplift_request_agreements")),
        sa.UniqueConstraint(
            "request_id", "agreement_id", name=op.f("uq_uplift_request_agreements_request_id_agreement_id")
        ),
    )
    op.create_index(
        "ix_uplift_request_agreements_agreement_id", "uplift_request_agreements", ["agreement_id"], unique=False
    )
    fence(
        "uplift_request_agreements",
        read=one_of(OWN_PROVIDER, OWN_HUB, OWN_BOROUGH),
        insert=f"{OWN_HUB} AND request_id IN (SELECT q.id FROM uplift_requests q)",
    )


def downgrade() -> None:
    op.drop_table("uplift_request_agreements")
    for name in ("undone_for_a_reason", "undone_since", "unit_of_a_rate"):
        op.execute(f"ALTER TABLE uplift_requests DROP CONSTRAINT ck_uplift_requests_{name}")
    _checks(tuple(state for state in STATES if state != "undone"), "(state = 'agreed') = (agreed_at IS NOT NULL)")
    for column_name in ("undone_reason", "undone_from", "undone_by_name", "undone_at", "parts", "is_listed", "unit"):
        op.drop_column("uplift_requests", column_name)
    op.drop_column("uplift_counters", "unit")
    op.drop_column("uplift_indices", "part")

"""Absences"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import OVERSEEN, OWN_BOROUGH, OWN_PROVIDER, SYSTEM, fence, one_of

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "recorded", "confirmed", "refused",
                name="absencestate", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("away_from", sa.Date(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("retainer_percent", sa.Integer(), nullable=False),
        sa.Column("retainer_from_day", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("reduction", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("agreement_id"), "="),
            (sa.text("daterange(away_from, back_on)"), "&&"),
            using="gist",
            where=sa.text("state <> 'refused'"),
            name="ex_absences_overlap",
        ),
        sa.CheckConstraint("back_on > away_from", name=op.f("ck_absences_back_after_leaving")),
        sa.CheckConstraint("(state = 'recorded') = (decided_at IS NULL)", name=op.f("ck_absences_decided_since")),
        sa.CheckConstraint(
            "(state = 'refused') <= (decision_note IS NOT NULL)", name=op.f("ck_absences_refused_for_a_reason")
        ),
        sa.CheckConstraint(
            "(state = 'confirmed') = (reduction IS NOT NULL)", name=op.f("ck_absences_confirmed_with_its_reduction")
        ),
        sa.CheckConstraint(
            "retainer_percent BETWEEN 0 AND 100 AND retainer_from_day > 0", name=op.f("ck_absences_retainer_is_a_share")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"],
            name=op.f("fk_absences_agreement_id_authority_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"],
            name=op.f("fk_absences_agreement_id_provider_id_agreements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_absences_agreement_id_number")),
    )  # fmt: skip
    op.create_index("ix_absences_authority_id_state", "absences", ["authority_id", "state"])
    fence(
        "absences", read=one_of(OWN_BOROUGH, OWN_PROVIDER, OVERSEEN, SYSTEM), insert=OWN_PROVIDER, change=OWN_BOROUGH
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("absences")

"""Seals on signed papers"""

import sqlalchemy as sa
from alembic import op

from migrations.fencing import OWN_BOROUGH, OWN_PROVIDER, SYSTEM, fence, one_of

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "sealed_papers",
        sa.Column("agreement_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("file_id", sa.UUID(), nullable=False),
        sa.Column("signed_sha256", sa.Text(), nullable=False),
        sa.Column("signed_size", sa.Integer(), nullable=False),
        sa.Column("certificate_sha256", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"],
            name=op.f("fk_sealed_papers_agreement_id_authority_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"],
            name=op.f("fk_sealed_papers_agreement_id_provider_id_agreements"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_sealed_papers_file_id_stored_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_papers")),
        sa.UniqueConstraint("agreement_id", name=op.f("uq_sealed_papers_agreement_id")),
    )  # fmt: skip
    # The worker writes it; nobody changes it.
    fence("sealed_papers", read=one_of(OWN_BOROUGH, OWN_PROVIDER, SYSTEM), insert=SYSTEM)


def downgrade() -> None:
    op.drop_table("sealed_papers")

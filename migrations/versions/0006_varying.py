"""Variations and notice"""

import sqlalchemy as sa
from alembic import op

from migrations.fencing import OVERSEEN, OWN_BOROUGH, OWN_PROVIDER, SYSTEM, fence, one_of

revision = "0006"
down_revision = "0005"

PARTIES = one_of(OWN_BOROUGH, OWN_PROVIDER)
READERS = one_of(OWN_BOROUGH, OWN_PROVIDER, OVERSEEN, SYSTEM)
NOTICE = ("notice_given_on", "notice_by", "notice_reason", "notice_ends_on")
CHECKS = {
    "no_notice_while_active": "(state = 'active') <= (notice_ends_on IS NULL)",
    "notice_until_a_day": "(state = 'notice') <= (notice_ends_on IS NOT NULL)",
    "notice_by_somebody": (
        "(notice_ends_on IS NULL) = (notice_given_on IS NULL) AND (notice_ends_on IS NULL) = (notice_by IS NULL)"
    ),
    "notice_by_a_side": "notice_by IN ('borough', 'provider')",
    "notice_is_long_enough": "notice_ends_on >= notice_given_on + notice_days",
}


def tables() -> None:
    op.create_table(
        "variations",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed", "approved", "refused", "withdrawn",
                name="variationstate", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("proposed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.UUID(), nullable=True),
        sa.Column("proposed_by_name", sa.Text(), nullable=False),
        sa.Column("agreed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("agreed_by_name", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("side IN ('borough', 'provider')", name=op.f("ck_variations_side_is_known")),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_variations_has_a_reason")),
        sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_variations_decided_since")),
        sa.CheckConstraint(
            "(state = 'approved') <= (agreed_at IS NOT NULL)", name=op.f("ck_variations_approved_with_the_provider")
        ),
        sa.CheckConstraint(
            "(side = 'provider') <= (agreed_at IS NOT NULL)", name=op.f("ck_variations_provider_agrees_to_its_own")
        ),
        sa.CheckConstraint(
            "(state = 'refused') <= (decision_note IS NOT NULL)", name=op.f("ck_variations_refused_for_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"],
            name=op.f("fk_variations_agreement_id_authority_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"],
            name=op.f("fk_variations_agreement_id_provider_id_agreements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variations")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_variations_agreement_id_number")),
        sa.UniqueConstraint("id", "agreement_id", name=op.f("uq_variations_id_agreement_id")),
    )  # fmt: skip
    op.create_index("ix_variations_authority_id_state", "variations", ["authority_id", "state"])
    op.create_index("ix_variations_provider_id_state", "variations", ["provider_id", "state"])
    op.create_table(
        "variation_changes",
        sa.Column("variation_id", sa.UUID(), nullable=False),
        sa.Column("agreement_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("old_amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("arrears", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("change IN ('rate', 'add', 'close')", name=op.f("ck_variation_changes_change_is_known")),
        sa.CheckConstraint(
            "(change = 'close') = (amount IS NULL)", name=op.f("ck_variation_changes_closing_has_no_amount")
        ),
        sa.CheckConstraint(
            "(change = 'add') = (old_amount IS NULL)", name=op.f("ck_variation_changes_only_a_new_line_has_no_old_rate")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_variation_changes_amount_positive")),
        sa.ForeignKeyConstraint(
            ["variation_id", "agreement_id"], ["variations.id", "variations.agreement_id"],
            name=op.f("fk_variation_changes_variation_id_agreement_id_variations"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "authority_id"], ["agreements.id", "agreements.authority_id"],
            name=op.f("fk_variation_changes_agreement_id_authority_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "provider_id"], ["agreements.id", "agreements.provider_id"],
            name=op.f("fk_variation_changes_agreement_id_provider_id_agreements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variation_changes")),
        sa.UniqueConstraint("variation_id", "position", name=op.f("uq_variation_changes_variation_id_position")),
        sa.UniqueConstraint("variation_id", "kind", "label", name=op.f("uq_variation_changes_variation_id_kind_label")),
    )  # fmt: skip


def fences() -> None:
    of_side = one_of(f"{OWN_BOROUGH} AND side = 'borough'", f"{OWN_PROVIDER} AND side = 'provider'")
    fence(
        "variations", read=READERS, insert=of_side, lock=PARTIES,
        change=one_of(OWN_BOROUGH, f"{OWN_PROVIDER} AND state <> 'approved'"),
    )  # fmt: skip
    fence("variation_changes", read=READERS, insert=PARTIES, change=OWN_BOROUGH)


def notice() -> None:
    """Either side may give notice, so a provider may leave its agreement running or under notice, but no further on."""
    for column, kind in zip(NOTICE, (sa.Date(), sa.Text(), sa.Text(), sa.Date()), strict=True):
        op.add_column("agreements", sa.Column(column, kind, nullable=True))
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_agreements_{name}"), "agreements", condition)
    left = one_of(OWN_BOROUGH, f"{OWN_PROVIDER} AND state IN ('signed_by_provider', 'active', 'notice')")
    op.execute(f"ALTER POLICY agreements_change ON agreements WITH CHECK ({left})")


def upgrade() -> None:
    tables()
    fences()
    notice()


def downgrade() -> None:
    left = one_of(OWN_BOROUGH, f"{OWN_PROVIDER} AND state = 'signed_by_provider'")
    op.execute(f"ALTER POLICY agreements_change ON agreements WITH CHECK ({left})")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_agreements_{name}"), "agreements")
    for column in NOTICE:
        op.drop_column("agreements", column)
    op.drop_table("variation_changes")
    op.drop_table("variations")

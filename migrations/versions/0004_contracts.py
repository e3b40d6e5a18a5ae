"""Contracts: awards, agreements, signatures"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import (
    ORGANISATION,
    OVERSEEN,
    OWN_BOROUGH,
    OWN_PROVIDER,
    PROVIDER,
    SEES_IDENTITY,
    SYSTEM,
    fence,
    one_of,
)

revision = "0004"
down_revision = "0003"

#: a draft is the borough's own until it is issued
ISSUED = "agreement_id IN (SELECT a.id FROM agreements a WHERE a.issued_at IS NOT NULL)"
DRAFTED = "agreement_id IN (SELECT a.id FROM agreements a WHERE a.state = 'draft')"
#: children whose place the acting provider was awarded, by an award that stands
AWARDED_CHILD = (
    "child_id IN (SELECT r.child_id FROM awards a JOIN referrals r ON r.id = a.referral_id"
    f" WHERE a.provider_id = {ORGANISATION} AND a.undone_at IS NULL)"
)
IDENTITY_AT_HOME = f"{SEES_IDENTITY} AND {OWN_BOROUGH}"
IDENTITY = f"{SEES_IDENTITY} AND ({OWN_BOROUGH} OR {PROVIDER} AND {AWARDED_CHILD})"


def fences() -> None:
    fence("awards", read=one_of(OWN_BOROUGH, OWN_PROVIDER, OVERSEEN, SYSTEM), insert=OWN_BOROUGH, change=OWN_BOROUGH)
    fence(
        "agreements",
        read=one_of(OWN_BOROUGH, f"{OWN_PROVIDER} AND issued_at IS NOT NULL", OVERSEEN, SYSTEM),
        insert=OWN_BOROUGH,
        lock=one_of(OWN_BOROUGH, f"{OWN_PROVIDER} AND issued_at IS NOT NULL"),
        change=one_of(OWN_BOROUGH, f"{OWN_PROVIDER} AND state = 'signed_by_provider'"),
    )
    fence(
        "agreement_fee_lines",
        read=one_of(OWN_BOROUGH, f"{OWN_PROVIDER} AND {ISSUED}", OVERSEEN, SYSTEM),
        insert=OWN_BOROUGH,
        change=OWN_BOROUGH,
    )
    fence(
        "agreement_outcomes",
        read=one_of(OWN_BOROUGH, f"{OWN_PROVIDER} AND {ISSUED}", OVERSEEN, SYSTEM),
        insert=OWN_BOROUGH,
        change=OWN_BOROUGH,
        delete=f"{OWN_BOROUGH} AND {DRAFTED}",
    )
    fence(
        "signatures",
        read=one_of(OWN_BOROUGH, OWN_PROVIDER, OVERSEEN),
        insert=one_of(f"{OWN_BOROUGH} AND side = 'borough'", f"{OWN_PROVIDER} AND side = 'provider'"),
    )


def tables() -> None:
    op.create_table(
        "awards",
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("first_ranked", sa.Boolean(), nullable=False),
        sa.Column("weekly_cost", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("awarded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("awarded_by_id", sa.UUID(), nullable=False),
        sa.Column("awarded_by_name", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.UUID(), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_reason IS NULL) AND (undone_at IS NULL) = (undone_by_id IS NULL)",
            name=op.f("ck_awards_undone_by_somebody_for_a_reason"),
        ),
        sa.CheckConstraint("length(trim(rationale)) > 0", name=op.f("ck_awards_has_a_rationale")),
        sa.ForeignKeyConstraint(
            ["offer_id", "provider_id"],
            ["offers.id", "offers.provider_id"],
            name=op.f("fk_awards_offer_id_provider_id_offers"),
        ),
        sa.ForeignKeyConstraint(
            ["offer_id", "referral_id"],
            ["offers.id", "offers.referral_id"],
            name=op.f("fk_awards_offer_id_referral_id_offers"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_awards_provider_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id", "authority_id"],
            ["referrals.id", "referrals.authority_id"],
            name=op.f("fk_awards_referral_id_authority_id_referrals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
    )
    op.create_index("ix_awards_authority_id", "awards", ["authority_id"], unique=False)
    op.create_index("ix_awards_provider_id", "awards", ["provider_id"], unique=False)
    op.create_index(
        "uq_awards_one_stands", "awards", ["referral_id"], unique=True, postgresql_where=sa.text("undone_at IS NULL")
    )
    op.create_table(
        "agreements",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "issued",
                "signed_by_provider",
                "signed_by_borough",
                "active",
                "notice",
                "ended",
                "cancelled",
                name="agreementstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("award_id", sa.UUID(), nullable=False),
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("child_id", sa.UUID(), nullable=False),
        sa.Column("child_reference", sa.Text(), nullable=False),
        sa.Column("setting_id", sa.UUID(), nullable=False),
        sa.Column("lot_id", sa.UUID(), nullable=False),
        sa.Column("terms_version_id", sa.UUID(), nullable=False),
        sa.Column("bought_by", sa.Text(), nullable=False),
        sa.Column("age_at_start", sa.Integer(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("expected_end_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("drawn_up_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("drawn_up_by_id", sa.UUID(), nullable=True),
        sa.Column("issued_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("issued_file_id", sa.UUID(), nullable=True),
        sa.Column("issued_text_id", sa.UUID(), nullable=True),
        sa.Column("signed_file_id", sa.UUID(), nullable=True),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("ended_as_planned", sa.Boolean(), nullable=True),
        sa.Column("cancelled_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name=op.f("ck_agreements_ended_on_a_day")),
        sa.CheckConstraint(
            "(state IN ('signed_by_borough', 'active', 'notice', 'ended')) <= (signed_file_id IS NOT NULL)",
            name=op.f("ck_agreements_signed_paper_is_kept"),
        ),
        sa.CheckConstraint(
            "kind IN ('individual_child_agreement', 'individual_placement_agreement')",
            name=op.f("ck_agreements_kind_is_known"),
        ),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on > started_on", name=op.f("ck_agreements_ended_after_starting")
        ),
        sa.CheckConstraint(
            "(state IN ('active', 'notice', 'ended')) = (started_on IS NOT NULL)",
            name=op.f("ck_agreements_started_on_a_day"),
        ),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_agreements_cancelled_since")
        ),
        sa.CheckConstraint(
            "(state = 'draft') <= (issued_at IS NULL)", name=op.f("ck_agreements_not_issued_while_drafted")
        ),
        sa.CheckConstraint(
            "expected_end_on IS NULL OR expected_end_on > starts_on", name=op.f("ck_agreements_ends_after_starting")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_agreements_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_agreements_award_id_awards")),
        sa.ForeignKeyConstraint(
            ["child_id", "authority_id"],
            ["children.id", "children.authority_id"],
            name=op.f("fk_agreements_child_id_authority_id_children"),
        ),
        sa.ForeignKeyConstraint(
            ["issued_file_id"], ["stored_files.id"], name=op.f("fk_agreements_issued_file_id_stored_files")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_agreements_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_agreements_provider_id_organisations")
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_agreements_referral_id_referrals")),
        sa.ForeignKeyConstraint(
            ["setting_id", "provider_id"],
            ["settings.id", "settings.provider_id"],
            name=op.f("fk_agreements_setting_id_provider_id_settings"),
        ),
        sa.ForeignKeyConstraint(
            ["issued_text_id"], ["stored_files.id"], name=op.f("fk_agreements_issued_text_id_stored_files")
        ),
        sa.ForeignKeyConstraint(
            ["signed_file_id"], ["stored_files.id"], name=op.f("fk_agreements_signed_file_id_stored_files")
        ),
        sa.ForeignKeyConstraint(
            ["terms_version_id"], ["terms_versions.id"], name=op.f("fk_agreements_terms_version_id_terms_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_agreements_id_authority_id")),
        sa.UniqueConstraint("id", "provider_id", name=op.f("uq_agreements_id_provider_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_agreements_reference")),
    )
    op.create_index("ix_agreements_authority_id_state", "agreements", ["authority_id", "state"], unique=False)
    op.create_index("ix_agreements_provider_id_state", "agreements", ["provider_id", "state"], unique=False)
    op.create_index(
        "uq_agreements_one_per_award",
        "agreements",
        ["award_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_table(
        "agreement_fee_lines",
        sa.Column("agreement_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("agreement_id"), "="),
            (sa.column("kind"), "="),
            (sa.column("label"), "="),
            (sa.text("daterange(starts_on, ends_on)"), "&&"),
            using="gist",
            name="ex_agreement_fee_lines_overlap",
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_agreement_fee_lines_amount_positive")),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_agreement_fee_lines_ends_after_starting")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_agreement_fee_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["agreement_id", "authority_id"],
            ["agreements.id", "agreements.authority_id"],
            name=op.f("fk_agreement_fee_lines_agreement_id_authority_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "provider_id"],
            ["agreements.id", "agreements.provider_id"],
            name=op.f("fk_agreement_fee_lines_agreement_id_provider_id_agreements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_fee_lines")),
    )
    op.create_index("ix_agreement_fee_lines_agreement_id", "agreement_fee_lines", ["agreement_id"], unique=False)
    op.create_table(
        "agreement_outcomes",
        sa.Column("agreement_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id", "authority_id"],
            ["agreements.id", "agreements.authority_id"],
            name=op.f("fk_agreement_outcomes_agreement_id_authority_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "provider_id"],
            ["agreements.id", "agreements.provider_id"],
            name=op.f("fk_agreement_outcomes_agreement_id_provider_id_agreements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_outcomes")),
        sa.UniqueConstraint("agreement_id", "position", name=op.f("uq_agreement_outcomes_agreement_id_position")),
        sa.UniqueConstraint("id", "provider_id", name=op.f("uq_agreement_outcomes_id_provider_id")),
    )
    op.create_table(
        "signatures",
        sa.Column("agreement_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("typed_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("side IN ('provider', 'borough')", name=op.f("ck_signatures_side_is_known")),
        sa.ForeignKeyConstraint(
            ["agreement_id", "authority_id"],
            ["agreements.id", "agreements.authority_id"],
            name=op.f("fk_signatures_agreement_id_authority_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "provider_id"],
            ["agreements.id", "agreements.provider_id"],
            name=op.f("fk_signatures_agreement_id_provider_id_agreements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
        sa.UniqueConstraint("agreement_id", "side", name=op.f("uq_signatures_agreement_id_side")),
    )


def upgrade() -> None:
    tables()
    fences()
    # Identity opens with the award and closes with its undoing: the fence reads the awards themselves.
    op.execute(f"ALTER POLICY identities_read ON identities USING ({IDENTITY})")


def downgrade() -> None:
    op.execute(f"ALTER POLICY identities_read ON identities USING ({IDENTITY_AT_HOME})")
    for table in (
        "signatures",
        "agreement_outcomes",
        "agreement_fee_lines",
        "agreements",
        "awards",
    ):
        op.drop_table(table)

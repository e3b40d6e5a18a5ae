"""Spot purchases"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import (
    AUTHORITY,
    HUB,
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

revision = "0017"
down_revision = "0016"


#: children whose place the acting provider was awarded, by an award that stands
AWARDED_CHILD = (
    "child_id IN (SELECT r.child_id FROM awards a JOIN referrals r ON r.id = a.referral_id"
    f" WHERE a.provider_id = {ORGANISATION} AND a.undone_at IS NULL)"
)
#: children whose place was bought from the acting provider outside the framework, from the agreement's issue on
BOUGHT_CHILD = (
    f"child_id IN (SELECT g.child_id FROM agreements g WHERE g.provider_id = {ORGANISATION} AND g.bought_by = 'spot'"
    " AND g.issued_at IS NOT NULL AND g.state <> 'cancelled')"
)
IDENTITY = f"{SEES_IDENTITY} AND ({OWN_BOROUGH} OR {PROVIDER} AND {{child}})"

#: a borough writes down a provider, or a place, that no register holds; nobody has claimed the one or registered the other
RECORDS_PROVIDER = (
    f"{AUTHORITY} AND kind = 'provider' AND source = 'spot' AND recorded_by_id = {ORGANISATION} AND claimed_at IS NULL"
)
RECORDS_SETTING = (
    f"{AUTHORITY} AND source = 'spot' AND recorded_by_id = {ORGANISATION} AND urn IS NULL AND registered IS NULL"
)
#: what a borough wrote down is its own, and the hub's to see, until the provider has accounts or the place a number
KNOWN_PROVIDER = one_of(
    "recorded_by_id IS NULL",
    "claimed_at IS NOT NULL",
    f"recorded_by_id = {ORGANISATION}",
    f"id = {ORGANISATION}",
    HUB,
    SYSTEM,
)
KNOWN_SETTING = one_of(
    "recorded_by_id IS NULL",
    "urn IS NOT NULL",
    f"recorded_by_id = {ORGANISATION}",
    f"provider_id = {ORGANISATION}",
    HUB,
    SYSTEM,
)
#: the provider's signature on paper, which the borough records for a place bought outside the framework
ON_PAPER = (
    "side = 'provider' AND paper_file_id IS NOT NULL"
    " AND agreement_id IN (SELECT g.id FROM agreements g WHERE g.bought_by = 'spot')"
)
SIGNS_FOR_ITSELF = (f"{OWN_BOROUGH} AND side = 'borough'", f"{OWN_PROVIDER} AND side = 'provider'")
HUB_ADDS = f"{HUB} AND kind = 'provider'"


def fences() -> None:
    own = one_of(OWN_BOROUGH, OVERSEEN, SYSTEM)
    fence("spot_purchases", read=own, insert=f"{OWN_BOROUGH} AND state = 'proposed'", change=OWN_BOROUGH)
    fence("spot_fee_lines", read=own, insert=OWN_BOROUGH)
    fence("spot_reviews", read=own, insert=OWN_BOROUGH)
    op.execute(
        f"ALTER POLICY identities_read ON identities USING ({IDENTITY.format(child=f'({AWARDED_CHILD} OR {BOUGHT_CHILD})')})"
    )
    op.execute(
        f"ALTER POLICY organisations_insert ON organisations WITH CHECK ({one_of(HUB_ADDS, SYSTEM, RECORDS_PROVIDER)})"
    )
    op.execute(
        f"ALTER POLICY settings_insert ON settings WITH CHECK ({one_of(OWN_PROVIDER, HUB, SYSTEM, RECORDS_SETTING)})"
    )
    # AND-ed to what everybody reads of the directory: a place with one child in it would tell other boroughs where that child is.
    op.execute(
        f"CREATE POLICY organisations_recorded ON organisations AS RESTRICTIVE FOR SELECT USING ({KNOWN_PROVIDER})"
    )
    op.execute(f"CREATE POLICY settings_recorded ON settings AS RESTRICTIVE FOR SELECT USING ({KNOWN_SETTING})")
    op.execute(
        "ALTER POLICY signatures_insert ON signatures WITH CHECK"
        f" ({one_of(*SIGNS_FOR_ITSELF, f'{OWN_BOROUGH} AND {ON_PAPER}')})"
    )


def tables() -> None:
    op.create_table(
        "spot_purchases",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("lot_id", sa.UUID(), nullable=False),
        sa.Column("child_reference", sa.Text(), nullable=False),
        sa.Column("age_at_start", sa.Integer(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("need", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("setting_id", sa.UUID(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed", "approved", "refused", "withdrawn",
                name="spotstate", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("emergency_reason", sa.Text(), nullable=True),
        sa.Column("emergency_decided_by", sa.Text(), nullable=True),
        sa.Column("emergency_review_by", sa.Date(), nullable=True),
        sa.Column("emergency_reviewed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("expected_end_on", sa.Date(), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("weekly_cost", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("peer_median", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("peer_count", sa.Integer(), nullable=True),
        sa.Column("peer_basis", sa.Text(), nullable=False),
        sa.Column("search", postgresql.JSONB(), nullable=False),
        sa.Column("register_check", postgresql.JSONB(), nullable=False),
        sa.Column("unregistered", sa.Boolean(), nullable=False),
        sa.Column("unregistered_reason", sa.Text(), nullable=True),
        sa.Column("leaving_plan", sa.Text(), nullable=True),
        sa.Column("leave_by", sa.Date(), nullable=True),
        sa.Column("ofsted_told_on", sa.Date(), nullable=True),
        sa.Column("proposed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.UUID(), nullable=False),
        sa.Column("proposed_by_name", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.UUID(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("withdrawn_by_name", sa.Text(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(state = 'proposed') <= (decided_at IS NULL)", name=op.f("ck_spot_purchases_undecided_while_proposed")
        ),
        sa.CheckConstraint(
            "(state IN ('approved', 'refused')) <= (decided_at IS NOT NULL)", name=op.f("ck_spot_purchases_decided_since")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL) AND (decided_at IS NULL) = (decided_by_name IS NULL)",
            name=op.f("ck_spot_purchases_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'refused') <= (decision_note IS NOT NULL)", name=op.f("ck_spot_purchases_refused_for_a_reason")
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name=op.f("ck_spot_purchases_withdrawn_for_a_reason"),
        ),
        sa.CheckConstraint("decided_by_id <> proposed_by_id", name=op.f("ck_spot_purchases_decided_by_somebody_else")),
        sa.CheckConstraint("length(trim(explanation)) > 0", name=op.f("ck_spot_purchases_is_explained")),
        sa.CheckConstraint(
            "emergency = (emergency_reason IS NOT NULL) AND emergency = (emergency_decided_by IS NOT NULL)",
            name=op.f("ck_spot_purchases_emergency_is_explained"),
        ),
        sa.CheckConstraint(
            "emergency OR (search ->> 'published_at') IS NOT NULL", name=op.f("ck_spot_purchases_searched_unless_emergency")
        ),
        sa.CheckConstraint(
            "emergency_review_by IS NULL OR emergency", name=op.f("ck_spot_purchases_reviewed_afterwards_if_emergency")
        ),
        sa.CheckConstraint(
            "emergency_reviewed_at IS NULL OR emergency_review_by IS NOT NULL",
            name=op.f("ck_spot_purchases_reviewed_afterwards_when_due"),
        ),
        sa.CheckConstraint(
            "unregistered = (unregistered_reason IS NOT NULL) AND unregistered = (leaving_plan IS NOT NULL)"
            " AND unregistered = (leave_by IS NOT NULL)",
            name=op.f("ck_spot_purchases_unregistered_with_a_plan_and_a_day"),
        ),
        sa.CheckConstraint("leave_by IS NULL OR leave_by > starts_on", name=op.f("ck_spot_purchases_leaves_after_starting")),
        sa.CheckConstraint(
            "expected_end_on IS NULL OR expected_end_on > starts_on", name=op.f("ck_spot_purchases_ends_after_starting")
        ),
        sa.CheckConstraint("weekly_cost > 0", name=op.f("ck_spot_purchases_costs_something")),
        sa.CheckConstraint("notice_days >= 0", name=op.f("ck_spot_purchases_notice_is_not_negative")),
        sa.CheckConstraint(
            "(peer_median IS NULL) = (peer_count IS NULL)", name=op.f("ck_spot_purchases_peers_are_counted")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_spot_purchases_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_spot_purchases_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_spot_purchases_provider_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id", "authority_id"], ["referrals.id", "referrals.authority_id"],
            name=op.f("fk_spot_purchases_referral_id_authority_id_referrals"),
        ),
        sa.ForeignKeyConstraint(
            ["setting_id", "provider_id"], ["settings.id", "settings.provider_id"],
            name=op.f("fk_spot_purchases_setting_id_provider_id_settings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_purchases")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_spot_purchases_id_authority_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_spot_purchases_reference")),
    )  # fmt: skip
    op.create_index(
        "uq_spot_purchases_one_live", "spot_purchases", ["referral_id"], unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'approved')"),
    )  # fmt: skip
    op.create_index("ix_spot_purchases_authority_id_state", "spot_purchases", ["authority_id", "state"])
    op.create_table(
        "spot_fee_lines",
        sa.Column("spot_purchase_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("vat_rate", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("vat_recoverable", sa.Boolean(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_spot_fee_lines_amount_positive")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_spot_fee_lines_quantity_positive")),
        sa.CheckConstraint("vat_rate BETWEEN 0 AND 100", name=op.f("ck_spot_fee_lines_vat_is_a_percentage")),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_spot_fee_lines_ends_after_starting")
        ),
        sa.ForeignKeyConstraint(
            ["spot_purchase_id", "authority_id"], ["spot_purchases.id", "spot_purchases.authority_id"],
            name=op.f("fk_spot_fee_lines_spot_purchase_id_authority_id_spot_purchases"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_fee_lines")),
        sa.UniqueConstraint("spot_purchase_id", "position", name=op.f("uq_spot_fee_lines_spot_purchase_id_position")),
    )  # fmt: skip
    op.create_table(
        "spot_reviews",
        sa.Column("spot_purchase_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "planned", "weekly", "emergency", name="reviewkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reviewed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reviewed_by_id", sa.UUID(), nullable=False),
        sa.Column("reviewed_by_name", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("length(trim(finding)) > 0", name=op.f("ck_spot_reviews_finds_something")),
        sa.CheckConstraint("(kind = 'emergency') OR (next_on IS NOT NULL)", name=op.f("ck_spot_reviews_looks_again")),
        sa.ForeignKeyConstraint(
            ["spot_purchase_id", "authority_id"], ["spot_purchases.id", "spot_purchases.authority_id"],
            name=op.f("fk_spot_reviews_spot_purchase_id_authority_id_spot_purchases"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_reviews")),
    )  # fmt: skip
    op.create_index("ix_spot_reviews_spot_purchase_id", "spot_reviews", ["spot_purchase_id"])


def columns() -> None:
    op.add_column("agreements", sa.Column("spot_purchase_id", sa.UUID(), nullable=True))
    op.add_column("agreements", sa.Column("converted_on", sa.Date(), nullable=True))
    for column in ("award_id", "terms_version_id"):
        op.alter_column("agreements", column, existing_type=sa.UUID(), nullable=True)
    op.create_foreign_key(
        op.f("fk_agreements_spot_purchase_id_authority_id_spot_purchases"), "agreements", "spot_purchases",
        ["spot_purchase_id", "authority_id"], ["id", "authority_id"],
    )  # fmt: skip
    op.create_index(
        "uq_agreements_one_per_spot_purchase", "agreements", ["spot_purchase_id"], unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
    )  # fmt: skip
    for name, condition in AGREEMENT_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_agreements_{name}"), "agreements", condition)
    op.add_column("signatures", sa.Column("paper_file_id", sa.UUID(), nullable=True))
    op.add_column("signatures", sa.Column("recorded_by_name", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_signatures_paper_file_id_stored_files"), "signatures", "stored_files", ["paper_file_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_signatures_paper_is_recorded_by_somebody"), "signatures",
        "(paper_file_id IS NULL) = (recorded_by_name IS NULL) AND (paper_file_id IS NULL OR side = 'provider')",
    )  # fmt: skip
    for table in ("organisations", "settings"):
        op.add_column(table, sa.Column("recorded_by_id", sa.UUID(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_{table}_recorded_by_id_organisations"), table, "organisations", ["recorded_by_id"], ["id"]
        )
    op.create_check_constraint(
        op.f("ck_organisations_a_provider_is_recorded"), "organisations", "recorded_by_id IS NULL OR kind = 'provider'"
    )


AGREEMENT_CHECKS = {
    "bought_by_is_known": "bought_by IN ('framework', 'spot', 'block')",
    "awarded_if_by_the_framework": "award_id IS NOT NULL OR bought_by <> 'framework'",
    "terms_if_by_the_framework": "terms_version_id IS NOT NULL OR bought_by <> 'framework'",
    "spot_has_its_purchase": "(bought_by = 'spot') = (spot_purchase_id IS NOT NULL)",
    "converted_while_it_runs": (
        "converted_on IS NULL OR bought_by = 'spot' AND terms_version_id IS NOT NULL AND converted_on >= started_on"
    ),
}


def upgrade() -> None:
    tables()
    columns()
    fences()


def downgrade() -> None:
    op.execute("DROP POLICY settings_recorded ON settings")
    op.execute("DROP POLICY organisations_recorded ON organisations")
    op.execute(f"ALTER POLICY signatures_insert ON signatures WITH CHECK ({one_of(*SIGNS_FOR_ITSELF)})")
    op.execute(f"ALTER POLICY settings_insert ON settings WITH CHECK ({one_of(OWN_PROVIDER, HUB, SYSTEM)})")
    op.execute(f"ALTER POLICY organisations_insert ON organisations WITH CHECK ({one_of(HUB_ADDS, SYSTEM)})")
    op.execute(f"ALTER POLICY identities_read ON identities USING ({IDENTITY.format(child=AWARDED_CHILD)})")
    for table in ("organisations", "settings"):
        op.drop_column(table, "recorded_by_id")
    op.drop_constraint(op.f("ck_signatures_paper_is_recorded_by_somebody"), "signatures")
    for column in ("paper_file_id", "recorded_by_name"):
        op.drop_column("signatures", column)
    for name in AGREEMENT_CHECKS:
        op.drop_constraint(op.f(f"ck_agreements_{name}"), "agreements")
    for column in ("spot_purchase_id", "converted_on"):
        op.drop_column("agreements", column)
    for column in ("award_id", "terms_version_id"):
        op.alter_column("agreements", column, existing_type=sa.UUID(), nullable=False)
    for table in ("spot_reviews", "spot_fee_lines", "spot_purchases"):
        op.drop_table(table)

"""Block, cost-and-volume and pilot contracts"""

import sqlalchemy as sa
from alembic import op

from migrations.fencing import OVERSEEN, OWN_BOROUGH, OWN_PROVIDER, SYSTEM, fence, one_of

revision = "0016"
down_revision = "0015"

ISSUED = f"{OWN_PROVIDER} AND issued_at IS NOT NULL"
CHECKS = {
    "places_positive": "places > 0",
    "price_positive": "price > 0",
    "unit_is_known": "unit IN ('night', 'week', 'year')",
    "ends_after_starting": "ends_on > starts_on",
    "reviewed_after_starting": "review_on > starts_on",
    "has_a_purpose": "length(trim(purpose)) > 0",
    "price_above_the_volume": "(kind = 'cost_and_volume') = (price_above IS NOT NULL)",
    "price_above_positive": "price_above > 0",
    "most_above_the_volume": "most_places IS NULL OR kind = 'cost_and_volume' AND most_places > places",
    "pilot_is_evaluated": "(kind = 'pilot') = (evaluation_on IS NOT NULL)",
    "evaluated_after_starting": "evaluation_on > starts_on",
    "issued_since": "(state IN ('issued', 'agreed', 'ended')) <= (issued_at IS NOT NULL)",
    "issued_with_its_terms": "(issued_at IS NULL) = (terms_sha256 IS NULL)",
    "agreed_since": "(state IN ('agreed', 'ended')) = (agreed_at IS NOT NULL)",
    "ended_on_a_day": "(state = 'ended') = (ended_on IS NOT NULL)",
    "ended_early": "ended_on < ends_on",
}


def tables() -> None:
    def words(name: str, *values: str) -> sa.Enum:
        return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)

    units = ("night", "day", "week", "term", "year", "hour", "once")
    states = ("draft", "issued", "agreed", "ended", "withdrawn")
    op.create_table(
        "block_contracts",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", words("blockkind", "block", "cost_and_volume", "pilot"), nullable=False),
        sa.Column("state", words("blockstate", *states), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("setting_id", sa.UUID(), nullable=False),
        sa.Column("lot_id", sa.UUID(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("price", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("unit", words("unit", *units), nullable=False),
        sa.Column("price_above", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("most_places", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("evaluation_on", sa.Date(), nullable=True),
        sa.Column("drafted_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("drafted_by_id", sa.UUID(), nullable=True),
        sa.Column("issued_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("issued_by_name", sa.Text(), nullable=True),
        sa.Column("terms_sha256", sa.Text(), nullable=True),
        sa.Column("agreed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("agreed_by_name", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_block_contracts_{name}")) for name, rule in CHECKS.items()),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_block_contracts_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_block_contracts_provider_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["setting_id", "provider_id"], ["settings.id", "settings.provider_id"],
            name=op.f("fk_block_contracts_setting_id_provider_id_settings"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_block_contracts_lot_id_lots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_contracts")),
        sa.UniqueConstraint("reference", name=op.f("uq_block_contracts_reference")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_block_contracts_id_authority_id")),
        sa.UniqueConstraint("id", "provider_id", name=op.f("uq_block_contracts_id_provider_id")),
    )  # fmt: skip
    for party in ("authority_id", "provider_id"):
        op.create_index(f"ix_block_contracts_{party}_state", "block_contracts", [party, "state"])


def upgrade() -> None:
    tables()
    fence(
        "block_contracts", read=one_of(OWN_BOROUGH, ISSUED, OVERSEEN, SYSTEM), insert=OWN_BOROUGH,
        lock=one_of(OWN_BOROUGH, ISSUED), change=one_of(OWN_BOROUGH, f"{OWN_PROVIDER} AND state = 'agreed'"),
    )  # fmt: skip
    op.add_column("agreements", sa.Column("block_contract_id", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f("fk_agreements_block_contract_id_authority_id_block_contracts"), "agreements", "block_contracts",
        ["block_contract_id", "authority_id"], ["id", "authority_id"],
    )  # fmt: skip
    op.create_check_constraint(
        op.f("ck_agreements_block_has_its_contract"), "agreements",
        "(bought_by = 'block') = (block_contract_id IS NOT NULL)",
    )  # fmt: skip
    op.create_index("ix_agreements_block_contract_id", "agreements", ["block_contract_id"])


def downgrade() -> None:
    op.drop_column("agreements", "block_contract_id")
    op.drop_table("block_contracts")

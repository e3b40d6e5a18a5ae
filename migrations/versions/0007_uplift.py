"""Uplift rounds: requests, counter-offers, comments, and the hub's way to the fee lines that an agreed uplift changes"""

import sqlalchemy as sa
from alembic import op

from migrations.fencing import (
    AUTHORITY,
    HUB,
    ORGANISATION,
    OVERSEEN,
    OWN_BOROUGH,
    OWN_PROVIDER,
    SIGNED_IN,
    fence,
    one_of,
)

revision = "0007"
down_revision = "0006"

OWN_HUB = f"({HUB} AND hub_id = {ORGANISATION})"
#: requests of the providers that have a child of the borough, in rounds that it takes part in
CONCERNS_US = (
    f"({AUTHORITY} AND round_id IN (SELECT p.round_id FROM uplift_participants p WHERE p.joins AND p.authority_id = {ORGANISATION})"
    f" AND provider_id IN (SELECT a.provider_id FROM agreements a WHERE a.authority_id = {ORGANISATION}))"
)
OF_A_REQUEST_WE_READ = "request_id IN (SELECT q.id FROM uplift_requests q)"
#: live agreements that an open round of ours covers, of boroughs that take part: the hub may close and add their fee lines, no others
COVERED = (
    f"({HUB} AND agreement_id IN (SELECT a.id FROM agreements a JOIN lots l ON l.id = a.lot_id JOIN uplift_rounds r ON"
    f" r.hub_id = {ORGANISATION} AND r.state = 'open' AND r.framework_id = l.framework_id AND (r.lot_id IS NULL OR r.lot_id = l.id)"
    " JOIN uplift_participants p ON p.round_id = r.id AND p.authority_id = a.authority_id AND p.joins"
    " WHERE a.state IN ('active', 'notice')))"
)
ISSUED_TO_US = f"{OWN_PROVIDER} AND issued_at IS NOT NULL"


def fences() -> None:
    fence("uplift_rounds", read=SIGNED_IN, insert=OWN_HUB, lock=SIGNED_IN, change=OWN_HUB)
    fence("uplift_participants", read=SIGNED_IN, insert=OWN_HUB, change=OWN_HUB)
    fence("uplift_indices", read=SIGNED_IN, insert=OWN_HUB)
    fence(
        "uplift_requests",
        read=one_of(OWN_PROVIDER, OWN_HUB, CONCERNS_US),
        insert=one_of(f"{OWN_PROVIDER} AND part_of_id IS NULL", f"{OWN_HUB} AND part_of_id IS NOT NULL"),
        lock=one_of(OWN_PROVIDER, OWN_HUB, CONCERNS_US),
        change=one_of(f"{OWN_PROVIDER} AND state IN ('withdrawn', 'accepted', 'appealed')", OWN_HUB),
    )
    fence(
        "uplift_counters",
        read=one_of(OWN_PROVIDER, OWN_HUB, f"{AUTHORITY} AND {OF_A_REQUEST_WE_READ}"),
        insert=f"{OWN_HUB} AND {OF_A_REQUEST_WE_READ}",
    )
    fence(
        "uplift_comments",
        read=one_of(OWN_BOROUGH, OWN_HUB),
        insert=f"{OWN_BOROUGH} AND {OF_A_REQUEST_WE_READ}",
    )
    fence(
        "uplifted_lines",
        read=one_of(OWN_PROVIDER, OWN_BOROUGH, OVERSEEN),
        insert=f"{COVERED} AND {OF_A_REQUEST_WE_READ}",
    )


def openings() -> None:
    """The agreeing act is the hub's, the fee lines are the borough's: a condition lets the one at the other, and no further."""
    op.execute(
        "ALTER POLICY agreements_change ON agreements USING ("
        + one_of(OWN_BOROUGH, ISSUED_TO_US, f"{OVERSEEN} AND state IN ('active', 'notice')")
        + ")"
    )
    op.execute(
        f"ALTER POLICY agreement_fee_lines_insert ON agreement_fee_lines WITH CHECK ({one_of(OWN_BOROUGH, COVERED)})"
    )
    lines = one_of(OWN_BOROUGH, COVERED)
    op.execute(f"ALTER POLICY agreement_fee_lines_change ON agreement_fee_lines USING ({lines}) WITH CHECK ({lines})")
    op.execute(
        "CREATE FUNCTION hub_closes_fee_lines_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$"
        " DECLARE closed agreement_fee_lines := OLD; BEGIN closed.ends_on := NEW.ends_on;"
        " IF current_setting('app.party', true) = 'hub' AND NEW IS DISTINCT FROM closed"
        " THEN RAISE EXCEPTION 'the hub closes fee lines and adds new ones; it never edits one'"
        " USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER hub_closes_fee_lines_only BEFORE UPDATE ON agreement_fee_lines"
        " FOR EACH ROW EXECUTE FUNCTION hub_closes_fee_lines_only()"
    )


def tables() -> None:
    op.create_table(
        "uplift_rounds",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("hub_id", sa.UUID(), nullable=False),
        sa.Column("framework_id", sa.UUID(), nullable=False),
        sa.Column("lot_id", sa.UUID(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "closed", name="roundstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum("fixed", "lower_of", "open", name="rulekind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("cap", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("index_name", sa.Text(), nullable=True),
        sa.Column("review_above", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("evidence_asked", sa.Text(), nullable=False),
        sa.Column("negotiator", sa.Text(), nullable=False),
        sa.Column("appeal_days", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.UUID(), nullable=True),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(rule = 'lower_of') = (index_name IS NOT NULL)", name=op.f("ck_uplift_rounds_index_where_the_rule_has_one")
        ),
        sa.CheckConstraint("(rule = 'open') = (cap IS NULL)", name=op.f("ck_uplift_rounds_cap_unless_open")),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_uplift_rounds_closed_since")),
        sa.CheckConstraint(
            "rule = 'lower_of' OR review_above IS NULL",
            name=op.f("ck_uplift_rounds_review_where_the_rule_has_an_index"),
        ),
        sa.CheckConstraint("appeal_days BETWEEN 1 AND 60", name=op.f("ck_uplift_rounds_appeal_days_within_60")),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_uplift_rounds_closes_after_opening")),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["frameworks.id"], name=op.f("fk_uplift_rounds_framework_id_frameworks")
        ),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_uplift_rounds_hub_id_organisations")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_uplift_rounds_lot_id_lots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uplift_rounds")),
        sa.UniqueConstraint("id", "hub_id", name=op.f("uq_uplift_rounds_id_hub_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_uplift_rounds_reference")),
    )
    op.create_index("ix_uplift_rounds_hub_id", "uplift_rounds", ["hub_id"], unique=False)
    op.create_table(
        "uplift_participants",
        sa.Column("round_id", sa.UUID(), nullable=False),
        sa.Column("hub_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("joins", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "joins OR length(trim(reason)) > 0", name=op.f("ck_uplift_participants_left_out_for_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_uplift_participants_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["round_id", "hub_id"],
            ["uplift_rounds.id", "uplift_rounds.hub_id"],
            name=op.f("fk_uplift_participants_round_id_hub_id_uplift_rounds"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uplift_participants")),
        sa.UniqueConstraint("round_id", "authority_id", name=op.f("uq_uplift_participants_round_id_authority_id")),
    )
    op.create_index("ix_uplift_participants_authority_id", "uplift_participants", ["authority_id"], unique=False)
    op.create_table(
        "uplift_indices",
        sa.Column("round_id", sa.UUID(), nullable=False),
        sa.Column("hub_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("weight", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.UUID(), nullable=True),
        sa.Column("entered_by_name", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("length(trim(source)) > 0", name=op.f("ck_uplift_indices_has_a_source")),
        sa.CheckConstraint("weight BETWEEN 0 AND 100", name=op.f("ck_uplift_indices_weight_within_100")),
        sa.ForeignKeyConstraint(
            ["round_id", "hub_id"],
            ["uplift_rounds.id", "uplift_rounds.hub_id"],
            name=op.f("fk_uplift_indices_round_id_hub_id_uplift_rounds"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uplift_indices")),
    )
    op.create_index("ix_uplift_indices_round_id", "uplift_indices", ["round_id"], unique=False)
    op.create_table(
        "uplift_requests",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("round_id", sa.UUID(), nullable=False),
        sa.Column("hub_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "countered",
                "accepted",
                "agreed",
                "refused",
                "appealed",
                "dismissed",
                "split",
                "withdrawn",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("setting_id", sa.UUID(), nullable=True),
        sa.Column("agreement_id", sa.UUID(), nullable=True),
        sa.Column("fee_kind", sa.Text(), nullable=True),
        sa.Column("scope_key", sa.Text(), nullable=False),
        sa.Column("covers", sa.Text(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("rate", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("breakdown", sa.Text(), nullable=False),
        sa.Column("evidence_file_id", sa.UUID(), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("is_off_contract", sa.Boolean(), nullable=False),
        sa.Column("part_of_id", sa.UUID(), nullable=True),
        sa.Column("asked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.UUID(), nullable=True),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.UUID(), nullable=True),
        sa.Column("answer_reason", sa.Text(), nullable=True),
        sa.Column("appeal_reason", sa.Text(), nullable=True),
        sa.Column("agreed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("agreed_by_name", sa.Text(), nullable=True),
        sa.Column("agreed_percent", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("agreed_rate", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("agreed_from", sa.Date(), nullable=True),
        sa.Column("agreed_reason", sa.Text(), nullable=True),
        sa.Column("is_overridden", sa.Boolean(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(state = 'agreed') = (agreed_at IS NOT NULL)", name=op.f("ck_uplift_requests_agreed_since")
        ),
        sa.CheckConstraint(
            "state NOT IN ('refused', 'countered', 'accepted', 'appealed', 'dismissed') OR answered_at IS NOT NULL",
            name=op.f("ck_uplift_requests_answered_by_somebody"),
        ),
        sa.CheckConstraint(
            "(agreed_at IS NULL) = (agreed_from IS NULL)", name=op.f("ck_uplift_requests_agreed_from_a_day")
        ),
        sa.CheckConstraint("(percent IS NULL) <> (rate IS NULL)", name=op.f("ck_uplift_requests_percentage_or_rate")),
        sa.CheckConstraint("percent BETWEEN -50 AND 100", name=op.f("ck_uplift_requests_percent_within_reason")),
        sa.CheckConstraint(
            "rate IS NULL OR (rate > 0 AND fee_kind IS NOT NULL)", name=op.f("ck_uplift_requests_rate_of_a_kind_of_fee")
        ),
        sa.CheckConstraint(
            "setting_id IS NULL OR agreement_id IS NULL", name=op.f("ck_uplift_requests_setting_or_agreement")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id", "provider_id"],
            ["agreements.id", "agreements.provider_id"],
            name=op.f("fk_uplift_requests_agreement_id_provider_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_file_id"], ["stored_files.id"], name=op.f("fk_uplift_requests_evidence_file_id_stored_files")
        ),
        sa.ForeignKeyConstraint(
            ["part_of_id"], ["uplift_requests.id"], name=op.f("fk_uplift_requests_part_of_id_uplift_requests")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_uplift_requests_provider_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["round_id", "hub_id"],
            ["uplift_rounds.id", "uplift_rounds.hub_id"],
            name=op.f("fk_uplift_requests_round_id_hub_id_uplift_rounds"),
        ),
        sa.ForeignKeyConstraint(
            ["setting_id", "provider_id"],
            ["settings.id", "settings.provider_id"],
            name=op.f("fk_uplift_requests_setting_id_provider_id_settings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uplift_requests")),
        sa.UniqueConstraint("id", "provider_id", name=op.f("uq_uplift_requests_id_provider_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_uplift_requests_reference")),
    )
    op.create_index("ix_uplift_requests_provider_id", "uplift_requests", ["provider_id"], unique=False)
    op.create_index("ix_uplift_requests_round_id_state", "uplift_requests", ["round_id", "state"], unique=False)
    op.create_index(
        "uq_uplift_requests_one_of_a_scope",
        "uplift_requests",
        ["round_id", "provider_id", "scope_key"],
        unique=True,
        postgresql_where=sa.text("state IN ('pending', 'countered', 'accepted', 'appealed')"),
    )
    op.create_table(
        "uplift_counters",
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("hub_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("rate", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.UUID(), nullable=True),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("(percent IS NULL) <> (rate IS NULL)", name=op.f("ck_uplift_counters_percentage_or_rate")),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_uplift_counters_has_a_reason")),
        sa.CheckConstraint("percent BETWEEN -50 AND 100", name=op.f("ck_uplift_counters_percent_within_reason")),
        sa.ForeignKeyConstraint(
            ["request_id", "provider_id"],
            ["uplift_requests.id", "uplift_requests.provider_id"],
            name=op.f("fk_uplift_counters_request_id_provider_id_uplift_requests"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uplift_counters")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_uplift_counters_request_id_number")),
    )
    op.create_table(
        "uplift_comments",
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("hub_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.UUID(), nullable=True),
        sa.Column("said_by_name", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("length(trim(words)) > 0", name=op.f("ck_uplift_comments_says_something")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_uplift_comments_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["uplift_requests.id"], name=op.f("fk_uplift_comments_request_id_uplift_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uplift_comments")),
    )
    op.create_index("ix_uplift_comments_request_id", "uplift_comments", ["request_id"], unique=False)
    op.create_table(
        "uplifted_lines",
        sa.Column("round_id", sa.UUID(), nullable=False),
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("agreement_id", sa.UUID(), nullable=False),
        sa.Column("old_line_id", sa.UUID(), nullable=False),
        sa.Column("new_line_id", sa.UUID(), nullable=False),
        sa.Column("old_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("asked_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("agreed_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("asked_amount > 0 AND agreed_amount > 0", name=op.f("ck_uplifted_lines_amounts_positive")),
        sa.ForeignKeyConstraint(
            ["agreement_id", "authority_id"],
            ["agreements.id", "agreements.authority_id"],
            name=op.f("fk_uplifted_lines_agreement_id_authority_id_agreements"),
        ),
        sa.ForeignKeyConstraint(
            ["new_line_id"], ["agreement_fee_lines.id"], name=op.f("fk_uplifted_lines_new_line_id_agreement_fee_lines")
        ),
        sa.ForeignKeyConstraint(
            ["old_line_id"], ["agreement_fee_lines.id"], name=op.f("fk_uplifted_lines_old_line_id_agreement_fee_lines")
        ),
        sa.ForeignKeyConstraint(
            ["request_id", "provider_id"],
            ["uplift_requests.id", "uplift_requests.provider_id"],
            name=op.f("fk_uplifted_lines_request_id_provider_id_uplift_requests"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["uplift_rounds.id"], name=op.f("fk_uplifted_lines_round_id_uplift_rounds")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uplifted_lines")),
        sa.UniqueConstraint("new_line_id", name=op.f("uq_uplifted_lines_new_line_id")),
        sa.UniqueConstraint("old_line_id", name=op.f("uq_uplifted_lines_old_line_id")),
    )
    op.create_index("ix_uplifted_lines_agreement_id", "uplifted_lines", ["agreement_id"], unique=False)
    op.create_index("ix_uplifted_lines_request_id", "uplifted_lines", ["request_id"], unique=False)
    op.create_index("ix_uplifted_lines_round_id", "uplifted_lines", ["round_id"], unique=False)


def upgrade() -> None:
    tables()
    fences()
    openings()


def downgrade() -> None:
    op.execute("DROP TRIGGER hub_closes_fee_lines_only ON agreement_fee_lines")
    op.execute("DROP FUNCTION hub_closes_fee_lines_only()")
    op.execute(
        f"ALTER POLICY agreement_fee_lines_change ON agreement_fee_lines USING ({OWN_BOROUGH}) WITH CHECK ({OWN_BOROUGH})"
    )
    op.execute(f"ALTER POLICY agreement_fee_lines_insert ON agreement_fee_lines WITH CHECK ({OWN_BOROUGH})")
    op.execute(f"ALTER POLICY agreements_change ON agreements USING ({one_of(OWN_BOROUGH, ISSUED_TO_US)})")
    for table in (
        "uplifted_lines",
        "uplift_comments",
        "uplift_counters",
        "uplift_requests",
        "uplift_indices",
        "uplift_participants",
        "uplift_rounds",
    ):
        op.drop_table(table)

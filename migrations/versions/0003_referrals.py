"""Referrals: children, identities, referrals, invitations, offers, marks"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import (
    NOW,
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

revision = "0003"
down_revision = "0002"

#: referrals to which the acting provider was invited, its wave released
INVITED = f"referral_id IN (SELECT i.referral_id FROM invitations i WHERE i.provider_id = {ORGANISATION} AND i.released_at <= {NOW})"
#: those of them whose profile it still sees
IN_SIGHT = (
    f"referral_id IN (SELECT i.referral_id FROM invitations i WHERE i.provider_id = {ORGANISATION}"
    f" AND i.released_at <= {NOW} AND i.sight_ended_at IS NULL)"
)
#: the deadline's very instant is in time; judged by the clock of the writing statement, not of the transaction
IN_TIME = "EXISTS (SELECT 1 FROM referrals r WHERE r.id = referral_id AND r.state = 'published' AND harbour_clock() <= r.deadline)"
OPENED = "EXISTS (SELECT 1 FROM referrals r WHERE r.id = referral_id AND r.opened_at IS NOT NULL)"
#: opened, and where the lot marks quality first, quality is locked
PRICES_OPEN = (
    "EXISTS (SELECT 1 FROM referrals r JOIN lots l ON l.id = r.lot_id WHERE r.id = referral_id"
    " AND r.opened_at IS NOT NULL AND (r.quality_locked_at IS NOT NULL OR NOT l.quality_first))"
)


def fences() -> None:
    fence("children", read=OWN_BOROUGH, insert=OWN_BOROUGH, change=OWN_BOROUGH)
    fence(
        "identities",
        read=f"{SEES_IDENTITY} AND {OWN_BOROUGH}",
        insert=f"{SEES_IDENTITY} AND {OWN_BOROUGH}",
        change=f"{SEES_IDENTITY} AND {OWN_BOROUGH}",
    )
    fence(
        "invitations",
        read=one_of(OWN_BOROUGH, f"{OWN_PROVIDER} AND released_at <= {NOW}", OVERSEEN, SYSTEM),
        insert=OWN_BOROUGH,
        change=OWN_BOROUGH,
    )
    invited = INVITED.replace("referral_id IN", "id IN", 1)
    fence(
        "referrals",
        read=one_of(OWN_BOROUGH, f"{PROVIDER} AND {invited}", f"{OVERSEEN} AND published_at IS NOT NULL", SYSTEM),
        insert=OWN_BOROUGH,
        lock=one_of(OWN_BOROUGH, f"{PROVIDER} AND {invited}"),
        change=OWN_BOROUGH,
    )
    fence("referral_answers", read=OWN_BOROUGH, insert=OWN_BOROUGH, change=OWN_BOROUGH)
    fence(
        "published_profiles",
        read=one_of(OWN_BOROUGH, f"{PROVIDER} AND {IN_SIGHT}", OVERSEEN),
        insert=OWN_BOROUGH,
        change=OWN_BOROUGH,
    )
    awarded = f"referral_id IN (SELECT o.referral_id FROM offers o WHERE o.provider_id = {ORGANISATION} AND o.state = 'awarded')"
    fence(
        "awarded_profiles",
        read=one_of(OWN_BOROUGH, f"{PROVIDER} AND {SEES_IDENTITY} AND {awarded}"),
        insert=OWN_BOROUGH,
        change=OWN_BOROUGH,
    )
    fence(
        "clarifications",
        read=one_of(OWN_BOROUGH, OWN_PROVIDER),
        insert=f"{OWN_PROVIDER} AND {INVITED}",
        change=OWN_BOROUGH,
    )
    fence("answers_to_all", read=one_of(OWN_BOROUGH, f"{PROVIDER} AND {INVITED}"), insert=OWN_BOROUGH)
    fence(
        "responses",
        read=one_of(OWN_BOROUGH, OWN_PROVIDER, OVERSEEN, SYSTEM),
        insert=f"{OWN_PROVIDER} AND {INVITED} AND {IN_TIME}",
        lock=OWN_PROVIDER,
        # an offer may be withdrawn until the award; a decline is taken back until the deadline
        change=f"{OWN_PROVIDER} AND (kind = 'offer' OR {IN_TIME})",
    )
    fence(
        "offers",
        read=one_of(OWN_PROVIDER, f"{OWN_BOROUGH} AND {OPENED}", f"{OVERSEEN} AND {OPENED}"),
        insert=f"{OWN_PROVIDER} AND state = 'submitted' AND {INVITED} AND {IN_TIME}",
        lock=one_of(OWN_PROVIDER, f"{OWN_BOROUGH} AND {OPENED}"),
        change=one_of(
            f"{OWN_PROVIDER} AND (state = 'withdrawn' OR state = 'submitted' AND {IN_TIME})",
            f"{OWN_BOROUGH} AND {OPENED}",
        ),
    )
    fence(
        "offer_needs",
        read=one_of(OWN_PROVIDER, f"{OWN_BOROUGH} AND {OPENED}", f"{OVERSEEN} AND {OPENED}"),
        insert=f"{OWN_PROVIDER} AND {IN_TIME}",
        delete=f"{OWN_PROVIDER} AND {IN_TIME}",
    )
    fence(
        "offer_fee_lines",
        read=one_of(OWN_PROVIDER, f"{OWN_BOROUGH} AND {PRICES_OPEN}", f"{OVERSEEN} AND {PRICES_OPEN}"),
        insert=f"{OWN_PROVIDER} AND {IN_TIME}",
        delete=f"{OWN_PROVIDER} AND {IN_TIME}",
    )
    fence(
        "offer_results",
        read=one_of(OWN_BOROUGH, OWN_PROVIDER, OVERSEEN),
        insert=f"{OWN_BOROUGH} AND {OPENED}",
        change=OWN_BOROUGH,
    )
    told = "EXISTS (SELECT 1 FROM offer_results o WHERE o.offer_id = marks.offer_id)"
    fence(
        "marks",
        read=one_of(OWN_BOROUGH, f"{OWN_PROVIDER} AND {told}", f"{OVERSEEN} AND {told}"),
        insert=f"{OWN_BOROUGH} AND {OPENED}",
        change=OWN_BOROUGH,
    )
    of_this = told.replace("marks.", "moderations.")
    fence(
        "moderations",
        read=one_of(OWN_BOROUGH, f"{OWN_PROVIDER} AND {of_this}", f"{OVERSEEN} AND {of_this}"),
        insert=f"{OWN_BOROUGH} AND {OPENED}",
        change=OWN_BOROUGH,
    )
    fence("childs_views", read=OWN_BOROUGH, insert=f"{OWN_BOROUGH} AND {OPENED}", change=OWN_BOROUGH)


def tables() -> None:
    op.create_table(
        "children",
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_children_authority_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_children")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_children_id_authority_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_children_reference")),
    )
    op.create_index("ix_children_authority_id", "children", ["authority_id"], unique=False)
    op.create_table(
        "identities",
        sa.Column("child_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("known_as", sa.Text(), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("ethnicity", sa.Text(), nullable=True),
        sa.Column("home_address", sa.Text(), nullable=False),
        sa.Column("home_postcode", sa.Text(), nullable=True),
        sa.Column("upn", sa.Text(), nullable=True),
        sa.Column("uln", sa.Text(), nullable=True),
        sa.Column("nhs_number", sa.Text(), nullable=True),
        sa.Column("case_number", sa.Text(), nullable=True),
        sa.Column("other_names", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("sex IN ('M', 'F', 'U')", name=op.f("ck_identities_sex_is_coded")),
        sa.ForeignKeyConstraint(
            ["child_id", "authority_id"],
            ["children.id", "children.authority_id"],
            name=op.f("fk_identities_child_id_authority_id_children"),
        ),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_identities")),
        sa.UniqueConstraint("authority_id", "case_number", name=op.f("uq_identities_authority_id_case_number")),
        sa.UniqueConstraint("authority_id", "upn", name=op.f("uq_identities_authority_id_upn")),
    )
    op.create_table(
        "referrals",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("child_id", sa.UUID(), nullable=False),
        sa.Column("lot_id", sa.UUID(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "awaiting_approval",
                "published",
                "opened",
                "awarded",
                "closed_without_award",
                "withdrawn",
                name="referralstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("expected_weeks", sa.Integer(), nullable=True),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("drafted_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("officer_id", sa.UUID(), nullable=True),
        sa.Column("sent_for_approval_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("sent_for_approval_by_id", sa.UUID(), nullable=True),
        sa.Column("sent_back_reason", sa.Text(), nullable=True),
        sa.Column("published_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.UUID(), nullable=True),
        sa.Column("deadline", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("opened_by_id", sa.UUID(), nullable=True),
        sa.Column("quality_locked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("recommended_offer_id", sa.UUID(), nullable=True),
        sa.Column("recommended_by_id", sa.UUID(), nullable=True),
        sa.Column("recommended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("recommendation", sa.Text(), nullable=True),
        sa.Column("awarded_offer_id", sa.UUID(), nullable=True),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closing_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(state = 'awarded') = (awarded_offer_id IS NOT NULL)", name=op.f("ck_referrals_awarded_to_an_offer")
        ),
        sa.CheckConstraint("(state = 'opened') <= (opened_at IS NOT NULL)", name=op.f("ck_referrals_opened_since")),
        sa.CheckConstraint(
            "(state IN ('closed_without_award', 'withdrawn')) = (closed_at IS NOT NULL)",
            name=op.f("ck_referrals_closed_since"),
        ),
        sa.CheckConstraint(
            "(state IN ('draft', 'awaiting_approval')) <= (published_at IS NULL)",
            name=op.f("ck_referrals_not_published_while_drafted"),
        ),
        sa.CheckConstraint(
            "(state IN ('published', 'opened', 'awarded', 'closed_without_award')) <= (published_at IS NOT NULL AND deadline IS NOT NULL)",
            name=op.f("ck_referrals_published_with_a_deadline"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closing_reason IS NULL)", name=op.f("ck_referrals_closed_for_a_reason")
        ),
        sa.CheckConstraint(
            "(recommended_offer_id IS NULL) = (recommended_by_id IS NULL)",
            name=op.f("ck_referrals_recommended_by_somebody"),
        ),
        sa.CheckConstraint(
            "opened_at IS NULL OR opened_at > deadline OR emergency",
            name=op.f("ck_referrals_opened_after_the_deadline"),
        ),
        sa.CheckConstraint(
            "quality_locked_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_referrals_quality_locked_once_opened")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_referrals_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["child_id", "authority_id"],
            ["children.id", "children.authority_id"],
            name=op.f("fk_referrals_child_id_authority_id_children"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_referrals_lot_id_lots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.UniqueConstraint("id", "authority_id", name=op.f("uq_referrals_id_authority_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_referrals_reference")),
    )
    op.create_index("ix_referrals_authority_id_state", "referrals", ["authority_id", "state"], unique=False)
    op.create_index("ix_referrals_lot_id_published_at", "referrals", ["lot_id", "published_at"], unique=False)
    op.create_table(
        "answers_to_all",
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("clarification_id", sa.UUID(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id", "authority_id"],
            ["referrals.id", "referrals.authority_id"],
            name=op.f("fk_answers_to_all_referral_id_authority_id_referrals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers_to_all")),
        sa.UniqueConstraint("clarification_id", name=op.f("uq_answers_to_all_clarification_id")),
    )
    op.create_index("ix_answers_to_all_referral_id", "answers_to_all", ["referral_id"], unique=False)
    op.create_table(
        "clarifications",
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.UUID(), nullable=True),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by_id IS NULL)", name=op.f("ck_clarifications_answered_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_clarifications_provider_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id", "authority_id"],
            ["referrals.id", "referrals.authority_id"],
            name=op.f("fk_clarifications_referral_id_authority_id_referrals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clarifications")),
    )
    op.create_index("ix_clarifications_referral_id", "clarifications", ["referral_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("invited_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("invited_by_id", sa.UUID(), nullable=True),
        sa.Column("released_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("sight_ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.Column("fit", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("wave > 0", name=op.f("ck_invitations_waves_count_from_one")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_invitations_provider_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id", "authority_id"],
            ["referrals.id", "referrals.authority_id"],
            name=op.f("fk_invitations_referral_id_authority_id_referrals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("referral_id", "provider_id", name=op.f("uq_invitations_referral_id_provider_id")),
    )
    op.create_index("ix_invitations_authority_id", "invitations", ["authority_id"], unique=False)
    op.create_index(
        "ix_invitations_provider_id_released_at", "invitations", ["provider_id", "released_at"], unique=False
    )
    op.create_table(
        "offers",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("setting_id", sa.UUID(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "withdrawn",
                "awarded",
                "unsuccessful",
                name="offerstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("approach", sa.Text(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=False),
        sa.Column("criterion_answers", postgresql.JSONB(), nullable=False),
        sa.Column("outcomes", postgresql.JSONB(), nullable=False),
        sa.Column("submitted_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("submitted_by_id", sa.UUID(), nullable=True),
        sa.Column("receipt_hash", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_offers_withdrawn_since")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_offers_provider_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id", "authority_id"],
            ["referrals.id", "referrals.authority_id"],
            name=op.f("fk_offers_referral_id_authority_id_referrals"),
        ),
        sa.ForeignKeyConstraint(
            ["setting_id", "provider_id"],
            ["settings.id", "settings.provider_id"],
            name=op.f("fk_offers_setting_id_provider_id_settings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("id", "provider_id", name=op.f("uq_offers_id_provider_id")),
        sa.UniqueConstraint("id", "referral_id", name=op.f("uq_offers_id_referral_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_offers_reference")),
    )
    op.create_index("ix_offers_authority_id", "offers", ["authority_id"], unique=False)
    op.create_index("ix_offers_provider_id", "offers", ["provider_id"], unique=False)
    op.create_index(
        "uq_offers_one_award", "offers", ["referral_id"], unique=True, postgresql_where=sa.text("state = 'awarded'")
    )
    op.create_index(
        "uq_offers_one_live_per_setting",
        "offers",
        ["referral_id", "setting_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "published_profiles",
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("sections", postgresql.JSONB(), nullable=False),
        sa.Column("voice", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(), nullable=False),
        sa.Column("published_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id", "authority_id"],
            ["referrals.id", "referrals.authority_id"],
            name=op.f("fk_published_profiles_referral_id_authority_id_referrals"),
        ),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_published_profiles")),
    )
    op.create_table(
        "awarded_profiles",
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("sections", postgresql.JSONB(), nullable=False),
        sa.Column("published_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id", "authority_id"],
            ["referrals.id", "referrals.authority_id"],
            name=op.f("fk_awarded_profiles_referral_id_authority_id_referrals"),
        ),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_awarded_profiles")),
    )
    op.create_table(
        "referral_answers",
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("justified", postgresql.JSONB(), nullable=False),
        sa.Column("saved_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.UUID(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id", "authority_id"],
            ["referrals.id", "referrals.authority_id"],
            name=op.f("fk_referral_answers_referral_id_authority_id_referrals"),
        ),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_referral_answers")),
    )
    op.create_table(
        "responses",
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("offer_id", sa.UUID(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "no_vacancy",
                "needs_not_met",
                "age_outside_registration",
                "impact_on_other_children",
                "staffing",
                "too_far",
                "too_little_notice",
                "too_little_information",
                "price",
                "other",
                name="declinereason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answered_by_id", sa.UUID(), nullable=True),
        sa.Column("withdrawn_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'decline') = (reason IS NOT NULL)", name=op.f("ck_responses_declined_for_a_reason")
        ),
        sa.CheckConstraint("(kind = 'offer') = (offer_id IS NOT NULL)", name=op.f("ck_responses_offer_is_named")),
        sa.CheckConstraint("kind IN ('offer', 'decline')", name=op.f("ck_responses_kind_is_known")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_responses_provider_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id", "authority_id"],
            ["referrals.id", "referrals.authority_id"],
            name=op.f("fk_responses_referral_id_authority_id_referrals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responses")),
    )
    op.create_index("ix_responses_authority_id", "responses", ["authority_id"], unique=False)
    op.create_index("ix_responses_provider_id", "responses", ["provider_id"], unique=False)
    op.create_index(
        "uq_responses_one_live_decline",
        "responses",
        ["referral_id", "provider_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'decline' AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "marks",
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("criterion_id", sa.UUID(), nullable=False),
        sa.Column("evaluator_id", sa.UUID(), nullable=False),
        sa.Column("evaluator_name", sa.Text(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("marked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_marks_mark_has_a_reason")),
        sa.CheckConstraint("mark BETWEEN 0 AND 5", name=op.f("ck_marks_mark_on_the_scale")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criteria.id"], name=op.f("fk_marks_criterion_id_criteria")),
        sa.ForeignKeyConstraint(
            ["offer_id", "provider_id"],
            ["offers.id", "offers.provider_id"],
            name=op.f("fk_marks_offer_id_provider_id_offers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
        sa.UniqueConstraint(
            "offer_id", "criterion_id", "evaluator_id", name=op.f("uq_marks_offer_id_criterion_id_evaluator_id")
        ),
    )
    op.create_index("ix_marks_referral_id", "marks", ["referral_id"], unique=False)
    op.create_table(
        "offer_fee_lines",
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("referral_id", sa.UUID(), nullable=False),
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
        sa.CheckConstraint("amount < 100000", name=op.f("ck_offer_fee_lines_amount_below_100000")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_offer_fee_lines_amount_positive")),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on > starts_on", name=op.f("ck_offer_fee_lines_ends_after_starting")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_offer_fee_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["offer_id", "provider_id"],
            ["offers.id", "offers.provider_id"],
            name=op.f("fk_offer_fee_lines_offer_id_provider_id_offers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_fee_lines")),
        sa.UniqueConstraint("offer_id", "kind", "label", name=op.f("uq_offer_fee_lines_offer_id_kind_label")),
    )
    op.create_index("ix_offer_fee_lines_referral_id", "offer_fee_lines", ["referral_id"], unique=False)
    op.create_table(
        "offer_needs",
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("full", "part", "no", name="level", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id", "provider_id"],
            ["offers.id", "offers.provider_id"],
            name=op.f("fk_offer_needs_offer_id_provider_id_offers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_needs")),
        sa.UniqueConstraint("offer_id", "need", name=op.f("uq_offer_needs_offer_id_need")),
    )
    op.create_table(
        "offer_results",
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("quality_score", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("price_score", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("total_score", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("is_tied", sa.Boolean(), nullable=False),
        sa.Column("offers_compared", sa.Integer(), nullable=False),
        sa.Column("expected_cost", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("expected_weeks", sa.Integer(), nullable=False),
        sa.Column("arithmetic", postgresql.JSONB(), nullable=False),
        sa.Column("successful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id", "provider_id"],
            ["offers.id", "offers.provider_id"],
            name=op.f("fk_offer_results_offer_id_provider_id_offers"),
        ),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_offer_results")),
    )

    op.create_table(
        "moderations",
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("criterion_id", sa.UUID(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("length(trim(note)) > 0", name=op.f("ck_moderations_says_why")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criteria.id"], name=op.f("fk_moderations_criterion_id_criteria")),
        sa.ForeignKeyConstraint(
            ["offer_id", "provider_id"],
            ["offers.id", "offers.provider_id"],
            name=op.f("fk_moderations_offer_id_provider_id_offers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderations")),
        sa.UniqueConstraint("offer_id", "criterion_id", name=op.f("uq_moderations_offer_id_criterion_id")),
    )
    op.create_index("ix_moderations_referral_id", "moderations", ["referral_id"], unique=False)
    op.create_table(
        "childs_views",
        sa.Column("offer_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("referral_id", sa.UUID(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "first_choice",
                "second_choice",
                "no_view_yet",
                "does_not_want",
                name="choice",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id", "referral_id"],
            ["offers.id", "offers.referral_id"],
            name=op.f("fk_childs_views_offer_id_referral_id_offers"),
        ),
        sa.ForeignKeyConstraint(
            ["referral_id", "authority_id"],
            ["referrals.id", "referrals.authority_id"],
            name=op.f("fk_childs_views_referral_id_authority_id_referrals"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_childs_views")),
        sa.UniqueConstraint("offer_id", name=op.f("uq_childs_views_offer_id")),
    )
    op.create_index("ix_childs_views_referral_id", "childs_views", ["referral_id"], unique=False)


def upgrade() -> None:
    tables()
    fences()


def downgrade() -> None:
    for table in (
        "childs_views",
        "moderations",
        "offer_results",
        "offer_needs",
        "offer_fee_lines",
        "marks",
        "responses",
        "referral_answers",
        "published_profiles",
        "awarded_profiles",
        "offers",
        "invitations",
        "clarifications",
        "answers_to_all",
        "referrals",
        "identities",
        "children",
    ):
        op.drop_table(table)

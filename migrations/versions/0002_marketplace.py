"""The marketplace: organisations, people, frameworks, lots, settings, admissions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import (
    AUTHORITY,
    HUB,
    ORGANISATION,
    OWN_PROVIDER,
    PARTY,
    PERSON,
    SIGNED_IN,
    SYSTEM,
    fence,
    one_of,
)

revision = "0002"
down_revision = "0001"

OTHERS_SEE = f"{PARTY} IN ('authority', 'hub', 'system')"
#: the invitation is to a provider, which the hub asks to claim its organisation
TO_A_PROVIDER = "organisation_id IN (SELECT o.id FROM organisations o WHERE o.kind = 'provider')"


def fences() -> None:
    fence(
        "organisations",
        read=one_of(f"id = {ORGANISATION}", "kind IN ('authority', 'hub')", OTHERS_SEE),
        insert=one_of(f"{HUB} AND kind = 'provider'", SYSTEM),
        change=one_of(f"id = {ORGANISATION}", f"{HUB} AND kind = 'provider'", SYSTEM),
    )
    fence("partnership_members", read=OTHERS_SEE, insert=f"hub_id = {ORGANISATION}", change=f"hub_id = {ORGANISATION}")
    for table in ("frameworks",):
        fence(table, read=SIGNED_IN, insert=f"hub_id = {ORGANISATION}", change=f"hub_id = {ORGANISATION}")
    for table in ("framework_participants", "terms_versions", "lots", "criteria"):
        fence(table, read=SIGNED_IN, insert=HUB, change=HUB)
    fence(
        "register_imports",
        read=one_of(f"hub_id = {ORGANISATION}", SYSTEM),
        insert=one_of(f"hub_id = {ORGANISATION}", SYSTEM),
        change=one_of(f"hub_id = {ORGANISATION}", SYSTEM),
    )
    fence(
        "people",
        read=one_of(
            f"id = {PERSON}",
            f"id IN (SELECT m.person_id FROM memberships m WHERE m.organisation_id = {ORGANISATION})",
            SYSTEM,
        ),
        insert=SYSTEM,
        change=one_of(f"id = {PERSON}", SYSTEM),
    )
    fence(
        "memberships",
        read=one_of(f"organisation_id = {ORGANISATION}", f"person_id = {PERSON}", SYSTEM),
        insert=SYSTEM,
        change=one_of(f"organisation_id = {ORGANISATION}", SYSTEM),
    )
    fence(
        "joining_invitations",
        read=one_of(f"organisation_id = {ORGANISATION}", f"{HUB} AND {TO_A_PROVIDER}", SYSTEM),
        insert=one_of(f"organisation_id = {ORGANISATION}", f"{HUB} AND {TO_A_PROVIDER}", SYSTEM),
        change=one_of(f"organisation_id = {ORGANISATION}", f"{HUB} AND {TO_A_PROVIDER}", SYSTEM),
    )
    fence("password_resets", read=SYSTEM, insert=SYSTEM, change=SYSTEM)
    fence("sign_in_attempts", read=SYSTEM, insert=SYSTEM, change=SYSTEM, delete=SYSTEM)
    fence(
        "browser_sessions",
        read=one_of(f"person_id = {PERSON}", SYSTEM),
        insert=SYSTEM,
        change=one_of(f"person_id = {PERSON}", SYSTEM),
    )
    for table in ("settings", "setting_needs"):
        fence(
            table,
            read=one_of(OWN_PROVIDER, OTHERS_SEE),
            insert=one_of(OWN_PROVIDER, HUB, SYSTEM),
            change=one_of(OWN_PROVIDER, HUB, SYSTEM),
            delete=OWN_PROVIDER if table == "setting_needs" else None,
        )
    fence("rates", read=one_of(OWN_PROVIDER, OTHERS_SEE), insert=OWN_PROVIDER, change=OWN_PROVIDER)
    fence(
        "admissions",
        read=one_of(OWN_PROVIDER, HUB, f"{AUTHORITY} AND state IN ('admitted', 'suspended')", SYSTEM),
        insert=f"{OWN_PROVIDER} AND state = 'applied'",
        lock=one_of(OWN_PROVIDER, HUB),
        change=one_of(f"{OWN_PROVIDER} AND state IN ('applied', 'withdrawn')", HUB),
    )
    fence("admission_settings", read=one_of(OWN_PROVIDER, OTHERS_SEE), insert=OWN_PROVIDER)
    fence("admission_documents", read=one_of(OWN_PROVIDER, HUB), insert=OWN_PROVIDER)


def tables() -> None:
    op.create_table(
        "organisations",
        sa.Column(
            "kind",
            sa.Enum("authority", "hub", "provider", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("authority_code", sa.Text(), nullable=True),
        sa.Column("authority_gss", sa.Text(), nullable=True),
        sa.Column("owner_key", sa.Text(), nullable=True),
        sa.Column("company_number", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("added_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("award_limit", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'authority') = (authority_code IS NOT NULL)",
            name=op.f("ck_organisations_authority_has_its_number"),
        ),
        sa.CheckConstraint(
            "kind <> 'provider' OR owner_key IS NOT NULL", name=op.f("ck_organisations_provider_has_an_owner_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("reference", name=op.f("uq_organisations_reference")),
    )
    op.create_index("uq_organisations_authority_code", "organisations", ["authority_code"], unique=True)
    op.create_index(
        "uq_organisations_owner_key",
        "organisations",
        ["owner_key"],
        unique=True,
        postgresql_where=sa.text("owner_key IS NOT NULL"),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("email", postgresql.CITEXT(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("ix_sign_in_attempts_address_at", "sign_in_attempts", ["address", "at"], unique=False)
    op.create_index("ix_sign_in_attempts_email_at", "sign_in_attempts", ["email", "at"], unique=False)
    op.create_table(
        "frameworks",
        sa.Column("hub_id", sa.UUID(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "dps",
                "dynamic_market",
                "framework",
                "open_framework",
                name="frameworkkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "regime",
            sa.Enum("pcr_2015", "pa_2023", name="regime", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("light_touch", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "open",
                "evaluating",
                "live",
                "expired",
                "terminated",
                name="frameworkstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("term_years", postgresql.JSONB(), nullable=False),
        sa.Column("admits_from", sa.Date(), nullable=True),
        sa.Column("admits_until", sa.Date(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_frameworks_ends_after_starting")),
        sa.ForeignKeyConstraint(["hub_id"], ["organisations.id"], name=op.f("fk_frameworks_hub_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frameworks")),
        sa.UniqueConstraint("reference", name=op.f("uq_frameworks_reference")),
    )
    op.create_table(
        "joining_invitations",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("email", postgresql.CITEXT(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.JSONB(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("invited_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("invited_by_id", sa.UUID(), nullable=True),
        sa.Column("invited_by_name", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "accepted_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_joining_invitations_accepted_or_withdrawn")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_joining_invitations_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joining_invitations")),
        sa.UniqueConstraint("reference", name=op.f("uq_joining_invitations_reference")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_joining_invitations_token_hash")),
    )
    op.create_index("ix_joining_invitations_organisation_id", "joining_invitations", ["organisation_id"], unique=False)
    op.create_table(
        "partnership_members",
        sa.Column("hub_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("yearly_contribution", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "left_on IS NULL OR left_on > joined_on", name=op.f("ck_partnership_members_leaves_after_joining")
        ),
        sa.CheckConstraint("yearly_contribution >= 0", name=op.f("ck_partnership_members_contribution_not_negative")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_partnership_members_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["hub_id"], ["organisations.id"], name=op.f("fk_partnership_members_hub_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_members")),
        sa.UniqueConstraint(
            "hub_id",
            "authority_id",
            "project",
            "joined_on",
            name=op.f("uq_partnership_members_hub_id_authority_id_project_joined_on"),
        ),
    )
    op.create_index("ix_partnership_members_authority_id", "partnership_members", ["authority_id"], unique=False)
    op.create_table(
        "people",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", postgresql.CITEXT(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("acting_for_id", sa.UUID(), nullable=True),
        sa.Column("added_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("last_signed_in_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["acting_for_id"], ["organisations.id"], name=op.f("fk_people_acting_for_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
    )
    op.create_table(
        "register_imports",
        sa.Column("hub_id", sa.UUID(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by_id", sa.UUID(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file_id", sa.UUID(), nullable=True),
        sa.Column("as_at", sa.Date(), nullable=True),
        sa.Column("all_the_same", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("providers_added", sa.Integer(), nullable=False),
        sa.Column("settings_added", sa.Integer(), nullable=False),
        sa.Column("settings_changed", sa.Integer(), nullable=False),
        sa.Column("settings_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_skipped", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "finished_at IS NULL OR problem IS NULL", name=op.f("ck_register_imports_finished_or_failed")
        ),
        sa.ForeignKeyConstraint(
            ["hub_id"], ["organisations.id"], name=op.f("fk_register_imports_hub_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_files.id"], name=op.f("fk_register_imports_file_id_stored_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_imports")),
        sa.UniqueConstraint("reference", name=op.f("uq_register_imports_reference")),
    )
    op.create_index("ix_register_imports_hub_id_at", "register_imports", ["hub_id", "at"], unique=False)
    op.create_table(
        "settings",
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "childrens_home",
                "secure_childrens_home",
                "secure_training_centre",
                "fostering_agency",
                "local_authority_fostering",
                "supported_accommodation",
                "residential_family_centre",
                "residential_special_school",
                "boarding_school",
                "further_education_college",
                "adoption_agency",
                "adoption_support_agency",
                "holiday_scheme",
                "special_school",
                "other",
                name="settingkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("urn", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("authority_code", sa.Text(), nullable=True),
        sa.Column("authority_name", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("easting", sa.Integer(), nullable=True),
        sa.Column("northing", sa.Integer(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("age_from", sa.Integer(), nullable=True),
        sa.Column("age_to", sa.Integer(), nullable=True),
        sa.Column(
            "accepts",
            sa.Enum("any", "boys", "girls", name="accepts", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("takes_siblings", sa.Boolean(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("registration_status", sa.Text(), nullable=True),
        sa.Column("residential", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("registered", postgresql.JSONB(), nullable=True),
        sa.Column("rating", sa.Text(), nullable=True),
        sa.Column("inspected_on", sa.Date(), nullable=True),
        sa.Column("inspection_published_on", sa.Date(), nullable=True),
        sa.Column("inspection_event", sa.Text(), nullable=True),
        sa.Column("vacancies", sa.Integer(), nullable=True),
        sa.Column("vacant_from", sa.Date(), nullable=True),
        sa.Column("vacancies_confirmed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("added_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("(easting IS NULL) = (northing IS NULL)", name=op.f("ck_settings_point_is_whole")),
        sa.CheckConstraint(
            "age_from IS NULL OR age_from BETWEEN 0 AND 25", name=op.f("ck_settings_age_from_within_25")
        ),
        sa.CheckConstraint(
            "age_from IS NULL OR age_to IS NULL OR age_from <= age_to", name=op.f("ck_settings_ages_in_order")
        ),
        sa.CheckConstraint("age_to IS NULL OR age_to BETWEEN 0 AND 25", name=op.f("ck_settings_age_to_within_25")),
        sa.CheckConstraint("places IS NULL OR places >= 0", name=op.f("ck_settings_places_not_negative")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_settings_provider_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settings")),
        sa.UniqueConstraint("id", "provider_id", name=op.f("uq_settings_id_provider_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_settings_reference")),
        sa.UniqueConstraint("urn", name=op.f("uq_settings_urn")),
    )
    op.create_index("ix_settings_kind_easting_northing", "settings", ["kind", "easting", "northing"], unique=False)
    op.create_index("ix_settings_provider_id", "settings", ["provider_id"], unique=False)
    op.create_table(
        "framework_participants",
        sa.Column("framework_id", sa.UUID(), nullable=False),
        sa.Column("authority_id", sa.UUID(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "left_on IS NULL OR left_on > joined_on", name=op.f("ck_framework_participants_leaves_after_joining")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["organisations.id"], name=op.f("fk_framework_participants_authority_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["frameworks.id"], name=op.f("fk_framework_participants_framework_id_frameworks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_participants")),
        sa.UniqueConstraint(
            "framework_id",
            "authority_id",
            "joined_on",
            name=op.f("uq_framework_participants_framework_id_authority_id_joined_on"),
        ),
    )
    op.create_table(
        "lots",
        sa.Column("framework_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("client_group", sa.Text(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.Column("setting_kinds", postgresql.JSONB(), nullable=False),
        sa.Column("required_documents", postgresql.JSONB(), nullable=False),
        sa.Column("rates", postgresql.JSONB(), nullable=False),
        sa.Column("tiers", postgresql.JSONB(), nullable=False),
        sa.Column("agreement_kind", sa.Text(), nullable=False),
        sa.Column("quality_weight", sa.Integer(), nullable=False),
        sa.Column("price_weight", sa.Integer(), nullable=False),
        sa.Column(
            "price_formula",
            sa.Enum(
                "absolute",
                "monetised",
                "lowest_over_price",
                name="priceformula",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("price_ceiling", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("quality_point_value", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("quality_first", sa.Boolean(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("indicator_keys", postgresql.JSONB(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "price_formula <> 'absolute' OR price_ceiling > 0", name=op.f("ck_lots_absolute_needs_a_ceiling")
        ),
        sa.CheckConstraint(
            "price_formula <> 'monetised' OR quality_point_value > 0", name=op.f("ck_lots_monetised_needs_a_value")
        ),
        sa.CheckConstraint("quality_weight + price_weight = 100", name=op.f("ck_lots_weights_total_100")),
        sa.CheckConstraint("quality_weight BETWEEN 0 AND 100", name=op.f("ck_lots_weights_within_100")),
        sa.ForeignKeyConstraint(["framework_id"], ["frameworks.id"], name=op.f("fk_lots_framework_id_frameworks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots")),
        sa.UniqueConstraint("framework_id", "number", name=op.f("uq_lots_framework_id_number")),
    )
    op.create_table(
        "memberships",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("roles", postgresql.JSONB(), nullable=False),
        sa.Column("began_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.UUID(), nullable=True),
        sa.Column("work_passed_to_id", sa.UUID(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name=op.f("ck_memberships_ended_by_somebody")),
        sa.CheckConstraint("jsonb_array_length(roles) > 0", name=op.f("ck_memberships_has_a_role")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_memberships_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("reference", name=op.f("uq_memberships_reference")),
    )
    op.create_index("ix_memberships_person_id", "memberships", ["person_id"], unique=False)
    op.create_index(
        "uq_memberships_live",
        "memberships",
        ["organisation_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "browser_sessions",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("began_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("seen_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_browser_sessions_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_browser_sessions")),
    )
    op.create_index("ix_browser_sessions_person_id_seen_at", "browser_sessions", ["person_id", "seen_at"], unique=False)
    op.create_table(
        "password_resets",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_password_resets_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_resets_token_hash")),
    )
    op.create_table(
        "setting_needs",
        sa.Column("setting_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("full", "part", "no", name="level", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["setting_id", "provider_id"],
            ["settings.id", "settings.provider_id"],
            name=op.f("fk_setting_needs_setting_id_provider_id_settings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_needs")),
        sa.UniqueConstraint("setting_id", "need", name=op.f("uq_setting_needs_setting_id_need")),
    )
    op.create_table(
        "terms_versions",
        sa.Column("framework_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("applies_from", sa.Date(), nullable=False),
        sa.Column("clauses", postgresql.JSONB(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["frameworks.id"], name=op.f("fk_terms_versions_framework_id_frameworks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_versions")),
        sa.UniqueConstraint("framework_id", "number", name=op.f("uq_terms_versions_framework_id_number")),
    )
    op.create_table(
        "admissions",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("lot_id", sa.UUID(), nullable=False),
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "applied",
                "admitted",
                "refused",
                "suspended",
                "withdrawn",
                name="admissionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("applied_by_id", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.UUID(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("refusal_reasons", postgresql.JSONB(), nullable=True),
        sa.Column("suspended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("suspension_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(state = 'applied') = (decided_at IS NULL)", name=op.f("ck_admissions_decided_once_not_applied")
        ),
        sa.CheckConstraint(
            "(state = 'refused') = (refusal_reasons IS NOT NULL)", name=op.f("ck_admissions_refused_with_reasons")
        ),
        sa.CheckConstraint(
            "(state = 'suspended') = (suspended_at IS NOT NULL)", name=op.f("ck_admissions_suspended_since")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_admissions_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_admissions_provider_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admissions")),
        sa.UniqueConstraint("id", "provider_id", name=op.f("uq_admissions_id_provider_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_admissions_reference")),
    )
    op.create_index(
        "uq_admissions_one_live",
        "admissions",
        ["lot_id", "provider_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('applied', 'admitted', 'suspended')"),
    )
    op.create_table(
        "criteria",
        sa.Column("lot_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_criteria_weight_within_100")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_criteria_lot_id_lots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria")),
        sa.UniqueConstraint("lot_id", "position", name=op.f("uq_criteria_lot_id_position")),
    )
    op.create_table(
        "rates",
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("setting_id", sa.UUID(), nullable=False),
        sa.Column("lot_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("applies_from", sa.Date(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_rates_amount_positive")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_rates_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["setting_id", "provider_id"],
            ["settings.id", "settings.provider_id"],
            name=op.f("fk_rates_setting_id_provider_id_settings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rates")),
        sa.UniqueConstraint(
            "lot_id",
            "setting_id",
            "kind",
            "label",
            "applies_from",
            name=op.f("uq_rates_lot_id_setting_id_kind_label_applies_from"),
        ),
    )
    op.create_table(
        "admission_documents",
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("admission_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["admission_id", "provider_id"],
            ["admissions.id", "admissions.provider_id"],
            name=op.f("fk_admission_documents_admission_id_provider_id_admissions"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_files.id"], name=op.f("fk_admission_documents_file_id_stored_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_documents")),
        sa.UniqueConstraint("admission_id", "name", name=op.f("uq_admission_documents_admission_id_name")),
    )
    op.create_table(
        "admission_settings",
        sa.Column("provider_id", sa.UUID(), nullable=False),
        sa.Column("admission_id", sa.UUID(), nullable=False),
        sa.Column("setting_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["admission_id", "provider_id"],
            ["admissions.id", "admissions.provider_id"],
            name=op.f("fk_admission_settings_admission_id_provider_id_admissions"),
        ),
        sa.ForeignKeyConstraint(
            ["setting_id", "provider_id"],
            ["settings.id", "settings.provider_id"],
            name=op.f("fk_admission_settings_setting_id_provider_id_settings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_settings")),
        sa.UniqueConstraint("admission_id", "setting_id", name=op.f("uq_admission_settings_admission_id_setting_id")),
    )
    op.create_index("ix_admission_settings_setting_id", "admission_settings", ["setting_id"], unique=False)


def upgrade() -> None:
    tables()
    fences()


def downgrade() -> None:
    for table in (
        "admission_settings",
        "admission_documents",
        "rates",
        "criteria",
        "admissions",
        "terms_versions",
        "setting_needs",
        "browser_sessions",
        "password_resets",
        "memberships",
        "lots",
        "framework_participants",
        "settings",
        "register_imports",
        "people",
        "partnership_members",
        "joining_invitations",
        "frameworks",
        "sign_in_attempts",
        "organisations",
    ):
        op.drop_table(table)

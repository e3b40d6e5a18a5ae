"""Moves and disruption meetings; free places that follow what happens"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.fencing import OVERSEEN, OWN_BOROUGH, OWN_PROVIDER, SYSTEM, fence, one_of

revision = "0012"
down_revision = "0011"

PARTIES = one_of(OWN_BOROUGH, OWN_PROVIDER)
#: the borough that records a stay may not write a provider's setting: this alone does, within nought and the places that there are
COUNT = """
    CREATE FUNCTION count_free_places(setting uuid, change integer, known_since timestamptz) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DECLARE
        party text := coalesce(current_setting('app.party', true), '');
    BEGIN
        PERFORM set_config('app.party', 'system', true);
        UPDATE public.settings SET vacancies = greatest(0, least(coalesce(places, vacancies + change), vacancies + change))
        WHERE id = setting AND vacancies IS NOT NULL AND change IN (-1, 1)
            AND (vacancies_confirmed_at IS NULL OR vacancies_confirmed_at < known_since);
        PERFORM set_config('app.party', party, true);
    END
    $$
"""


def of_an_agreement(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            ["agreement_id", side], ["agreements.id", f"agreements.{side}"], name=f"fk_{table}_agreement_id_{side}_agreements"
        )
        for side in ("authority_id", "provider_id")
    ]  # fmt: skip


def sides() -> list[sa.Column[object]]:
    return [sa.Column(name, sa.UUID(), nullable=False) for name in ("agreement_id", "authority_id", "provider_id")]


def moves() -> None:
    op.create_table(
        "setting_moves",
        sa.Column("number", sa.Integer(), nullable=False),
        *sides(),
        sa.Column("from_setting_id", sa.UUID(), nullable=False),
        sa.Column("to_setting_id", sa.UUID(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("from_setting_id <> to_setting_id", name=op.f("ck_setting_moves_goes_elsewhere")),
        *of_an_agreement("setting_moves"),
        sa.ForeignKeyConstraint(
            ["from_setting_id", "provider_id"], ["settings.id", "settings.provider_id"],
            name=op.f("fk_setting_moves_from_setting_id_provider_id_settings"),
        ),
        sa.ForeignKeyConstraint(
            ["to_setting_id", "provider_id"], ["settings.id", "settings.provider_id"],
            name=op.f("fk_setting_moves_to_setting_id_provider_id_settings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_moves")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_setting_moves_agreement_id_number")),
        sa.UniqueConstraint("agreement_id", "moved_on", name=op.f("uq_setting_moves_agreement_id_moved_on")),
    )  # fmt: skip
    # Nobody changes or deletes one: the past is never edited.
    fence("setting_moves", read=one_of(OWN_BOROUGH, OWN_PROVIDER, OVERSEEN, SYSTEM), insert=OWN_BOROUGH)


def meetings() -> None:
    op.create_table(
        "disruption_meetings",
        sa.Column("number", sa.Integer(), nullable=False),
        *sides(),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("present", JSONB(), nullable=False),
        sa.Column("reasons", JSONB(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("stage IN ('at_risk', 'ended')", name=op.f("ck_disruption_meetings_stage_is_known")),
        sa.CheckConstraint("jsonb_array_length(present) > 0", name=op.f("ck_disruption_meetings_somebody_was_there")),
        sa.CheckConstraint("jsonb_array_length(reasons) > 0", name=op.f("ck_disruption_meetings_has_a_reason")),
        sa.CheckConstraint("length(trim(found)) > 0", name=op.f("ck_disruption_meetings_says_what_was_found")),
        *of_an_agreement("disruption_meetings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disruption_meetings")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_disruption_meetings_agreement_id_number")),
        sa.UniqueConstraint("id", "agreement_id", name=op.f("uq_disruption_meetings_id_agreement_id")),
    )
    # Minutes are words about a child: the hub, which sees none of its children, does not read them.
    fence("disruption_meetings", read=PARTIES, insert=OWN_BOROUGH)


def actions() -> None:
    op.create_table(
        "disruption_actions",
        sa.Column("meeting_id", sa.UUID(), nullable=False),
        *sides(),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by_name", sa.Text(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("owner IN ('borough', 'provider')", name=op.f("ck_disruption_actions_owner_is_a_side")),
        sa.CheckConstraint(
            "(done_on IS NULL) = (done_by_name IS NULL)", name=op.f("ck_disruption_actions_done_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id", "agreement_id"], ["disruption_meetings.id", "disruption_meetings.agreement_id"],
            name=op.f("fk_disruption_actions_meeting_id_agreement_id_disruption_meetings"),
        ),
        *of_an_agreement("disruption_actions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disruption_actions")),
        sa.UniqueConstraint("meeting_id", "position", name=op.f("uq_disruption_actions_meeting_id_position")),
    )  # fmt: skip
    op.create_index("ix_disruption_actions_agreement_id", "disruption_actions", ["agreement_id"])
    fence(
        "disruption_actions", read=PARTIES, insert=OWN_BOROUGH,
        change=one_of(f"{OWN_BOROUGH} AND owner = 'borough'", f"{OWN_PROVIDER} AND owner = 'provider'"),
    )  # fmt: skip


def upgrade() -> None:
    moves()
    meetings()
    actions()
    op.execute(COUNT)
    op.execute("REVOKE ALL ON FUNCTION count_free_places(uuid, integer, timestamptz) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION count_free_places(uuid, integer, timestamptz) TO harbour_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION count_free_places")
    for table in ("disruption_actions", "disruption_meetings", "setting_moves"):
        op.drop_table(table)

"""A stranger sees nothing: over a whole year of everybody's work, table by table, as the application's own database role.

A new borough outside the partnership, a new provider, a borough of the partnership and nobody at all each read every table. What they
may read is one explicit list; a table that is not on it must show them no row, and must hold rows, or the rule would prove nothing.
"""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text

from foundation.config import Addresses

pytestmark = pytest.mark.slow

#: What everybody who signs in may read: no organisation's own.
SHARED = {
    "frameworks",
    "framework_participants",
    "terms_versions",
    "lots",
    "criteria",
    "postcodes",
    "alembic_version",
    "clock",
    "uplift_rounds",
    "uplift_participants",
    "uplift_indices",
}
#: The names of authorities and hubs are known to all; which providers exist is known to boroughs and the hub alone.
NAMES = SHARED | {"organisations"}
#: The directory's public columns, which every borough reads, and what providers report and the hub prints for all boroughs.
DIRECTORY = NAMES | {
    "settings", "setting_needs", "setting_terms", "rates", "admissions", "admission_settings", "partnership_members",
    "monitoring_returns", "return_figures", "reports", "stored_files",
}  # fmt: skip
#: Tables that the demo leaves empty: the sign-in desk's, and those whose packages try their fences themselves.
EMPTY = {
    "password_resets", "sign_in_attempts", "browser_sessions", "one_time_keys", "joining_invitations", "register_imports",
    "reports", "report_runs", "childs_views", "postcodes", "variations", "variation_changes", "absences",
    "uplift_requests", "uplift_counters", "uplift_comments", "uplifted_lines",
    "uplift_request_agreements",
    "setting_moves", "disruption_meetings", "disruption_actions", "sealed_papers", "block_contracts",
    "schedule_runs", "charge_schedules", "scheduled_charges", "provider_invoices", "invoice_rows", "credit_notes", "charge_exports",
}  # fmt: skip
NOT_READABLE = {"audit_heads"}

AS = text(
    "SELECT set_config('app.organisation_id', :organisation, true), set_config('app.person_id', '', true),"
    " set_config('app.party', :party, true), set_config('app.sees_identity', 'yes', true)"
)


@pytest.fixture
def application(demo_addresses: Addresses) -> Iterator[Connection]:
    """The small demo as the application's database role reads it."""
    engine = create_engine(demo_addresses.app)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def tables(everything: Connection) -> list[str]:
    named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    return [name for name in everything.scalars(text(named)) if name not in NOT_READABLE]


def seen(application: Connection, names: list[str], party: str, organisation: uuid.UUID | None) -> set[str]:
    """The tables of which that stranger sees at least a row."""
    with application.begin():
        application.execute(AS, {"party": party, "organisation": str(organisation or "")})
        return {name for name in names if application.scalar(text(f"SELECT EXISTS (SELECT FROM {name})"))}


@pytest.mark.parametrize(
    ("party", "allowed"),
    [
        ("provider", NAMES),
        ("authority", DIRECTORY),
        ("nobody", {"alembic_version", "clock", "postcodes", "organisations"}),
    ],
)
def test_a_stranger_sees_no_row_that_is_not_on_the_list(
    everything: Connection, application: Connection, party: str, allowed: set[str]
) -> None:
    stranger = None if party == "nobody" else uuid.uuid4()
    assert seen(application, tables(everything), party, stranger) - allowed == set()


def test_the_rule_proves_something_of_every_table(everything: Connection) -> None:
    empty = {name for name in tables(everything) if not everything.scalar(text(f"SELECT EXISTS (SELECT FROM {name})"))}
    assert empty - EMPTY == set()


@pytest.mark.parametrize("party", ["hub", "authority", "provider"])
def test_nobody_without_an_organisation_sees_a_child(application: Connection, party: str) -> None:
    own = ["children", "identities", "referral_answers", "awarded_profiles", "clarifications"]
    assert seen(application, own, party, None) == set()


def test_the_hub_sees_pseudonyms_and_money_but_no_child(everything: Connection, application: Connection) -> None:
    hub = everything.scalar(text("SELECT id FROM organisations WHERE kind = 'hub'"))
    visible = seen(application, tables(everything), "hub", hub)
    assert {"referrals", "awards", "agreements", "agreement_fee_lines"} <= visible
    assert visible & {"children", "identities", "referral_answers", "awarded_profiles", "clarifications"} == set()

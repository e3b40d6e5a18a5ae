"""The fences stand on every table, and a stranger sees nothing."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session, scoped_session

from marketplace.roles import Role
from marketplace.setting import Setting
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, a_provider, a_setting, acting

#: Tables whose rows are no organisation's own: everybody who signs in may read them.
SHARED = {"frameworks", "framework_participants", "terms_versions", "lots", "criteria", "postcodes"}


def test_row_security_is_forced_on_every_table(session: scoped_session[Session]) -> None:
    fenced = (
        "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    rows = session.execute(text(fenced)).all()
    unfenced = {name for name, forced in rows if not forced}
    assert unfenced - {"alembic_version", "clock", "audit_heads", "postcodes"} == set()


def test_a_provider_does_not_see_another_s_settings(session: scoped_session[Session]) -> None:
    hub = a_hub()
    borough = a_borough(hub)
    provider = a_provider()
    lot = a_lot(hub, boroughs=(borough,))
    a_setting(provider, lot, needs=("SEMH",))
    officer = a_person(borough, Role.PLACEMENT_OFFICER)
    acting(officer)
    assert session.scalars(select(Setting.name)).all() == ["Rowan House"]
    acting(a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER))
    assert session.scalars(select(Setting.name)).all() == []

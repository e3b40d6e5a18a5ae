"""The fences stand on every table, and a stranger sees nothing."""

from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from foundation.database import Base
from marketplace.roles import Role
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, a_provider, a_setting

#: Tables whose rows are no organisation's own: everybody who signs in may read them.
SHARED = {"frameworks", "framework_participants", "terms_versions", "lots", "criteria", "postcodes"}


def test_row_security_is_forced_on_every_table(session: scoped_session[Session]) -> None:
    rows = session.execute(
        text(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
    ).all()
    unfenced = {name for name, forced in rows if not forced}
    assert unfenced - {"alembic_version", "clock", "audit_heads", "postcodes"} == set()


def test_makers_work(session: scoped_session[Session]) -> None:
    hub = a_hub()
    borough = a_borough(hub)
    provider = a_provider()
    lot = a_lot(hub, boroughs=(borough,))
    a_setting(provider, lot, needs=("SEMH",))
    a_person(borough, Role.PLACEMENT_OFFICER)


def test_mappers_are_whole() -> None:
    from sqlalchemy.orm import configure_mappers

    configure_mappers()
    assert len(Base.metadata.tables) > 40

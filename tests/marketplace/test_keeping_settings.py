"""A provider's settings: added, completed, their needs and vacancies said."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from foundation.audit import AuditEvent
from foundation.permission import Invalid, NotPermitted, Stale
from marketplace.actor import Actor
from marketplace.keeping_settings import (
    NeedSaid,
    SettingFacts,
    add_setting,
    change_setting,
    confirm_vacancies,
    say_needs,
)
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.setting import Accepts, Freshness, Level, Setting, SettingKind, SettingNeed, freshness_of
from tests.makers.standing import a_borough, a_hub, a_person, a_provider, a_setting, acting

Sessions = scoped_session[Session]
SCHOOL = SettingFacts(
    name="Hawthorn School", kind=SettingKind.SPECIAL_SCHOOL, urn="101846", postcode="cr02rf", places=40, age_from=5,
    age_to=16, accepts=Accepts.ANY, takes_siblings=True, residential="day", description="A day school.",
)  # fmt: skip


@pytest.fixture
def provider(session: Sessions, known_postcodes: None) -> Organisation:
    return a_provider()


@pytest.fixture
def manager(provider: Organisation) -> Actor:
    return acting(a_person(provider, Role.PROVIDER_MANAGER))


@pytest.fixture
def home(provider: Organisation, manager: Actor, session: Sessions) -> Setting:
    made = a_setting(provider)
    acting(manager)
    return session.scalars(select(Setting).where(Setting.reference == made.reference)).one()


class TestAddSetting:
    def test_is_put_on_the_map_in_its_authority(self, provider: Organisation, manager: Actor) -> None:
        school = add_setting(provider, SCHOOL, by=manager)
        assert (school.postcode, school.easting, school.authority_code, school.authority_name) == (
            "CR0 2RF", 532920, "306", "Croydon",
        )  # fmt: skip
        assert school.missing_facts == []

    def test_says_what_is_still_missing(self, provider: Organisation, manager: Actor) -> None:
        school = add_setting(provider, replace(SCHOOL, age_from=None, postcode=None), by=manager)
        assert school.missing_facts == ["postcode", "youngest age"]

    @pytest.mark.parametrize("role", [Role.PROVIDER_RESPONDER, Role.PROVIDER_FINANCE])
    def test_not_by_other_roles(self, session: Sessions, provider: Organisation, role: Role) -> None:
        by = acting(a_person(provider, role))
        with pytest.raises(NotPermitted):
            add_setting(provider, SCHOOL, by=by)
        assert session.scalars(select(Setting)).all() == []

    @pytest.mark.parametrize(
        ("wrong", "field", "says"),
        [
            ({"name": "  "}, "name", "Enter the name"),
            ({"age_from": 17}, "age_from", "Swap them"),
            ({"age_to": 26}, "age_to", "0 to 25"),
            ({"places": -1}, "places", "0 to 999"),
            ({"postcode": "nowhere"}, "postcode", "is not a postcode"),
            ({"postcode": "CR0 9ZZ"}, "postcode", "There is no postcode CR0 9ZZ"),
            ({"postcode": "BT1 5GS"}, "postcode", "Northern Ireland"),
        ],
    )
    def test_what_cannot_be_meant(
        self, provider: Organisation, manager: Actor, wrong: dict[str, object], field: str, says: str
    ) -> None:
        with pytest.raises(Invalid, match=says) as refused:
            add_setting(provider, replace(SCHOOL, **wrong), by=manager)  # type: ignore[arg-type]
        assert refused.value.field == field

    def test_a_reference_that_another_provider_holds(self, provider: Organisation, manager: Actor) -> None:
        a_setting(a_provider("Beech Ltd"), urn="101846")
        acting(manager)
        with pytest.raises(IntegrityError, match="uq_settings_urn"):
            add_setting(provider, SCHOOL, by=manager)


class TestChangeSetting:
    def test_a_welsh_postcode_has_no_authority_of_ours(self, home: Setting, manager: Actor) -> None:
        change_setting(home, replace(SCHOOL, postcode="CF10 3AT"), home.version, by=manager)
        assert (home.authority_code, home.easting) == (None, 318170)

    def test_what_the_register_decides_stays(self, session: Sessions, home: Setting, manager: Actor) -> None:
        home.registered = {"places": 4, "authority_name": "Sutton", "kind": "childrens_home"}
        home.authority_name = "Sutton"
        session.flush()
        change_setting(home, replace(SCHOOL, places=40), home.version, by=manager)
        assert (home.kind, home.places, home.authority_name) == (SettingKind.CHILDRENS_HOME, 4, "Sutton")
        assert (home.name, home.age_from, home.postcode) == ("Hawthorn School", 5, "CR0 2RF")

    def test_a_stale_form_is_refused(self, home: Setting, manager: Actor) -> None:
        with pytest.raises(Stale):
            change_setting(home, SCHOOL, home.version - 1, by=manager)

    @pytest.mark.parametrize("role", [Role.PROVIDER_RESPONDER, Role.PROVIDER_FINANCE])
    def test_not_by_other_roles(self, provider: Organisation, home: Setting, manager: Actor, role: Role) -> None:
        with pytest.raises(NotPermitted):
            change_setting(home, SCHOOL, home.version, by=replace(manager, roles=frozenset({role})))

    def test_not_by_the_hub_or_a_borough(self, session: Sessions, home: Setting) -> None:
        reference, hub = home.reference, a_hub()
        for by in (a_person(hub, Role.HUB_MANAGER), a_person(a_borough(hub), Role.PLACEMENT_MANAGER)):
            acting(by)
            seen = session.scalars(select(Setting).where(Setting.reference == reference)).one()
            with pytest.raises(NotPermitted):
                change_setting(seen, SCHOOL, seen.version, by=by)

    def test_before_and_after_are_recorded(self, session: Sessions, home: Setting, manager: Actor) -> None:
        change_setting(home, replace(SCHOOL, name="Rowan Lodge"), home.version, by=manager)
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == "change_setting")).one()
        assert (event.before["name"], event.after["name"]) == ("Rowan House", "Rowan Lodge")


class TestSayNeeds:
    def test_says_changes_and_takes_back(self, session: Sessions, home: Setting, manager: Actor) -> None:
        say_needs(
            home, {"autism": NeedSaid(Level.FULL, "Trained"), "trauma": NeedSaid(Level.PART)}, home.version, by=manager
        )
        version = home.version
        say_needs(
            home, {"autism": NeedSaid(Level.PART, "One trained"), "self_harm": NeedSaid(Level.NO)}, version, by=manager
        )
        needs = {need.need: (need.level, need.evidence) for need in session.scalars(select(SettingNeed))}
        assert needs == {"autism": (Level.PART, "One trained"), "self_harm": (Level.NO, "")}
        assert home.version > version

    def test_what_was_said_keeps_its_day_until_it_changes(
        self, session: Sessions, home: Setting, manager: Actor, move_clock: Callable[[datetime], None]
    ) -> None:
        move_clock(datetime(2026, 5, 4, 12, tzinfo=UTC))
        say_needs(home, {"autism": NeedSaid(Level.FULL, "Trained")}, home.version, by=manager)
        move_clock(datetime(2026, 6, 8, 12, tzinfo=UTC))
        say_needs(home, {"autism": NeedSaid(Level.FULL, "Trained")}, home.version, by=manager)
        assert session.scalars(select(SettingNeed.said_on)).one() == date(2026, 5, 4)

    def test_a_stale_form_is_refused(self, home: Setting, manager: Actor) -> None:
        with pytest.raises(Stale):
            say_needs(home, {}, home.version - 1, by=manager)


class TestConfirmVacancies:
    @pytest.mark.parametrize("role", [Role.PROVIDER_MANAGER, Role.PROVIDER_RESPONDER])
    def test_says_how_many_from_when(self, session: Sessions, home: Setting, manager: Actor, role: Role) -> None:
        confirm_vacancies(home, 2, date(2026, 12, 1), by=replace(manager, roles=frozenset({role})))
        assert (home.vacancies, home.vacant_from, home.vacancies_confirmed_at is not None) == (
            2,
            date(2026, 12, 1),
            True,
        )
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == "confirm_vacancies")).one()
        assert (event.before["vacancies"], event.after["vacancies"]) == (1, 2)

    @pytest.mark.parametrize(("number", "says"), [(-1, "0 or more"), (5, "4 or fewer")])
    def test_not_more_than_there_are(self, home: Setting, manager: Actor, number: int, says: str) -> None:
        with pytest.raises(Invalid, match=says) as refused:
            confirm_vacancies(home, number, None, by=manager)
        assert refused.value.field == "vacancies"

    def test_not_by_finance(self, home: Setting, manager: Actor) -> None:
        with pytest.raises(NotPermitted):
            confirm_vacancies(home, 1, None, by=replace(manager, roles=frozenset({Role.PROVIDER_FINANCE})))


class TestFreshness:
    NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("days", "found"),
        [
            (0, Freshness.FRESH),
            (14, Freshness.FRESH),
            (15, Freshness.AGEING),
            (21, Freshness.AGEING),
            (22, Freshness.STALE),
        ],
    )
    def test_by_days(self, days: int, found: Freshness) -> None:
        assert freshness_of(self.NOW - timedelta(days=days), self.NOW) is found

    def test_never(self) -> None:
        assert freshness_of(None, self.NOW) is Freshness.NEVER

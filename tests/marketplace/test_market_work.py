"""What *Your work* says of the marketplace, to each role."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session, scoped_session

from marketplace.actor import SYSTEM, Actor
from marketplace.admitting import Refusal, refuse_provider
from marketplace.organisation import Organisation
from marketplace.register_import import import_of, import_register, rows_of
from marketplace.roles import Role
from marketplace.setting import SettingKind
from marketplace.work import Group, WorkItem
from marketplace.work_sources import items_of
from tests.makers.market import again, an_application
from tests.makers.standing import a_hub, a_lot, a_person, a_provider, a_setting, acting
from tests.marketplace.test_importing_register import SMALL

Sessions = scoped_session[Session]


@pytest.fixture
def hub(session: Sessions) -> Organisation:
    return a_hub()


@pytest.fixture
def manager(hub: Organisation) -> Actor:
    return a_person(hub, Role.HUB_MANAGER)


def seen_by(actor: Actor) -> list[WorkItem]:
    return list(items_of(acting(actor)))


class TestTheHub:
    def test_applications_are_due_on_the_tenth_working_day(
        self, hub: Organisation, manager: Actor, move_clock: Callable[[datetime], None]
    ) -> None:
        lot, provider = a_lot(hub, "special_school"), a_provider()
        move_clock(datetime(2026, 11, 2, 10, tzinfo=UTC))
        an_application(lot, provider)
        (item,) = seen_by(manager)
        assert (item.group, item.thing, item.due_at) == (
            Group.NOW, "Oakfield Care Ltd", datetime(2026, 11, 16, 17, tzinfo=UTC),
        )  # fmt: skip

    def test_an_analyst_decides_nothing(self, hub: Organisation) -> None:
        an_application(a_lot(hub, "special_school"), a_provider())
        assert seen_by(a_person(hub, Role.HUB_ANALYST)) == []

    def test_the_findings_of_the_last_import(self, hub: Organisation, manager: Actor) -> None:
        acting(SYSTEM)
        import_register(import_of(SMALL, "register.csv", hub, SYSTEM, all_the_same=False), rows_of(SMALL), by=SYSTEM)
        (item,) = seen_by(manager)
        assert item.group is Group.DONE
        assert item.step.startswith("Read ")


class TestAProvider:
    def test_incomplete_settings_and_vacancies_to_confirm(self, session: Sessions) -> None:
        provider = a_provider()
        a_setting(provider, name="Ash", postcode=None)
        a_setting(provider, name="Birch", vacancies_confirmed_at=None)
        steps = [item.step for item in seen_by(a_person(provider, Role.PROVIDER_MANAGER))]
        assert steps == ["Complete the settings", "Say whether they are still right"]

    def test_a_responder_confirms_only(self, session: Sessions) -> None:
        provider = a_provider()
        a_setting(provider, postcode=None, vacancies_confirmed_at=None)
        (item,) = seen_by(a_person(provider, Role.PROVIDER_RESPONDER))
        assert item.step == "Say whether they are still right"

    def test_an_application_waits_on_the_hub_and_then_is_news(self, hub: Organisation, manager: Actor) -> None:
        provider, lot = a_provider(), a_lot(hub, "special_school")
        applied = an_application(lot, provider, a_setting(provider, kind=SettingKind.SPECIAL_SCHOOL))
        applicant = a_person(provider, Role.PROVIDER_MANAGER)
        (waiting,) = seen_by(applicant)
        assert (waiting.group, waiting.step) == (Group.OTHERS, "The hub decides")
        acting(manager)
        refuse_provider(again(applied), [Refusal("insurance", "It lapsed.")], by=manager)
        (decided,) = seen_by(applicant)
        assert (decided.group, decided.step) == (Group.DONE, "Read the reasons")

    def test_another_provider_sees_nothing_of_it(self, hub: Organisation) -> None:
        an_application(a_lot(hub, "special_school"), a_provider())
        assert seen_by(a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER)) == []

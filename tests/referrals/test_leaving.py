"""Leaving: access ends at once, open referrals pass on."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.person import Membership
from marketplace.roles import Role
from referrals.leaving import end_membership, open_referrals_of
from referrals.referral import Referral
from tests.conftest import ClientAs
from tests.makers.referrals import a_draft
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, acting


@pytest.fixture
def borough(session: scoped_session[Session]) -> Organisation:
    return a_borough(a_hub())


@pytest.fixture
def manager(borough: Organisation) -> Actor:
    return a_person(borough, Role.PLACEMENT_MANAGER)


@pytest.fixture
def leaver(borough: Organisation) -> Actor:
    return a_person(borough, Role.PLACEMENT_OFFICER, name="Amara Osei")


@pytest.fixture
def colleague(borough: Organisation) -> Actor:
    return a_person(borough, Role.PLACEMENT_OFFICER, name="Ruth Adeyemi")


def place_of(member: Actor) -> Membership:
    mine = Membership.person_id == member.person_id, Membership.organisation_id == member.organisation_id
    return db.session.execute(select(Membership).where(*mine)).scalar_one()


@pytest.fixture
def open_referral(borough: Organisation, leaver: Actor) -> Referral:
    """A draft that is the leaver's work."""
    lot = a_lot(a_hub(), boroughs=(borough,))
    return a_draft(acting(leaver), lot)


class TestEndMembership:
    def test_does_it_with_the_next_click(self, manager: Actor, leaver: Actor, client_as: ClientAs) -> None:
        client = client_as(leaver)
        assert client.get("/work").status_code == 200
        acting(manager)
        end_membership(place_of(leaver), None, by=manager)
        assert client.get("/work").status_code == 302

    def test_the_open_referrals_pass_on(
        self, manager: Actor, leaver: Actor, colleague: Actor, open_referral: Referral
    ) -> None:
        acting(manager)
        assert open_referrals_of(place_of(leaver)) == 1
        assert end_membership(place_of(leaver), place_of(colleague), by=manager) == 1
        assert db.session.execute(select(Referral.officer_id)).scalar_one() == colleague.person_id

    def test_who_may_not_other_roles_or_oneself(self, manager: Actor, leaver: Actor, colleague: Actor) -> None:
        acting(colleague)
        with pytest.raises(NotPermitted):
            end_membership(place_of(leaver), None, by=colleague)
        acting(manager)
        with pytest.raises(Invalid, match="your own access"):
            end_membership(place_of(manager), None, by=manager)

    def test_when_it_may_not_without_somebody_to_take_the_work_on(
        self, manager: Actor, leaver: Actor, open_referral: Referral
    ) -> None:
        acting(manager)
        for nobody in (None, place_of(leaver)):
            with pytest.raises(Invalid, match="Choose a colleague"):
                end_membership(place_of(leaver), nobody, by=manager)

    def test_when_it_may_not_twice(self, manager: Actor, leaver: Actor) -> None:
        acting(manager)
        end_membership(place_of(leaver), None, by=manager)
        with pytest.raises(NotNow, match="has left"):
            end_membership(place_of(leaver), None, by=manager)

    def test_what_the_database_refuses_another_organisation_s_place_is_not_there(self, leaver: Actor) -> None:
        acting(a_person(a_borough(a_hub(), "Elsewhere"), Role.PLACEMENT_MANAGER))
        mine = select(Membership).where(Membership.person_id == leaver.person_id)
        assert db.session.execute(mine).all() == []

    def test_what_is_recorded_and_who_is_told(
        self, manager: Actor, leaver: Actor, colleague: Actor, open_referral: Referral
    ) -> None:
        acting(manager)
        end_membership(place_of(leaver), place_of(colleague), by=manager)
        successor = place_of(colleague).reference
        event = db.session.execute(select(AuditEvent).where(AuditEvent.act == "end_membership")).scalar_one()
        assert event.after == {"work_passed_to": successor, "open_referrals": 1}
        acting(colleague)
        told = select(Letter.subject).where(Letter.act == "end_membership")
        assert db.session.execute(told).scalars().all() == ["1 open referral passed to you"]

    def test_the_page_does_it(self, manager: Actor, leaver: Actor, client_as: ClientAs) -> None:
        acting(manager)
        address = f"/people/{place_of(leaver).reference}/leaving"
        client = client_as(manager)
        assert client.post(address, data={"work_passes_to": ""}).location == "/people"
        assert "left" in client.get("/people").text

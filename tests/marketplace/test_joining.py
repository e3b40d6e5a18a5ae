"""Joining an organisation by invitation; changing roles; new passwords."""

import re
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted, Stale
from foundation.tenancy import SYSTEM_FENCE, act_behind
from marketplace.actor import SYSTEM, Actor
from marketplace.changing_roles import change_roles
from marketplace.choosing_passwords import ask_for_new_password, change_password, set_new_password
from marketplace.joining import (
    Invited,
    accept_invitation,
    invite_person,
    join_with_account,
    renew_joining,
    withdraw_joining,
)
from marketplace.organisation import Organisation
from marketplace.passwords import require_good_password, verify_password
from marketplace.person import JoiningInvitation, Membership, Person
from marketplace.roles import Role
from marketplace.signing_in import sign_in
from marketplace.standing import Whence
from tests.conftest import ClientAs
from tests.makers.standing import a_borough, a_hub, a_person, a_provider, acting, behind

PASSWORD = "three quiet harbours"
HERE = Whence("192.0.2.7", "request-1", "Firefox")


@pytest.fixture
def borough(session: scoped_session[Session]) -> Organisation:
    return a_borough(a_hub())


@pytest.fixture
def manager(borough: Organisation) -> Actor:
    return a_person(borough, Role.PLACEMENT_MANAGER, name="Daniel Whitcombe")


def invited(borough: Organisation, manager: Actor, email: str = "bea@example.org") -> Invited:
    by = acting(manager)
    return invite_person(db.session.get_one(Organisation, borough.id), email, "Bea Kowalczyk", [Role.AUDITOR], by=by)


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def membership_of(member: Actor, *, by: Actor) -> Membership:
    """The member's place, as `by` reads it; from here on `by` acts."""
    acting(by)
    mine = Membership.person_id == member.person_id, Membership.organisation_id == member.organisation_id
    return db.session.execute(select(Membership).where(*mine)).scalar_one()


def acts_of(actor: Actor) -> list[str]:
    acting(actor)
    return list(db.session.execute(select(AuditEvent.act).order_by(AuditEvent.sequence)).scalars())


def letters() -> list[Letter]:
    with behind(SYSTEM_FENCE):
        return list(db.session.execute(select(Letter).order_by(Letter.written_at)).scalars())


class TestInvitePerson:
    def test_does_it(self, borough: Organisation, manager: Actor) -> None:
        invitation, link = invited(borough, manager)
        assert link.startswith("http://localhost:8000/join/")
        assert invitation.expires_at - invitation.invited_at == timedelta(days=14)

    def test_the_operator_does_it(self, borough: Organisation) -> None:
        act_behind(SYSTEM_FENCE)
        borough = db.session.get_one(Organisation, borough.id)
        assert invite_person(borough, "a@example.org", "A", [Role.DIRECTOR], by=SYSTEM).link

    @pytest.mark.parametrize("role", [Role.PLACEMENT_OFFICER, Role.AUDITOR, Role.DIRECTOR])
    def test_who_may_not_other_roles(self, borough: Organisation, role: Role) -> None:
        with pytest.raises(NotPermitted):
            invited(borough, a_person(borough, role))

    def test_who_may_not_another_organisation(self, borough: Organisation) -> None:
        with pytest.raises(NotPermitted):
            invited(borough, a_person(a_hub(), Role.HUB_MANAGER))

    def test_when_it_may_not_for_roles_of_another_kind_or_somebody_who_is_here(
        self, borough: Organisation, manager: Actor
    ) -> None:
        acting(manager)
        with pytest.raises(Invalid):
            invite_person(
                db.session.get_one(Organisation, borough.id), "x@example.org", "X", [Role.HUB_MANAGER], by=manager
            )
        with pytest.raises(Invalid, match="joined already"):
            invited(borough, manager, manager.email)

    def test_what_the_database_refuses_another_organisation_reads_no_invitation(
        self, borough: Organisation, manager: Actor
    ) -> None:
        invited(borough, manager)
        acting(a_person(a_borough(a_hub(), "Elsewhere"), Role.PLACEMENT_MANAGER))
        assert db.session.execute(select(JoiningInvitation)).all() == []

    def test_what_is_recorded_and_who_is_told_without_anybody_reading_the_link(
        self, borough: Organisation, manager: Actor
    ) -> None:
        link = invited(borough, manager).link
        assert acts_of(manager) == ["invite_person"]
        (letter,) = letters()
        assert (letter.to_address, letter.link) == ("bea@example.org", link)
        assert token_of(link) not in letter.body
        acting(manager)
        assert db.session.execute(select(Letter)).all() == []


class TestAcceptInvitation:
    def test_does_it_and_signs_in(self, borough: Organisation, manager: Actor) -> None:
        token = token_of(invited(borough, manager).link)
        entry = accept_invitation(token, "Bea Kowalczyk", PASSWORD, whence=HERE)
        assert (entry.place.organisation_id, entry.place.roles) == (borough.id, ["auditor"])
        assert sign_in("bea@example.org", PASSWORD, whence=HERE).place.person_id == entry.place.person_id

    def test_the_first_person_of_a_provider_claims_it(self, session: object) -> None:
        provider = a_provider()
        with behind(SYSTEM_FENCE):
            db.session.get_one(Organisation, provider.id).claimed_at = None
            found = db.session.get_one(Organisation, provider.id)
            link = invite_person(found, "bea@example.org", "Bea", [Role.PROVIDER_MANAGER], by=SYSTEM).link
        accept_invitation(token_of(link), "Bea", PASSWORD, whence=HERE)
        with behind(SYSTEM_FENCE):
            assert db.session.get_one(Organisation, provider.id).claimed_at is not None

    def test_an_account_that_exists_joins_with_its_password(self, borough: Organisation, manager: Actor) -> None:
        first = token_of(invited(borough, manager).link)
        accept_invitation(first, "Bea Kowalczyk", PASSWORD, whence=HERE)
        elsewhere = a_borough(a_hub(), "Elsewhere")
        second = token_of(invited(elsewhere, a_person(elsewhere, Role.PLACEMENT_MANAGER)).link)
        with pytest.raises(Invalid):
            join_with_account(second, "not the password", whence=HERE)
        assert join_with_account(second, PASSWORD, whence=HERE).place.organisation_id == elsewhere.id

    def test_when_it_may_not_a_second_time(self, borough: Organisation, manager: Actor) -> None:
        token = token_of(invited(borough, manager).link)
        accept_invitation(token, "Bea", PASSWORD, whence=HERE)
        with pytest.raises(NotNow, match="taken up already"):
            accept_invitation(token, "Mallory", PASSWORD, whence=HERE)

    def test_when_it_may_not_after_fourteen_days(
        self, borough: Organisation, manager: Actor, move_clock: Callable[[datetime], None]
    ) -> None:
        token = token_of(invited(borough, manager).link)
        move_clock(clock.now() + timedelta(days=14, seconds=1))
        with pytest.raises(NotNow, match="expired"):
            accept_invitation(token, "Bea", PASSWORD, whence=HERE)

    def test_when_it_may_not_once_withdrawn_or_sent_anew(self, borough: Organisation, manager: Actor) -> None:
        invitation, link = invited(borough, manager)
        again = renew_joining(invitation, db.session.get_one(Organisation, borough.id), by=manager)
        with pytest.raises(NotNow, match="newer letter"):
            accept_invitation(token_of(link), "Bea", PASSWORD, whence=HERE)
        acting(manager)
        withdraw_joining(db.session.execute(select(JoiningInvitation)).scalar_one(), by=manager)
        with pytest.raises(NotNow, match="withdrawn"):
            accept_invitation(token_of(again), "Bea", PASSWORD, whence=HERE)
        assert acts_of(manager) == ["invite_person", "renew_joining", "withdraw_joining"]

    def test_what_is_recorded(self, borough: Organisation, manager: Actor) -> None:
        accept_invitation(token_of(invited(borough, manager).link), "Bea", PASSWORD, whence=HERE)
        assert acts_of(manager) == ["invite_person", "accept_invitation"]

    def test_the_page_says_why_a_link_serves_no_more(self, app: Flask, session: object) -> None:
        answer = app.test_client().get("/join/nothing-of-ours")
        assert answer.status_code == 409
        assert "not one of ours" in answer.text


class TestChangeRoles:
    def test_does_it(self, borough: Organisation, manager: Actor) -> None:
        member = membership_of(a_person(borough, Role.AUDITOR), by=manager)
        change_roles(member, [Role.DIRECTOR, Role.AUDITOR], version=1, by=manager)
        assert member.roles == ["auditor", "director"]

    @pytest.mark.parametrize("role", [Role.PLACEMENT_OFFICER, Role.AUDITOR])
    def test_who_may_not_other_roles(self, borough: Organisation, manager: Actor, role: Role) -> None:
        other = a_person(borough, role)
        with pytest.raises(NotPermitted):
            change_roles(membership_of(manager, by=other), [Role.AUDITOR], version=1, by=other)

    def test_who_may_not_add_to_their_own(self, borough: Organisation, manager: Actor) -> None:
        with pytest.raises(Invalid, match="your own roles"):
            change_roles(
                membership_of(manager, by=manager), [Role.PLACEMENT_MANAGER, Role.DIRECTOR], version=1, by=manager
            )

    def test_when_it_may_not_the_last_who_runs_the_accounts(self, borough: Organisation) -> None:
        last = a_person(borough, Role.PLACEMENT_MANAGER, Role.AUDITOR)
        with pytest.raises(Invalid, match="Nobody else"):
            change_roles(membership_of(last, by=last), [Role.AUDITOR], version=1, by=last)

    def test_when_it_may_not_a_form_that_is_stale(self, borough: Organisation, manager: Actor) -> None:
        member = membership_of(a_person(borough, Role.AUDITOR), by=manager)
        with pytest.raises(Stale):
            change_roles(member, [Role.DIRECTOR], version=7, by=manager)

    def test_what_is_recorded_and_who_is_told(self, borough: Organisation, manager: Actor) -> None:
        other = a_person(borough, Role.AUDITOR)
        change_roles(membership_of(other, by=manager), [Role.DIRECTOR], version=1, by=manager)
        (event,) = db.session.execute(select(AuditEvent)).scalars()
        assert (event.before, event.after) == ({"roles": ["auditor"]}, {"roles": ["director"]})
        assert [letter.to_person_id for letter in letters()] == [other.person_id]


class TestPasswords:
    @pytest.mark.parametrize(
        "weak", ["short", "x" * 129, "password1234", "123456789012", "aaaaaaaaaaaaaa", "daniel-harbour-7"]
    )
    def test_refuses_what_anybody_would_try(self, weak: str) -> None:
        with pytest.raises(Invalid):
            require_good_password(weak, not_holding=("Daniel",))

    def test_takes_three_words(self) -> None:
        require_good_password(PASSWORD, not_holding=("Daniel", "Whitcombe"))

    def test_a_missing_hash_verifies_nothing(self) -> None:
        assert not verify_password(None, PASSWORD)
        assert not verify_password("no hash at all", PASSWORD)

    def test_a_change_signs_every_other_browser_out(
        self, borough: Organisation, manager: Actor, client_as: ClientAs
    ) -> None:
        accept_invitation(token_of(invited(borough, manager).link), "Bea", PASSWORD, whence=HERE)
        bea = sign_in("bea@example.org", PASSWORD, whence=HERE).place.actor(HERE)
        other = client_as(bea)
        with pytest.raises(Invalid, match="present password"):
            change_password("not the password", "four other harbours", whence=HERE, by=acting(bea))
        change_password(PASSWORD, "four other harbours", whence=HERE, by=acting(bea))
        assert other.get("/work").status_code == 302
        assert sign_in("bea@example.org", "four other harbours", whence=HERE)


class TestForgottenPassword:
    def asked(self, borough: Organisation, manager: Actor) -> str:
        """Bea, who has an account, asks; the token of the letter."""
        accept_invitation(token_of(invited(borough, manager).link), "Bea", PASSWORD, whence=HERE)
        ask_for_new_password("bea@example.org", whence=HERE)
        link = letters()[-1].link
        assert link
        return token_of(link)

    def test_does_it_once(self, borough: Organisation, manager: Actor) -> None:
        token = self.asked(borough, manager)
        set_new_password(token, "four other harbours", whence=HERE)
        assert sign_in("bea@example.org", "four other harbours", whence=HERE)
        with pytest.raises(NotNow, match="used already"):
            set_new_password(token, "five more harbours", whence=HERE)

    def test_when_it_may_not_after_an_hour(
        self, borough: Organisation, manager: Actor, move_clock: Callable[[datetime], None]
    ) -> None:
        token = self.asked(borough, manager)
        move_clock(clock.now() + timedelta(hours=1, seconds=1))
        with pytest.raises(NotNow, match="expired"):
            set_new_password(token, "four other harbours", whence=HERE)

    def test_the_answer_is_the_same_for_an_unknown_account(
        self, app: Flask, borough: Organisation, manager: Actor
    ) -> None:
        def ask(email: str) -> str:
            return re.sub(
                "[a-z0-9]+@example.org", "", app.test_client().post("/forgotten-password", data={"email": email}).text
            )

        assert ask(manager.email) == ask("nobody@example.org")
        assert len(letters()) == 1

    def test_at_most_three_letters_an_hour(self, borough: Organisation, manager: Actor) -> None:
        for _ in range(5):
            ask_for_new_password(manager.email, whence=HERE)
        assert len(letters()) == 3


@pytest.mark.slow
def test_two_who_take_up_one_invitation_at_once_become_one(own_app: Flask) -> None:
    """On two real connections: one joins, the other is told that it was taken up already."""
    with own_app.app_context():
        act_behind(SYSTEM_FENCE)
        borough = a_borough(a_hub(), "Raced")
        db.session.commit()
        email = f"{uuid.uuid4().hex}@example.org"
        found = db.session.get_one(Organisation, borough.id)
        token = token_of(invite_person(found, email, "Bea", [Role.AUDITOR], by=SYSTEM).link)
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def take_up() -> None:
        with own_app.app_context():
            gate.wait()
            try:
                accept_invitation(token, "Bea", PASSWORD, whence=HERE)
                outcomes.append("joined")
            except NotNow:
                outcomes.append("too late")

    racers = [threading.Thread(target=take_up) for _ in range(2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    with own_app.app_context():
        act_behind(SYSTEM_FENCE)
        assert sorted(outcomes) == ["joined", "too late"]
        assert len(db.session.execute(select(Person).where(Person.email == email)).all()) == 1

"""Signing in: with a password, throttled, for one organisation at a time."""

import re
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from foundation.audit import AuditEvent
from foundation.database import db
from foundation.permission import Invalid, NotFound, TooManyTries
from foundation.tenancy import SYSTEM_FENCE
from marketplace import throttle
from marketplace.actor import Actor
from marketplace.passwords import hash_password
from marketplace.person import BrowserSession, Membership, Person, SignInAttempt
from marketplace.roles import Role
from marketplace.signing_in import sign_in, sign_out, sign_out_everywhere, sign_person_out, switch_organisation
from marketplace.standing import Whence
from tests.conftest import ClientAs
from tests.makers.standing import a_borough, a_hub, a_person, acting, behind

PASSWORD = "three quiet harbours"
HERE = Whence("192.0.2.7", "request-1", "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0")


@pytest.fixture
def amara(session: scoped_session[Session]) -> Actor:
    """A placement officer with a password."""
    actor = a_person(a_borough(a_hub()), Role.PLACEMENT_OFFICER, name="Amara Osei")
    give_password(actor)
    return actor


def give_password(actor: Actor, password: str = PASSWORD) -> None:
    with behind(SYSTEM_FENCE):
        hashed = hash_password(password)
        db.session.execute(update(Person).where(Person.id == actor.person_id).values(password_hash=hashed))
    db.session.commit()


def events_of(actor: Actor) -> list[AuditEvent]:
    acting(actor)
    return list(db.session.execute(select(AuditEvent).order_by(AuditEvent.sequence)).scalars())


def count(model: type, *where: object) -> int:
    with behind(SYSTEM_FENCE):
        return db.session.execute(select(func.count()).select_from(model).where(*where)).scalar_one()


def browser(app: Flask) -> FlaskClient:
    return app.test_client()


class TestSignIn:
    def test_does_it(self, amara: Actor) -> None:
        entry = sign_in(amara.email.upper(), PASSWORD, whence=HERE)
        assert (entry.place.person_id, entry.place.organisation_id) == (amara.person_id, amara.organisation_id)
        assert count(BrowserSession, BrowserSession.id == entry.session_id, BrowserSession.ended_at.is_(None)) == 1

    @pytest.mark.parametrize("typed", ["wrong wrong wrong", "", "x" * 5000])
    def test_who_may_not_a_wrong_password(self, amara: Actor, typed: str) -> None:
        with pytest.raises(Invalid, match="wrong"):
            sign_in(amara.email, typed, whence=HERE)
        assert count(BrowserSession, BrowserSession.person_id == amara.person_id) == 0

    def test_who_may_not_an_unknown_account_and_the_answer_is_the_same(self, amara: Actor) -> None:
        with pytest.raises(Invalid) as known:
            sign_in(amara.email, "not the password", whence=HERE)
        with pytest.raises(Invalid) as unknown:
            sign_in("nobody@example.org", "not the password", whence=HERE)
        assert str(known.value) == str(unknown.value)

    def test_who_may_not_somebody_who_has_left(self, amara: Actor) -> None:
        with behind(SYSTEM_FENCE):
            db.session.execute(update(Membership).values(ended_at=func.now(), ended_by_id=amara.person_id))
        with pytest.raises(Invalid):
            sign_in(amara.email, PASSWORD, whence=HERE)

    def test_when_it_may_not_after_too_many_tries_even_with_the_right_password(self, amara: Actor) -> None:
        for _ in range(throttle.PER_ACCOUNT):
            with pytest.raises(Invalid):
                sign_in(amara.email, "a wrong password", whence=HERE)
        with pytest.raises(TooManyTries, match="Try again at"):
            sign_in(amara.email, PASSWORD, whence=Whence("192.0.2.8"))

    def test_when_it_may_again_once_the_time_is_over(self, amara: Actor) -> None:
        tried(amara.email, "192.0.2.7", times=throttle.PER_ACCOUNT, minutes_ago=16)
        assert sign_in(amara.email, PASSWORD, whence=HERE).place.name == "Amara Osei"

    def test_when_it_may_not_from_an_address_that_tried_many_accounts(
        self, amara: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(throttle, "PER_ADDRESS", 3)
        for number in range(3):
            tried(f"guess{number}@example.org", "192.0.2.7")
        with pytest.raises(TooManyTries):
            sign_in(amara.email, PASSWORD, whence=HERE)
        assert sign_in(amara.email, PASSWORD, whence=Whence("192.0.2.99")).place.email == amara.email

    def test_when_it_may_not_while_guesses_come_from_everywhere(
        self, amara: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(throttle, "OVERALL", 2)
        tried("one@example.org", "192.0.2.1")
        tried("two@example.org", "192.0.2.2")
        with pytest.raises(TooManyTries):
            sign_in(amara.email, PASSWORD, whence=HERE)

    def test_a_success_forgives_what_was_mistyped_before(self, amara: Actor) -> None:
        tried(amara.email, "192.0.2.7", times=throttle.PER_ACCOUNT - 1)
        sign_in(amara.email, PASSWORD, whence=HERE)
        with pytest.raises(Invalid):
            sign_in(amara.email, "mistyped once", whence=HERE)
        assert sign_in(amara.email, PASSWORD, whence=HERE)

    def test_what_the_database_refuses_a_person_reads_nobody_s_tries(self, amara: Actor) -> None:
        tried(amara.email, "192.0.2.7")
        acting(amara)
        assert db.session.execute(select(SignInAttempt)).all() == []

    def test_what_is_recorded_with_the_refusals_and_without_the_password(self, amara: Actor) -> None:
        with pytest.raises(Invalid):
            sign_in(amara.email, "my secret mistake", whence=HERE)
        sign_in(amara.email, PASSWORD, whence=HERE)
        refused, done = events_of(amara)
        assert (refused.act, refused.refused, refused.address) == ("sign_in", True, "192.0.2.7")
        assert (done.act, done.refused, done.person_id) == ("sign_in", False, amara.person_id)
        assert "secret" not in str([event.after for event in (refused, done)])


def tried(email: str, address: str, *, times: int = 1, minutes_ago: int = 0) -> None:
    with behind(SYSTEM_FENCE):
        for _ in range(times):
            at = func.clock_timestamp() - timedelta(minutes=minutes_ago)
            db.session.add(SignInAttempt(id=uuid.uuid4(), email=email, address=address, at=at, succeeded=False))


class TestSignOut:
    def test_does_it_and_a_copy_of_the_cookie_opens_nothing(self, amara: Actor, client_as: ClientAs) -> None:
        client = client_as(amara)
        with client.session_transaction() as cookie:
            copied = dict(cookie)
        assert client.get("/work").status_code == 200
        assert client.post("/sign-out").location == "/sign-in"
        with client.session_transaction() as cookie:
            cookie.update(copied)
        assert client.get("/work").location == "/sign-in?next=/work"

    def test_who_may_not_end_another_s_browser(self, amara: Actor) -> None:
        entry = sign_in(amara.email, PASSWORD, whence=HERE)
        stranger = acting(a_person(a_borough(a_hub(), "Elsewhere"), Role.PLACEMENT_OFFICER))
        sign_out(entry.session_id, by=stranger)
        assert count(BrowserSession, BrowserSession.id == entry.session_id, BrowserSession.ended_at.is_(None)) == 1

    def test_what_is_recorded(self, amara: Actor, client_as: ClientAs) -> None:
        client_as(amara).post("/sign-out")
        assert [event.act for event in events_of(amara)] == ["sign_out"]


class TestSignOutEverywhere:
    def test_does_it(self, amara: Actor, client_as: ClientAs) -> None:
        here, there = client_as(amara), client_as(amara)
        here.post("/account/sign-out-everywhere")
        assert there.get("/work").status_code == 302
        assert here.get("/work").status_code == 302

    def test_leaves_others_alone(self, amara: Actor, client_as: ClientAs) -> None:
        other = client_as(a_person(a_borough(a_hub(), "Elsewhere"), Role.PLACEMENT_OFFICER))
        sign_out_everywhere(by=acting(amara))
        assert other.get("/work").status_code == 200

    def test_the_operator_does_it(self, amara: Actor, client_as: ClientAs) -> None:
        client = client_as(amara)
        sign_person_out(amara.email)
        assert client.get("/work").status_code == 302
        with pytest.raises(NotFound):
            sign_person_out("nobody@example.org")

    def test_what_is_recorded(self, amara: Actor) -> None:
        sign_person_out(amara.email)
        sign_out_everywhere(by=acting(amara))
        assert {(event.act, event.person_name) for event in events_of(amara)} == {
            ("sign_out_everywhere", "Harbour"),
            ("sign_out_everywhere", "Amara Osei"),
        }


class TestSwitchOrganisation:
    @pytest.fixture
    def at_both(self, amara: Actor) -> str:
        """Amara works for the hub too; its reference."""
        hub = a_hub()
        with behind(SYSTEM_FENCE):
            db.session.add(
                Membership(person_id=amara.person_id, organisation_id=hub.id, roles=[Role.HUB_ANALYST.value])
            )
        return hub.reference

    def test_does_it(self, amara: Actor, at_both: str, client_as: ClientAs) -> None:
        client = client_as(amara)
        assert "Switch organisation" in client.get("/work").text
        client.post(f"/account/organisations/{at_both}")
        assert "Test Hub" in client.get("/account").text

    def test_who_may_not_somebody_without_a_place_there(self, amara: Actor, client_as: ClientAs) -> None:
        assert client_as(amara).post(f"/account/organisations/{a_hub().reference}").status_code == 404

    def test_the_next_sign_in_acts_for_the_last_one(self, amara: Actor, at_both: str) -> None:
        switch_organisation(at_both, by=acting(amara))
        assert sign_in(amara.email, PASSWORD, whence=HERE).place.organisation_name == "Test Hub"

    def test_what_is_recorded_for_both_to_read(self, amara: Actor, at_both: str) -> None:
        hub_id = switch_organisation(at_both, by=acting(amara))
        (event,) = events_of(amara)
        assert (event.act, event.about_id, event.after) == ("switch_organisation", hub_id, {"to": "Test Hub"})


class TestTheSession:
    @pytest.mark.parametrize(("column", "minutes"), [("seen_at", 16), ("began_at", 12 * 60 + 1)])
    def test_ends_when_idle_and_after_a_working_day(
        self, amara: Actor, client_as: ClientAs, column: str, minutes: int
    ) -> None:
        client = client_as(amara)
        set_back(column, minutes)
        assert client.get("/work?group=now").location == "/sign-in?next=/work%3Fgroup%3Dnow"

    def test_goes_on_while_there_are_clicks(self, amara: Actor, client_as: ClientAs) -> None:
        client = client_as(amara)
        set_back("seen_at", 14)
        assert client.get("/work").status_code == 200
        recent = BrowserSession.seen_at > func.clock_timestamp() - timedelta(minutes=1)
        assert count(BrowserSession, recent, BrowserSession.person_id == amara.person_id) == 1

    def test_a_role_taken_away_is_gone_with_the_next_click(self, amara: Actor, client_as: ClientAs) -> None:
        client = client_as(amara)
        assert "Start a referral" in client.get("/work").text
        with behind(SYSTEM_FENCE):
            db.session.execute(update(Membership).values(roles=[Role.AUDITOR.value]))
        db.session.commit()
        assert "Start a referral" not in client.get("/work").text

    def test_signing_in_gives_a_new_cookie(self, app: Flask, amara: Actor) -> None:
        client = browser(app)
        with client.session_transaction() as cookie:
            cookie["planted"] = "by somebody else"
        answer = client.post("/sign-in", data={"email": amara.email, "password": PASSWORD})
        assert (answer.status_code, answer.location) == (303, "/work")
        with client.session_transaction() as cookie:
            assert "planted" not in cookie
            assert uuid.UUID(cookie["browser"])

    @pytest.mark.parametrize(
        ("wanted", "led_to"),
        [
            ("/referrals?page=2", "/referrals?page=2"),
            ("https://elsewhere.example", "/work"),
            ("//elsewhere.example", "/work"),
            ("/\\elsewhere.example", "/work"),
            ("javascript:alert(1)", "/work"),
            ("", "/work"),
        ],
    )
    def test_leads_on_only_within_harbour(self, app: Flask, amara: Actor, wanted: str, led_to: str) -> None:
        answer = browser(app).post("/sign-in", data={"email": amara.email, "password": PASSWORD, "next": wanted})
        assert answer.location == led_to

    def test_too_many_tries_is_a_page_that_says_when(self, app: Flask, amara: Actor) -> None:
        tried(amara.email, "127.0.0.1", times=throttle.PER_ACCOUNT)
        answer = browser(app).post("/sign-in", data={"email": amara.email, "password": PASSWORD})
        assert answer.status_code == 429
        assert "Try again at" in answer.text


def set_back(column: str, minutes: int) -> None:
    with behind(SYSTEM_FENCE):
        earlier = func.clock_timestamp() - timedelta(minutes=minutes)
        db.session.execute(update(BrowserSession).values({column: earlier}))
    db.session.commit()


def csrf_token_of(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


class TestWhatWasBeingTyped:
    def interrupted(self, client: FlaskClient) -> str:
        """A form is sent after the session ended; gives back what the sign-in page carries along."""
        set_back("seen_at", 16)
        typed = {
            "name": "Bea Kowalczyk",
            "roles": ["auditor", "director"],
            "password": "a secret",
            "one_time_key": "used",
        }
        answer = client.post("/people/invite", data=typed)
        assert answer.status_code == 401
        assert "What you typed is kept" in answer.text
        found = re.search(r'name="typed" value="([^"]+)"', answer.text)
        assert found
        return found[1]

    def test_is_there_again_after_signing_in(self, amara: Actor, client_as: ClientAs) -> None:
        client = client_as(amara)
        typed = self.interrupted(client)
        answer = client.post("/sign-in", data={"email": amara.email, "password": PASSWORD, "typed": typed})
        assert answer.status_code == 200
        assert 'action="/people/invite"' in answer.text
        assert [f'value="{value}"' in answer.text for value in ("Bea Kowalczyk", "auditor", "director")] == [True] * 3
        assert "a secret" not in answer.text

    def test_is_sent_on_with_one_button(
        self, app: Flask, amara: Actor, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = client_as(amara)
        typed = self.interrupted(client)
        monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
        token = csrf_token_of(client.get("/sign-in").text)
        body = {"email": amara.email, "password": PASSWORD, "typed": typed, "csrf_token": token}
        offered = client.post("/sign-in", data=body)
        assert client.post("/people/invite", data={"csrf_token": csrf_token_of(offered.text)}).status_code == 403

    def test_survives_a_mistyped_password(self, amara: Actor, client_as: ClientAs) -> None:
        client = client_as(amara)
        typed = self.interrupted(client)
        answer = client.post("/sign-in", data={"email": amara.email, "password": "mistyped it", "typed": typed})
        assert answer.status_code == 422
        assert typed in answer.text

    def test_is_not_shown_to_somebody_else_at_the_same_desk(self, amara: Actor, client_as: ClientAs) -> None:
        other = a_person(a_borough(a_hub(), "Elsewhere"), Role.PLACEMENT_OFFICER)
        give_password(other)
        client = client_as(amara)
        typed = self.interrupted(client)
        answer = client.post("/sign-in", data={"email": other.email, "password": PASSWORD, "typed": typed})
        assert (answer.status_code, answer.location) == (303, "/work")

    def test_cannot_be_made_up(self, app: Flask, amara: Actor) -> None:
        answer = browser(app).post(
            "/sign-in", data={"email": amara.email, "password": PASSWORD, "typed": "eyJ0byI6Ii93b3JrIn0.forged"}
        )
        assert answer.location == "/work"

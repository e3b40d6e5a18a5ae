"""Bad input and what it gets: a sentence that says what is wrong, the typing kept, nothing half-done. One row a test."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, func, make_url, pool, select, text
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from demo.people import PASSWORD
from foundation import clock
from foundation.database import db
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.roles import Role
from marketplace.setting import Setting
from referrals.child import Child
from tests.journeys.harbour import running_harbour
from tests.makers.answers import a_responder
from tests.makers.choosing import Competition, a_competition, an_award, past_deadline
from tests.makers.referrals import a_child
from tests.makers.standing import a_borough, a_hub, a_person, acting

ClientAs = Callable[[Actor], FlaskClient]
Sessions = scoped_session[Session]
MoveClock = Callable[[datetime], None]
UNPROCESSABLE, CONFLICT = 422, 409

SMALL = (Path(__file__).parent.parent / "fixtures" / "register_small.csv").read_bytes()
CHILD = {"first_name": "Ottoline", "family_name": "Brackwater", "date_of_birth": ["31", "3", "2013"], "sex": "F"}


@pytest.fixture
def officer(session: Sessions) -> Actor:
    """A placement officer."""
    return a_person(a_borough(a_hub()), Role.PLACEMENT_OFFICER)


@pytest.fixture
def competition(session: Sessions) -> Competition:
    """Two sealed offers on one referral."""
    return a_competition((4200, 4600))


def number_of(thing: type[Any], by: Actor) -> int:
    """How many there are, for this actor."""
    acting(by)
    return int(db.session.scalar(select(func.count()).select_from(thing)) or 0)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"first_name": ""}, "Enter the child’s first name."),
        ({"first_name": "O" * 101}, "The first name can be 100 characters at most."),
        ({"home_address": "O" * 501}, "The home address can be 500 characters at most."),
        ({"date_of_birth": ["1", "1", "2199"]}, "The date of birth is in the future."),
        ({"date_of_birth": ["1", "1", "1990"]}, "The date of birth is over 25 years ago."),
        ({"date_of_birth": ["31", "2", "2013"]}, "Enter a day that exists"),
        ({"upn": "B801200001001"}, "check"),
        ({"uln": "1234567890"}, "check"),
        ({"home_postcode": "ZZ99 9ZZ"}, "postcode"),
        ({"home_postcode": "CR0 9ZZ"}, "There is no postcode CR0 9ZZ."),
    ],
)
def test_a_child_that_cannot_be_meant_is_not_recorded_and_the_typing_kept(
    officer: Actor, client_as: ClientAs, known_postcodes: None, typed: dict[str, Any], said: str
) -> None:
    before = number_of(Child, officer)
    answer = client_as(officer).post("/children/new", data=CHILD | typed)
    assert answer.status_code == UNPROCESSABLE
    assert said in answer.text
    assert "Brackwater" in answer.text
    assert number_of(Child, officer) == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"fee_0_amount": "-4200"}, "below nought"),
        ({"fee_0_amount": "1,000,000"}, "too large"),
        ({"valid_until": ["1", "1", "2020"]}, "The offer would be over before it is sent."),
        ({"fee_0_from": "9", "fee_0_to": "3"}, "the end must come after the start"),
    ],
)
def test_fees_and_ends_that_cannot_be_meant(
    competition: Competition, client_as: ClientAs, typed: dict[str, Any], said: str
) -> None:
    at = f"/offers/{competition.offers[0].reference}/change"
    answer = client_as(a_responder(competition.settings[0])).post(at, data=an_offer_typed(competition) | typed)
    assert answer.status_code == UNPROCESSABLE
    assert said in answer.text
    assert "A calm house by the park." in answer.text


def an_offer_typed(competition: Competition, version: int = 1) -> dict[str, Any]:
    """An offer as a form sends it."""
    first = clock.today() + timedelta(days=30)
    last = first + timedelta(days=30)
    said: dict[str, Any] = {
        "setting": str(competition.settings[0].id), "starts_on": [str(first.day), str(first.month), str(first.year)],
        "valid_until": [str(last.day), str(last.month), str(last.year)], "approach": "A calm house by the park.",
        "impact": "Both who live here were asked.", "lines": "3", "version": str(version), "then": "send",
        "fee_0_kind": "core", "fee_0_label": "Core fee", "fee_0_amount": "4100", "fee_0_unit": "week",
        "need_trauma_level": "full", "need_trauma_evidence": "Staff are trained in it.",
    }  # fmt: skip
    rows = {f"fee_{row}_{part}": value for row in (1, 2) for part, value in (("kind", "core"), ("unit", "week"))}
    return said | rows | {f"criterion_{each.id}": "In this way." for each in competition.lot.criteria}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 a spreadsheet", "not a CSV"),
        (b"name,colour\nRowan,green\n", "column"),
        (SMALL[: len(SMALL) // 2], "incomplete or damaged"),
        (b"", "Choose the file"),
    ],
)
def test_a_register_that_is_none_or_stops_half_way_imports_nothing(
    session: Sessions, client_as: ClientAs, content: bytes, said: str
) -> None:
    manager = a_person(a_hub(), Role.HUB_MANAGER)
    before = number_of(Setting, manager)
    name = "register.csv" if content else ""
    answer = client_as(manager).post("/register", data={"file": (io.BytesIO(content), name)})
    assert answer.status_code == UNPROCESSABLE
    assert said in answer.text
    assert number_of(Setting, manager) == before


def test_a_file_that_is_far_too_large_is_refused(session: Sessions, client_as: ClientAs) -> None:
    client = client_as(a_person(a_hub(), Role.HUB_MANAGER))
    answer = client.post("/register", data=b"x" * (26 * 1024 * 1024), content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "large" in answer.text


def test_an_offer_one_second_late_is_refused_and_kept(
    competition: Competition, client_as: ClientAs, move_clock: MoveClock
) -> None:
    client = client_as(a_responder(competition.settings[0]))
    typed = an_offer_typed(competition)
    assert competition.referral.deadline is not None
    move_clock(competition.referral.deadline + timedelta(seconds=1))
    answer = client.post(f"/offers/{competition.offers[0].reference}/change", data=typed)
    assert answer.status_code in (UNPROCESSABLE, CONFLICT)
    assert "deadline" in re.findall(r'role="alert".*?</ul>', answer.text, re.DOTALL)[0]
    assert "A calm house by the park." in answer.text


def test_a_second_award_is_refused(competition: Competition, client_as: ClientAs, move_clock: MoveClock) -> None:
    award = an_award(competition.referral, move_clock, by=competition.manager)
    typed = {
        "offer": competition.offers[1].reference,
        "rationale": "The other one after all, for the school.",
        "departs": "y",
    }
    answer = client_as(competition.manager).post(f"/referrals/{competition.referral.reference}/award", data=typed)
    assert answer.status_code in (UNPROCESSABLE, CONFLICT)
    acting(competition.manager)
    assert award.undone_at is None


def test_a_second_click_gives_the_first_answer(officer: Actor, client_as: ClientAs) -> None:
    before, client = number_of(Child, officer), client_as(officer)
    pressed = CHILD | {"one_time_key": "pressed-twice-0000000"}
    first, second = (client.post("/children/new", data=pressed) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert number_of(Child, officer) == before + 1


def test_a_stale_form_changes_nothing(officer: Actor, client_as: ClientAs) -> None:
    client, child = client_as(officer), a_child(officer)
    at = f"/children/{child.reference}/change"
    assert client.post(at, data=CHILD | {"version": "1"}).status_code == 303
    answer = client.post(at, data=CHILD | {"first_name": "Peregrina", "version": "1"})
    assert answer.status_code == CONFLICT
    assert "Ottoline" in client.get(f"/children/{child.reference}").text


def test_another_organisations_reference_is_not_found(
    officer: Actor, competition: Competition, client_as: ClientAs, move_clock: MoveClock
) -> None:
    client = client_as(officer)
    assert client.get(f"/referrals/{competition.referral.reference}").status_code == 404
    assert client.get(f"/offers/{competition.offers[0].reference}").status_code == 404
    rival = client_as(a_responder(competition.settings[1]))
    assert rival.get(f"/offers/{competition.offers[0].reference}").status_code == 404
    past_deadline(competition.referral, move_clock)
    assert rival.get(f"/referrals/{competition.referral.reference}/offers").status_code in (403, 404)


def test_a_role_that_may_not_is_forbidden(session: Sessions, client_as: ClientAs) -> None:
    borough: Organisation = a_borough(a_hub())
    answer = client_as(a_person(borough, Role.AUDITOR)).post("/children/new", data=CHILD)
    assert answer.status_code == 403


@pytest.mark.slow
def test_a_database_that_is_down_and_comes_back(built_assets: None, tmp_path: Path) -> None:
    with running_harbour(tmp_path) as harbour:
        client = harbour.app.test_client()
        assert client.get("/healthz").status_code == 200
        name = make_url(harbour.addresses.owner).database
        elsewhere = make_url(harbour.addresses.owner).set(database="postgres")
        with create_engine(elsewhere, poolclass=pool.NullPool, isolation_level="AUTOCOMMIT").connect() as held:
            held.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
            cut_off(harbour.app)
            assert sign_in(client).status_code == 503
            assert client.get("/healthz").status_code == 503
            held.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
        assert client.get("/healthz").status_code == 200
        assert sign_in(client).status_code == 303


def sign_in(client: FlaskClient) -> TestResponse:
    """Send the sign-in form with the token that its page holds."""
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)[0]
    typed = {"email": "ruth.adeyemi@croydon.example", "password": PASSWORD, "csrf_token": token}
    return client.post("/sign-in", data=typed)


def cut_off(app: Any) -> None:
    """End every connection that the application holds, as a database that goes away does."""
    with app.app_context():
        db.session.remove()
        with db.engine.connect() as connection:
            statement = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
            connection.execute(text(statement))
        db.engine.dispose()

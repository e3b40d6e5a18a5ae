"""What an operator does about accounts, by command."""

import pytest
from flask import Flask

from foundation.database import db
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.roles import Role
from tests.makers.standing import a_borough, a_hub, a_person


@pytest.fixture
def borough(session: object) -> Organisation:
    return a_borough(a_hub())


@pytest.fixture
def amara(borough: Organisation) -> Actor:
    return a_person(borough, Role.PLACEMENT_OFFICER, name="Amara Osei")


def run(app: Flask, *words: str) -> tuple[int, str]:
    db.session.commit()
    done = app.test_cli_runner().invoke(args=["people", *words])
    return done.exit_code, done.output


def test_invite_prints_the_link(app: Flask, borough: Organisation) -> None:
    code, said = run(app, "invite", "bea@example.org", "--organisation", borough.reference, "--role", "auditor")
    assert code == 0
    assert "http://localhost:8000/join/" in said


def test_invite_says_what_is_wrong(app: Flask, borough: Organisation) -> None:
    assert run(app, "invite", "b@example.org", "--organisation", "ORG-2222-2X", "--role", "auditor")[0] == 1
    code, said = run(app, "invite", "b@example.org", "--organisation", borough.reference, "--role", "hub_manager")
    assert code == 1
    assert "another kind of organisation" in said


def test_list_shows_who_there_is(app: Flask, borough: Organisation, amara: Actor) -> None:
    code, said = run(app, "list", "--organisation", borough.reference)
    assert code == 0
    assert amara.email in said
    assert "placement_officer" in said


def test_sign_out_shuts_an_account_s_browsers(app: Flask, amara: Actor) -> None:
    assert run(app, "sign-out", amara.email) == (0, f"{amara.email} is signed out everywhere.\n")
    assert run(app, "sign-out", "nobody@example.org")[0] == 1

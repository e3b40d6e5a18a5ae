"""Every page of accounts opens for those who may, and keeps the rest out."""

import pytest
from flask import Flask

from foundation.database import db
from foundation.tenancy import SYSTEM_FENCE
from marketplace.actor import Actor
from marketplace.person import Membership
from marketplace.roles import Role
from tests.conftest import ClientAs
from tests.makers.standing import a_borough, a_hub, a_person, a_provider, behind

OPEN = ("/sign-in", "/forgotten-password", "/help")
EVERYBODY_S = ("/work", "/account", "/account/password", "/account/organisations", "/people", "/letters", "/help")
MANAGERS_ = ("/people/invite", "/audit")


@pytest.fixture
def manager(session: object) -> Actor:
    return a_person(a_borough(a_hub()), Role.PLACEMENT_MANAGER, name="Daniel Whitcombe")


@pytest.mark.parametrize("path", OPEN)
def test_opens_to_all(app: Flask, session: object, path: str) -> None:
    assert app.test_client().get(path).status_code == 200


@pytest.mark.parametrize("path", EVERYBODY_S)
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PLACEMENT_MANAGER])
def test_opens_to_everybody_signed_in(session: object, client_as: ClientAs, role: Role, path: str) -> None:
    assert client_as(a_person(a_borough(a_hub()), role)).get(path).status_code == 200


@pytest.mark.parametrize("path", MANAGERS_)
def test_opens_to_managers_alone(client_as: ClientAs, manager: Actor, path: str) -> None:
    assert client_as(manager).get(path).status_code == 200
    assert client_as(a_person(a_provider(), Role.PROVIDER_RESPONDER)).get(path).status_code == 403


@pytest.mark.parametrize("page", ["roles", "leaving"])
def test_a_member_s_pages_open_to_their_manager_and_are_no_page_to_others(
    client_as: ClientAs, manager: Actor, page: str
) -> None:
    with behind(SYSTEM_FENCE):
        reference = db.session.query(Membership.reference).filter_by(person_id=manager.person_id).scalar()
    elsewhere = a_person(a_borough(a_hub(), "Elsewhere"), Role.PLACEMENT_MANAGER)
    assert client_as(manager).get(f"/people/{reference}/{page}").status_code == 200
    assert client_as(elsewhere).get(f"/people/{reference}/{page}").status_code == 404


def test_nobody_gets_in_without_signing_in(app: Flask, session: object) -> None:
    for path in (*EVERYBODY_S[:-1], *MANAGERS_):
        assert app.test_client().get(path).location.startswith("/sign-in?next=/")

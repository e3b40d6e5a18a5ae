"""Recording a child: who may, what is refused, what is written down, and who reads it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.permission import Invalid, NotFound, NotPermitted, Stale
from foundation.tenancy import act_as_system
from marketplace.actor import Actor
from marketplace.roles import Role
from referrals import queries
from referrals.child import Child, Identity
from referrals.recording import change_child, open_identity, record_child
from tests.makers.referrals import CANARY, a_child, some_facts
from tests.makers.standing import a_borough, a_hub, a_person, a_provider, acting

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def officer(session: scoped_session[Session]) -> Actor:
    return a_person(a_borough(a_hub()), Role.PLACEMENT_OFFICER)


def refused(officer: Actor, **facts: Any) -> Invalid:
    acting(officer)
    with pytest.raises(Invalid) as raised:
        record_child(some_facts(**facts), by=officer)
    return raised.value


class TestRecordChildDoesIt:
    def test_the_child_has_a_reference_and_an_identity_apart(self, officer: Actor) -> None:
        child = a_child(officer, upn="e306200018001", nhs_number="943 476 5919", home_postcode="cr01ea")
        identity = queries.identity_of(child)
        assert child.reference.count("-") == 2
        assert (identity.upn, identity.nhs_number, identity.home_postcode) == ("E306200018001", "9434765919", "CR0 1EA")

    def test_another_child_of_the_same_name_and_day_is_recorded_when_said(self, officer: Actor) -> None:
        first = a_child(officer, family_name="Twin", case_number=None)
        again = some_facts(family_name="twin", case_number=None)
        with pytest.raises(Invalid) as raised:
            record_child(again, by=officer)
        assert raised.value.field == "is_another_child"
        assert [like.reference for like in queries.children_like(again)] == [first.reference]
        assert record_child(again, by=officer, is_another_child=True).reference != first.reference

    def test_age_is_reckoned_on_a_day(self, officer: Actor) -> None:
        identity = queries.identity_of(a_child(officer, date_of_birth=date(2014, 3, 12)))
        assert (identity.age_on(date(2026, 3, 11)), identity.age_on(date(2026, 3, 12))) == (11, 12)


class TestRecordChildWhoMayNot:
    @pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.FINANCE_OFFICER, Role.QUALITY_OFFICER, Role.AUDITOR])
    def test_another_role(self, officer: Actor, role: Role) -> None:
        other = Actor(**{**officer.__dict__, "roles": frozenset({role})})
        acting(other)
        with pytest.raises(NotPermitted):
            record_child(some_facts(), by=other)
        act_as_system()
        assert db.session.scalar(select(func.count()).select_from(Child)) == 0


class TestRecordChildWhatIsRefused:
    @pytest.mark.parametrize(
        ("field", "typed", "said"),
        [
            ("first_name", " ", "Enter"),
            ("family_name", "x" * 101, "100 characters"),
            ("home_address", "x" * 501, "500"),
            ("sex", "X", "Choose"),
            ("ethnicity", "ZZZZ", "list"),
            ("upn", "A306200018001", "first letter"),
            ("uln", "9276308687", "last digit"),
            ("nhs_number", "9434765918", "last digit"),
            ("home_postcode", "NOWHERE", "not a postcode"),
            ("case_number", "x" * 41, "40"),
        ],
    )
    def test_the_field_and_the_sentence_are_named(self, officer: Actor, field: str, typed: str, said: str) -> None:
        invalid = refused(officer, **{field: typed})
        assert invalid.field == field
        assert said in invalid.message

    def test_a_date_of_birth_in_the_future_or_over_25_years_ago(self, officer: Actor) -> None:
        assert "future" in refused(officer, date_of_birth=clock.today() + timedelta(days=1)).message
        today = clock.today()
        assert "25 years" in refused(officer, date_of_birth=date(today.year - 26, 1, 1)).message
        assert a_child(officer, date_of_birth=today)


class TestWhatTheDatabaseRefuses:
    def test_a_second_child_with_the_same_upn(self, officer: Actor) -> None:
        a_child(officer, upn="E306200018001")
        with pytest.raises(IntegrityError, match="uq_identities_authority_id_upn"):
            record_child(some_facts(upn="E306200018001"), by=officer, is_another_child=True)

    def test_nobody_else_reads_the_child(self, officer: Actor) -> None:
        reference = a_child(officer).reference
        hub = a_hub()
        strangers = [
            a_person(a_borough(hub, "London Borough of Elsewhere"), Role.PLACEMENT_MANAGER),
            a_person(a_provider(), Role.PROVIDER_MANAGER),
            a_person(hub, Role.HUB_MANAGER),
        ]
        for stranger in strangers:
            acting(stranger)
            for table in ("children", "identities"):
                assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
            with pytest.raises(NotFound):
                queries.child_of(reference)

    def test_a_colleague_whose_role_does_not_see_identity_reads_the_reference_only(self, officer: Actor) -> None:
        reference = a_child(officer).reference
        colleague = Actor(**{**officer.__dict__, "roles": frozenset({Role.FINANCE_OFFICER})})
        acting(colleague)
        assert queries.child_of(reference).identity is None
        assert db.session.scalar(select(func.count()).select_from(Identity)) == 0


class TestChangeChild:
    def test_the_trail_says_what_changed_and_not_to_what(self, officer: Actor) -> None:
        child = a_child(officer)
        facts = some_facts(family_name="Newname", case_number=queries.identity_of(child).case_number)
        change_child(child, facts, version=1, by=officer)
        assert queries.identity_of(child).family_name == "Newname"
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "change_child")).one()
        assert event.after == {"changed": ["family_name"]}

    def test_a_stale_form_is_refused(self, officer: Actor) -> None:
        child = a_child(officer)
        with pytest.raises(Stale):
            change_child(child, some_facts(), version=7, by=officer)


class TestOpenIdentity:
    def test_the_opening_is_written_down(self, officer: Actor) -> None:
        child = a_child(officer)
        assert open_identity(child, by=officer).first_name == CANARY
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "open_identity")).one()
        assert (event.subject_reference, event.person_name) == (child.reference, officer.name)
        assert CANARY not in str(event.after)


class TestThePages:
    def test_a_bad_form_keeps_what_was_typed(self, officer: Actor, client_as: Callable[[Actor], FlaskClient]) -> None:
        sent = client_as(officer).post(
            "/children/new",
            data={
                "first_name": "Ada",
                "family_name": "Vex",
                "date_of_birth": ["31", "2", "2014"],
                "sex": "F",
                "upn": "A1",
            },
        )
        assert sent.status_code == 422
        assert "Enter a day that exists" in sent.text
        assert 'value="31"' in sent.text
        assert 'value="Ada"' in sent.text

    def test_a_likely_duplicate_is_shown_with_a_link(
        self, officer: Actor, client_as: Callable[[Actor], FlaskClient]
    ) -> None:
        child = a_child(officer, first_name="Ada", family_name="Vex", date_of_birth=date(2014, 3, 12))
        reference = child.reference
        typed = {"first_name": "ada", "family_name": "vex", "date_of_birth": ["12", "3", "2014"], "sex": "F"}
        client = client_as(officer)
        sent = client.post("/children/new", data=typed)
        assert sent.status_code == 422
        assert f"/children/{reference}" in sent.text
        anyway = client.post("/children/new", data=typed | {"is_another_child": "y"})
        assert anyway.status_code == 303, anyway.text

    def test_the_list_shows_first_name_and_initial_and_the_title_no_name(
        self, officer: Actor, client_as: Callable[[Actor], FlaskClient]
    ) -> None:
        child = a_child(officer, family_name="Vexworth")
        reference = child.reference
        client = client_as(officer)
        assert f"{CANARY} V." in client.get("/children").text
        page = client.get(f"/children/{reference}/identity").text
        assert "Vexworth" in page
        assert CANARY not in page.split("</title>")[0]
        assert client.get("/children/XXX-2222-22").status_code == 404

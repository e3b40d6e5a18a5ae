"""The ground of every verb: one transaction, one press, an audit trail that shows tampering, a fence that falls with the session."""

import hashlib
import uuid

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, scoped_session

from foundation import audit, once
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter, write_letter
from foundation.permission import NotPermitted
from foundation.tenancy import NOBODY, act_as_system, act_behind
from foundation.transaction import NestedTransaction, transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.policy import authorise
from marketplace.roles import Role
from tests.makers.standing import a_borough, a_hub, a_person, a_provider, acting

Database = scoped_session[Session]


@pytest.fixture
def officer(session: Database) -> Actor:
    return acting(a_person(a_borough(a_hub()), Role.PLACEMENT_OFFICER))


def write_to(actor: Actor) -> None:
    assert actor.organisation_id
    write_letter(act=Act.SIGN_IN, organisation_id=actor.organisation_id, subject="A word", body="A word.")


class TestTransaction:
    def test_what_is_inside_happens(self, session: Database, officer: Actor) -> None:
        with transaction():
            write_to(officer)
        assert session.scalars(select(Letter.subject)).all() == ["A word"]

    def test_an_error_undoes_all_of_it(self, session: Database, officer: Actor) -> None:
        with pytest.raises(ZeroDivisionError), transaction():
            write_to(officer)
            1 / 0  # noqa: B018
        assert session.scalars(select(Letter)).all() == []

    def test_it_refuses_to_nest_and_recovers(self, officer: Actor) -> None:
        with pytest.raises(NestedTransaction), transaction(), transaction():
            pass
        with transaction():
            write_to(officer)

    def test_a_refusal_leaves_one_audit_row_and_nothing_else(self, session: Database, officer: Actor) -> None:
        with pytest.raises(NotPermitted), transaction():
            write_to(officer)
            authorise(officer, Act.IMPORT_REGISTER)
        event = session.scalars(select(AuditEvent)).one()
        assert (event.act, event.refused, event.person_id) == ("import_register", True, officer.person_id)
        assert session.scalars(select(Letter)).all() == []


class TestOnce:
    def test_a_second_press_is_given_the_first_answer(self, session: Database, officer: Actor) -> None:
        assert officer.person_id
        once.carry(officer.person_id, "key-1", "what it said")
        with transaction():
            write_to(officer)
        once.keep_answer("/where-it-led")
        once.carry(officer.person_id, "key-1", "what it said")
        with pytest.raises(once.AlreadyDone) as second, transaction():
            write_to(officer)
        assert (second.value.answer, second.value.same) == ("/where-it-led", True)
        assert len(session.scalars(select(Letter)).all()) == 1

    def test_another_text_under_a_used_key_is_told_apart(self, officer: Actor) -> None:
        assert officer.person_id
        once.carry(officer.person_id, "key-1", "what it said")
        with transaction():
            write_to(officer)
        once.keep_answer("/where-it-led")
        once.carry(officer.person_id, "key-1", "something else")
        with pytest.raises(once.AlreadyDone) as second, transaction():
            pass
        assert not second.value.same

    def test_a_failed_act_frees_its_key(self, session: Database, officer: Actor) -> None:
        assert officer.person_id
        once.carry(officer.person_id, "key-1", "what it said")
        with pytest.raises(ZeroDivisionError), transaction():
            1 / 0  # noqa: B018
        once.carry(officer.person_id, "key-1", "what it said")
        with transaction():
            write_to(officer)
        assert len(session.scalars(select(Letter)).all()) == 1


class TestAuditTrail:
    def test_each_hash_covers_the_one_before(self, session: Database, officer: Actor) -> None:
        with transaction():
            for _ in range(3):
                audit.record(Act.SIGN_IN, None, by=officer)
        chain = ""
        for event in session.scalars(select(AuditEvent).order_by(AuditEvent.sequence)):
            assert event.digest == audit.digest(event)
            chain = hashlib.sha256((chain + event.digest).encode()).hexdigest()
            assert event.chain == chain

    def test_nobody_writes_in_another_s_trail(self, officer: Actor) -> None:
        stranger = Actor(uuid.uuid4(), "Mallory", uuid.uuid4(), "Elsewhere", officer.kind)
        with pytest.raises(ProgrammingError, match="own audit trail"), transaction():
            audit.record(Act.SIGN_IN, None, by=stranger)

    @pytest.mark.parametrize("tampering", ["UPDATE audit_events SET act = 'nothing'", "DELETE FROM audit_events"])
    def test_the_application_cannot_change_it(self, session: Database, officer: Actor, tampering: str) -> None:
        with transaction():
            audit.record(Act.SIGN_IN, None, by=officer)
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text(tampering))

    def test_the_organisation_it_is_about_reads_it_and_others_do_not(self, session: Database, officer: Actor) -> None:
        about, other = a_provider("Beech Ltd"), a_provider("Cedar Ltd")
        acting(officer)
        with transaction():
            audit.record(Act.SIGN_IN, None, by=officer, about=about.id)
        acting(a_person(about, Role.PROVIDER_MANAGER))
        assert session.scalars(select(AuditEvent.act)).all() == ["sign_in"]
        acting(a_person(other, Role.PROVIDER_MANAGER))
        assert session.scalars(select(AuditEvent.act)).all() == []


class TestFence:
    def test_a_new_session_sees_nothing(self, session: Database, officer: Actor) -> None:
        with transaction():
            write_to(officer)
        db.session.remove()
        assert session.scalars(select(Letter)).all() == []

    def test_it_stands_again_after_a_rollback(self, session: Database, officer: Actor) -> None:
        with transaction():
            write_to(officer)
        session.rollback()
        assert len(session.scalars(select(Letter)).all()) == 1

    def test_it_moves_at_once_in_an_open_transaction(self, session: Database, officer: Actor) -> None:
        with transaction():
            write_to(officer)
        assert len(session.scalars(select(Letter)).all()) == 1
        act_behind(NOBODY)
        assert session.scalars(select(Letter)).all() == []

    def test_the_system_may_post_letters_but_not_rename_a_borough_s_letter_owner(
        self, session: Database, officer: Actor
    ) -> None:
        with transaction():
            write_to(officer)
        act_as_system()
        session.execute(update(Letter).values(channel="outbox"))
        act_behind(officer.fence)
        assert session.execute(update(Letter).values(channel="smtp")).rowcount == 0  # type: ignore[attr-defined]

    def test_a_provider_does_not_learn_of_other_providers(self, session: Database) -> None:
        a_provider("Beech Ltd")
        acting(a_person(a_provider("Cedar Ltd"), Role.PROVIDER_MANAGER))
        providers = session.scalars(select(Organisation.name).where(Organisation.kind == "provider")).all()
        assert providers == ["Cedar Ltd"]

"""Setting and revising a budget."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session, scoped_session

from contracts.money.budget import Budget
from contracts.money.budgeting import Revision, set_budget
from foundation import clock
from foundation.audit import AuditEvent
from foundation.permission import Invalid, NotPermitted, Stale
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from marketplace.organisation import Organisation
from marketplace.roles import Role
from tests.conftest import ClientAs
from tests.makers.standing import a_borough, a_hub, a_lot, a_person, acting


@pytest.fixture
def hub(session: scoped_session[Session]) -> Organisation:
    return a_hub()


@pytest.fixture
def officer(hub: Organisation) -> Actor:
    borough = a_borough(hub)
    a_lot(hub, boroughs=(borough,))
    return acting(a_person(borough, Role.FINANCE_OFFICER, name="Pip Payer"))


def revision(seen: int = 0, amount: str = "3258000", **facts: object) -> Revision:
    """The base budget of Croydon's residential placements, for the year of today."""
    usual = Revision(
        service="residential",
        year=FinancialYear.of(clock.today()),
        amount=Decimal(amount),
        reason="Cabinet, 4 March",
        seen=seen,
    )
    return replace(usual, **facts)


class TestDoesIt:
    def test_a_budget_is_set_and_each_revision_is_a_row_of_its_own(
        self, officer: Actor, session: scoped_session[Session]
    ) -> None:
        set_budget(revision(), by=officer)
        set_budget(revision(1, "4000000", reason="Growth agreed"), by=officer)
        kept = session.scalars(select(Budget).order_by(Budget.number)).all()
        assert [(each.number, each.amount) for each in kept] == [(1, Decimal("3258000.00")), (2, Decimal("4000000.00"))]

    def test_it_is_written_down_with_what_it_was_before(self, officer: Actor, session: scoped_session[Session]) -> None:
        set_budget(revision(), by=officer)
        set_budget(revision(1, "4000000"), by=officer)
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "set_budget").order_by(AuditEvent.sequence.desc())
        ).first()
        assert event is not None
        assert (event.before["amount"], event.after["amount"]) == ("3258000.00", "4000000")


class TestWhoMayNot:
    @pytest.mark.parametrize("role", [Role.PLACEMENT_MANAGER, Role.AUDITOR, Role.DIRECTOR])
    def test_other_roles_of_the_borough(self, officer: Actor, role: Role) -> None:
        with pytest.raises(NotPermitted):
            set_budget(revision(), by=replace(officer, roles=frozenset({role})))

    def test_the_hub(self, officer: Actor, hub: Organisation) -> None:
        with pytest.raises(NotPermitted):
            set_budget(revision(), by=acting(a_person(hub, Role.HUB_MANAGER)))


class TestWhenItMayNot:
    def test_a_closed_year(self, officer: Actor) -> None:
        with pytest.raises(Invalid, match="is closed"):
            set_budget(revision(year=FinancialYear.of(clock.today()).previous()), by=officer)

    def test_without_a_reason(self, officer: Actor) -> None:
        with pytest.raises(Invalid, match="Say why"):
            set_budget(revision(reason="  "), by=officer)

    def test_a_service_that_no_lot_buys(self, officer: Actor) -> None:
        with pytest.raises(Invalid, match="No framework"):
            set_budget(revision(service="stables"), by=officer)

    def test_with_a_reason_that_gives_a_child_away(self, officer: Actor) -> None:
        with pytest.raises(Invalid, match="nothing of a child"):
            set_budget(revision(reason="For the child of 12 Tamarisk Crescent, CR0 1EA"), by=officer)

    def test_when_somebody_revised_it_meanwhile(self, officer: Actor) -> None:
        set_budget(revision(), by=officer)
        with pytest.raises(Stale):
            set_budget(revision(), by=officer)


class TestWhatTheDatabaseRefuses:
    @pytest.mark.parametrize("doing", ["UPDATE budgets SET amount = 1", "DELETE FROM budgets"])
    def test_a_revision_is_never_changed_or_taken_out(
        self, officer: Actor, session: scoped_session[Session], doing: str
    ) -> None:
        set_budget(revision(), by=officer)
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text(doing))

    def test_two_revisions_of_one_number(self, officer: Actor, session: scoped_session[Session]) -> None:
        first = set_budget(revision(), by=officer)
        session.add(
            Budget(
                authority_id=first.authority_id,
                service="residential",
                year=first.year,
                number=1,
                amount=Decimal(1),
                reason="Again",
                set_by_name="Pip Payer",
            )
        )
        with pytest.raises(IntegrityError, match="uq_budgets_one_revision"):
            session.flush()

    def test_a_stranger_sees_none_and_the_hub_reads_them(
        self, officer: Actor, hub: Organisation, session: scoped_session[Session]
    ) -> None:
        set_budget(revision(), by=officer)
        session.commit()
        for stranger, seen in (
            (a_person(a_borough(hub, "London Borough of Elsewhere"), Role.FINANCE_OFFICER), 0),
            (a_person(a_hub(), Role.HUB_MANAGER), 0),
            (a_person(hub, Role.HUB_ANALYST), 1),
        ):
            acting(stranger)
            assert len(session.scalars(select(Budget)).all()) == seen


class TestOnThePage:
    def test_the_officer_sets_it_revises_it_and_reads_both(self, officer: Actor, client_as: ClientAs) -> None:
        client = client_as(officer)
        assert "Not set" in client.get("/money/budgets").text
        typed = {"amount": "3,258,000", "tolerance": "5", "reason": "Cabinet, 4 March", "seen": "0"}
        wrong = client.post("/money/budgets/residential", data=typed | {"amount": "3,25"})
        assert (wrong.status_code, "3,25" in wrong.text, "is not clear" in wrong.text) == (422, True, True)
        assert client.post("/money/budgets/residential", data=typed).status_code == 303
        assert client.post("/money/budgets/residential", data=typed | {"reason": "Late"}).status_code == 409
        revised = typed | {"amount": "4000000", "seen": "1", "reason": "Growth agreed"}
        assert client.post("/money/budgets/residential", data=revised).status_code == 303
        page = client.get("/money/budgets/residential").text
        assert "£4,000,000.00" in page
        assert "+£742,000.00" in page
        assert "Cabinet, 4 March" in page

    def test_a_year_that_is_none_and_a_service_that_is_none(self, officer: Actor, client_as: ClientAs) -> None:
        client = client_as(officer)
        assert "Write it as 2026-27" in client.get("/money/budgets?year=2026/27").text
        assert client.get("/money/budgets/stables").status_code == 404

    def test_others_of_the_borough_read_and_do_not_write(self, officer: Actor, client_as: ClientAs) -> None:
        assert "Who sets it" in client_as(a_person_of(officer, Role.AUDITOR)).get("/money/budgets/residential").text
        typed = {"amount": "1", "tolerance": "5", "reason": "None", "seen": "0"}
        auditor = a_person_of(officer, Role.AUDITOR)
        assert client_as(auditor).post("/money/budgets/residential", data=typed).status_code == 403


def a_person_of(actor: Actor, role: Role) -> Actor:
    """Somebody else of the same organisation."""
    return a_person(Organisation(id=actor.organisation_id, name=actor.organisation_name, kind=actor.kind), role)

"""Agreeing an uplift: the fee lines of every covered agreement change at once, and the past stays as it was."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.costs import reckoned
from contracts.uplift.agreeing import agree_uplift, allow_appeal
from contracts.uplift.answering import (
    Counter,
    accept_counter,
    appeal_uplift,
    counter_uplift,
    refuse_uplift,
)
from contracts.uplift.change import Change
from contracts.uplift.covering import covered_lines
from contracts.uplift.modelling import full_year, model
from contracts.uplift.opening_rounds import change_participation
from contracts.uplift.request import RequestState, UpliftedLine, UpliftRequest
from foundation import clock
from foundation.audit import AuditEvent
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from foundation.quarters import FinancialYear
from marketplace.acts import Act
from marketplace.costing import cost
from marketplace.organisation import Organisation
from marketplace.roles import Role
from tests.makers.contracts import CORE
from tests.makers.standing import a_person, a_provider, acting
from tests.makers.uplift import Negotiation, a_negotiation, a_request, read_by

S = RequestState
ADMISSION_FEE = {"kind": "settling_in", "label": "Settling in", "amount": Decimal(500), "unit": "once"}
SCHOOL = {"kind": "education", "label": "School", "amount": Decimal("99.99"), "unit": "day"}


def lines_of(session: scoped_session[Session]) -> list[tuple[object, ...]]:
    line = AgreementFeeLine
    return [
        tuple(row)
        for row in session.execute(
            select(line.label, line.amount, line.starts_on, line.ends_on)
            .join(Agreement, Agreement.id == line.agreement_id)
            .order_by(Agreement.reference, line.position, line.starts_on)
        )
    ]


class TestItDoes:
    def test_close_each_line_on_the_day_and_add_its_successor(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE, SCHOOL, ADMISSION_FEE))
        request = a_request(deal, "3.9")
        raised = agree_uplift(request, "The cost model supports it.", by=deal.analyst)
        on, began = deal.round.effective_on, clock.today() - timedelta(200)
        of_one = [
            (CORE["label"], Decimal("4200.00"), began, on),
            (CORE["label"], Decimal("4363.80"), on, None),
            ("School", Decimal("99.99"), began, on),
            ("School", Decimal("103.89"), on, None),
            ("Settling in", Decimal("500.00"), began, None),
        ]
        assert lines_of(session) == of_one + of_one
        assert (request.state, request.agreed_from, len(raised)) == (S.AGREED, on, 4)

    def test_costs_what_the_model_said(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE, SCHOOL))
        request = a_request(deal, "3.9")
        period = full_year(deal.round.effective_on)
        said = model(covered_lines(request, period[0]), [request.asked], period).total

        def paid() -> Decimal:
            found = session.scalars(select(AgreementFeeLine)).all()
            return cost(reckoned(found), *period)

        before = paid()
        agree_uplift(request, "Agreed.", by=deal.analyst)
        assert (before, paid() - before) == (said.now, said.more[0])

    def test_keep_the_facts_of_each_line(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal)
        day = deal.round.effective_on + timedelta(30)
        counter_uplift(
            request, Counter(change=Change(Decimal("3.9")), effective_on=day, reason="Less."), by=deal.analyst
        )
        accept_counter(read_by(deal.asker, request), 1, by=deal.asker)
        agree_uplift(read_by(deal.analyst, request), "Accepted.", by=deal.analyst)
        kept = session.scalars(select(UpliftedLine)).all()
        assert {(row.old_amount, row.asked_amount, row.agreed_amount, row.from_on) for row in kept} == {
            (Decimal("4200.00"), Decimal("4552.80"), Decimal("4363.80"), day)
        }

    def test_leave_out_a_borough_that_does_not_join(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        sutton = session.get_one(Organisation, deal.second.borough.id)
        change_participation(deal.round, sutton, False, "It negotiates alone.", by=deal.analyst)
        agree_uplift(a_request(deal, "2"), "Agreed.", by=deal.analyst)
        assert {row.authority_id for row in session.scalars(select(UpliftedLine))} == {deal.first.borough.id}

    def test_raise_no_line_twice_in_a_round(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        agree_uplift(a_request(deal, "2", fee_kind="core"), "Agreed.", by=deal.analyst)
        everything = a_request(deal, "3")
        with pytest.raises(Invalid, match="nothing to agree"):
            agree_uplift(everything, "Again.", by=deal.analyst)


class TestWhoMayNot:
    def test_neither_provider_nor_borough_nor_the_hub_s_auditor(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal)
        auditor = a_person(deal.first.hub, Role.AUDITOR)
        for actor in (deal.asker, deal.payer, auditor):
            request = read_by(actor, request)
            with pytest.raises(NotPermitted):
                agree_uplift(request, "Mine.", by=actor)
        assert session.scalars(select(UpliftedLine)).all() == []

    def test_whoever_refused_does_not_allow_the_appeal(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = an_appeal(deal)
        change, day = Change(Decimal(2)), deal.round.effective_on
        with pytest.raises(NotPermitted, match="somebody else"):
            allow_appeal(request, change, day, "I was right.", by=deal.analyst)
        request = read_by(deal.head_of_hub, request)
        with pytest.raises(Invalid, match="no more than that"):
            allow_appeal(request, Change(Decimal("8.5")), day, "More.", by=deal.head_of_hub)
        allow_appeal(request, change, day, "The pay schedule holds.", by=deal.head_of_hub)
        assert (request.state, request.agreed_percent) == (S.AGREED, Decimal("2.00"))


def an_appeal(deal: Negotiation) -> UpliftRequest:
    request = refuse_uplift(a_request(deal), "No evidence.", by=deal.analyst)
    appeal_uplift(read_by(deal.asker, request), "It was attached.", by=deal.asker)
    return read_by(deal.analyst, request)


class TestWhenItMayNot:
    def test_not_twice_nor_while_a_counter_offer_stands(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal, "2")
        counter = Counter(change=Change(Decimal(1)), effective_on=deal.round.effective_on, reason="The rule.")
        counter_uplift(request, counter, by=deal.analyst)
        with pytest.raises(NotNow):
            agree_uplift(request, "Agreed.", by=deal.analyst)

    def test_a_tenth_is_usual_and_more_needs_to_be_meant(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal, "10.01")
        with pytest.raises(Invalid, match="more than a tenth") as refused:
            agree_uplift(request, "Agreed.", by=deal.analyst)
        assert refused.value.field == "override"
        agree_uplift(request, "Agreed.", override=True, by=deal.analyst)
        assert request.is_overridden

    def test_not_from_a_closed_financial_year(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = an_appeal(deal)
        last_year = FinancialYear.of(clock.today()).first_day - timedelta(1)
        request = read_by(deal.head_of_hub, request)
        with pytest.raises(Invalid, match="closed"):
            allow_appeal(request, Change(Decimal(2)), last_year, "Late.", by=deal.head_of_hub)
        assert session.scalars(select(UpliftedLine)).all() == []


class TestWhatTheDatabaseRefuses:
    def test_the_hub_edits_no_line(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        acting(deal.analyst)
        with pytest.raises(DBAPIError, match="never edits one"):
            session.execute(text("UPDATE agreement_fee_lines SET amount = 1"))

    def test_the_hub_touches_no_line_that_no_round_covers(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        sutton = session.get_one(Organisation, deal.second.borough.id)
        change_participation(deal.round, sutton, False, "It negotiates alone.", by=deal.analyst)
        closed = session.execute(text("UPDATE agreement_fee_lines SET ends_on = '2100-01-01'"))
        assert closed.rowcount == 1  # type: ignore[attr-defined]

    def test_strangers_see_nothing(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal, "2")
        agree_uplift(request, "Agreed.", by=deal.analyst)
        acting(a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER))
        for thing in (UpliftRequest, UpliftedLine):
            assert session.scalar(select(func.count()).select_from(thing)) == 0
        acting(deal.payer)
        assert session.scalar(select(func.count(UpliftedLine.id))) == 1


class TestWhatIsRecordedAndWhoIsTold:
    def test_one_letter_to_the_provider_and_one_to_each_borough(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal, "2")
        agree_uplift(request, "Agreed.", by=deal.analyst)
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.AGREE_UPLIFT)).one()
        assert (event.after["agreed"], event.after["agreements"]) == ("2%", 2)
        acting(deal.asker)
        letter = session.scalars(select(Letter).where(Letter.act == Act.AGREE_UPLIFT)).one()
        assert letter.body.count("£4,200.00 becomes £4,284.00") == 2
        acting(deal.payer)
        assert len(session.scalars(select(Letter).where(Letter.act == Act.AGREE_UPLIFT)).all()) == 1

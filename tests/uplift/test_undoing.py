"""Undoing an agreed uplift: a new decision, after which the old fees are paid again; what was paid stays paid."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.costs import reckoned
from contracts.fee_changes import replace_line
from contracts.savings.saving import Saving, SavingState
from contracts.uplift.agreeing import agree_uplift
from contracts.uplift.modelling import full_year
from contracts.uplift.opening_rounds import close_round, open_round
from contracts.uplift.report import round_figures
from contracts.uplift.request import RequestState, UpliftedLine, UpliftRequest
from contracts.uplift.undoing import days_to_undo_from, undo_uplift
from foundation import clock
from foundation.audit import AuditEvent
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from marketplace.acts import Act
from marketplace.costing import cost
from tests.makers.standing import acting
from tests.makers.uplift import Negotiation, a_negotiation, a_request, read_by, settle, terms_of, two_boroughs

S = RequestState


def agreed(deal: Negotiation, percent: str = "4") -> UpliftRequest:
    """An agreed request, read by the head of the hub."""
    request = a_request(deal, percent)
    agree_uplift(request, "Agreed.", by=deal.analyst)
    return read_by(deal.head_of_hub, request)


def paid_in(session: scoped_session[Session], period: tuple[object, object]) -> Decimal:
    return cost(reckoned(session.scalars(select(AgreementFeeLine)).all()), *period)  # type: ignore[arg-type]


def a_month_in(deal: Negotiation) -> None:
    """A round whose fees began a month ago."""
    acting(deal.analyst)
    deal.round_id = open_round(terms_of(deal.first, effective_on=clock.today() - timedelta(30)), by=deal.analyst).id


class TestItDoes:
    def test_before_its_day_it_was_never_paid(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        period = full_year(deal.round.effective_on)
        acting(deal.analyst)
        before = paid_in(session, period)
        request = agreed(deal)
        assert paid_in(session, period) > before
        assert days_to_undo_from(request) == [period[0]]
        raised = undo_uplift(request, period[0], "The wrong rule was applied.", by=deal.head_of_hub)
        assert (request.state, len(raised), paid_in(session, period)) == (S.UNDONE, 2, before)

    def test_from_today_what_was_paid_stays_paid(self, session: scoped_session[Session]) -> None:
        deal = two_boroughs()
        a_month_in(deal)
        request = agreed(deal)
        today, began = clock.today(), request.agreed_from
        assert began is not None
        assert days_to_undo_from(request) == [today, began]
        month = paid_in(session, (began, today))
        undo_uplift(request, today, "From now on.", by=deal.head_of_hub)
        assert paid_in(session, (began, today)) == month
        rows = session.execute(
            select(AgreementFeeLine.amount, AgreementFeeLine.starts_on, AgreementFeeLine.ends_on)
            .join(Agreement, Agreement.id == AgreementFeeLine.agreement_id)
            .where(Agreement.authority_id == deal.first.borough.id)
            .order_by(AgreementFeeLine.starts_on)
        ).all()
        assert [tuple(row) for row in rows] == [
            (Decimal("4200.00"), today - timedelta(200), began), (Decimal("4368.00"), began, today),
            (Decimal("4200.00"), today, None),
        ]  # fmt: skip

    def test_from_its_day_as_if_it_had_not_been_agreed(self, session: scoped_session[Session]) -> None:
        deal = two_boroughs()
        a_month_in(deal)
        acting(deal.analyst)
        began, today = clock.today() - timedelta(30), clock.today()
        before = paid_in(session, (began, today))
        undo_uplift(agreed(deal), began, "It was a mistake.", by=deal.head_of_hub)
        assert paid_in(session, (began, today)) == before

    def test_the_fees_may_be_raised_again_in_the_same_round(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = agreed(deal)
        undo_uplift(request, deal.round.effective_on, "Once more.", by=deal.head_of_hub)
        again = a_request(deal, "2", fee_kind="core")
        assert len(agree_uplift(again, "This is right.", by=deal.analyst)) == 2

    def test_it_leaves_the_report_and_its_savings(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = settle(deal, deal.asker, "8.4", "3.9")
        figures = round_figures(deal.round, [request])
        assert figures is not None
        assert figures.total.avoided == figures.total.asked - figures.total.agreed > 0
        request = read_by(deal.head_of_hub, request)
        undo_uplift(request, deal.round.effective_on, "Once more.", by=deal.head_of_hub)
        assert round_figures(deal.round, [request]) is None
        acting(deal.payer)
        assert {entry.state for entry in session.scalars(select(Saving))} == {SavingState.REFUSED}

    def test_from_today_what_was_saved_until_then_stays(self, session: scoped_session[Session]) -> None:
        deal = two_boroughs()
        a_month_in(deal)
        request = read_by(deal.head_of_hub, settle(deal, deal.asker, "8.4", "3.9"))
        undo_uplift(request, clock.today(), "From now on.", by=deal.head_of_hub)
        acting(deal.payer)
        (entry,) = session.scalars(select(Saving)).all()
        assert entry.state is SavingState.CLAIMED


class TestWhoMayNot:
    def test_only_the_head_of_the_hub(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = agreed(deal)
        for actor in (deal.analyst, deal.asker, deal.payer):
            request = read_by(actor, request)
            with pytest.raises(NotPermitted):
                undo_uplift(request, deal.round.effective_on, "Mine.", by=actor)
        assert request.state == S.AGREED


class TestWhenItMayNot:
    def test_not_twice_nor_without_a_reason_nor_from_another_day(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = agreed(deal)
        day = deal.round.effective_on
        for wrong, reason, field in ((day, " ", "reason"), (day + timedelta(1), "Why not.", "from_on")):
            with pytest.raises(Invalid) as refused:
                undo_uplift(request, wrong, reason, by=deal.head_of_hub)
            assert refused.value.field == field
        undo_uplift(request, day, "It was a mistake.", by=deal.head_of_hub)
        with pytest.raises(NotNow):
            undo_uplift(request, day, "Again.", by=deal.head_of_hub)

    def test_not_from_its_day_where_something_later_stands(self, session: scoped_session[Session]) -> None:
        deal = two_boroughs()
        a_month_in(deal)
        request = agreed(deal)
        began, today = clock.today() - timedelta(30), clock.today()
        acting(deal.first.officer)
        raised = session.scalars(select(AgreementFeeLine).where(AgreementFeeLine.starts_on == began)).one()
        replace_line(raised, today - timedelta(5), Decimal(4500))
        request = read_by(deal.head_of_hub, request)
        with pytest.raises(Invalid, match="Something later stands on 1 fee"):
            undo_uplift(request, began, "Backwards.", by=deal.head_of_hub)
        undone = undo_uplift(request, today, "From today.", by=deal.head_of_hub)
        assert [row.live.authority_id for row in undone] == [deal.second.borough.id]

    def test_not_once_the_round_is_closed(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = agreed(deal)
        acting(deal.analyst)
        close_round(deal.round, by=deal.analyst)
        request = read_by(deal.head_of_hub, request)
        with pytest.raises(NotNow, match="closed"):
            undo_uplift(request, deal.round.effective_on, "Too late.", by=deal.head_of_hub)


class TestWhatIsRecordedAndWhoIsTold:
    def test_the_facts_stay_and_everybody_concerned_is_told(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = agreed(deal)
        undo_uplift(request, deal.round.effective_on, "The wrong rule was applied.", by=deal.head_of_hub)
        assert session.scalar(select(func.count(UpliftedLine.id))) == 2
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.UNDO_UPLIFT)).one()
        assert (event.before["agreed"], event.after["lines"]) == ("4%", 2)
        acting(deal.asker)
        letter = session.scalars(select(Letter).where(Letter.act == Act.UNDO_UPLIFT)).one()
        assert letter.body.count("£4,368.00 becomes £4,200.00") == 2
        assert "The wrong rule was applied." in letter.body
        acting(deal.payer)
        assert len(session.scalars(select(Letter).where(Letter.act == Act.UNDO_UPLIFT)).all()) == 1

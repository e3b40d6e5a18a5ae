"""Monitoring returns: opened, filled in, sent, queried, accepted. Each class reads as the specification of one verb."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from foundation import clock
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted, Stale
from foundation.quarters import Quarter
from marketplace.actor import SYSTEM, Actor
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.roles import Role
from outcomes.monitoring import MonitoringReturn, OutcomeProgress, ReturnFigure, ReturnState
from outcomes.return_jobs import chase_returns, open_returns
from outcomes.returning import (
    TypedFigure,
    TypedReturn,
    accept_return,
    open_return,
    query_return,
    save_return,
    send_return,
)
from tests.makers.answers import here
from tests.makers.outcomes import Market, a_market, a_placement, a_sent_return, an_opened_return, filled_in
from tests.makers.standing import a_borough, a_person, a_provider, acting

Q3 = "2025-26 Q3"
STARTED = date(2025, 10, 6)


@pytest.fixture
def market(session: scoped_session[Session], move_clock: Callable[[datetime], None]) -> Market:
    """On 5 January 2026 one child has been placed since October."""
    move_clock(datetime(2026, 1, 5, 9, tzinfo=UTC))
    made = a_market()
    a_placement(made.borough, made.setting, made.lot, STARTED)
    return made


def again(of: MonitoringReturn, actor: Actor) -> MonitoringReturn:
    """The return as this actor has it."""
    acting(actor)
    return here(of)


def letters_to(organisation: Organisation) -> list[str]:
    """Subjects of the letters to an organisation, oldest first."""
    return list(
        db.session.scalars(
            select(Letter.subject).where(Letter.organisation_id == organisation.id).order_by(Letter.written_at)
        )
    )


def opening(market: Market, quarter: str, by: Actor) -> MonitoringReturn:
    acting(by)
    provider, lot = db.session.get_one(Organisation, market.provider.id), db.session.get_one(Lot, market.lot.id)
    return open_return(provider, lot, Quarter.parse(quarter), by=by)


class TestOpeningAReturn:
    def test_is_due_ten_working_days_after_the_quarter(self, market: Market) -> None:
        opened = an_opened_return(market, Q3)
        assert (opened.state, opened.due_on) == (ReturnState.OPEN, date(2026, 1, 15))

    def test_is_not_for_a_responder_of_another_provider(self, market: Market) -> None:
        stranger = a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER)
        acting(stranger)
        with pytest.raises(NotPermitted):
            open_return(market.provider, market.lot, Quarter.parse(Q3), by=stranger)

    def test_waits_for_the_end_of_the_quarter(self, market: Market) -> None:
        with pytest.raises(Invalid, match="ends on 31 March 2026"):
            opening(market, "2025-26 Q4", market.manager)

    def test_is_not_due_where_nobody_was_placed(self, market: Market) -> None:
        with pytest.raises(Invalid, match="no placement in the lot Residential in 2025-26 Q1"):
            opening(market, "2025-26 Q1", market.manager)

    def test_is_refused_twice_by_the_database(self, market: Market) -> None:
        an_opened_return(market, Q3)
        with pytest.raises(DBAPIError, match="uq_monitoring_returns_provider_id_lot_id_quarter"):
            opening(market, Q3, market.manager)

    def test_is_recorded_and_the_provider_is_told(self, market: Market) -> None:
        an_opened_return(market, Q3)
        assert db.session.scalar(select(AuditEvent.subject_type).where(AuditEvent.act == "open_return"))
        assert letters_to(market.provider) == ["Monitoring return for 2025-26 Q3: Residential"]

    def test_the_worker_opens_those_of_the_quarter_that_ended_once(self, market: Market) -> None:
        acting(SYSTEM)
        open_returns()
        open_returns()
        acting(market.manager)
        assert db.session.scalars(select(MonitoringReturn.quarter)).all() == [Q3]


class TestSavingAReturn:
    def test_keeps_what_there_is(self, market: Market) -> None:
        of = an_opened_return(market, Q3)
        typed = TypedReturn(
            figures={"attendance": TypedFigure(412, None, "Half-term is missing")}, commentary=" Two moved. "
        )
        save_return(of, typed, version=1, by=market.manager)
        figure = db.session.scalars(select(ReturnFigure)).one()
        assert (figure.numerator, figure.denominator, figure.note) == (412, None, "Half-term is missing")
        assert (of.commentary, of.version, of.state) == ("Two moved.", 2, ReturnState.OPEN)

    def test_replaces_what_was_kept(self, market: Market) -> None:
        of = an_opened_return(market, Q3)
        save_return(of, filled_in(of), version=1, by=market.manager)
        save_return(of, TypedReturn(figures={"attendance": TypedFigure()}), version=2, by=market.manager)
        kept = dict(db.session.execute(select(ReturnFigure.indicator, ReturnFigure.numerator)).all())
        assert (kept["attendance"], kept["plan_reviews"]) == (None, 9)

    def test_ignores_indicators_that_the_lot_does_not_ask_for(self, market: Market) -> None:
        of = an_opened_return(market, Q3)
        save_return(of, TypedReturn(figures={"parents_rating": TypedFigure(1, 2)}), version=1, by=market.manager)
        assert db.session.scalars(select(ReturnFigure)).all() == []

    def test_is_not_for_the_hub(self, market: Market) -> None:
        of = again(an_opened_return(market, Q3), market.analyst)
        with pytest.raises(NotPermitted):
            save_return(of, TypedReturn(), version=1, by=market.analyst)

    def test_of_an_older_version_is_refused(self, market: Market) -> None:
        of = an_opened_return(market, Q3)
        save_return(of, TypedReturn(), version=1, by=market.manager)
        with pytest.raises(Stale):
            save_return(of, TypedReturn(), version=1, by=market.manager)

    def test_ends_when_it_is_sent(self, market: Market) -> None:
        of = a_sent_return(market, Q3)
        with pytest.raises(NotNow, match="This monitoring return is sent"):
            save_return(of, TypedReturn(), version=of.version, by=market.manager)

    def test_the_database_keeps_what_was_sent_as_it_is(self, market: Market) -> None:
        a_sent_return(market, Q3)
        changed = db.session.execute(update(ReturnFigure).values(numerator=1))
        assert changed.rowcount == 0


class TestSendingAReturn:
    def test_needs_every_figure_and_every_outcome(self, market: Market) -> None:
        of = an_opened_return(market, Q3)
        with pytest.raises(Invalid, match="Reviews held on time") as refused:
            send_return(of, by=market.manager)
        assert refused.value.field == "numerator_plan_reviews"
        whole = filled_in(of)
        save_return(of, TypedReturn(figures=whole.figures), version=of.version, by=market.manager)
        with pytest.raises(Invalid, match="Goes to school, step 1") as refused:
            send_return(of, by=market.manager)
        assert refused.value.field.startswith("progress_")

    def test_refuses_a_share_of_more_than_the_whole(self, market: Market) -> None:
        of = an_opened_return(market, Q3)
        save_return(of, filled_in(of, attendance=(11, 10)), version=1, by=market.manager)
        with pytest.raises(Invalid, match="is 11, which is more than “Sessions possible”, 10") as refused:
            send_return(of, by=market.manager)
        assert refused.value.field == "numerator_attendance"

    def test_lets_a_rate_be_more_than_one_for_each(self, market: Market) -> None:
        assert a_sent_return(market, Q3, missing_episodes=(14, 10)).state is ReturnState.SENT

    def test_takes_nought_of_nought_but_not_one_of_nought(self, market: Market) -> None:
        of = an_opened_return(market, Q3)
        save_return(of, filled_in(of, notified_in_time=(0, 0), missing_episodes=(1, 0)), version=1, by=market.manager)
        with pytest.raises(Invalid, match="cannot be 0") as refused:
            send_return(of, by=market.manager)
        assert refused.value.field == "denominator_missing_episodes"

    def test_is_not_for_a_responder(self, market: Market) -> None:
        of = an_opened_return(market, Q3)
        responder = a_person(market.provider, Role.PROVIDER_RESPONDER)
        of = again(of, responder)
        with pytest.raises(NotPermitted):
            send_return(of, by=responder)

    def test_happens_once(self, market: Market) -> None:
        of = a_sent_return(market, Q3)
        with pytest.raises(NotNow):
            send_return(of, by=market.manager)

    def test_is_recorded_and_the_hub_is_told(self, market: Market) -> None:
        a_sent_return(market, Q3)
        acting(market.analyst)
        about = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "send_return")).one()
        assert about.person_name == market.manager.name
        assert letters_to(market.hub)[0].endswith("was sent")


class TestQueryingAndAccepting:
    def test_a_queried_return_is_changed_and_sent_again_and_stays_on_time(self, market: Market) -> None:
        of = again(a_sent_return(market, Q3), market.analyst)
        first = of.sent_at
        query_return(of, " Why so few reviews? ", by=market.analyst)
        of = again(of, market.manager)
        save_return(of, filled_in(of, plan_reviews=(3, 3)), version=of.version, by=market.manager)
        send_return(of, by=market.manager)
        assert (of.state, of.sent_at, of.query) == (ReturnState.SENT, first, "Why so few reviews?")
        assert of.corrected_at is not None

    def test_a_query_says_something(self, market: Market) -> None:
        of = again(a_sent_return(market, Q3), market.analyst)
        with pytest.raises(Invalid, match="Say what you are asking about"):
            query_return(of, "  ", by=market.analyst)

    def test_neither_is_for_the_provider(self, market: Market) -> None:
        of = a_sent_return(market, Q3)
        for verb in (lambda: query_return(of, "Why?", by=market.manager), lambda: accept_return(of, by=market.manager)):
            with pytest.raises(NotPermitted):
                verb()

    def test_an_open_return_is_neither_queried_nor_accepted(self, market: Market) -> None:
        of = again(an_opened_return(market, Q3), market.analyst)
        with pytest.raises(NotNow):
            query_return(of, "Why?", by=market.analyst)
        with pytest.raises(NotNow):
            accept_return(of, by=market.analyst)

    def test_what_is_accepted_stands(self, market: Market) -> None:
        of = again(a_sent_return(market, Q3), market.analyst)
        accept_return(of, by=market.analyst)
        assert (of.state, of.accepted_by_id) == (ReturnState.ACCEPTED, market.analyst.person_id)
        with pytest.raises(NotNow):
            query_return(of, "Why?", by=market.analyst)

    def test_the_provider_is_told(self, market: Market) -> None:
        of = again(a_sent_return(market, Q3), market.analyst)
        query_return(of, "Why?", by=market.analyst)
        acting(market.manager)
        assert letters_to(market.provider)[-1].startswith("A query about")


class TestWhoSeesAReturn:
    def counts(self) -> list[int | None]:
        return [
            db.session.scalar(select(func.count()).select_from(of))
            for of in (MonitoringReturn, ReturnFigure, OutcomeProgress)
        ]

    def test_another_provider_sees_nothing(self, market: Market) -> None:
        a_sent_return(market, Q3)
        acting(a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER))
        assert self.counts() == [0, 0, 0]

    def test_a_borough_sees_it_once_sent_and_only_its_own_outcomes(self, market: Market) -> None:
        other = a_person(a_borough(market.hub, "London Borough of Otherham"), Role.QUALITY_OFFICER)
        of = an_opened_return(market, Q3)
        save_return(of, filled_in(of), version=1, by=market.manager)
        acting(market.officer)
        assert self.counts() == [0, 0, 0]
        of = again(of, market.manager)
        send_return(of, by=market.manager)
        acting(market.officer)
        assert self.counts() == [1, 9, 2]
        acting(other)
        assert self.counts()[2] == 0


class TestChasing:
    def test_three_working_days_before_and_one_after(
        self, market: Market, move_clock: Callable[[datetime], None]
    ) -> None:
        an_opened_return(market, Q3)
        acting(SYSTEM)
        for day in (9, 12, 13, 15, 16, 19):
            move_clock(datetime(2026, 1, day, 9, tzinfo=UTC))
            chase_returns()
            acting(SYSTEM)
        told = [subject.split(" ", 3)[3] for subject in letters_to(market.provider)[1:]]
        assert told == ["is due soon", "is late"]
        written = db.session.scalars(select(Letter.written_at).order_by(Letter.written_at)).all()[1:]
        assert [at.date() for at in written] == [date(2026, 1, 12), date(2026, 1, 16)]


class TestThePages:
    def test_a_provider_fills_one_in_and_sends_it(
        self, market: Market, client_as: Callable[[Actor], FlaskClient]
    ) -> None:
        of = an_opened_return(market, Q3)
        reference, typed = of.reference, filled_in(of)
        client = client_as(market.manager)
        page = client.get(f"/returns/{reference}")
        assert page.status_code == 200
        assert "Missing episodes" in page.text
        fields: dict[str, object] = {"version": 1, "commentary": "", "then": "send", "numerator_attendance": "many"}
        refused = client.post(f"/returns/{reference}", data=fields)
        assert refused.status_code == 422
        assert "enter a whole number of 0 or more" in refused.text
        assert 'value="many"' in refused.text
        for key, figure in typed.figures.items():
            fields |= {f"numerator_{key}": f"{figure.numerator:,}", f"denominator_{key}": figure.denominator}
        half = client.post(f"/returns/{reference}", data=fields)
        assert (half.status_code, "say how far the outcome" in half.text) == (422, True)
        for outcome_id in typed.progress:
            fields |= {f"progress_{outcome_id.hex}": "good_progress", f"evidence_{outcome_id.hex}": "Seen"}
        sent = client.post(f"/returns/{reference}", data=fields | {"version": 2})
        assert sent.status_code == 303
        assert "First sent" in client.get(f"/returns/{reference}").text

    def test_lists_show_each_side_its_own(self, market: Market, client_as: Callable[[Actor], FlaskClient]) -> None:
        reference = a_sent_return(market, Q3).reference
        other = a_person(a_provider("Beech Ltd"), Role.PROVIDER_MANAGER)
        for actor in (market.manager, market.analyst, market.officer):
            client = client_as(actor)
            assert reference in client.get("/returns").text
            assert reference not in client.get("/returns?state=open").text
            assert client.get(f"/returns/{reference}").status_code == 200
        client = client_as(other)
        assert "No return yet" in client.get("/returns").text
        assert client.get(f"/returns/{reference}").status_code == 404

    def test_the_hub_queries_and_accepts(self, market: Market, client_as: Callable[[Actor], FlaskClient]) -> None:
        reference = a_sent_return(market, Q3).reference
        client = client_as(market.analyst)
        assert client.post(f"/returns/{reference}/query", data={"reason": ""}).status_code == 422
        assert client.post(f"/returns/{reference}/accept").status_code == 303
        assert client.post(f"/returns/{reference}/accept").status_code == 409

    def test_what_is_measured_is_said(self, market: Market, client_as: Callable[[Actor], FlaskClient]) -> None:
        page = client_as(market.officer).get("/indicators").text
        assert "Sessions attended, of the sessions possible" in page
        assert "At least 93%" in page

    def test_the_clock_is_the_database_s(self, market: Market) -> None:
        assert clock.today() == date(2026, 1, 5)

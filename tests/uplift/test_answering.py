"""Answers to a request: counter-offers that nobody changes, acceptance of what was read, appeals within their days, comments."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from contracts.uplift.answering import (
    Counter,
    accept_counter,
    appeal_until,
    appeal_uplift,
    comment_on_uplift,
    counter_uplift,
    refuse_uplift,
)
from contracts.uplift.change import Change
from contracts.uplift.opening_rounds import change_participation
from contracts.uplift.request import CounterOffer, RequestState, UpliftComment, UpliftRequest
from foundation.permission import Invalid, NotNow, NotPermitted
from foundation.working_days import london_instant
from marketplace.organisation import Organisation
from tests.makers.standing import acting
from tests.makers.uplift import Negotiation, a_negotiation, a_request, read_by

S = RequestState


def offered(deal: Negotiation, percent: str = "3.9", on: date | None = None, reason: str = "The model.") -> Counter:
    return Counter(change=Change(Decimal(percent)), effective_on=on or deal.round.effective_on, reason=reason)


class TestItDoes:
    def test_any_number_of_counter_offers_and_the_last_one_is_accepted(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal)
        for percent in ("2", "3", "3.9"):
            counter_uplift(request, offered(deal, percent), by=deal.analyst)
        request = read_by(deal.asker, request)
        with pytest.raises(NotNow, match="another counter-offer"):
            accept_counter(request, 2, by=deal.asker)
        accept_counter(request, 3, by=deal.asker)
        assert request.state == S.ACCEPTED
        made = session.scalars(select(CounterOffer).order_by(CounterOffer.number)).all()
        assert [one.change.words for one in made] == ["2%", "3%", "3.9%"]

    def test_a_comment_is_read_by_its_borough_and_the_hub_alone(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = read_by(deal.payer, a_request(deal))
        comment_on_uplift(request, "We could bear 4%.", by=deal.payer)
        for reader, seen in ((deal.payer, 1), (deal.analyst, 1), (deal.asker, 0), (deal.second.officer, 0)):
            acting(reader)
            assert len(session.scalars(select(UpliftComment)).all()) == seen


class TestWhoMayNot:
    def test_a_borough_that_is_left_out_reads_no_request(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal)
        merton = session.get_one(Organisation, deal.first.borough.id)
        change_participation(deal.round, merton, False, "It negotiates alone.", by=deal.analyst)
        acting(deal.payer)
        assert session.scalars(select(UpliftRequest)).all() == []
        with pytest.raises(NotPermitted):
            comment_on_uplift(read_by(deal.asker, request), "Mine.", by=deal.asker)


class TestWhenItMayNot:
    @pytest.mark.parametrize(
        ("percent", "reason", "field"),
        [("8.4", "As asked.", "amount"), ("9", "More.", "amount"), ("3.9", " ", "reason")],
    )
    def test_no_counter_offer_of_as_much_as_was_asked_nor_without_a_reason(
        self, session: scoped_session[Session], percent: str, reason: str, field: str
    ) -> None:
        deal = a_negotiation()
        with pytest.raises(Invalid) as refused:
            counter_uplift(a_request(deal), offered(deal, percent, reason=reason), by=deal.analyst)
        assert refused.value.field == field

    def test_no_counter_offer_from_a_closed_year(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        with pytest.raises(Invalid, match="closed"):
            counter_uplift(a_request(deal), offered(deal, on=date(2020, 4, 1)), by=deal.analyst)

    def test_a_percentage_is_answered_by_a_percentage(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        rate = Counter(change=Change(rate=Decimal(4300)), effective_on=deal.round.effective_on, reason="A rate.")
        with pytest.raises(Invalid, match="percentage with a percentage"):
            counter_uplift(a_request(deal), rate, by=deal.analyst)

    def test_an_appeal_comes_on_its_last_day_and_not_after(
        self, session: scoped_session[Session], move_clock: Callable[[datetime], None]
    ) -> None:
        deal = a_negotiation()
        request = refuse_uplift(a_request(deal), "No evidence.", by=deal.analyst)
        last = appeal_until(request)
        assert last is not None
        move_clock(london_instant(last) + timedelta(days=1))
        late = read_by(deal.asker, request)
        with pytest.raises(NotNow, match="days to appeal ended"):
            appeal_uplift(late, "It was sent.", by=deal.asker)
        move_clock(london_instant(last))
        appeal_uplift(read_by(deal.asker, late), "It was sent.", by=deal.asker)


class TestWhatTheDatabaseRefuses:
    def test_a_counter_offer_is_never_changed(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        counter_uplift(a_request(deal), offered(deal), by=deal.analyst)
        with pytest.raises(DBAPIError, match="permission denied"):
            session.execute(text("UPDATE uplift_counters SET percent = 1"))

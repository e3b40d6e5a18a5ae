"""Claims that Harbour makes itself: uplift avoided, step-down, volume discount, an offer below the benchmark."""

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.savings.claiming import reverse_uplift_avoided
from contracts.savings.ledger import entries
from contracts.savings.saving import Ground, Layer, Rating, Saving, SavingState, Source
from contracts.uplift.agreeing import agree_uplift
from contracts.uplift.answering import Counter, accept_counter, counter_uplift
from contracts.uplift.change import Change
from contracts.uplift.request import UpliftedLine, UpliftRequest
from marketplace.costing import cost
from tests.makers.contracts import CORE
from tests.makers.standing import acting
from tests.makers.uplift import Negotiation, a_negotiation, a_request, read_by

SCHOOL = {"kind": "education", "label": "School", "amount": Decimal("99.99"), "unit": "day"}
TODAY = date(2027, 10, 1)


def agreed_at_less(deal: Negotiation, asked: str = "8.4", agreed: str = "3.9") -> UpliftRequest:
    """An uplift asked and agreed at less, by the provider's acceptance of a counter-offer."""
    request = a_request(deal, asked)
    counter_uplift(
        request, Counter(change=Change(Decimal(agreed)), effective_on=deal.round.effective_on, reason="Less."), by=deal.analyst
    )  # fmt: skip
    accept_counter(read_by(deal.asker, request), 1, by=deal.asker)
    request = read_by(deal.analyst, request)
    agree_uplift(request, "Accepted.", by=deal.analyst)
    return request


class TestUpliftAvoided:
    def test_an_entry_for_each_borough_with_a_ground_for_each_fee(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE, SCHOOL))
        agreed_at_less(deal)
        found = session.scalars(select(Saving)).all()
        assert {saving.authority_id for saving in found} == {deal.first.borough.id, deal.second.borough.id}
        assert {(s.source, s.state, s.project) for s in found} == {(Source.UPLIFT_AVOIDED, SavingState.CLAIMED, "LAC")}
        assert "8.4% asked, 3.9% agreed from 1 April 2027" in found[0].evidence
        grounds = session.execute(select(Ground.layer, Ground.before, Ground.after).order_by(Ground.before)).all()
        school = (Layer.UPLIFT, Decimal("108.39"), Decimal("103.89"))
        assert [tuple(row) for row in grounds] == [school] * 2 + [
            (Layer.UPLIFT, Decimal("4552.80"), Decimal("4363.80"))
        ] * 2

    def test_it_comes_to_asked_less_agreed_on_the_days_paid(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE,))
        agreed_at_less(deal)
        acting(deal.payer)
        (entry,) = entries(today=TODAY)
        days = (TODAY - deal.round.effective_on).days
        assert [(f.rating, f.amount) for f in entry.figures] == [
            (Rating.GREEN_DELIVERED, Decimal("189.00") / 7 * days),
            (Rating.GREEN_ON_TARGET, Decimal("189.00") / 7 * (366 - days)),
        ]

    def test_nothing_where_as_much_was_agreed_as_asked(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        agree_uplift(a_request(deal, "2"), "As asked.", by=deal.analyst)
        assert session.scalar(select(func.count()).select_from(Saving)) == 0

    def test_the_sum_is_the_difference_recomputed_from_raw_rows(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE, SCHOOL))
        agreed_at_less(deal, "7.77", "1.23")
        acting(deal.payer)
        (entry,) = entries(today=TODAY)
        asked = paid = Decimal(0)
        for kept, line in session.execute(
            select(UpliftedLine, AgreementFeeLine).join(AgreementFeeLine, AgreementFeeLine.id == UpliftedLine.new_line_id)
        ):  # fmt: skip
            days = (date(2028, 4, 1) - line.starts_on).days
            units = Decimal(days) / (7 if line.unit == "week" else 1)
            asked += round(kept.asked_amount * units, 2)
            paid += cost([line.reckoned], line.starts_on, date(2028, 4, 1))
        assert entry.total == asked - paid

    def test_undone_while_it_waits_it_is_refused(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = agreed_at_less(deal)
        reverse_uplift_avoided(request.id, "The uplift was undone.")
        session.commit()
        states = set(session.scalars(select(Saving.state)))
        assert states == {SavingState.REFUSED}
        assert not any(session.scalars(select(Ground.live)))


def test_a_placement_alone_saves_nothing_that_could_be_shown(session: scoped_session[Session]) -> None:
    deal = a_negotiation()
    acting(deal.payer)
    assert session.scalar(select(func.count()).select_from(Saving)) == 0
    assert session.scalar(select(func.count()).select_from(Agreement)) == 1

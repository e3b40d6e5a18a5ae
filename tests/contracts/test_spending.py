"""The one reader of fee lines for sets: with terms, VAT, payers and known ends."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import Agreement
from contracts.contract_register import Wanted, whole_register
from contracts.costs import reckoned
from contracts.placement_list import placements
from contracts.queries import fee_lines_of
from contracts.spending import spend_by_month, spend_of_periods, spend_rows
from foundation import clock
from foundation.database import db
from marketplace.costing import Charge, charge
from marketplace.entering_terms import TypedTerm, enter_terms
from marketplace.setting import Setting
from marketplace.terms_of_year import academic_year_of
from tests.makers.contracts import CORE, Deal, a_deal, a_placement, as_read_by, signed
from tests.makers.standing import acting

Sessions = scoped_session[Session]
EIGHT_WEEKS = timedelta(56)
TUITION = {
    "kind": "education", "label": "Tuition", "amount": Decimal(70), "unit": "day", "calendar": "term_time",
    "vat_rate": Decimal(20), "vat_recoverable": False,
}  # fmt: skip


def with_term(deal: Deal, first: date, days: int) -> None:
    """The deal's setting has a term of so many days from that one; its manager acts."""
    key = inspect(deal.setting).identity
    acting(deal.head)
    term = TypedTerm(0, "Autumn term", first, first + timedelta(days - 1))
    enter_terms(db.session.get_one(Setting, key), academic_year_of(term.last_day), (term,), by=deal.head)


@pytest.fixture
def school(session: Sessions) -> tuple[Deal, Agreement]:
    """A placement of eight weeks, of which four were term; the officer acts."""
    start = clock.today() - EIGHT_WEEKS
    deal = a_deal("special_school", starts_on=start, fees=(CORE, TUITION))
    with_term(deal, start, 28)
    return deal, as_read_by(deal.officer, a_placement(deal))


def test_terms_and_vat_are_reckoned_as_the_engine_does(school: tuple[Deal, Agreement]) -> None:
    _, agreement = school
    period = agreement.starts_on, clock.today()
    (row,) = spend_rows(*period)
    assert row.charge == charge(reckoned(fee_lines_of(agreement)), *period)
    assert (row.amount, row.vat, row.gross) == (Decimal(8 * 4200 + 28 * 70), Decimal("392.00"), Decimal("35952.00"))
    assert row.borne == sum(row.shares)
    assert not row.terms_assumed


def test_months_sum_to_the_whole_in_every_column(school: tuple[Deal, Agreement]) -> None:
    _, agreement = school
    start, end = agreement.starts_on, agreement.starts_on + timedelta(500)
    (whole,) = spend_rows(start, end)
    assert sum((row.charge for row in spend_by_month(start, end)), start=Charge()) == whole.charge
    assert whole.terms_assumed


def test_lists_reckon_all_their_agreements_terms_in_one_statement(school: tuple[Deal, Agreement]) -> None:
    deal, agreement = school
    rows, _ = placements(deal.officer)
    assert [row.reference for row in rows] == [agreement.reference]
    assert rows[0].weekly > Decimal(4200)
    assert [row.reference for row in whole_register(Wanted())] == [agreement.reference]


def test_payers_bear_their_shares(session: Sessions) -> None:
    deal = a_deal(starts_on=clock.today() - EIGHT_WEEKS)
    agreement = as_read_by(deal.officer, a_placement(deal))
    session.execute(
        text("UPDATE agreement_fee_lines SET social_care_share = 60, education_share = 25, health_share = 15")
    )
    (row,) = spend_rows(agreement.starts_on, clock.today())
    assert row.shares == (Decimal(20160), Decimal(8400), Decimal(5040))


def test_a_forecast_stops_where_the_child_is_expected_to_leave(session: Sessions) -> None:
    deal = a_deal(starts_on=clock.today() - EIGHT_WEEKS, weeks=10)
    agreement = a_placement(deal)
    period = agreement.starts_on, agreement.starts_on + timedelta(weeks=20)
    assert [row.amount for row in spend_of_periods([period], to_known_end=True)] == [Decimal(42000)]
    assert [row.amount for row in spend_rows(*period)] == [Decimal(84000)]


def test_what_is_committed_but_has_not_begun_is_read_when_asked_for(session: Sessions) -> None:
    agreement = signed(a_deal())
    period = agreement.starts_on, agreement.starts_on + timedelta(7)
    assert spend_rows(*period) == []
    assert [row.amount for row in spend_of_periods([period], states=[agreement.state])] == [Decimal(4200)]


def test_a_line_that_ends_before_it_starts_is_refused_by_the_database(session: Sessions) -> None:
    a_placement(a_deal())
    with pytest.raises(IntegrityError, match="ends_after_starting"):
        session.execute(text("UPDATE agreement_fee_lines SET ends_on = starts_on - 1"))

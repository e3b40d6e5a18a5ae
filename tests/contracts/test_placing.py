"""Starting and ending a placement, and what it costs."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import AgreementFeeLine, AgreementState
from contracts.costs import by_financial_year, reckoned, stay_cost
from contracts.placing import end_placement, start_placement
from contracts.queries import fee_lines_of
from contracts.spending import months, spend_by_month, spend_rows
from foundation import clock
from foundation.audit import AuditEvent
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from marketplace.acts import Act
from marketplace.roles import Role
from tests.makers.contracts import CORE, a_deal, a_placement, as_read_by, signed
from tests.makers.standing import a_borough, a_person, a_provider, acting

S = AgreementState
MONTH_AGO = timedelta(days=30)
LATER = {"kind": "education", "label": "School", "amount": Decimal("99.99"), "unit": "day"}


class TestStarting:
    def test_fees_run_from_the_day_that_the_child_moved_in(self, session: scoped_session[Session]) -> None:
        agreed = clock.today() - MONTH_AGO
        deal = a_deal(starts_on=agreed)
        agreement = start_placement(signed(deal), agreed + timedelta(3), by=deal.officer)
        line = session.scalars(select(AgreementFeeLine)).one()
        assert (agreement.state, agreement.started_on, agreement.starts_on) == (S.ACTIVE, agreed + timedelta(3), agreed)
        assert line.starts_on == agreed + timedelta(3)

    def test_before_the_agreed_day_a_reason_is_asked(self, session: scoped_session[Session]) -> None:
        agreed = clock.today() + timedelta(5)
        deal = a_deal(starts_on=agreed)
        agreement = signed(deal)
        with pytest.raises(Invalid, match="Say why") as refused:
            start_placement(agreement, clock.today(), by=deal.officer)
        assert refused.value.field == "reason"
        start_placement(agreement, clock.today(), reason="The foster carer fell ill.", by=deal.officer)
        assert session.scalars(select(AgreementFeeLine.starts_on)).one() == clock.today()

    def test_not_ahead_of_time(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = signed(deal)
        with pytest.raises(Invalid, match="on the day that the child moves in"):
            start_placement(agreement, clock.today() + timedelta(1), by=deal.officer)

    def test_neither_the_provider_nor_a_finance_officer_may(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        finance = a_person(deal.borough, Role.FINANCE_OFFICER)
        agreement = signed(deal)
        for actor in (finance, deal.head):
            agreement = as_read_by(actor, agreement)
            with pytest.raises(NotPermitted):
                start_placement(agreement, clock.today(), by=actor)

    def test_not_twice_and_it_is_recorded_and_told(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = a_placement(deal)
        with pytest.raises(NotNow):
            start_placement(agreement, clock.today(), by=deal.officer)
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.START_PLACEMENT)).one()
        assert event.after["started_on"] == clock.today().isoformat()
        acting(deal.head)
        assert (
            session.scalars(select(Letter).where(Letter.act == Act.START_PLACEMENT)).one().to_roles[-1]
            == "provider_finance"
        )


class TestEnding:
    def test_closes_the_fee_lines_on_the_day(self, session: scoped_session[Session]) -> None:
        start = clock.today() - MONTH_AGO
        never = LATER | {"starts_on": clock.today() + timedelta(60)}
        deal = a_deal(starts_on=start, fees=(CORE, never))
        agreement = end_placement(a_placement(deal), clock.today() - timedelta(2), "CARPL", True, by=deal.officer)
        lines = fee_lines_of(agreement)
        assert (agreement.state, agreement.ended_as_planned) == (S.ENDED, True)
        assert [line.ends_on for line in lines] == [clock.today() - timedelta(2), never["starts_on"]]
        assert stay_cost(agreement, lines).total == Decimal("16800.00")
        acting(deal.head)
        assert len(session.scalars(select(Letter).where(Letter.act == Act.END_PLACEMENT)).all()) == 1

    @pytest.mark.parametrize(
        ("days_ago", "reason", "field"), [(30, "CARPL", "ended_on"), (-1, "CARPL", "ended_on"), (1, "WHIM", "reason")]
    )
    def test_what_cannot_be_meant(
        self, session: scoped_session[Session], days_ago: int, reason: str, field: str
    ) -> None:
        deal = a_deal(starts_on=clock.today() - MONTH_AGO)
        agreement = a_placement(deal)
        with pytest.raises(Invalid) as refused:
            end_placement(agreement, clock.today() - timedelta(days_ago), reason, True, by=deal.officer)
        assert refused.value.field == field

    def test_not_before_it_started(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        agreement = signed(deal)
        with pytest.raises(NotNow):
            end_placement(agreement, clock.today(), "CARPL", True, by=deal.officer)


class TestSpending:
    def test_months_and_years_sum_to_the_whole(self, session: scoped_session[Session]) -> None:
        start = clock.today() - timedelta(200)
        deal = a_deal(
            starts_on=start, fees=(CORE | {"amount": Decimal("3333.33")}, LATER | {"starts_on": start + timedelta(9)})
        )
        agreement = a_placement(deal)
        end = start + timedelta(571)
        whole = spend_rows(start, end)
        fees = reckoned(fee_lines_of(agreement))
        assert [row.reference for row in whole] == [agreement.reference]
        assert sum(row.amount for row in spend_by_month(start, end)) == whole[0].amount
        assert sum(spent for _, spent in by_financial_year(fees, start, end)) == whole[0].amount

    def test_an_agreement_that_has_not_started_costs_nothing(self, session: scoped_session[Session]) -> None:
        signed(a_deal())
        assert spend_rows(clock.today(), clock.today() + MONTH_AGO) == []

    def test_each_sees_its_own_and_the_hub_all(self, session: scoped_session[Session]) -> None:
        deal = a_deal(starts_on=clock.today() - MONTH_AGO)
        strangers = (
            a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.COMMISSIONER),
            a_person(a_provider("Beech Ltd"), Role.PROVIDER_FINANCE),
        )
        analyst = a_person(deal.hub, Role.HUB_ANALYST)
        a_placement(deal)
        period = clock.today() - timedelta(14), clock.today()
        for actor in (deal.officer, deal.head, analyst):
            acting(actor)
            assert [row.amount for row in spend_rows(*period)] == [Decimal("8400.00")]
        for stranger in strangers:
            acting(stranger)
            assert spend_rows(*period) == []

    def test_months_are_cut_at_the_first(self) -> None:
        assert months(date(2026, 11, 20), date(2027, 1, 2)) == [
            (date(2026, 11, 20), date(2026, 12, 1)), (date(2026, 12, 1), date(2027, 1, 1)), (date(2027, 1, 1), date(2027, 1, 2))
        ]  # fmt: skip

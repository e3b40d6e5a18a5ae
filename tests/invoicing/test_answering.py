"""The provider's answer to a schedule, and the borough's answers to its disputes."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from contracts.invoicing.answering import answer_schedule, dispute_charge, take_back_dispute
from contracts.invoicing.months import month_after
from contracts.invoicing.queries import charge_at
from contracts.invoicing.schedule import ChargeOrigin, ChargeSchedule, ChargeState, ScheduledCharge, ScheduleState
from contracts.invoicing.settling import accept_dispute, stand_by_charge
from contracts.invoicing.work_sources import items_of
from foundation.audit import AuditEvent
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from marketplace.roles import Role
from marketplace.work import Group
from tests.makers.contracts import CORE
from tests.makers.invoices import (
    a_billing,
    billed_rows,
    charges,
    confirmed,
    disputed,
    issued,
    last_month,
    made,
    sent,
    the_schedule,
)
from tests.makers.standing import a_person, acting

Sessions = scoped_session[Session]
DUE = Decimal("4000.00")


class TestItDoes:
    def test_confirming_settles_every_charge(self, session: Sessions) -> None:
        billing = a_billing()
        schedule = confirmed(billing)
        assert schedule.state is ScheduleState.CONFIRMED
        assert {row.state for row in charges(schedule)} == {ChargeState.CONFIRMED}

    def test_disputing_some_confirms_the_rest(self, session: Sessions) -> None:
        schedule = disputed(a_billing())
        assert schedule.state is ScheduleState.DISPUTED
        assert [row.state for row in charges(schedule)] == [ChargeState.DISPUTED, ChargeState.CONFIRMED]

    def test_a_dispute_is_taken_back_before_the_answer(self, session: Sessions) -> None:
        billing = a_billing()
        schedule = issued(billing)
        charge = dispute_charge(schedule, charge_at(schedule, 1), "A week only.", DUE, by=billing.biller)
        take_back_dispute(schedule, charge, by=billing.biller)
        assert (charge.state, charge.due_net) == (ChargeState.ISSUED, None)
        assert answer_schedule(schedule, by=billing.biller).state is ScheduleState.CONFIRMED

    def test_accepting_adds_the_difference_with_its_vat_and_settles(self, session: Sessions) -> None:
        billing = a_billing(fees=(CORE | {"vat_rate": Decimal(20)},))
        schedule = disputed(billing, "10000.00")
        charge = charge_at(schedule, 1)
        difference = accept_dispute(schedule, charge, "Agreed by telephone.", by=billing.finance)
        assert (charge.state, schedule.state) == (ChargeState.ADJUSTED, ScheduleState.SETTLED)
        assert (difference.origin, difference.state) == (ChargeOrigin.DISPUTE, ChargeState.CONFIRMED)
        assert charge.net + difference.net == Decimal("10000.00")
        assert charge.vat + difference.vat == Decimal("2000.00")
        assert difference.borne == difference.social_care == difference.net

    def test_an_accepted_dispute_is_not_taken_back_by_the_next_schedule(self, session: Sessions) -> None:
        billing = a_billing()
        accept_dispute(*both(disputed(billing)), "Agreed.", by=billing.finance)
        from_engine = sum(row.net for row in charges(the_schedule()) if row.origin is not ChargeOrigin.DISPUTE)
        made(billing, month_after(last_month()))
        changes = session.scalar(select(func.count()).where(ScheduledCharge.origin == ChargeOrigin.CHANGE))
        assert changes == 0
        assert from_engine == the_schedule().net

    def test_standing_by_keeps_the_charge_and_says_why(self, session: Sessions) -> None:
        billing = a_billing()
        schedule = disputed(billing)
        charge = stand_by_charge(schedule, charge_at(schedule, 1), "She was there all month.", by=billing.finance)
        assert (charge.state, charge.answer_reason) == (ChargeState.UPHELD, "She was there all month.")
        assert schedule.state is ScheduleState.SETTLED
        assert len(charges(schedule)) == 2

    def test_the_last_answer_settles_not_the_first(self, session: Sessions) -> None:
        billing = a_billing()
        schedule = issued(billing)
        for position in (1, 2):
            dispute_charge(schedule, charge_at(schedule, position), "Less.", DUE, by=billing.biller)
        answer_schedule(schedule, by=billing.biller)
        acting(billing.finance)
        schedule = the_schedule()
        stand_by_charge(schedule, charge_at(schedule, 1), "No.", by=billing.finance)
        assert schedule.state is ScheduleState.DISPUTED
        stand_by_charge(schedule, charge_at(schedule, 2), "No.", by=billing.finance)
        assert schedule.state is ScheduleState.SETTLED


class TestWhoMayNot:
    def test_a_responder_answers_no_schedule(self, session: Sessions) -> None:
        billing = a_billing()
        issued(billing)
        responder = acting(a_person(billing.deal.provider, Role.PROVIDER_RESPONDER))
        with pytest.raises(NotPermitted):
            answer_schedule(the_schedule(), by=responder)

    def test_the_provider_does_not_settle_and_the_commissioner_does_not_either(self, session: Sessions) -> None:
        billing = a_billing()
        disputed(billing)
        for actor in (billing.biller, a_person(billing.deal.borough, Role.COMMISSIONER)):
            acting(actor)
            with pytest.raises(NotPermitted):
                accept_dispute(*both(the_schedule()), "Yes.", by=actor)


class TestWhenItMayNot:
    def test_twice(self, session: Sessions) -> None:
        billing = a_billing()
        confirmed(billing)
        acting(billing.biller)
        with pytest.raises(NotNow):
            answer_schedule(the_schedule(), by=billing.biller)
        with pytest.raises(NotNow):
            dispute_charge(*both(the_schedule()), "Late.", DUE, by=billing.biller)

    def test_while_an_invoice_waits(self, session: Sessions) -> None:
        billing = a_billing()
        schedule = issued(billing)
        sent(billing, billed_rows(schedule))
        with pytest.raises(NotNow, match="waits for the borough"):
            answer_schedule(schedule, by=billing.biller)

    @pytest.mark.parametrize(("reason", "due", "field"), [(" ", "1.00", "reason"), ("Why not", "same", "due")])
    def test_without_a_reason_or_a_difference(self, session: Sessions, reason: str, due: str, field: str) -> None:
        billing = a_billing()
        schedule = issued(billing)
        charge = charge_at(schedule, 1)
        asked = charge.net if due == "same" else Decimal(due)
        with pytest.raises(Invalid) as refused:
            dispute_charge(schedule, charge, reason, asked, by=billing.biller)
        assert refused.value.field == field
        assert charge_at(schedule, 1).state is ChargeState.ISSUED

    def test_the_borough_gives_its_reason_for_standing(self, session: Sessions) -> None:
        billing = a_billing()
        with pytest.raises(Invalid, match="Say why"):
            stand_by_charge(*both(disputed(billing)), " ", by=billing.finance)


class TestWhatIsRecorded:
    def test_the_borough_is_told_of_the_answer_and_the_provider_of_the_settling(self, session: Sessions) -> None:
        billing = a_billing()
        schedule = disputed(billing)
        told = session.query(Letter).filter_by(act="dispute_schedule").one()
        assert told.to_roles == ["finance_officer"]
        assert "1 charge of it" in told.body
        assert [item.group for item in items_of(billing.finance)] == [Group.NOW]
        stand_by_charge(*both(schedule), "No.", by=billing.finance)
        assert list(items_of(billing.finance)) == []
        acting(billing.biller)
        assert session.query(Letter).filter_by(act="settle_schedule").one().to_roles[0] == "provider_manager"
        acts = set(session.scalars(select(AuditEvent.act)))
        assert {"dispute_charge", "dispute_schedule", "stand_by_charge", "settle_schedule"} <= acts


def both(schedule: ChargeSchedule) -> tuple[ChargeSchedule, ScheduledCharge]:
    """A schedule and its first charge."""
    return schedule, charge_at(schedule, 1)

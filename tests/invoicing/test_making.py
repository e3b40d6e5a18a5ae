"""Making a month's schedules: what stands in them, in which order months are made, and that all of them sum to the engine's cost."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, scoped_session

from contracts.invoicing.invoice import InvoiceRow
from contracts.invoicing.jobs import due_months, make_due_schedules
from contracts.invoicing.making import make_schedules
from contracts.invoicing.months import month_after, month_before, month_of
from contracts.invoicing.schedule import ChargeOrigin, ChargeSchedule, ScheduledCharge, ScheduleRun
from contracts.placing import end_placement
from contracts.spending import spend_rows
from contracts.varying.approving import approve_variation
from contracts.varying.proposing import agree_to_variation
from foundation import clock
from foundation.audit import AuditEvent
from foundation.outbox import Letter
from foundation.permission import Invalid, NotPermitted
from foundation.tenancy import act_as_system
from marketplace.actor import SYSTEM
from marketplace.costing import NOUGHT
from marketplace.roles import Role
from tests.makers.contracts import CORE, as_read_by
from tests.makers.invoices import Billing, a_billing, agreement_as_read, charges, issued, last_month, made, the_schedule
from tests.makers.standing import a_person, a_provider, acting
from tests.makers.varying import at_rate, proposed, variation_as_read_by

Sessions = scoped_session[Session]


def charged(session: Sessions) -> Decimal:
    """What all schedules together charge, disputes aside."""
    return session.scalar(select(func.sum(ScheduledCharge.net)).where(ScheduledCharge.origin != "dispute")) or NOUGHT


def engine(first: date, end: date) -> Decimal:
    return sum((row.amount for row in spend_rows(first, end)), NOUGHT)


class TestItDoes:
    def test_a_row_for_each_fee_line_with_its_sums(self, session: Sessions) -> None:
        billing = a_billing()
        run = made(billing)
        schedule = the_schedule()
        core, therapy = charges(schedule)
        month = last_month()
        assert (core.agreement, core.label, core.origin) == (billing.agreement, "Accommodation and care", "month")
        assert (core.from_on, core.until_on) == (month, month_after(month))
        assert core.reckoning.startswith("£4,200.00 × 4 weeks")
        assert (core.borne, core.social_care) == (core.net, core.net)
        assert core.net + therapy.net == engine(month, month_after(month)) == schedule.net == run.net
        assert (run.schedules, run.charges) == (1, 2)

    def test_a_backdated_variation_is_carried_in_the_next(self, session: Sessions) -> None:
        billing = a_billing()
        first = month_before(last_month())
        made(billing, first)
        vary(billing, "4410.00", on=first + timedelta(days=9))
        made(billing)
        rows = charges(the_schedule())
        changes = {row.net for row in rows if row.origin is ChargeOrigin.CHANGE}
        assert len(changes) == 2
        assert sum(changes) == engine(first, last_month()) - sum(row.net for row in charges(the_schedule(first)))
        assert charged(session) == engine(first, month_after(last_month()))
        assert any("was charged for it" in row.reckoning for row in rows)

    def test_an_early_end_takes_back_what_was_charged_ahead(self, session: Sessions) -> None:
        billing = a_billing()
        made(billing)
        this_month = month_of(clock.today())
        made(billing, this_month)
        end_on = last_month() + timedelta(days=10)
        agreement = as_read_by(billing.deal.officer, agreement_as_read())
        end_placement(agreement, end_on, "E5", True, by=billing.deal.officer)
        acting(billing.finance)
        assert charged(session) > engine(last_month(), month_after(this_month))
        run = next_run(session, billing)
        assert run.net < 0
        assert charged(session) == engine(last_month(), month_after(run.month))

    def test_vat_is_carried_with_its_change(self, session: Sessions) -> None:
        fees = (CORE | {"vat_rate": Decimal(20), "vat_recoverable": False},)
        billing = a_billing(fees=fees)
        first = month_before(last_month())
        made(billing, first)
        row = charges(the_schedule(first))[0]
        assert (row.vat_rate, row.borne) == (Decimal(20), row.gross)
        assert row.vat == (row.net / 5).quantize(Decimal("0.01"))
        vary(billing, "4410.00", on=first)
        made(billing)
        whole = spend_rows(first, month_after(last_month()))
        assert session.scalar(select(func.sum(ScheduledCharge.vat))) == sum(spend.vat for spend in whole)
        assert session.scalar(select(func.sum(ScheduledCharge.borne))) == sum(spend.borne for spend in whole)

    def test_a_fee_whose_terms_nobody_entered_is_named_and_not_guessed(self, session: Sessions) -> None:
        fees = (CORE, {"kind": "education", "label": "School", "amount": Decimal(9000), "unit": "term"})
        run = made(a_billing(fees=fees))
        assert [(label, why.startswith("Enter the term dates")) for _, label, why in run.unreckoned] == [
            ("School", True)
        ]
        assert [row.label for row in charges(the_schedule())] == ["Accommodation and care"]


class TestWhoMayNot:
    @pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.PLACEMENT_MANAGER, Role.DIRECTOR, Role.AUDITOR])
    def test_others_of_the_borough_only_read(self, session: Sessions, role: Role) -> None:
        billing = a_billing()
        reader = acting(a_person(billing.deal.borough, role))
        with pytest.raises(NotPermitted):
            make_schedules(billing.authority, last_month(), by=reader)

    def test_nor_may_another_borough_s_finance_officer(self, session: Sessions) -> None:
        mine, theirs = a_billing(), a_billing(name="Elsewhere")
        acting(theirs.finance)
        with pytest.raises(NotPermitted):
            make_schedules(mine.authority, last_month(), by=theirs.finance)


class TestWhenItMayNot:
    def test_a_month_is_made_once(self, session: Sessions) -> None:
        billing = a_billing()
        made(billing)
        with pytest.raises(Invalid, match="made already"):
            made(billing)
        assert session.scalar(select(func.count(ScheduleRun.id))) == 1

    def test_months_are_made_in_order_and_never_before_the_first(self, session: Sessions) -> None:
        billing = a_billing(months=4)
        first = month_before(month_before(last_month()))
        made(billing, first)
        with pytest.raises(Invalid, match=r"Make the schedules of .* first"):
            made(billing, last_month())
        with pytest.raises(Invalid, match="billed elsewhere"):
            made(billing, month_before(first))

    def test_a_month_that_has_not_begun_is_refused(self, session: Sessions) -> None:
        billing = a_billing()
        with pytest.raises(Invalid, match="has not begun"):
            made(billing, month_after(month_of(clock.today())))

    def test_a_borough_without_placements_gets_an_empty_run(self, session: Sessions) -> None:
        billing = a_billing(months=0)
        run = made(billing)
        assert (run.schedules, run.charges, run.net) == (0, 0, 0)


class TestWhatTheDatabaseRefuses:
    @pytest.mark.parametrize(
        ("table", "change"),
        [
            ("scheduled_charges", "net = net + 1"), ("scheduled_charges", "label = 'Other'"), ("charge_schedules", "net = 0"),
            ("scheduled_charges", "until_on = until_on + 1"), ("charge_schedules", "month = month + 31"),
        ],
    )  # fmt: skip
    def test_the_facts_of_a_row_are_frozen(self, session: Sessions, table: str, change: str) -> None:
        made(a_billing())
        with pytest.raises(ProgrammingError, match="fact of its day"):
            session.execute(text(f"UPDATE {table} SET {change}"))

    def test_a_provider_cannot_settle_its_own_dispute(self, session: Sessions) -> None:
        issued(a_billing())
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(
                text(
                    "UPDATE scheduled_charges SET state = 'adjusted', dispute_reason = 'x', due_net = 1,"
                    " disputed_at = now(), answered_at = now()"
                )
            )


class TestWhatIsRecorded:
    def test_one_row_of_the_trail_and_a_letter_for_each_schedule(self, session: Sessions) -> None:
        billing = a_billing()
        made(billing)
        event = session.query(AuditEvent).filter_by(act="make_schedules").one()
        assert event.after["schedules"] == 1
        acting(billing.biller)
        letter = session.query(Letter).filter_by(act="make_schedules").one()
        assert letter.to_roles == ["provider_manager", "provider_finance"]
        assert "Zephyrine" not in letter.subject + letter.body
        acting(billing.finance)
        assert "2 charges" not in session.query(Letter).filter_by(act="make_schedules").one().subject


class TestTheJob:
    def test_it_makes_every_ended_month_that_is_due_once(self, session: Sessions) -> None:
        one, other = a_billing(), a_billing(name="Elsewhere")
        made(one, month_before(month_before(last_month())))
        session.expunge_all()
        act_as_system()
        due = list(due_months(clock.today()))
        assert sorted(month for _, month in due) == [month_before(last_month()), last_month(), last_month()]
        make_due_schedules()
        make_due_schedules()
        counted = session.execute(select(ScheduleRun.authority_id, func.count()).group_by(ScheduleRun.authority_id))
        assert dict(counted.all()) == {one.deal.borough.id: 3, other.deal.borough.id: 1}
        names = set(session.scalars(select(ScheduleRun.made_by_name)))
        assert names == {"Finn Penny", SYSTEM.name}


class TestStrangers:
    def test_each_sees_its_own_and_the_hub_none(self, session: Sessions) -> None:
        one, other = a_billing(), a_billing(name="Elsewhere")
        made(one)
        made(other)
        for billing in (one, other):
            for actor in (billing.finance, billing.biller):
                acting(actor)
                assert {row.agreement for row in session.scalars(select(ScheduledCharge))} == {billing.agreement}
                assert session.scalar(select(func.count(ChargeSchedule.id))) == 1
        for stranger in (
            a_person(a_provider("Beech Ltd"), Role.PROVIDER_FINANCE), a_person(one.deal.hub, Role.HUB_ANALYST)
        ):  # fmt: skip
            acting(stranger)
            for table in (ScheduledCharge, ChargeSchedule, ScheduleRun, InvoiceRow):
                assert session.scalars(select(table)).all() == []
        acting(one.biller)
        assert session.scalars(select(ScheduleRun)).all() == []


def vary(billing: Billing, amount: str, on: date) -> None:
    """Both sides agree to another core rate from a day."""
    deal = billing.deal
    variation = proposed(agreement_as_read(), deal.officer, at_rate(amount), on=on)
    agree_to_variation(variation_as_read_by(deal.head, variation), by=deal.head)
    approve_variation(variation_as_read_by(deal.manager, variation), by=deal.manager)


def next_run(session: Sessions, billing: Billing) -> ScheduleRun:
    """The schedules of the month after this, as if it had begun."""
    shift = month_after(month_of(clock.today())) + timedelta(days=1)
    real = clock.today
    clock.today = lambda: shift  # type: ignore[assignment]
    try:
        return made(billing, month_of(shift))
    finally:
        clock.today = real  # type: ignore[assignment]

"""The forecast and its sheet: the arithmetic without a database, and the reading of stays with one."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, scoped_session

from contracts.money.explaining import explain_forecast, parts_of
from contracts.money.forecasting import forecast
from contracts.money.stays import Standing, stays_of
from contracts.money.supposing import Supposition, suppose
from contracts.spending import spend_rows
from contracts.varying.giving_notice import give_notice
from foundation import clock
from foundation.quarters import FinancialYear
from marketplace.costing import charge
from marketplace.fee_line import FeeKind, Unit
from marketplace.roles import Role
from tests.makers.contracts import CORE, a_deal, a_draft, a_placement, signed
from tests.makers.money import a_fee, a_stay
from tests.makers.standing import a_borough, a_person, acting

YEAR, TODAY = FinancialYear(2026), date(2026, 11, 22)
FIRST = YEAR.first_day

days = st.dates(date(2025, 1, 1), date(2028, 1, 1))
fees = st.builds(
    lambda pence, starts, unit, kind, vat, back: a_fee(
        str(Decimal(pence) / 100), starts, unit=unit, kind=kind, vat_rate=Decimal(vat), vat_recoverable=back
    ),
    st.integers(1, 900_000), days, st.sampled_from([Unit.NIGHT, Unit.WEEK, Unit.YEAR, Unit.ONCE]),
    st.sampled_from([FeeKind.CORE, FeeKind.DISCOUNT]), st.sampled_from([0, 20]), st.booleans(),
)  # fmt: skip
stays = st.builds(
    lambda lines, ends: a_stay(*lines, ends=ends), st.lists(fees, min_size=1, max_size=3), st.none() | days
).filter(lambda stay: stay.ends_on is None or stay.ends_on > stay.starts_on)


@pytest.mark.slow
@given(stay=stays, today=days)
@settings(max_examples=2_000, deadline=None)
def test_months_parts_and_the_days_before_today_sum_to_the_year(stay, today) -> None:  # type: ignore[no-untyped-def]
    (found,) = forecast([stay], YEAR, today).stays
    whole = charge(stay.lines, YEAR.first_day, YEAR.day_after)
    assert sum(found.months) == found.outturn == whole.borne
    past = charge(stay.lines, YEAR.first_day, min(max(today, YEAR.first_day), YEAR.day_after))
    assert found.to_date == past.borne
    assert parts_of(found, YEAR).outturn == found.outturn


class TestTheSheet:
    def test_a_place_that_runs_all_year_is_one_step(self) -> None:
        told = explain_forecast(forecast([a_stay(a_fee())], YEAR, TODAY), Decimal(200_000))
        assert steps(told) == {"first_day": Decimal("208571.43")}
        assert told.steps[0].adds == Decimal("8571.43")

    def test_starts_ends_changes_one_offs_and_vat_are_told_apart(self) -> None:
        raised = [
            a_fee(7000, FIRST - timedelta(60), ends=date(2026, 10, 1)), a_fee(7700, date(2026, 10, 1)),
            a_fee(500, FIRST + timedelta(9), unit=Unit.ONCE, label="Settling in"),
            a_fee(100, FIRST, label="Taxed", vat_rate=Decimal(20), vat_recoverable=False),
        ]  # fmt: skip
        leaving = a_stay(*raised, ends=date(2027, 3, 1))
        arriving = a_stay(a_fee(700, date(2027, 3, 22)), standing=Standing.COMMITTED)
        told = explain_forecast(forecast([leaving, arriving], YEAR, TODAY), None)
        assert steps(told) == {
            "first_day": Decimal("370214.29"),  # 7,100 a week for 365 days
            "committed": Decimal("1000.00"),  # 700 a week for ten days
            "ending": Decimal("-31442.86"),  # 7,100 a week for the 31 days of March
            "changes": Decimal("15100.00"),  # 700 more a week for 151 days
            "one_offs": Decimal("500.00"),
            "vat": Decimal("954.29"),  # 20 a week for 334 days
        }
        assert told.steps[-1].running == told.outturn
        assert told.steps[-1].key == "rounding"

    def test_the_steps_are_the_sums_of_the_agreements(self) -> None:
        found = forecast([a_stay(a_fee(4000 + n), ends=FIRST + timedelta(n * 40 + 1)) for n in range(9)], YEAR, TODAY)
        told = explain_forecast(found, Decimal(1))
        assert sum(part.outturn for part in told.parts) == told.outturn == found.outturn == told.steps[-1].running
        assert sum(step.amount for step in told.steps) == told.outturn


class TestWhatIf:
    def test_each_supposition_adds_its_part_and_they_sum(self) -> None:
        asked = Supposition(
            change=Decimal(-2), change_from=TODAY, uplift=Decimal("3.9"), uplift_from=date(2027, 1, 1), more=3,
            weekly=Decimal(5000), more_from=date(2027, 3, 25), fewer=1, fewer_from=date(2027, 3, 1),
        )  # fmt: skip
        found = suppose([a_stay(a_fee(4000)), a_stay(a_fee(3000))], asked, YEAR, TODAY)
        amounts = {effect.name: effect.amount for effect in found.effects}
        assert amounts["Fees that change"] == Decimal("-2600.00")  # £140 less a week for 130 days
        assert amounts["Uplift"] == Decimal("3439.80")  # 3,920 and 2,940 raised by 3.9 %: £267.54 a week for 90 days
        assert amounts["More placements"] == 3 * Decimal("5000.00")
        assert amounts["Placements that end"] < 0
        assert sum(amounts.values()) == found.difference == found.outturn - found.now.outturn
        assert sum(found.by_month) == found.outturn

    def test_without_a_supposition_nothing_changes(self) -> None:
        found = suppose([a_stay(a_fee())], Supposition(), YEAR, TODAY)
        assert (found.difference, found.outturn) == (0, found.now.outturn)


class TestReadingStays:
    def test_placements_run_on_signed_ones_begin_and_notice_ends(self, session: scoped_session[Session]) -> None:
        today = clock.today()
        year = FinancialYear.of(today)
        running = a_deal(starts_on=today - timedelta(20), weeks=None)
        a_placement(running)
        shared = {"hub": running.hub, "lot": running.lot, "provider": running.provider, "setting": running.setting}
        a_draft(a_deal(name="Other", starts_on=today + timedelta(5), weeks=None, **shared))
        acting(running.officer)
        (stay,) = stays_of(year, today)
        found = forecast([stay], year, today)
        assert found.outturn == spend_rows(year.first_day, year.day_after)[0].borne
        assert found.to_date == spend_rows(year.first_day, today)[0].borne
        acting(a_person(running.hub, Role.HUB_ANALYST))
        by_start = sorted(stays_of(year, today), key=lambda each: each.starts_on)
        assert [each.standing for each in by_start] == [Standing.RUNNING, Standing.PLANNED]

    def test_an_agreed_start_that_has_passed_counts_from_today(self, session: scoped_session[Session]) -> None:
        today = clock.today()
        once = {"kind": "settling_in", "label": "Settling in", "amount": Decimal(350), "unit": "once"}
        signed(a_deal(starts_on=today - timedelta(10), weeks=None, fees=(CORE, once)))
        (stay,) = stays_of(FinancialYear.of(today), today)
        assert (stay.standing, stay.starts_on, stay.ends_on) == (Standing.COMMITTED, today, None)
        assert {line.starts for line in stay.lines} == {today}

    def test_notice_is_a_known_end(self, session: scoped_session[Session]) -> None:
        today = clock.today()
        deal = a_deal(starts_on=today - timedelta(20))
        agreement = give_notice(a_placement(deal), today + timedelta(40), "Moves home", by=deal.officer)
        (stay,) = stays_of(FinancialYear.of(today), today)
        assert stay.ends_on == agreement.notice_ends_on
        assert {line.ends for line in stay.lines} == {agreement.notice_ends_on}

    def test_a_stranger_forecasts_nothing(self, session: scoped_session[Session]) -> None:
        deal = a_deal()
        a_placement(deal)
        acting(a_person(a_borough(deal.hub, "London Borough of Elsewhere"), Role.FINANCE_OFFICER))
        assert stays_of(FinancialYear.of(clock.today()), clock.today()) == []


def steps(told) -> dict[str, Decimal]:  # type: ignore[no-untyped-def]
    """The steps that come to something."""
    return {step.key: step.amount for step in told.steps if step.amount}


def test_a_block_contract_is_one_step_and_no_childs_stay() -> None:
    block = a_stay(a_fee(7000, FIRST), ends=date(2027, 3, 1), is_block=True)
    found = forecast([block], YEAR, TODAY)
    told = explain_forecast(found, None)
    assert set(steps(told)) == {"blocks"}
    assert (found.placements, found.average_weekly, told.steps[-1].running) == (0, None, found.outturn)

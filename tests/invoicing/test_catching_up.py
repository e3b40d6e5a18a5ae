"""Whatever changes between schedules, all of them sum to the engine's cost to date, line by line, without a database."""

import uuid
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.costs import cost_line
from contracts.invoicing.months import month_after
from contracts.invoicing.reckoning import Months, Payable, new_charges, words_of
from marketplace.costing import Charge, charges_between
from marketplace.fee_line import FeeKind, FeeLine, Unit
from marketplace.payer_shares import PayerShares

FIRST = date(2026, 3, 1)
days = st.integers(-60, 240).map(lambda n: FIRST + timedelta(n))
amounts = st.integers(1, 900_000).map(lambda pence: Decimal(pence).scaleb(-2))
shares = st.integers(0, 100).map(lambda percent: PayerShares(Decimal(percent), Decimal(100 - percent), Decimal(0)))


@st.composite
def fees(draw: st.DrawFn) -> FeeLine:
    starts = draw(days)
    return FeeLine(
        kind=draw(st.sampled_from([FeeKind.CORE, FeeKind.DISCOUNT])), label="Fee", amount=draw(amounts), starts=starts,
        unit=draw(st.sampled_from([Unit.NIGHT, Unit.WEEK, Unit.YEAR, Unit.HOUR, Unit.ONCE])),
        ends=draw(st.none() | st.integers(1, 200).map(lambda n: starts + timedelta(n))),
        vat_rate=draw(st.sampled_from([Decimal(0), Decimal(5), Decimal("17.5"), Decimal(20)])),
        vat_recoverable=draw(st.booleans()), shares=draw(shares),
    )  # fmt: skip


def payable(line: FeeLine, line_id: uuid.UUID, *, is_paid: bool = True) -> Payable:
    return Payable(
        line_id, uuid.uuid4(), uuid.uuid4(), "CRO-1", "CH-1", "Rowan House", "Residential", "framework", line, is_paid
    )


@st.composite
def histories(draw: st.DrawFn) -> list[dict[uuid.UUID, tuple[FeeLine, bool]]]:
    """The fee lines as they stand when each month is made: some are closed on any day, past or future, and others begin in their place."""
    standing = {uuid.uuid4(): (draw(fees()), True)}
    told = []
    for _ in range(draw(st.integers(1, 5))):
        for key, (line, is_paid) in list(standing.items()):
            if is_paid and draw(st.booleans()):
                on = max(draw(days), line.starts)
                open_after = line.ends is None or line.ends > on
                if open_after:
                    standing[key] = (replace(line, ends=on), True) if on > line.starts else (line, False)
                    standing[uuid.uuid4()] = (replace(line, amount=draw(amounts), starts=on), True)
        if draw(st.booleans()):
            standing[uuid.uuid4()] = (draw(fees()), True)
        told.append(dict(standing))
    return told


@pytest.mark.slow
@settings(max_examples=2_000, deadline=None)
@given(histories())
def test_all_schedules_sum_to_the_engine_s_cost(history: list[dict[uuid.UUID, tuple[FeeLine, bool]]]) -> None:
    charged: dict[uuid.UUID, Charge] = defaultdict(Charge)
    month = FIRST
    for standing in history:
        lines = [
            payable(line, key, is_paid=is_paid)
            for key, (line, is_paid) in standing.items()
            if line.starts < month_after(month)
        ]
        found, unreckoned = new_charges(lines, Months(FIRST, month), charged)
        assert not unreckoned
        for each in found:
            assert each.from_on < each.until_on
            charged[each.of.line_id] += each.charge
        month = month_after(month)
        for key, (line, is_paid) in standing.items():
            due = charges_between([line], (FIRST, month))[0] if is_paid else Charge()
            assert charged[key] == due


@given(fees(), st.integers(0, 5))
def test_a_charge_is_reckoned_in_the_engine_s_own_words(line: FeeLine, months: int) -> None:
    month = FIRST
    for _ in range(months):
        month = month_after(month)
    starts = max(line.starts, month)
    ends = min(line.ends or month_after(month), month_after(month))
    if starts < ends and not (line.unit is Unit.ONCE and starts > line.starts):
        assert words_of(line, starts, ends) == cost_line(line, starts, ends).reckoning

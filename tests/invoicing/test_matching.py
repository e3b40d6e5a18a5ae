"""Matching an invoice's rows to a schedule: a table of cases, without a database."""

import uuid
from datetime import date
from decimal import Decimal

import pytest

from contracts.invoicing.invoice import Finding
from contracts.invoicing.invoice_file import BilledRow
from contracts.invoicing.matching import KnownCharge, KnownStay, match

OURS, ENDED = "CRO-7Q4K-2M", "CRO-AAAA-AA"
FIRST, AFTER = date(2026, 10, 1), date(2026, 11, 1)
STAYS = {OURS: KnownStay(date(2026, 9, 14), None), ENDED: KnownStay(date(2026, 9, 14), date(2026, 10, 20))}


def charge(
    agreement: str = OURS, label: str = "Core fee", net: str = "18600.00", vat: str = "0.00", **facts: object
) -> KnownCharge:
    days = {"from_on": FIRST, "until_on": AFTER} | facts
    return KnownCharge(uuid.uuid4(), agreement, label, net=Decimal(net), vat=Decimal(vat), **days)  # type: ignore[arg-type]


def row(
    agreement: str = OURS, fee: str = "Core fee", net: str = "18600.00", vat: str = "0.00", **facts: object
) -> BilledRow:
    days = {"from_on": FIRST, "until_on": AFTER, "number": 2} | facts
    return BilledRow(agreement=agreement, fee=fee, net=Decimal(net), vat=Decimal(vat), **days)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("billed", "finding", "said"),
    [
        (row(), "agreed", "As on the schedule."),
        (row(fee="CORE FEE"), "agreed", "As on the schedule."),
        (row(net="18600.01"), "over", "£0.01 over"),
        (row(net="18599.99"), "under", "£0.01 under"),
        (row(vat="3720.00"), "over", "VAT where the schedule says £0.00: £3,720.00 over"),
        (row(net="18000.00", vat="600.00"), "under", "£600.00 under"),
        (row("CRO-9999-99"), "unknown_child", "No agreement between you two"),
        (row(fee="Therapy"), "unknown_fee", "no fee of this name"),
        (row(from_on=date(2026, 12, 1), until_on=date(2027, 1, 1)), "unknown_fee", "for these days"),
        (row(from_on=date(2026, 9, 1)), "before_start", "started on 14 Sep 2026"),
        (row(ENDED), "after_end", "ended on 20 Oct 2026"),
        (row(ENDED, until_on=date(2026, 10, 20), net="11400.00"), "agreed", "As on the schedule."),
        (row(ENDED, until_on=date(2026, 10, 21), net="11400.00"), "after_end", "ended on 20 Oct 2026"),
        (row(fee="Transport"), "duplicate", "confirmed already"),
    ],
)  # fmt: skip
def test_a_row_alone(billed: BilledRow, finding: str, said: str) -> None:
    charges = [
        charge(), charge(ENDED, until_on=date(2026, 10, 20), net="11400.00"), charge(label="Transport", taken="It is confirmed already."),
    ]  # fmt: skip
    [matched] = match([billed], charges, STAYS)
    assert matched.finding is Finding(finding)
    assert said in matched.said


def test_a_row_that_stands_twice_is_a_duplicate_of_the_first() -> None:
    first, second = match([row(), row(number=3)], [charge()], STAYS)
    assert (first.finding, second.finding) == (Finding.AGREED, Finding.DUPLICATE)
    assert "Row 2" in second.said


def test_a_row_of_days_after_the_end_takes_no_charge_from_the_right_one() -> None:
    ended = charge(ENDED, until_on=date(2026, 10, 20), net="11400.00")
    rows = [row(ENDED), row(ENDED, until_on=date(2026, 10, 20), net="11400.00", number=3)]
    assert [each.finding for each in match(rows, [ended], STAYS)] == [Finding.AFTER_END, Finding.AGREED]


def test_two_rows_for_one_charge_are_billed_once() -> None:
    halves = [row(until_on=date(2026, 10, 15), net="9300.00"), row(from_on=date(2026, 10, 15), net="9300.00", number=3)]
    assert [each.finding for each in match(halves, [charge()], STAYS)] == [Finding.UNDER, Finding.DUPLICATE]


def test_each_rate_of_a_month_is_matched_to_its_own_days() -> None:
    early = charge(until_on=date(2026, 10, 10), net="5400.00")
    late = charge(from_on=date(2026, 10, 10), net="13000.00")
    rows = [row(from_on=date(2026, 10, 10), net="13000.00"), row(until_on=date(2026, 10, 10), net="5400.00", number=3)]
    assert [each.charge for each in match(rows, [early, late], STAYS)] == [late, early]


def test_a_stranger_s_reference_is_as_unknown_as_one_that_never_was() -> None:
    strangers, nobodys = match([row("MER-7Q4K-2M"), row("MER-QQQQ-QQ", number=3)], [charge()], STAYS)
    assert (strangers.finding, strangers.said) == (nobodys.finding, nobodys.said)

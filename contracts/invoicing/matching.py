"""Matching a provider's invoice to a schedule, row by row. A judgement without a database, so that each case stands in a table of tests.

A row is matched to the charge of its agreement and fee that shares most days with it, each charge once. What is found first counts: an
agreement that is not between these two; a row that stands in the file twice, or whose charge is billed or settled already; days
before the placement's start or after its end; a fee that the schedule has not; then the amounts.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.invoicing.invoice import Finding
from contracts.invoicing.invoice_file import BilledRow
from foundation.formatting import day_medium, money

F = Finding


@dataclass(frozen=True, slots=True)
class KnownCharge:
    """A charge of the schedule. `taken`: why it cannot be billed (again), in words; nothing where it can."""

    id: uuid.UUID
    agreement: str
    label: str
    from_on: date
    until_on: date
    net: Decimal
    vat: Decimal
    taken: str = ""


@dataclass(frozen=True, slots=True)
class KnownStay:
    """A placement of the provider with the borough: from which day, and until which day (not included) where it has ended."""

    starts_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Matched:
    """A row, what was found, in words, and the charge that it was compared with."""

    row: BilledRow
    finding: Finding
    said: str
    charge: KnownCharge | None = None


def match(rows: Sequence[BilledRow], charges: Iterable[KnownCharge], stays: dict[str, KnownStay]) -> list[Matched]:
    """Each row of the invoice with its finding, in the file's order. `stays`: the agreements of these two, by reference."""
    by_fee: dict[tuple[str, str], list[KnownCharge]] = defaultdict(list)
    for charge in charges:
        by_fee[charge.agreement, charge.label.casefold()].append(charge)
    seen: dict[tuple[str, str, date, date], int] = {}
    billed: dict[uuid.UUID, int] = {}
    return [_matched(row, by_fee, stays, seen, billed) for row in rows]


def _matched(
    row: BilledRow, by_fee: dict[tuple[str, str], list[KnownCharge]], stays: dict[str, KnownStay],
    seen: dict[tuple[str, str, date, date], int], billed: dict[uuid.UUID, int],
) -> Matched:  # fmt: skip
    stay = stays.get(row.agreement)
    if stay is None:
        return Matched(row, F.UNKNOWN_CHILD, "No agreement between you two has this reference.")
    before = seen.setdefault((row.agreement, row.fee.casefold(), row.from_on, row.until_on), row.number)
    if before != row.number:
        return Matched(row, F.DUPLICATE, f"Row {before} of this file bills the same.")
    charge = _nearest(row, by_fee.get((row.agreement, row.fee.casefold()), []))
    if outside := _outside_the_stay(row, stay):
        return Matched(row, *outside, charge)
    if charge is not None and charge.taken:
        return Matched(row, F.DUPLICATE, charge.taken, charge)
    if charge is not None and charge.id in billed:
        return Matched(row, F.DUPLICATE, f"Row {billed[charge.id]} of this file bills the same charge.", charge)
    if charge is not None:
        billed[charge.id] = row.number
    return _judged(row, charge)


def _outside_the_stay(row: BilledRow, stay: KnownStay) -> tuple[Finding, str] | None:
    """Days that nobody pays for; such a row takes no charge from the row that bills it rightly."""
    if row.from_on < stay.starts_on:
        return F.BEFORE_START, f"The placement started on {day_medium(stay.starts_on)}."
    if stay.ended_on is not None and row.until_on > stay.ended_on:
        return (
            F.AFTER_END,
            f"The placement ended on {day_medium(stay.ended_on)}: that day is the first that is not paid.",
        )
    return None


def _judged(row: BilledRow, charge: KnownCharge | None) -> Matched:
    if charge is None:
        return Matched(row, F.UNKNOWN_FEE, "The schedule charges no fee of this name for these days.")
    if (row.net, row.vat) == (charge.net, charge.vat):
        return Matched(row, F.AGREED, "As on the schedule.", charge)
    return Matched(row, *_difference(row, charge), charge)


def _difference(row: BilledRow, charge: KnownCharge) -> tuple[Finding, str]:
    """Over or under by what is to be paid; where that is the same, by the net amount."""
    by = row.gross - (charge.net + charge.vat) or row.net - charge.net
    finding = F.OVER if by > 0 else F.UNDER
    parts = [
        f"{money(billed)} {name} where the schedule says {money(expected)}"
        for name, billed, expected in (("without VAT", row.net, charge.net), ("VAT", row.vat, charge.vat))
        if billed != expected
    ]
    return finding, f"{', '.join(parts)}: {money(abs(by))} {finding.value}."


def _nearest(row: BilledRow, charges: Iterable[KnownCharge]) -> KnownCharge | None:
    """The charge that shares most days with the row, and of those the one that has fewest days besides."""
    shared = [(_shared_days(row, charge), charge) for charge in charges]
    sharing = [(days, charge) for days, charge in shared if days > 0]
    if not sharing:
        return None
    return max(sharing, key=lambda each: (each[0], -(each[1].until_on - each[1].from_on).days))[1]


def _shared_days(row: BilledRow, charge: KnownCharge) -> int:
    return (min(row.until_on, charge.until_on) - max(row.from_on, charge.from_on)).days

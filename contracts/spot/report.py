"""The report on spot purchases of a financial year up to today: shares, reasons, and the gap to what the framework would have cost.

A placement counts in a month in which it cost something, as spot for the days before it was converted. What it would have cost is the
peers' median weekly fee for the same days, reckoned to the penny by the cost engine; the median is that of the day of proposing, or
today's where there were too few peers then. Purchases without peers are left out of the gap, and counted.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from contracts.agreement import Agreement
from contracts.spending import Spend, months, spend_of_periods
from contracts.spot.peers import PeerPrice, foremost, peers_for, prices_of_peers
from contracts.spot.purchase import SpotPurchase, SpotState
from contracts.spot.shares import ShareRow, months_outside, said_outside, total_of
from contracts.spot.words import reason_words
from foundation import clock
from foundation.database import db
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from marketplace.costing import NOUGHT, cost
from marketplace.fee_line import FeeKind, FeeLine, Unit
from marketplace.needs import need_label
from marketplace.roles import Kind
from marketplace.small_numbers import LEAST_SHOWN, is_few
from referrals.referral import PublishedProfile

NO_NEED = "Not stated"
SPOT, BLOCK = "spot", "block"


@dataclass(slots=True)
class GapRow:
    """What spot placements cost in the period, and what the same days cost at the peers' median: net pounds to the penny."""

    name: str
    references: set[str] = field(default_factory=set)
    days: int = 0
    paid: Decimal = NOUGHT
    on_framework: Decimal = NOUGHT
    hidden: bool = False

    @property
    def gap(self) -> Decimal:
        """Above nought: dearer than through the framework."""
        return self.paid - self.on_framework


@dataclass(frozen=True)
class SpotReport:
    """Everything that the page, its charts and its spreadsheet show."""

    year: FinancialYear
    until: date
    outside: bool
    total: ShareRow
    by_borough: list[ShareRow]
    by_lot: list[ShareRow]
    by_need: list[ShareRow]
    by_month: list[ShareRow]
    #: reason in words, and how many purchases were approved for it; None: not said
    reasons: list[tuple[str, int | None]]
    gaps: list[GapRow]
    gap_total: GapRow
    #: spot placements that have too few peers to compare
    without_peers: int

    @property
    def last_day(self) -> date:
        """The last day that is counted."""
        return self.until - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the report knows of an agreement besides its cost."""

    need_code: str | None
    age: int
    #: the peers' median on the day of proposing, for a spot purchase that had enough of them
    median: Decimal | None
    started_on: date
    ended_on: date | None
    converted_on: date | None

    @property
    def need(self) -> str:
        """The foremost need in words."""
        return need_label(self.need_code) if self.need_code else NO_NEED

    def days_within(self, row: Spend) -> tuple[date, date]:
        """From which day until which day (not included) the placement was paid as spot in the row's period."""
        first = max(row.starts_on, self.started_on)
        last = min(day for day in (row.ends_on, self.ended_on, self.converted_on) if day is not None)
        return first, max(first, last)


def spot_report(year: FinancialYear, by: Actor) -> SpotReport:
    """The report as the actor's organisation may read it."""
    outside, until = by.kind is Kind.HUB, min(year.day_after, clock.today() + timedelta(days=1))
    spent = spend_of_periods(months(year.first_day, until), by_means=True) if until > year.first_day else []
    facts = _facts_of({row.reference for row in spent})
    total = total_of([_group("All", spent)], outside=outside)
    gaps, without = _gaps(spent, facts, by)
    return SpotReport(
        year=year, until=until, outside=outside, total=total,
        by_borough=_rows(spent, lambda row: _short(row.authority), outside, "borough"),
        by_lot=_rows(spent, lambda row: row.lot, outside, "lot"),
        by_need=_rows(spent, lambda row: facts[row.reference].need if row.reference in facts else NO_NEED, outside, "need"),
        by_month=_by_month(spent, outside), reasons=_reasons(year, outside), gaps=_said_gaps(gaps, outside),
        gap_total=_said_total(gaps, outside), without_peers=without,
    )  # fmt: skip


def years_to_choose(today: date) -> list[FinancialYear]:
    """This financial year and the two before it."""
    this = FinancialYear.of(today)
    return [this, this.previous(), this.previous().previous()]


def _group(name: str, spent: Iterable[Spend]) -> ShareRow:
    group = ShareRow(name)
    for row in spent:
        group.add(row.reference, row.amount, is_spot=row.bought_by == SPOT, is_placement=row.bought_by != BLOCK)
    return group


def _rows(spent: list[Spend], key: Callable[[Spend], str], outside: bool, thing: str) -> list[ShareRow]:
    groups: dict[str, list[Spend]] = {}
    for row in spent:
        groups.setdefault(key(row), []).append(row)
    rows = [_group(name, groups[name]) for name in sorted(groups)]
    return said_outside(rows, thing) if outside else rows


def _by_month(spent: list[Spend], outside: bool) -> list[ShareRow]:
    groups: dict[date, list[Spend]] = {}
    for row in spent:
        groups.setdefault(row.starts_on.replace(day=1), []).append(row)
    rows = [_group(f"{month:%b %Y}", groups[month]) for month in sorted(groups)]
    return months_outside(rows) if outside else rows


def _facts_of(references: set[str]) -> dict[str, _Facts]:
    rows = db.session.execute(
        select(
            Agreement.reference, Agreement.age_at_start, Agreement.started_on, Agreement.ended_on, Agreement.converted_on,
            SpotPurchase.need, SpotPurchase.peer_median, PublishedProfile.wanted,
        )
        .outerjoin(SpotPurchase, SpotPurchase.id == Agreement.spot_purchase_id)
        .outerjoin(PublishedProfile, PublishedProfile.referral_id == Agreement.referral_id)
        .where(Agreement.reference.in_(references))
    )  # fmt: skip
    return {
        row.reference: _Facts(
            row.need or foremost(row.wanted),
            row.age_at_start,
            row.peer_median,
            row.started_on,
            row.ended_on,
            row.converted_on,
        )
        for row in rows
    }


def _reasons(year: FinancialYear, outside: bool) -> list[tuple[str, int | None]]:
    """Why purchases were approved in the year, the most frequent first."""
    decided = db.session.execute(
        select(SpotPurchase.reason, SpotPurchase.decided_at).where(
            SpotPurchase.state == SpotState.APPROVED, SpotPurchase.decided_at.is_not(None)
        )
    )
    days = ((reason, at.astimezone(clock.LONDON).date()) for reason, at in decided if at is not None)
    counted = Counter(reason for reason, day in days if year.first_day <= day < year.day_after).most_common()
    said = [(reason_words(reason), count) for reason, count in counted]
    if not outside:
        return [*said]
    few = [(words, count) for words, count in said if is_few(count)]
    shown: list[tuple[str, int | None]] = [(words, count) for words, count in said if not is_few(count)]
    together = sum(count for _, count in few)
    if few:
        name = "Other reasons" if shown else ", ".join(words for words, _ in few)
        shown.append((name, together if together >= LEAST_SHOWN else None))
    return shown


def _gaps(spent: list[Spend], facts: dict[str, _Facts], by: Actor) -> tuple[list[GapRow], int]:
    """A row for each lot with spot placements, and how many of them have no peers."""
    spot = [row for row in spent if row.bought_by == SPOT]
    prices = prices_of_peers({row.lot_id for row in spot}, clock.today(), by)
    groups: dict[str, GapRow] = {}
    without: set[str] = set()
    for row in spot:
        median = _median_of(row, facts[row.reference], prices)
        if median is None:
            without.add(row.reference)
            continue
        group = groups.setdefault(row.lot, GapRow(row.lot))
        first, last = facts[row.reference].days_within(row)
        group.references.add(row.reference)
        group.days += (last - first).days
        group.paid += row.amount
        group.on_framework += at_median(median, facts[row.reference].started_on, first, last)
    return [groups[name] for name in sorted(groups)], len(without)


def at_median(median: Decimal, began: date, first: date, last: date) -> Decimal:
    """What the days from `first` up to, not including, `last` of a stay cost at that weekly fee, by the cost engine: its total runs
    from the day on which the stay began, so that months sum to the whole."""
    line = FeeLine(kind=FeeKind.CORE, label="Peers’ median", amount=median, unit=Unit.WEEK, starts=began)
    return cost([line], first, last)


def _median_of(row: Spend, facts: _Facts, prices: Sequence[PeerPrice]) -> Decimal | None:
    if facts.median is not None:
        return facts.median
    return peers_for(row.lot_id, row.lot, facts.age, facts.need_code, prices).median


def _said_gaps(gaps: list[GapRow], outside: bool) -> list[GapRow]:
    for row in gaps:
        row.hidden = outside and is_few(len(row.references))
    return gaps


def _said_total(gaps: list[GapRow], outside: bool) -> GapRow:
    total = GapRow("All")
    for row in gaps:
        total.references |= row.references
        total.days += row.days
        total.paid += row.paid
        total.on_framework += row.on_framework
    hidden = sum(row.hidden for row in gaps)
    total.hidden = outside and (is_few(len(total.references)) or hidden == 1)
    return total


def _short(name: str) -> str:
    return name.removeprefix("London Borough of ").removeprefix("Royal Borough of ")

"""Everything that a report prints, gathered in some twenty statements and frozen: its hash says whether figures have changed.

Sums are asserted here, before anything is printed: months, lots and counterparts each add up to the sentence that leads.
"""

import hashlib
import json
import uuid
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Any

from sqlalchemy import select

from contracts.spending import Spend, spend_by_month
from foundation.database import db
from foundation.quarters import FinancialYear, Quarter
from foundation.working_days import add_working_days
from marketplace.framework import Framework, Lot
from marketplace.organisation import Organisation, PartnershipMember
from marketplace.small_numbers import LEAST_SHOWN, Group
from outcomes.indicators.rating import Rating
from outcomes.indicators.reading import Indicator, present_framework
from outcomes.measuring import Count, Counts, Scope, count_indicators, lots_of
from outcomes.monitoring import Progress
from outcomes.report import ReportKind
from outcomes.report_market import (
    Answers,
    Overdue,
    Place,
    answers_in,
    declines_in,
    overdue_returns,
    places_of,
    progress_in,
)
from outcomes.returning import DAYS_TO_SEND
from outcomes.stays import Movement, Stay, movement_in, stays_of

QUARTERS_SHOWN = 8
#: how many other providers there must be before their median is shown
LEAST_PEERS = 5


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator over eight quarters, the last of them the report's; figures of fewer than five children are left out."""

    indicator: Indicator
    counts: tuple[Count | None, ...]
    peers: Fraction | None

    @property
    def figures(self) -> list[Fraction | None]:
        """The figure of each quarter."""
        return [figure_shown(self.indicator, count) for count in self.counts]

    @property
    def now(self) -> Fraction | None:
        """The quarter's figure."""
        return self.figures[-1]

    @property
    def before(self) -> Fraction | None:
        """The figure of the quarter before."""
        return self.figures[-2]

    @property
    def rating(self) -> Rating:
        """How the quarter stands against the target."""
        return self.indicator.rating(self.now)

    @property
    def rating_before(self) -> Rating:
        """How the quarter before stood."""
        return self.indicator.rating(self.before)


@dataclass(frozen=True)
class SpendFigures:
    """Net pounds to the penny: of the financial year by month and lot, of the quarter, by counterpart."""

    months: tuple[str, ...]
    #: how many of the months are over by the quarter's end
    months_past: int
    by_lot: dict[str, tuple[Decimal, ...]]
    in_quarter: Decimal
    to_date: Decimal
    forecast: Decimal
    groups: tuple[Group, ...]
    #: for the partnership's report
    by_provider: tuple[Group, ...]
    by_agreement: tuple[tuple[str, str, Decimal], ...]

    @property
    def year(self) -> Decimal:
        """What the year comes to, as the agreements stand."""
        return self.to_date + self.forecast


@dataclass(frozen=True)
class Figures:
    """A report before it is a document."""

    kind: ReportKind
    about: str
    about_reference: str
    hub: str
    frameworks: tuple[str, ...]
    quarter: Quarter
    movement: Movement
    by_lot: dict[str, Movement]
    children_at_ends: tuple[int, ...]
    stays: tuple[Stay, ...]
    spend: SpendFigures
    indicators: tuple[IndicatorLine, ...]
    answers: Answers
    declines_before: dict[str, int]
    progress: tuple[tuple[str, str, Progress, int], ...]
    overdue: tuple[Overdue, ...]
    places: tuple[Place, ...]
    returns_due_on: date
    peers: int

    @property
    def quarters(self) -> list[Quarter]:
        """The quarters shown, the report's last."""
        return last_quarters(self.quarter)

    @property
    def stays_in_borough(self) -> bool:
        """A borough's own report is the only one that does not leave it."""
        return self.kind is ReportKind.AUTHORITY

    @property
    def inputs_sha256(self) -> str:
        """The hash of every figure: the same figures give the same hash, and need no new report."""
        said = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(said.encode()).hexdigest()


def figure_shown(indicator: Indicator, count: Count | None) -> Fraction | None:
    """The figure, unless it counts fewer than five children."""
    if count is None or (indicator.of_children and count.denominator < LEAST_SHOWN):
        return None
    return indicator.figure(count.numerator, count.denominator)


def last_quarters(quarter: Quarter, how_many: int = QUARTERS_SHOWN) -> list[Quarter]:
    """So many quarters up to this one, the oldest first."""
    found = [quarter]
    while len(found) < how_many:
        found.insert(0, found[0].previous())
    return found


def gather(hub: Organisation, kind: ReportKind, about: Organisation, quarter: Quarter) -> Figures:
    """All figures of one report. The session acts as the system, which reads no child's identity."""
    scope = Scope(kind, about.id, hub.id)
    quarters = last_quarters(quarter)
    stays = stays_of(scope, quarters[0].first_day, quarter.day_after)
    lots = sorted({stay.lot for stay in stays})
    lines, peers = _indicators(scope, quarters, stays)
    return Figures(
        kind=kind, about=about.name, about_reference=about.reference, hub=hub.name, frameworks=_frameworks(hub.id),
        quarter=quarter, movement=movement_in(stays, quarter),
        by_lot={lot: movement_in([stay for stay in stays if stay.lot == lot], quarter) for lot in lots},
        children_at_ends=tuple(movement_in(stays, each).after for each in quarters),
        stays=tuple(stay for stay in stays if stay.days_in(quarter)),
        spend=_spend(scope, quarter, stays), indicators=lines, answers=answers_in(scope, quarter),
        declines_before=declines_in(scope, quarter.previous()),
        progress=tuple(progress_in(scope, [quarter.previous(), quarter])), overdue=tuple(overdue_returns(scope, quarter)),
        places=tuple(places_of(scope)), returns_due_on=add_working_days(quarter.next().last_day, DAYS_TO_SEND), peers=peers,
    )  # fmt: skip


def reported(hub: Organisation) -> list[tuple[ReportKind, uuid.UUID]]:
    """Whose reports there can be: the partnership's own and those of its boroughs; providers depend on the quarter."""
    members = select(PartnershipMember.authority_id).where(PartnershipMember.hub_id == hub.id).distinct()
    boroughs = db.session.scalars(
        select(Organisation.id).where(Organisation.id.in_(members)).order_by(Organisation.name)
    )
    return [(ReportKind.PARTNERSHIP, hub.id), *((ReportKind.AUTHORITY, borough) for borough in boroughs)]


def _frameworks(hub_id: uuid.UUID) -> tuple[str, ...]:
    return tuple(db.session.scalars(select(Framework.name).where(Framework.hub_id == hub_id).order_by(Framework.name)))


def _indicators(scope: Scope, quarters: list[Quarter], stays: list[Stay]) -> tuple[tuple[IndicatorLine, ...], int]:
    """Every indicator of the lots concerned, with the median of the other providers where there are enough of them."""
    everybody = Scope(scope.kind, None if scope.kind is ReportKind.PROVIDER else scope.about_id, scope.hub_id)
    counts = count_indicators(everybody, quarters)
    others = {key for key, _, _ in counts if key != scope.about_id} if scope.kind is ReportKind.PROVIDER else set()
    concerned = _concerned({stay.lot_id for stay in stays}, counts, scope.about_id)
    lines = [
        IndicatorLine(
            one,
            tuple(counts.get((scope.about_id, str(each), one.key)) for each in quarters),  # type: ignore[arg-type]
            _median_of(one, counts, others, quarters[-1]),
        )
        for one in concerned
    ]
    return tuple(lines), len(others)


def _concerned(lot_ids: set[uuid.UUID], counts: Counts, about_id: uuid.UUID | None) -> list[Indicator]:
    """Indicators of the lots in which there were placements, and any that has a figure all the same."""
    keys = set(db.session.scalars(select(Lot.key).where(Lot.id.in_(lot_ids))))
    counted = {indicator for key, _, indicator in counts if key == about_id}
    return [one for one in present_framework().indicators if keys & set(one.lots) or one.key in counted]


def _median_of(one: Indicator, counts: Counts, others: set[uuid.UUID], quarter: Quarter) -> Fraction | None:
    figures = [figure_shown(one, counts.get((other, str(quarter), one.key))) for other in others]
    known = [figure for figure in figures if figure is not None]
    return median(known) if len(known) >= LEAST_PEERS else None


def _spend(scope: Scope, quarter: Quarter, stays: list[Stay]) -> SpendFigures:
    year = FinancialYear.of(quarter.first_day)
    rows = _spend_rows(scope, year)
    months = sorted({date(year.start_year + (month < 4), month, 1) for month in range(1, 13)})
    past = sum(month < quarter.day_after for month in months)
    lots = sorted({row.lot for row in rows})
    by_lot = {lot: tuple(_sum(rows, month, month, lot) for month in months) for lot in lots}
    found = SpendFigures(
        months=tuple(f"{month:%b}" for month in months), months_past=past, by_lot=by_lot,
        in_quarter=_sum(rows, quarter.first_day, quarter.last_day), to_date=_sum(rows, year.first_day, quarter.last_day),
        forecast=_sum(rows, quarter.day_after, year.last_day),
        groups=_groups(rows, quarter, stays, by_provider=scope.kind is ReportKind.AUTHORITY),
        by_provider=_groups(rows, quarter, stays, by_provider=True) if scope.kind is ReportKind.PARTNERSHIP else (),
        by_agreement=_by_agreement(rows, quarter),
    )  # fmt: skip
    _require_agreement(found)
    return found


def _spend_rows(scope: Scope, year: FinancialYear) -> list[Spend]:
    one = {ReportKind.PROVIDER: "provider_id", ReportKind.AUTHORITY: "authority_id"}.get(scope.kind)
    chosen: dict[str, Any] = {one: scope.about_id} if one else {}
    assert scope.hub_id is not None
    lots = set(db.session.scalars(lots_of(scope.hub_id)))
    return [row for row in spend_by_month(year.first_day, year.day_after, **chosen) if row.lot_id in lots]


def _sum(rows: list[Spend], first: date, last: date, lot: str = "") -> Decimal:
    """Months that begin between two days, both included."""
    return sum((row.amount for row in rows if first <= row.starts_on <= last and lot in ("", row.lot)), Decimal("0.00"))


def _groups(rows: list[Spend], quarter: Quarter, stays: list[Stay], *, by_provider: bool) -> tuple[Group, ...]:
    """By borough, or for a borough by provider: children on any day of the quarter, spent in the year to date, in the quarter."""
    children: dict[str, int] = defaultdict(int)
    spent: dict[str, Decimal] = defaultdict(Decimal)
    lately: dict[str, Decimal] = defaultdict(Decimal)
    for stay in stays:
        children[stay.provider if by_provider else stay.authority] += bool(stay.days_in(quarter))
    for row in rows:
        name = row.provider if by_provider else row.authority
        if row.starts_on < quarter.day_after:
            spent[name] += row.amount
            lately[name] += row.amount if row.starts_on >= quarter.first_day else 0
    names = sorted({name for name in (*children, *spent) if children[name] or spent[name]})
    return tuple(Group(name, children[name], spent[name], lately[name]) for name in names)


def _by_agreement(rows: list[Spend], quarter: Quarter) -> tuple[tuple[str, str, Decimal], ...]:
    spent: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        if quarter.first_day <= row.starts_on < quarter.day_after:
            spent[row.reference, row.lot] += row.amount
    return tuple((reference, lot, amount) for (reference, lot), amount in sorted(spent.items()))


def _require_agreement(found: SpendFigures) -> None:
    """Months, lots, counterparts and agreements say the same to the penny, or nothing is printed."""
    past = sum((sum(amounts[: found.months_past]) for amounts in found.by_lot.values()), Decimal(0))
    whole = sum((sum(amounts) for amounts in found.by_lot.values()), Decimal(0))
    for what, sum_of, led_by in (
        ("months", past, found.to_date),
        ("year", whole, found.year),
        ("counterparts", sum((group.spent for group in found.groups), Decimal(0)), found.to_date),
        (
            "counterparts of the quarter",
            sum((group.in_quarter for group in found.groups), Decimal(0)),
            found.in_quarter,
        ),
        ("agreements", sum((row[2] for row in found.by_agreement), Decimal(0)), found.in_quarter),
    ):
        if sum_of != led_by:
            raise AssertionError(f"The {what} add up to {sum_of}, not to {led_by}.")

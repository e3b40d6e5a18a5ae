"""The charts and tables of a report, ready for its template."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from foundation import charts
from foundation.drawing import PRINT_SPARK, Chart
from foundation.formatting import money, number, percent, pounds
from foundation.quarters import Quarter
from marketplace.small_numbers import LEAST_SHOWN, Group, is_few, join_small, say_few
from outcomes.indicators.rating import Aim, Kind
from outcomes.indicators.reading import Indicator, decimal_of
from outcomes.measuring import wilson_range
from outcomes.monitoring import Progress
from outcomes.report import ReportKind
from outcomes.report_figures import Figures, IndicatorLine
from outcomes.report_words import gain, got_worse, in_order
from outcomes.stays import AGES, LENGTHS, Movement, in_bands, join_bands

PROGRESS = {
    Progress.ACHIEVED: "Achieved",
    Progress.GOOD: "Good progress",
    Progress.SOME: "Some progress",
    Progress.NONE: "No progress yet",
    Progress.WORSE: "Further away",
}
MOST_TRENDS = 4


@dataclass(frozen=True)
class Trend:
    """A chart of one indicator, under its name."""

    caption: str
    sub: str
    drawing: Chart


def short(quarter: Quarter) -> str:
    """Q3 25/26, under a chart."""
    return f"Q{quarter.number} {str(quarter.year)[2:4]}/{str(quarter.year)[5:]}"


def floats(figures: Sequence[Fraction | None]) -> list[float | None]:
    """For a drawing; a missing figure stays missing."""
    return [None if figure is None else float(figure) for figure in figures]


def spark_of(line: IndicatorLine) -> Chart:
    """The word-sized line of one indicator."""
    one = line.indicator
    if line.now is None:
        said = f"{one.name}: no figure this quarter; target {one.say_target()}."
    else:
        said = f"{one.name}: {one.write(line.now)} this quarter; target {one.say_target()}."
    return charts.spark(said, floats(line.figures), target=float(one.target), canvas=PRINT_SPARK)


def trend_of(line: IndicatorLine, quarters: Sequence[Quarter]) -> Trend:
    """Eight quarters of one indicator against its target and its peers."""
    one, values = line.indicator, floats(line.figures)
    known = [(quarter, figure) for quarter, figure in zip(quarters, line.figures, strict=True) if figure is not None]
    (first, start), (last, end) = known[0], known[-1]
    title = f"{one.name}: {one.write(start)} in {first}, {one.write(end)} in {last}; target {one.say_target()}."
    lowest = min([*(value for value in values if value is not None), float(one.target)])
    peers = [None] * (len(values) - 1) + [float(line.peers)] if line.peers is not None else None
    drawing = charts.trend(
        title, [short(quarter) for quarter in quarters], values,
        low=float(one.target) if one.aim is Aim.LEAST else None, high=float(one.target) if one.aim is Aim.MOST else None,
        band=f"Target: {one.say_target()}", peers=peers, write=one.write,
        start=50 if one.kind is Kind.SHARE and lowest >= 60 else 0, top=100 if one.kind is Kind.SHARE and one.target > 60 else None,
    )  # fmt: skip
    return Trend(one.name, sub_of(one), drawing)


def sub_of(one: Indicator) -> str:
    """What the axis counts."""
    unit = {Kind.SHARE: "Per cent", Kind.RATE: "For each 100", Kind.MEAN: (one.unit or "number").capitalize()}[one.kind]
    return f"{unit}, {one.reference}"


def chosen_trends(figures: Figures) -> list[Trend]:
    """Four indicators with at least two figures: those that need attention first, then those that moved most."""
    lines = [line for line in figures.indicators if sum(value is not None for value in line.figures) > 1]
    worse = in_order([line for line in lines if got_worse(line)])
    others = in_order([line for line in lines if line not in worse and gain(line) is not None])
    rest = [line for line in lines if line not in worse and line not in others]
    return [trend_of(line, figures.quarters) for line in [*worse[:2], *others, *worse[2:], *rest][:MOST_TRENDS]]


def children_chart(figures: Figures) -> Chart:
    """Children placed at each quarter's end; small numbers are gaps."""
    hidden = not figures.stays_in_borough
    values: list[float | None] = [None if hidden and is_few(count) else count for count in figures.children_at_ends]
    now = figures.children_at_ends[-1]
    title = f"Children placed at each quarter’s end: {say_few(now) if hidden else number(now)} at the end of {figures.quarter}."
    return charts.bars(title, [short(quarter) for quarter in figures.quarters], values, write="{:,.0f}".format)


def endings_chart(figures: Figures) -> Trend | None:
    """Unplanned endings over eight quarters."""
    line = next((each for each in figures.indicators if each.indicator.key == "unplanned_endings"), None)
    return trend_of(line, figures.quarters) if line and any(value is not None for value in line.figures) else None


def movement_rows(figures: Figures) -> tuple[list[list[str]], list[str]]:
    """By lot: before, come, gone, after, days; and the sum. Small parts are left out, and lots joined, where it leaves the borough."""
    open_ = figures.stays_in_borough
    parts = figures.by_lot
    if not open_ and any(is_few(n) for moved in parts.values() for n in (moved.before, moved.after)):
        parts = {}
    rows = [[lot, *_movement(moved, open_=open_)] for lot, moved in parts.items()]
    return rows, ["All placements", *_movement(figures.movement, open_=open_)]


def _movement(moved: Movement, *, open_: bool) -> list[str]:
    """Came and left are hidden together: either alone would follow from the other three."""
    if open_ or not any(is_few(count) for count in (moved.before, moved.started, moved.ended, moved.after)):
        return [number(count) for count in (moved.before, moved.started, moved.ended, moved.after, moved.days)]
    days = "not shown" if is_few(moved.after) else number(moved.days)
    return [say_few(moved.before), "not shown", "not shown", say_few(moved.after), days]


def band_rows(figures: Figures) -> tuple[list[list[str]], list[list[str]]]:
    """Ages at the start, and lengths of stay so far, of those placed on the last day; small bands joined with their neighbours."""
    there = [stay for stay in figures.stays if stay.is_live_on(figures.quarter.last_day)]
    ages = in_bands([stay.age_at_start for stay in there], AGES, closed=True)
    lengths = in_bands([(figures.quarter.last_day - stay.started_on).days for stay in there], LENGTHS, closed=False)
    least = 1 if figures.stays_in_borough else LEAST_SHOWN
    tables = [join_bands(bands, least) for bands in (ages, lengths)]
    said: list[list[list[str]]] = [
        [[name, say_few(n) if least > 1 else number(n), _share(n, len(there), least)] for name, n in bands]
        for bands in tables
    ]
    return said[0], said[1]


def _share(part: int, whole: int, least: int) -> str:
    return "" if not whole or 0 < part < least else percent(Decimal(100 * part) / whole, 0)


def spend_chart(figures: Figures) -> Chart | None:
    """Twelve months, stacked by lot; those to come are forecast from the agreements as they stand."""
    spend = figures.spend
    if not spend.year:
        return None
    title = (
        f"Spend by month in {figures.quarter.year}: {pounds(spend.to_date)} so far,"
        f" {pounds(spend.year)} in the year as the agreements stand."
    )
    series = [(lot, [float(amount) / 1000 for amount in amounts]) for lot, amounts in spend.by_lot.items()][:5]
    split = spend.months_past if spend.months_past < len(spend.months) else None
    return charts.stacked(title, spend.months, series, unit="£ thousand", split=split)


def counterparts(figures: Figures) -> list[Group]:
    """Boroughs, or a borough's providers; the small ones joined in whatever leaves the borough."""
    if figures.stays_in_borough:
        return list(figures.spend.groups)
    return join_small(figures.spend.groups, "borough")


def providers_joined(figures: Figures) -> list[Group]:
    """The partnership's providers, the small ones joined."""
    return join_small(figures.spend.by_provider, "provider")


def group_cells(figures: Figures, group: Group) -> list[str]:
    """One of them as cells."""
    count = number(group.children) if figures.stays_in_borough else say_few(group.children)
    return [group.name, count, money(group.in_quarter), money(group.spent)]


def month_rows(figures: Figures) -> list[list[str]]:
    """Every month of the year to date, by lot, to the penny."""
    spend = figures.spend
    return [
        [month, *(money(amounts[place]) for amounts in spend.by_lot.values()), money(_of_month(figures, place))]
        for place, month in enumerate(spend.months[: spend.months_past])
    ]


def month_totals(figures: Figures) -> list[str]:
    """Their sums."""
    spend = figures.spend
    sums = [sum(amounts[: spend.months_past], Decimal(0)) for amounts in spend.by_lot.values()]
    return ["So far", *(money(amount) for amount in sums), money(spend.to_date)]


def _of_month(figures: Figures, place: int) -> Decimal:
    return sum((amounts[place] for amounts in figures.spend.by_lot.values()), Decimal(0))


def declines_chart(figures: Figures) -> Chart | None:
    """Why it was declined, beside the quarter before."""
    now, before = figures.answers.declines, figures.declines_before
    if not now:
        return None
    rows = [(reason, float(count), float(before.get(reason, 0))) for reason, count in list(now.items())[:6]]
    first = next(iter(now.items()))
    title = f"Reasons for declining in {figures.quarter}: most often “{first[0]}”, {first[1]} of {sum(now.values())}."
    return charts.horizontal(title, rows, marker="The quarter before", write="{:,.0f}".format)


def progress_chart(figures: Figures) -> Chart | None:
    """The share of outcomes achieved or making good progress, by domain, beside the quarter before."""
    now, before = _by_domain(figures, figures.quarter), _by_domain(figures, figures.quarter.previous())
    rows: list[tuple[str, float | None, float | None]] = [
        (domain.capitalize(), _well(levels), _well(before.get(domain, {}))) for domain, levels in sorted(now.items())
    ]
    if not rows:
        return None
    title = f"Outcomes achieved or making good progress in {figures.quarter}, by domain, per cent."
    return charts.horizontal(title, rows, marker="The quarter before", write="{:.0f}%".format, top=100)


def _by_domain(figures: Figures, quarter: Quarter) -> dict[str, dict[Progress, int]]:
    found: dict[str, dict[Progress, int]] = defaultdict(dict)
    for name, domain, progress, count in figures.progress:
        if name == str(quarter):
            found[domain.lower()][progress] = found[domain.lower()].get(progress, 0) + count
    return found


def _well(levels: dict[Progress, int]) -> float | None:
    """Per cent; None where fewer than five outcomes were reported."""
    whole = sum(levels.values())
    if whole < LEAST_SHOWN:
        return None
    return 100 * (levels.get(Progress.ACHIEVED, 0) + levels.get(Progress.GOOD, 0)) / whole


def progress_rows(figures: Figures) -> list[list[str]]:
    """How many outcomes stand how far, this quarter and the one before."""

    def counted(quarter: Quarter, level: Progress) -> int:
        return sum(count for name, _, progress, count in figures.progress if (name, progress) == (str(quarter), level))

    now, before = figures.quarter, figures.quarter.previous()
    few = number if figures.stays_in_borough else say_few
    return [[words, few(counted(now, level)), few(counted(before, level))] for level, words in PROGRESS.items()]


def annex_row(line: IndicatorLine) -> list[str]:
    """An indicator's numerator, denominator, figure, and for a share its 95 % range."""
    one, count = line.indicator, line.counts[-1]
    if count is None or line.now is None:
        why = "None" if count is None or not count.denominator else "Fewer than 5"
        return [one.reference, one.name, "", "", why, ""]
    band = wilson_range(count.numerator, count.denominator) if one.kind is Kind.SHARE else None
    said = f"{percent(decimal_of(band[0]))} to {percent(decimal_of(band[1]))}" if band else ""
    return [one.reference, one.name, number(count.numerator), number(count.denominator), one.write(line.now), said]


def may_list_agreements(figures: Figures) -> bool:
    """A borough's report lists its agreements; a provider's where there are five or more; the partnership's never."""
    many = len(figures.stays) >= LEAST_SHOWN
    return figures.stays_in_borough or (figures.kind is ReportKind.PROVIDER and many)


#: what the template calls
TOOLS: dict[str, Any] = {
    each.__name__: each
    for each in (
        annex_row, band_rows, children_chart, chosen_trends, counterparts, declines_chart, endings_chart, group_cells,
        may_list_agreements, month_rows, month_totals, movement_rows, progress_chart, progress_rows, providers_joined,
        spark_of, spend_chart,
    )
}  # fmt: skip

"""The ledger put ready for its pages: sums and their chart, formulas with their numbers, the return drawn, rows for a spreadsheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import request
from markupsafe import Markup

from contracts.savings.contribution import Return, of_all
from contracts.savings.ledger import Entry, Standing, Wanted, by_year_and_rating
from contracts.savings.reckoning import Compared
from contracts.savings.saving import Benefit, Rating, Source
from contracts.savings.words import BENEFITS, RATINGS, STATES, TITLES
from foundation import charts
from foundation.formatting import money, pounds
from foundation.quarters import FinancialYear, NotAFinancialYear
from marketplace.cost_explained import explain
from marketplace.costing import NOUGHT

SHEET_HEADS = (
    "Entry", "Borough", "Project", "What was saved", "Where from", "Cashable or avoided", "One-off or recurring", "Standing",
    "Financial year", "Rating", "Amount (£)", "Counts", "Evidence", "Entered by", "Entered on", "Decided by", "Reverses",
)  # fmt: skip


#: what the two prices of a claim are called
COMPARED = {
    Source.UPLIFT_AVOIDED: ("Asked", "Agreed"),
    Source.BELOW_BENCHMARK: ("Benchmark", "Chosen"),
    Source.VOLUME_DISCOUNT: ("Without the discount", "With it"),
    Source.STEP_DOWN: ("Before", "Now"),
    Source.SPOT_AVOIDED: ("Spot", "Framework"),
}


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The arithmetic of one ground: which fee, over which days, both prices with their sums, and what is saved."""

    agreement: str
    fee: str
    starts_on: date
    ends_on: date
    before: str
    after: str
    saved: Decimal


def wanted_of_request() -> Wanted:
    """The filters in the address; a year that is none filters nothing."""
    asked = {
        name: request.args.get(name, "") for name in ("state", "rating", "source", "project", "benefit", "borough")
    }
    try:
        year = FinancialYear.parse(request.args.get("year", ""))
    except NotAFinancialYear:
        year = None
    return Wanted(**asked, year=year)


def sums_of(counted: Sequence[Entry], year: FinancialYear) -> dict[str, Decimal]:
    """The headline of a year: delivered (cashable and avoided apart), on target, at risk."""
    figures = [(entry.saving.benefit, f.rating, f.amount) for entry in counted for f in entry.figures if f.year == year]

    def total(*ratings: Rating, benefit: Benefit | None = None) -> Decimal:
        return sum((amount for of, rating, amount in figures if rating in ratings and benefit in (None, of)), NOUGHT)

    return {
        "cashable": total(Rating.GREEN_DELIVERED, benefit=Benefit.CASHABLE),
        "avoided": total(Rating.GREEN_DELIVERED, benefit=Benefit.AVOIDED),
        "on_target": total(Rating.GREEN_ON_TARGET), "at_risk": total(Rating.AMBER, Rating.RED),
    }  # fmt: skip


def chart_by_year(counted: Sequence[Entry]) -> tuple[Markup, list[list[str]]] | None:
    """The four ratings by year as stacked, patterned bars, with the rows of their table; None while nothing counts."""
    sums = {year: ratings for year, ratings in by_year_and_rating(counted).items() if any(ratings.values())}
    if not sums:
        return None
    series = [(RATINGS[rating][1], [float(max(sums[year][rating], NOUGHT)) for year in sums]) for rating in Rating]
    first, last = str(min(sums)), str(max(sums))
    drawing = charts.for_page(
        charts.stacked, f"Approved savings by financial year and rating, {first} to {last}", [str(year) for year in sums], series,
        write=_short, unit="pounds", patterned=True,
    )  # fmt: skip
    rows = [
        [str(year), *(money(of[rating]) for rating in Rating), money(sum(of.values(), NOUGHT))]
        for year, of in sums.items()
    ]
    return drawing, rows


def chart_of_returns(found: Sequence[Return]) -> Markup | None:
    """The return since joining, borough by borough and project by project, where anything was contributed."""
    rows = [(each.name, float(each.percent), None) for each in found if each.year is None and each.percent is not None]
    if not rows:
        return None
    title = f"Savings delivered for each £100 contributed since joining: {', '.join(name for name, _, _ in rows)}"
    return charts.for_page(charts.horizontal, title, rows, write="{:,.0f}%".format)


def tables_of_returns(found: Sequence[Return], *, of_hub: bool) -> list[tuple[str, str, list[Return]]]:
    """Since joining and by year, each with its caption and its first head; at the hub the years are those of all boroughs together."""
    yearly = [each for each in (of_all(found) if of_hub else found) if each.year]
    since = [each for each in found if each.year is None] + (
        [each for each in of_all(found) if not each.year] if of_hub else []
    )
    return [("Since joining", "Borough and project", since), ("By financial year", "Project and year", yearly)]


def sums_of_grounds(standings: Sequence[Standing], source: Source, until: date) -> list[Reckoned]:
    """The arithmetic of every ground with its numbers, up to a day."""
    return [_reckoned(each, source, until) for each in standings if each.compared is not None]


def _reckoned(standing: Standing, source: Source, until: date) -> Reckoned:
    compared = standing.compared
    assert compared is not None, "only what compares two prices is reckoned"
    starts = compared.line.starts
    ends = max(min(day for day in (compared.line.ends, until) if day is not None), starts)
    names = COMPARED[source]
    sums = [
        _sum(name, compared, amount, starts, ends)
        for name, amount in zip(names, (compared.before, compared.after), strict=True)
    ]
    saved = compared.saved([starts, ends])[0]
    return Reckoned(standing.agreement or "", standing.fee or "The place", starts, ends, sums[0], sums[1], saved)


def _sum(name: str, compared: Compared, amount: Decimal, starts: date, ends: date) -> str:
    """Asked: £4,552.80 × 26 weeks = £118,372.80."""
    line = compared.at(amount)
    if line is None:
        return f"{name}: nothing"
    told = explain([line], starts, ends)
    return f"{name}: {told[0].arithmetic if told else money(amount) + ', not paid yet'}"


def sheet_rows(found: Iterable[Entry]) -> list[tuple[object, ...]]:
    """A row for each amount of each entry; an entry without an amount has one row all the same."""
    return [row for entry in found for row in _rows_of(entry)]


def _rows_of(entry: Entry) -> list[tuple[object, ...]]:
    saving = entry.saving
    head = (
        saving.reference, saving.authority.short_name, saving.project, saving.title, TITLES[saving.source], BENEFITS[saving.benefit],
        "Recurring" if saving.is_recurring else "One-off", STATES[saving.state][1],
    )  # fmt: skip
    tail = (
        "yes" if saving.counts else "no", saving.evidence, saving.entered_by_name, saving.entered_at.date(), saving.decided_by_name,
        "yes" if saving.reverses_id else "",
    )  # fmt: skip
    figures = [(str(f.year), f.rating, f.amount) for f in entry.figures] or [("", saving.rating, NOUGHT)]
    return [(*head, year, RATINGS[rating][1], amount, *tail) for year, rating, amount in figures]


def _short(amount: float) -> str:
    """£1.6m, £229k: on a chart, whose table has the pennies."""
    whole = Decimal(round(amount))
    if whole >= 1_000_000:
        return f"£{whole / 1_000_000:.1f}m"
    return f"£{round(whole / 1000)}k" if whole >= 10_000 else pounds(whole)

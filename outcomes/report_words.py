"""The sentences of a report, written by rule. None claims what no figure shows, and each carries its figure.

Better: improved, and either its rating changed or it moved by more than 4 % of the target. Worse: declined, and is not on target.
Ratings that changed stand first, then the larger moves; at most four are shown, with the count of all.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from foundation.formatting import day_plain, in_words, joined, millions, money, number, plural, pounds
from marketplace.small_numbers import is_few, say_few
from outcomes.indicators.rating import Aim, Rating
from outcomes.indicators.reading import Indicator
from outcomes.report import ReportKind
from outcomes.report_figures import Figures, IndicatorLine

MOST_SENTENCES = 4
NOTABLE = Fraction(4, 100)
STEADY = Fraction(1, 100)
STANDING = {
    Rating.ON_TARGET: "on target",
    Rating.CLOSE: "close to it",
    Rating.OFF_TARGET: "off target",
    Rating.NO_FIGURE: "without a figure",
}


@dataclass(frozen=True)
class Summary:
    """What the summary page says."""

    lead: str
    tiles: tuple[tuple[str, str, str], ...]
    better: tuple[str, ...]
    better_count: str
    worse: tuple[str, ...]
    worse_count: str
    overdue: tuple[str, ...]
    overdue_count: str
    money: tuple[str, ...]


def gain(line: IndicatorLine) -> Fraction | None:
    """How far the figure moved in the good direction since last quarter; None without both figures."""
    if line.now is None or line.before is None:
        return None
    return (line.now - line.before) * (1 if line.indicator.aim is Aim.LEAST else -1)


def got_better(line: IndicatorLine) -> bool:
    """Improved, and worth saying."""
    moved = gain(line)
    if moved is None or moved <= 0:
        return False
    return line.rating is not line.rating_before or moved > NOTABLE * line.indicator.target


def got_worse(line: IndicatorLine) -> bool:
    """Declined, and not on target."""
    moved = gain(line)
    return moved is not None and moved < 0 and line.rating is not Rating.ON_TARGET


def in_order(lines: list[IndicatorLine]) -> list[IndicatorLine]:
    """Those whose rating changed first, then by the share of the target that they moved."""

    def place(line: IndicatorLine) -> tuple[bool, Fraction]:
        moved = gain(line) or Fraction(0)
        return line.rating is line.rating_before, -abs(moved) / (line.indicator.target or Fraction(1))

    return sorted(lines, key=place)


def say_move(line: IndicatorLine) -> str:
    """School attendance rose from 91.2% to 93.4% (target at least 93%): now on target [LE1]."""
    one = line.indicator
    assert line.now is not None
    assert line.before is not None
    verb = "rose" if line.now > line.before else "fell"
    still = "still" if line.rating is line.rating_before else "now"
    return (
        f"{one.name} {verb} from {one.write(line.before)} to {one.write(line.now)} (target {one.say_target()}):"
        f" {still} {STANDING[line.rating]} [{one.reference}]."
    )


def summarise(figures: Figures) -> Summary:
    """The summary page."""
    lines = list(figures.indicators)
    better = in_order([line for line in lines if got_better(line)])
    worse = in_order([line for line in lines if got_worse(line)])
    of = f"of {plural(len(lines), 'indicator')}"
    return Summary(
        lead=say_indicators(figures), tiles=_tiles(figures),
        better=tuple(say_move(line) for line in better[:MOST_SENTENCES]), better_count=f"{len(better)} {of}",
        worse=tuple(say_move(line) for line in worse[:MOST_SENTENCES]), worse_count=f"{len(worse)} {of}",
        overdue=tuple(_say_overdue(figures)), overdue_count=plural(len(figures.overdue), "return"), money=_money(figures),
    )  # fmt: skip


def counted(figures: Figures) -> dict[Rating, int]:
    """How many indicators stand how."""
    return {rating: sum(line.rating is rating for line in figures.indicators) for rating in Rating}


def say_indicators(figures: Figures) -> str:
    """Eight of 12 indicators with a figure are on target, three close, one off target."""
    counts = counted(figures)
    known = sum(counts.values()) - counts[Rating.NO_FIGURE]
    if not known:
        return "No indicator has a figure this quarter: nothing was counted, or fewer than 5 children."
    said = (
        f"{in_words(counts[Rating.ON_TARGET]).capitalize()} of {plural(known, 'indicator')} with a figure"
        f" {'is' if counts[Rating.ON_TARGET] == 1 else 'are'} on target, {in_words(counts[Rating.CLOSE])} close,"
        f" {in_words(counts[Rating.OFF_TARGET])} off target."
    )
    unknown = counts[Rating.NO_FIGURE]
    return said + (
        f" {in_words(unknown).capitalize()} {'has' if unknown == 1 else 'have'} no figure." if unknown else ""
    )


def children(figures: Figures, how_many: int) -> str:
    """The number as this report may print it."""
    return number(how_many) if figures.stays_in_borough else say_few(how_many)


def say_placements(figures: Figures) -> str:
    """From 61 children to 64: five came, two left, one of them without a plan."""
    moved = figures.movement
    if not figures.stays:
        return f"There was no placement in {figures.quarter}."
    hidden = not figures.stays_in_borough and any(
        is_few(count) for count in (moved.before, moved.started, moved.ended, moved.after)
    )
    last = day_plain(figures.quarter.last_day)
    if hidden:
        return (
            f"{children(figures, moved.after).capitalize()} children were placed on {last}. How many came and left is not told"
            " apart, since some of these numbers are below 5."
        )
    left = (
        f"{number(moved.ended)} left, {in_words(moved.unplanned)} of them without a plan"
        if moved.ended
        else "nobody left"
    )
    return (
        f"{number(moved.after)} children were placed on {last}, {number(moved.before)} a quarter before:"
        f" {number(moved.started)} came, {left}."
    )


def say_spend(figures: Figures) -> str:
    """£412,300 in the quarter, £1,201,450 in the year so far; the year is forecast at …"""
    spend = figures.spend
    if not spend.year:
        return f"Nothing was spent in {figures.quarter.year}."
    said = f"{pounds(spend.in_quarter)} was spent in the quarter and {pounds(spend.to_date)} in {figures.quarter.year} so far."
    return said + (f" As the agreements stand, the year comes to {pounds(spend.year)}." if spend.forecast else "")


def say_answers(figures: Figures) -> str:
    """12 invitations fell due: 11 answered in time, with 6 offers; half of the answers came within 31 hours."""
    got = figures.answers
    if not got.invited:
        return "No invitation fell due in the quarter."
    said = f"{plural(got.invited, 'invitation')} fell due: {number(got.answered)} answered in time, with {plural(got.offers, 'offer')}."
    if got.median_hours is None:
        return said
    return (
        f"{said} Half of the answers came within {plural(max(1, got.median_hours), 'hour')} of the referral being seen."
    )


def _headline(amount: Decimal) -> str:
    """£412,300, and from a million £1.36m."""
    return pounds(amount) if abs(amount) < 1_000_000 else millions(amount)


def _tiles(figures: Figures) -> tuple[tuple[str, str, str], ...]:
    counts = counted(figures)
    known = sum(counts.values()) - counts[Rating.NO_FIGURE]
    change = figures.movement.after - figures.movement.before
    open_ = figures.stays_in_borough or not any(is_few(n) for n in (figures.movement.after, figures.movement.before))
    got = figures.answers
    return (
        (
            "Children placed",
            children(figures, figures.movement.after),
            f"{number(change, plus=True)} in the quarter" if open_ else "on the last day",
        ),
        (
            "Spent in the quarter",
            _headline(figures.spend.in_quarter),
            f"{pounds(figures.spend.to_date)} in the year so far",
        ),
        ("Year’s forecast", _headline(figures.spend.year), "as the agreements stand"),
        ("On target", f"{counts[Rating.ON_TARGET]} of {known}", "indicators with a figure"),
        ("Answered in time", f"{got.answered} of {got.invited}" if got.invited else "None due", "invitations"),
    )


def _say_overdue(figures: Figures) -> list[str]:
    """Returns that were due and not sent, the oldest first; for the partnership, by provider."""
    if figures.kind is ReportKind.PARTNERSHIP and len(figures.overdue) > MOST_SENTENCES:
        late = sorted({row.provider for row in figures.overdue})
        named = late if len(late) <= 6 else [*late[:5], f"{len(late) - 5} others"]
        return [
            f"{plural(len(figures.overdue), 'monitoring return')} were not sent in time and are still missing, from {joined(named)}."
        ]
    return [
        f"The return {row.reference} of {row.provider} for {row.quarter}, {row.lot}, was due on {day_plain(row.due_on)}"
        " and is still missing."
        for row in figures.overdue[:MOST_SENTENCES]
    ]


def _money(figures: Figures) -> tuple[str, ...]:
    spend = figures.spend
    if not spend.year:
        return ()
    said = [f"Spend to {day_plain(figures.quarter.last_day)} is {money(spend.to_date)}, net of VAT."]
    if spend.forecast:
        said.append(
            f"The agreements as they stand cost {money(spend.forecast)} more until 31 March, {money(spend.year)} in all."
        )
    return tuple(said)


def direction(one: Indicator, before: Fraction | None, now: Fraction | None) -> str:
    """Rising, falling, steady: a quarter's figure against the one before; steady within 1 % of the target."""
    if before is None or now is None:
        return "" if now is None else "first figure"
    if abs(now - before) <= STEADY * one.target:
        return "steady"
    return "rising" if now > before else "falling"

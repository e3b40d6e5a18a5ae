"""Explaining a forecast: from the budget to the outturn in steps that add up to the penny, each down to the agreements behind it.

For one stay, within the year: what the fees of its first paid day would cost through to the year's last day (*first day*, or *start* when
that day lies in the year); less what an end saves of that (*ends*); one-off fees; and VAT that is not got back. What remains to
the net cost is what fees did after the first day: new rates, further lines, absences (*fee changes*). A block contract is one step as a
whole: its places are paid for, taken or not. Every part is a cost by the
engine or a difference of two, so nothing is rounded a second time and no step "rounding" is ever anything but nought.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from contracts.money.forecasting import Forecast, StayYear, total
from contracts.money.stays import Standing, Stay
from foundation.quarters import FinancialYear
from marketplace.costing import NOUGHT, cost
from marketplace.fee_line import FeeLine, Unit


@dataclass(frozen=True, slots=True)
class Parts:
    """One stay's outturn taken apart."""

    of: StayYear
    #: whether it ran on the year's first day; else it starts within the year
    from_the_first_day: bool
    #: the fees of its first paid day, through to the year's end
    first_fees: Decimal
    ends: Decimal
    changes: Decimal
    one_offs: Decimal
    vat: Decimal

    @property
    def is_block(self) -> bool:
        """Whether it is a block contract's places rather than a child's stay."""
        return self.of.stay.is_block

    @property
    def outturn(self) -> Decimal:
        """The parts together: what the stay costs in the year."""
        return self.first_fees + self.ends + self.changes + self.one_offs + self.vat


@dataclass(frozen=True, slots=True)
class Step:
    """A step from budget to outturn: its words, how many agreements make it, what they come to, what that adds, and where it leads.

    The first step adds what the placements of the first day cost beyond the budget; each other one adds what it comes to.
    """

    key: str
    name: str
    why: str
    agreements: int
    amount: Decimal
    adds: Decimal
    running: Decimal


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole sheet: budget, steps, outturn, and each agreement's parts."""

    budget: Decimal | None
    steps: tuple[Step, ...]
    outturn: Decimal
    parts: tuple[Parts, ...]

    @property
    def variance(self) -> Decimal | None:
        """Outturn less budget: above nought is over it."""
        return None if self.budget is None else self.outturn - self.budget


def parts_of(each: StayYear, year: FinancialYear) -> Parts:
    """Take one stay's year apart."""
    stay = each.stay
    if stay.is_block:
        return Parts(each, False, each.net, NOUGHT, NOUGHT, NOUGHT, each.outturn - each.net)
    start, end = max(stay.starts_on, year.first_day), min(stay.ends_on or year.day_after, year.day_after)
    if end <= start:
        return Parts(each, stay.starts_on <= year.first_day, NOUGHT, NOUGHT, each.net, NOUGHT, each.outturn - each.net)
    first = _running_on(stay, start)
    first_fees = cost(first, start, year.day_after, stay.terms)
    ends = -cost(first, end, year.day_after, stay.terms)
    one_offs = cost([line for line in stay.lines if line.unit is Unit.ONCE], year.first_day, year.day_after, stay.terms)
    return Parts(
        of=each, from_the_first_day=stay.starts_on <= year.first_day, first_fees=first_fees, ends=ends,
        changes=each.net - first_fees - ends - one_offs, one_offs=one_offs, vat=each.outturn - each.net,
    )  # fmt: skip


def explain_forecast(found: Forecast, budget: Decimal | None) -> Explanation:
    """The sheet of a forecast."""
    parts = tuple(parts_of(each, found.year) for each in found.stays)
    return Explanation(budget, _steps(parts, budget, found.today), found.outturn, parts)


def _running_on(stay: Stay, day: date) -> list[FeeLine]:
    """The recurring fees of that day, as if none of them ended."""
    return [replace(line, ends=None) for line in stay.lines if line.unit is not Unit.ONCE and line.is_live_on(day)]


Pick = Callable[[Parts], Decimal]


def _first(wanted: Callable[[Parts], bool]) -> Pick:
    return lambda parts: parts.first_fees if wanted(parts) else NOUGHT


def _ends(wanted: Callable[[Parts], bool]) -> Pick:
    return lambda parts: parts.ends if wanted(parts) else NOUGHT


def _picks(today: date) -> list[tuple[str, str, str, Pick]]:
    def starts(standing: Standing) -> Pick:
        return _first(
            lambda parts: not (parts.from_the_first_day or parts.is_block) and parts.of.stay.standing is standing
        )

    def ended(parts: Parts) -> bool:
        return parts.of.stay.ends_on is not None and parts.of.stay.ends_on <= today

    on_the_first_day = _first(lambda parts: parts.from_the_first_day)
    return [
        ("first_day", "Placements on the first day", "Their fees of that day, for the whole year", on_the_first_day),
        ("started", "Started since", "From the child’s first day to the year’s end", starts(Standing.RUNNING)),
        ("committed", "Signed, not started", "From the agreed first day, or from today where that has passed", starts(Standing.COMMITTED)),
        ("planned", "Planned, not signed by both", "Agreements that are drawn up or issued", starts(Standing.PLANNED)),
        ("blocks", "Block contracts", "Places that are paid for, taken or not", _first(lambda parts: parts.is_block)),
        ("ended", "Ended so far", "What the days after the end would have cost", _ends(ended)),
        ("ending", "Known ends to come", "By notice, or the expected end", _ends(lambda parts: not ended(parts))),
        ("changes", "Fee changes", "Uplifts, variations, absences and fees that began later", lambda parts: parts.changes),
        ("one_offs", "One-off fees", "Paid once, such as settling in", lambda parts: parts.one_offs),
        ("vat", "VAT not got back", "Borne by the borough on top of the net fees", lambda parts: parts.vat),
        ("rounding", "Rounding", "Nought: each part is reckoned to the penny, and the last one is the rest", lambda parts: NOUGHT),
    ]  # fmt: skip


def _steps(parts: tuple[Parts, ...], budget: Decimal | None, today: date) -> tuple[Step, ...]:
    """The steps one after another: from the budget, or where none is set from nought."""
    running, steps = NOUGHT, []
    for key, name, why, pick in _picks(today):
        amounts = [pick(each) for each in parts]
        after = running + total(amounts)
        before = budget if key == "first_day" and budget is not None else running
        steps.append(
            Step(key, name, why, sum(amount != 0 for amount in amounts), total(amounts), after - before, after)
        )
        running = after
    return tuple(steps)

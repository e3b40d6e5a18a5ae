"""A provider's scorecard: every indicator against its target over eight quarters, as far as the reader may count.

A provider counts its own rows and the hub the partnership's; a borough counts its own placements, and reads what the provider
sent. Nothing is hidden here for being small: nobody sees rows that are not theirs to see.
"""

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select

from foundation import charts, clock
from foundation.database import db
from foundation.drawing import Chart
from foundation.quarters import Quarter
from marketplace.admission import Admission, AdmissionState
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from outcomes.indicators.rating import Aim, Rating
from outcomes.indicators.reading import Indicator, present_framework
from outcomes.measuring import Count, Scope, count_indicators
from outcomes.report import Report, ReportKind
from outcomes.report_figures import last_quarters
from outcomes.report_words import direction

WORST_FIRST = (Rating.OFF_TARGET, Rating.CLOSE)


@dataclass(frozen=True)
class Line:
    """One indicator of the scorecard."""

    indicator: Indicator
    counts: tuple[Count | None, ...]

    @property
    def figures(self) -> list[Fraction | None]:
        """The figure of each quarter."""
        return [self.indicator.figure(each.numerator, each.denominator) if each else None for each in self.counts]

    @property
    def now(self) -> Fraction | None:
        """The quarter's figure."""
        return self.figures[-1]

    @property
    def rating(self) -> Rating:
        """How it stands against its target."""
        return self.indicator.rating(self.now)

    @property
    def direction(self) -> str:
        """Rising, falling or steady since the quarter before."""
        return direction(self.indicator, self.figures[-2], self.now)

    @property
    def drawing(self) -> Chart:
        """The word-sized line."""
        one = self.indicator
        known = ", ".join(one.write(figure) for figure in self.figures if figure is not None) or "no figures"
        values = [None if figure is None else float(figure) for figure in self.figures]
        return charts.spark(
            f"{one.name}, oldest first: {known}. Target {one.say_target()}.", values, target=float(one.target)
        )

    @property
    def shortfall(self) -> Fraction:
        """By what share of its target it is missed."""
        if self.now is None:
            return Fraction(0)
        missed = (
            self.indicator.target - self.now if self.indicator.aim is Aim.LEAST else self.now - self.indicator.target
        )
        return missed / (self.indicator.target or Fraction(1))


@dataclass(frozen=True)
class Scorecard:
    """What the page shows."""

    provider: Organisation
    quarter: Quarter
    quarters: list[Quarter]
    lines: tuple[Line, ...]
    lots: tuple[tuple[str, str | None], ...]
    report: str | None

    @property
    def counted(self) -> dict[Rating, int]:
        """How many indicators stand how."""
        return {rating: sum(line.rating is rating for line in self.lines) for rating in Rating}

    @property
    def first(self) -> Line | None:
        """What to look at first: off target before close, the one that misses most."""
        for rating in WORST_FIRST:
            found = [line for line in self.lines if line.rating is rating]
            if found:
                return max(found, key=lambda line: line.shortfall)
        return None


def scorecard_of(provider: Organisation) -> Scorecard:
    """The provider's scorecard of the last quarter that is over: eight statements."""
    quarter = Quarter.of(clock.today()).previous()
    quarters = last_quarters(quarter)
    counts = count_indicators(Scope(ReportKind.PROVIDER, provider.id), quarters)
    standing = db.session.execute(
        select(Lot.key, Lot.name, Admission.tier)
        .join(Admission, Admission.lot_id == Lot.id)
        .where(Admission.provider_id == provider.id, Admission.state == AdmissionState.ADMITTED)
        .order_by(Lot.number)
    ).all()
    counted, keys = {key for _, _, key in counts}, {row[0] for row in standing}
    concerned = [one for one in present_framework().indicators if one.key in counted or keys & set(one.lots)]
    lines = tuple(
        Line(one, tuple(counts.get((provider.id, str(each), one.key)) for each in quarters)) for one in concerned
    )
    return Scorecard(
        provider, quarter, quarters, lines, tuple((row[1], row[2]) for row in standing), _report(provider, quarter)
    )


def _report(provider: Organisation, quarter: Quarter) -> str | None:
    """The reference of the quarter's report, where it was made and may be read."""
    return db.session.scalar(
        select(Report.reference)
        .where(Report.about_id == provider.id, Report.kind == ReportKind.PROVIDER, Report.quarter == str(quarter))
        .order_by(Report.number.desc())
        .limit(1)
    )

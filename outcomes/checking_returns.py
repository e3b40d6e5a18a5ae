"""What a monitoring return must hold before it is sent: everything asked, and nothing that cannot be."""

from collections.abc import Iterator

from foundation.permission import Invalid
from outcomes.indicators.rating import Kind
from outcomes.indicators.reading import Indicator
from outcomes.monitoring import MonitoringReturn, ReturnFigure
from outcomes.return_queries import asked_figures, outcomes_due


def require_complete(filled_in: MonitoringReturn) -> None:
    """Raise Invalid at the first field that is missing or cannot be meant."""
    for field, sentence in complaints_about(filled_in):
        raise Invalid(sentence, field)


def complaints_about(filled_in: MonitoringReturn) -> Iterator[tuple[str, str]]:
    """Every field that keeps the return from being sent, with its sentence, in the order of the form."""
    for indicator, figure in asked_figures(filled_in):
        yield from _about_figure(indicator, figure)
    for due in outcomes_due(filled_in):
        if due.progress is None:
            yield f"progress_{due.outcome_id.hex}", f"{due.agreement}: say how far the outcome “{due.outcome}” has come"


def _about_figure(indicator: Indicator, figure: ReturnFigure | None) -> Iterator[tuple[str, str]]:
    top, bottom = (figure.numerator, figure.denominator) if figure else (None, None)
    missing = [
        (f"{part}_{indicator.key}", f"{indicator.name}: enter a number for “{words}”, 0 where there was none")
        for part, words, typed in (
            ("numerator", indicator.numerator, top),
            ("denominator", indicator.denominator, bottom),
        )
        if typed is None
    ]
    if missing or top is None or bottom is None:
        yield from missing
    elif top > bottom and indicator.kind is Kind.SHARE:
        yield (
            f"numerator_{indicator.key}",
            f"{indicator.name}: “{indicator.numerator}” is {top:,}, which is more than “{indicator.denominator}”, {bottom:,}",
        )
    elif top and not bottom:
        yield (
            f"denominator_{indicator.key}",
            f"{indicator.name}: there were {top:,} of “{indicator.numerator}”, so “{indicator.denominator}” cannot be 0",
        )

"""From figures to the report's HTML: escaped by Jinja throughout, and the same for the same figures and stamp."""

from datetime import date, datetime

from foundation.formatting import day_plain, number, plural
from foundation.quarters import Quarter
from foundation.web import render_plain
from marketplace.small_numbers import say_few
from outcomes.indicators.reading import present_framework
from outcomes.report import ReportKind
from outcomes.report_drawing import TOOLS, chosen_trends
from outcomes.report_figures import Figures
from outcomes.report_words import children, say_answers, say_placements, say_spend, summarise

MOST_DUE = 14


def html_of(figures: Figures, *, reference: str, version: int, stamp: datetime) -> str:
    """The whole report."""
    lines = {line.indicator.key: line for line in figures.indicators}
    among = tuple(line.indicator for line in figures.indicators)
    framework = present_framework()
    return render_plain(
        "reports/report.html", figures=figures, summary=summarise(figures), framework=framework, author=figures.hub,
        stamp=stamp, reference=reference, number=version, inputs_sha256=figures.inputs_sha256,
        placements_lead=say_placements(figures), spend_lead=say_spend(figures), answers_lead=say_answers(figures),
        outcomes_lead=_say_outcomes(figures), next_lead=_say_next(figures), annex_lead=_say_annex(figures),
        domains=[(name, [lines[one.key] for one in ones]) for name, ones in framework.by_domain(among)],
        trends=chosen_trends(figures), children_in_quarter=children(figures, len(figures.stays)),
        awards=number(figures.answers.awards) if figures.stays_in_borough else say_few(figures.answers.awards),
        declines=_declines(figures), due=due_rows(figures), **TOOLS,
    )  # fmt: skip


def due_rows(figures: Figures) -> list[list[str]]:
    """What falls due in the quarter after: by agreement for its borough, by month for everybody else."""
    after = figures.quarter.next()
    rows = [(figures.returns_due_on, f"Monitoring returns for {after}", "Providers")]
    rows.append(
        (
            after.first_day,
            f"Returns for {figures.quarter} open, due ten working days after the quarter’s end",
            "Harbour",
        )
    )
    if figures.stays_in_borough:
        rows += _by_agreement(figures, after)
    else:
        rows += _by_kind(figures, after)
    return [[day_plain(on), what, who] for on, what, who in sorted(rows)[:MOST_DUE]]


def _by_agreement(figures: Figures, after: Quarter) -> list[tuple[date, str, str]]:
    rows = []
    for stay in figures.stays:
        if stay.ended_on is None and stay.expected_end_on and _in(after, stay.expected_end_on):
            rows.append((stay.expected_end_on, f"Expected end of {stay.reference}", stay.provider))
        if stay.ended_on is None and stay.review_on and _in(after, stay.review_on):
            rows.append((stay.review_on, f"First review of {stay.reference}", stay.provider))
    return rows


def _by_kind(figures: Figures, after: Quarter) -> list[tuple[date, str, str]]:
    live = [stay for stay in figures.stays if stay.ended_on is None]
    ends = sum(stay.expected_end_on is not None and _in(after, stay.expected_end_on) for stay in live)
    reviews = sum(stay.review_on is not None and _in(after, stay.review_on) for stay in live)
    told = [(ends, "Placements whose expected end falls in the quarter"), (reviews, "First reviews of placements")]
    return [(after.last_day, f"{what}: {say_few(count)}", "Boroughs and providers") for count, what in told if count]


def _in(quarter: Quarter, day: date) -> bool:
    return quarter.first_day <= day < quarter.day_after


def _declines(figures: Figures) -> list[list[str]]:
    reasons = [
        *figures.answers.declines,
        *(each for each in figures.declines_before if each not in figures.answers.declines),
    ]
    now, before = figures.answers.declines, figures.declines_before
    return [[reason, number(now.get(reason, 0)), number(before.get(reason, 0))] for reason in reasons]


def _say_outcomes(figures: Figures) -> str:
    reported = sum(count for quarter, _, _, count in figures.progress if quarter == str(figures.quarter))
    if not reported:
        return "No progress of outcomes was reported for the quarter."
    line = next(line for line in figures.indicators if line.indicator.key == "outcomes_progress")
    said = plural(reported, "outcome") if figures.stays_in_borough else f"{say_few(reported)} outcomes"
    if line.now is None:
        return f"Progress was reported of {said}."
    return f"Progress was reported of {said}; {line.indicator.write(line.now)} of them are achieved or making good progress."


def _say_next(figures: Figures) -> str:
    after = figures.quarter.next()
    return f"In {after}, {after.months}."


def _say_annex(figures: Figures) -> str:
    return (
        f"Net of VAT; the months, the lots and the {'providers' if figures.kind is ReportKind.AUTHORITY else 'boroughs'} were added up"
        " and compared before this report was printed."
    )

"""The drawings of a request and of a round's report."""

from decimal import Decimal

from markupsafe import Markup

from contracts.uplift.change import Change
from contracts.uplift.report import RoundFigures
from contracts.uplift.request import UpliftRequest
from contracts.uplift.weighing import Evidence, Explained
from contracts.uplift.words import PART_LABELS
from foundation.charts import for_page, horizontal
from foundation.dots import Pointer, dots
from foundation.drawing import PRINT_WIDE, Chart
from foundation.formatting import money, percent
from foundation.staircase import Bar, Rung, foot_of, staircase

SHARE = "{:.1f}%".format
#: where nothing is decided yet
OPEN = "still open"
#: the providers that asked for most stand in the chart, all of them in the table
MOST = 12


def waterfall_chart(steps: Explained, request: UpliftRequest) -> tuple[Markup, str]:
    """From today's average weekly fee to the request; and where its axis begins, in words."""
    gap = "Not explained" if steps.unexplained >= 0 else "Less than the model"
    rungs = [
        Rung("Now", float(steps.now), Bar.LEVEL),
        *(Rung(PART_LABELS.get(step.part, step.name), float(step.weekly), Bar.STEP) for step in steps.steps),
        Rung("Cost model", float(steps.model), Bar.LEVEL),
        Rung(gap, float(steps.unexplained), Bar.GAP),
        Rung("Request", float(steps.request), Bar.LEVEL),
    ]
    rule = float(steps.rule) if steps.rule is not None else None
    title = f"From {money(steps.now)} a week to the {money(steps.request)} that {request.provider.name} asks for"
    said = f"The cost model comes to {money(steps.model)}. {money(abs(steps.unexplained))} is {gap.lower()}."
    drawn = for_page(staircase, title, rungs, line=rule, write_step=_step, description=said)
    return drawn, f"The axis starts at {money(Decimal(foot_of(rungs, rule))).removesuffix('.00')}"


def peer_chart(evidence: Evidence, request: UpliftRequest, tried: Change | None) -> Chart | None:
    """What peers got in this round, and where this request and the answer to it lie; None where nobody got anything yet."""
    if not evidence.agreed or request.percent is None:
        return None
    pointers = [Pointer("asked", float(request.percent), above=True)]
    answer = tried.percent if tried else request.agreed_percent
    if answer is not None:
        pointers.append(Pointer("answer", float(answer), above=False))
    middle = evidence.agreed_median
    return dots(
        f"Peers’ uplifts: {percent(evidence.agreed[0], 2)} to {percent(evidence.agreed[-1], 2)}, median {percent(middle, 2)}."
        f" This request is {percent(request.percent, 2)}.",
        [float(value) for value in evidence.agreed], pointers=pointers, middle=float(middle or 0),
    )  # fmt: skip


def agreed_chart(figures: RoundFigures) -> Markup:
    """What each provider got, with a short line where it asked: for a page."""
    title, rows = _shares(figures)
    return for_page(horizontal, title, rows, marker="asked", write=SHARE, missing=OPEN)


def agreed_print(figures: RoundFigures) -> Chart:
    """The same in print."""
    title, rows = _shares(figures)
    return horizontal(title, rows, marker="asked", write=SHARE, missing=OPEN, canvas=PRINT_WIDE)


def _shares(figures: RoundFigures) -> tuple[str, list[tuple[str, float | None, float | None]]]:
    most = sorted(figures.by_provider, key=lambda one: one.asked, reverse=True)[:MOST]
    rows = [(one.name, _per_cent(one.agreed_percent), _per_cent(one.asked_percent)) for one in most]
    said = "; ".join(
        f"{name}: {SHARE(agreed) if agreed is not None else OPEN} of {SHARE(asked or 0)}"
        for name, agreed, asked in rows
    )
    return f"Agreed of asked, by provider, weighted by the fees. {said}.", rows


def _per_cent(share: Decimal | None) -> float | None:
    return float(share) if share is not None else None


def _step(amount: float) -> str:
    return f"{'−' if amount < 0 else '+'}£{abs(amount):,.2f}"

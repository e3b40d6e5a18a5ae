"""The round's report for the board as a PDF: made when it is asked for, from what stands then."""

from flask import render_template

from contracts.uplift.drawing import agreed_print
from contracts.uplift.queries import indices_of, participants_of, requests_of, ruling_of
from contracts.uplift.report import Outcome, RoundFigures, joined, round_figures
from contracts.uplift.round import UpliftRound
from contracts.uplift.words import BADGES
from foundation import clock
from foundation.documents import build_document
from marketplace.small_numbers import say_few


def board_paper(opened: UpliftRound) -> bytes:
    """Requests, asked and agreed percentages, cost and what was avoided, by borough, provider and lot."""
    participants, requests = participants_of(opened), requests_of(opened)
    figures = round_figures(opened, requests)
    groups = _groups(figures) if figures else []
    html = render_template(
        "documents/uplift_round.html", round=opened, author=opened.negotiator, stamp=clock.now(),
        made_on=clock.today(), figures=figures,
        ruling=ruling_of(opened, indices_of(opened)), left_out=[part for part in participants if not part.joins],
        taking=[part.authority.short_name for part in participants if part.joins],
        groups=groups, say_few=say_few, requests=requests, badges=BADGES, drawing=agreed_print(figures) if figures else None,
    )  # fmt: skip
    return build_document(html).content


def _groups(figures: RoundFigures) -> list[tuple[str, str, tuple[Outcome, ...]]]:
    """The lists of the paper: title, head, rows, the small ones joined, since the paper leaves the boroughs."""
    return [
        ("By provider", "Provider", joined(figures.by_provider, "provider", "providers")),
        ("By borough", "Borough", joined(figures.by_borough, "borough", "boroughs")),
        ("By lot", "Lot", joined(figures.by_lot, "lot", "lots")),
    ]

"""The round's report for the board as a PDF: made when it is asked for, from what stands then."""

from flask import render_template

from contracts.uplift.drawing import agreed_print
from contracts.uplift.queries import indices_of, participants_of, requests_of, ruling_of
from contracts.uplift.report import round_figures
from contracts.uplift.round import UpliftRound
from contracts.uplift.words import BADGES
from foundation import clock
from foundation.documents import build_document


def board_paper(opened: UpliftRound) -> bytes:
    """Requests, asked and agreed percentages, cost and what was avoided, by borough, provider and lot."""
    participants, requests = participants_of(opened), requests_of(opened)
    figures = round_figures(opened, requests)
    html = render_template(
        "documents/uplift_round.html", round=opened, author=opened.negotiator, stamp=clock.now(),
        made_on=clock.today(), figures=figures,
        ruling=ruling_of(opened, indices_of(opened)), left_out=[part for part in participants if not part.joins],
        taking=[part.authority.short_name for part in participants if part.joins],
        requests=requests, badges=BADGES, drawing=agreed_print(figures) if figures else None,
    )  # fmt: skip
    return build_document(html).content

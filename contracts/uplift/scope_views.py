"""Pages beside a request: its agreements one by one, with what the hub does to some of them; quality and occupancy."""

import uuid
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from contracts.uplift.covering import covered_lines
from contracts.uplift.listing import (
    CHANGED_HEADS,
    COVERED_HEADS,
    CoveredAgreement,
    by_agreement,
    changed_by,
    changed_cells,
    covered_cells,
)
from contracts.uplift.queries import request_called, request_for
from contracts.uplift.report_views import blueprint as blueprint
from contracts.uplift.request import UpliftRequest
from contracts.uplift.request_forms import ChosenForm
from contracts.uplift.splitting import Cut, counter_part, split_uplift_request
from contracts.uplift.standing import occupancy_of, quality_of
from contracts.uplift.words import BADGES
from foundation.paging import window_of
from foundation.permission import NotFound
from foundation.spreadsheets import csv_download
from marketplace.acts import Act
from marketplace.policy import may
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor

Answer = Answered | tuple[str, int]
PER_PAGE = 50


@blueprint.get("/requests/<reference>/agreements")
def agreements(reference: str) -> Answer:
    """The agreements that a request covers and the age of their fees; once agreed, the schedule of what changed."""
    asked = request_called(reference)
    return _listed(asked, ChosenForm(asked))


@blueprint.post("/requests/<reference>/agreements")
def answer_some(reference: str) -> Answer:
    """The hub splits the ticked agreements off, or makes a counter-offer on them alone."""
    actor = signed_in_actor()
    asked = request_for(reference, actor, Act.SPLIT_UPLIFT_REQUEST)
    form, chosen = ChosenForm(asked), _chosen(asked)
    if request.form.get("then") == "split":
        if form.carry_out(split_uplift_request, asked, Cut.AGREEMENTS, chosen, by=actor):
            return _on_to(asked, "The agreements that you chose are a request of their own.")
    elif form.validate_on_submit() and form.carry_out(counter_part, asked, chosen, form.counter, by=actor):
        return _on_to(asked, "The counter-offer on the agreements that you chose is sent.")
    return _listed(asked, form)


@blueprint.get("/requests/<reference>/agreements.csv")
def agreements_sheet(reference: str) -> Response:
    """The same list as a file to keep."""
    asked = request_called(reference)
    if asked.agreed:
        return csv_download(f"{reference}-schedule.csv", CHANGED_HEADS, changed_cells(changed_by(asked)))
    return csv_download(f"{reference}-agreements.csv", COVERED_HEADS, covered_cells(_covered(asked)))


@blueprint.get("/requests/<reference>/quality")
def quality(reference: str) -> str:
    """How good the provider is and how full its settings are, beside its request: for the hub and the boroughs."""
    asked = request_called(reference)
    if signed_in_actor().kind is Kind.PROVIDER:
        raise NotFound
    quarter, indicators = quality_of(asked.provider)
    return render_template(
        "uplifts/quality.html", request=asked, quarter=quarter, indicators=indicators, settings=occupancy_of(asked),
        badge=BADGES[asked.state],
    )  # fmt: skip


def _listed(asked: UpliftRequest, form: ChosenForm) -> Answer:
    rows: list[Any] = list(changed_by(asked)) if asked.agreed else list(_covered(asked))
    wanted = request.args.get("setting", "")
    found = window_of([row for row in rows if wanted in ("", row.setting)], per_page=PER_PAGE)
    return render_template(
        "uplifts/agreements.html", request=asked, form=form, found=found, settings=sorted({row.setting for row in rows}),
        wanted=wanted, ticked=request.form.getlist("chosen"), badge=BADGES[asked.state],
        may_split=may(signed_in_actor(), Act.SPLIT_UPLIFT_REQUEST, asked),
    ), form.status  # fmt: skip


def _covered(asked: UpliftRequest) -> list[CoveredAgreement]:
    on = asked.round.effective_on
    return by_agreement(covered_lines(asked, on), on)


def _chosen(asked: UpliftRequest) -> set[uuid.UUID]:
    """The covered agreements whose references were ticked; whatever else was sent is none."""
    ticked = set(request.form.getlist("chosen"))
    return {row.agreement_id for row in _covered(asked) if row.reference in ticked}


def _on_to(asked: UpliftRequest, done: str) -> Answered:
    flash(done, "ok")
    return redirect(url_for("uplifts.request_page", reference=asked.reference), 303)

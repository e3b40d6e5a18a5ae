"""Pages on which the borough writes down what a provider without accounts did on paper: signed, or agreed to a variation."""

from flask import Response as FileResponse
from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response

from contracts.agreement import Signature
from contracts.forms import day_of
from contracts.queries import agreement_called, agreement_for
from contracts.signing import require_turn
from contracts.spot.agreeing import record_signed_paper, signs_on_paper
from contracts.spot.forms import ProvidersWordForm, SignedPaperForm
from contracts.spot.proposing_views import blueprint as blueprint
from contracts.spot.providers_word import record_providers_word
from contracts.varying.queries import variation_numbered
from foundation.database import db
from foundation.files import StoredFile
from foundation.permission import NotFound, NotPermitted
from foundation.states import require
from marketplace.acts import Act
from marketplace.policy import refusal_of
from marketplace.signed_in import signed_in_actor

Answer = Response | tuple[str, int]


@blueprint.route("/placements/<reference>/signed-paper", methods=["GET", "POST"])
def signed_paper(reference: str) -> Answer:
    """An officer keeps the paper that the provider signed."""
    actor = signed_in_actor()
    agreement = agreement_for(reference, actor, Act.RECORD_SIGNED_PAPER)
    if not signs_on_paper(agreement):
        raise NotFound
    if request.method == "GET":
        require_turn(agreement, Act.RECORD_SIGNED_PAPER)
    form = SignedPaperForm(version=agreement.version)
    if form.validate_on_submit() and form.carry_out(
        record_signed_paper, agreement, form.signed, version=form.version_held, by=actor
    ):
        flash("The signed paper is kept. The borough signs next.", "ok")
        return redirect(url_for("placements.show", reference=reference), 303)
    return render_template("spot/signed_paper.html", form=form, agreement=agreement), form.status


@blueprint.get("/placements/<reference>/signed-paper/file")
def kept_paper(reference: str) -> FileResponse:
    """The paper as it came, for the borough's roles that may know the child."""
    agreement = agreement_called(reference)
    of_paper = select(Signature.paper_file_id).where(
        Signature.agreement_id == agreement.id, Signature.side == "provider"
    )
    wanted = select(StoredFile).where(StoredFile.id == of_paper.scalar_subquery()).options(undefer(StoredFile.content))
    paper = db.session.scalar(wanted)
    if paper is None:
        raise NotFound
    response = FileResponse(paper.content, mimetype=paper.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=paper.name)
    return response


@blueprint.route("/placements/<reference>/variations/<int:number>/word", methods=["GET", "POST"])
def providers_word(reference: str, number: int) -> Answer:
    """An officer records that the provider agreed to a variation."""
    actor, agreement = signed_in_actor(), agreement_called(reference)
    variation = variation_numbered(agreement, number)
    refusal = refusal_of(actor, Act.RECORD_PROVIDERS_WORD, variation)
    if refusal is not None:
        raise NotPermitted(Act.RECORD_PROVIDERS_WORD, actor, variation, refusal)
    if request.method == "GET":
        require(variation, Act.RECORD_PROVIDERS_WORD)
    form = ProvidersWordForm(version=variation.version)
    if form.validate_on_submit() and form.carry_out(
        record_providers_word, variation, form.said_by.data, day_of(form.said_on), version=form.version_held, by=actor
    ):
        flash("The provider’s agreement is recorded. The placement manager approves next.", "ok")
        return redirect(url_for("variations.show", reference=reference, number=number), 303)
    return render_template("spot/providers_word.html", form=form, agreement=agreement, variation=variation), form.status

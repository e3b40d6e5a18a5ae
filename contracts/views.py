"""Pages of placements: the list, one agreement with everything about it, its papers, the child's identity."""

from flask import Blueprint, Response, render_template, request

from contracts.costs import stay_cost
from contracts.opening import facts_of, open_identity, open_identity_of
from contracts.papers import draft_paper
from contracts.placement_list import PAGE_SIZE, awarded, may_draw_up, placements
from contracts.placing import end_reasons
from contracts.queries import (
    agreement_called,
    agreement_for,
    award_with_identity,
    bought_outside,
    kept_paper,
    particulars_of,
    short_name_of,
)
from contracts.words import BADGES, GROUPS, HAPPENED, REACHED, SEXES, STEPS
from marketplace.acts import Act
from marketplace.policy import may
from marketplace.roles import SEES_IDENTITY, Kind
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("placements", __name__, url_prefix="/placements")


@blueprint.get("")
def index() -> str:
    """The agreements and placements that concern the signed-in person's organisation."""
    actor = signed_in_actor()
    group, words = request.args.get("state", ""), request.args.get("q", "").strip()
    page = max(1, request.args.get("page", 1, int))
    rows, count = placements(actor, group, words, page)
    return render_template(
        "placements/index.html", rows=rows, count=count, page=page, last=max(1, -(-count // PAGE_SIZE)), group=group,
        words=words, choices=[(key, text) for key, (text, _) in GROUPS.items()], sexes=SEXES,
        awards=awarded() if may_draw_up(actor) and page == 1 else [],
    )  # fmt: skip


@blueprint.get("/<reference>")
def show(reference: str) -> str:
    """One agreement: parties, where it stands, what it costs and why, outcomes, signatures, what happened."""
    actor, agreement = signed_in_actor(), agreement_called(reference)
    details = particulars_of(agreement)
    acts = {act for act in agreement.MOVES if may(actor, act, agreement)}
    return render_template(
        "placements/show.html", agreement=agreement, details=details, cost=stay_cost(agreement, details.lines), acts=acts,
        Act=Act, child=short_name_of(agreement, actor), badge=BADGES[agreement.state], steps=STEPS,
        reached=REACHED[agreement.state], sexes=SEXES, happened=HAPPENED, reasons=dict(end_reasons()),
        sees_identity=bool(actor.roles & SEES_IDENTITY) and actor.kind is not Kind.HUB,
    )  # fmt: skip


@blueprint.get("/<reference>/identity")
def identity(reference: str) -> str:
    """Who the child is. Each opening stands in the audit trail."""
    actor = signed_in_actor()
    bought = bought_outside(reference, actor)
    if bought is not None:
        facts = facts_of(open_identity_of(bought, by=actor))
    else:
        facts = facts_of(open_identity(award_with_identity(reference, actor), by=actor))
    return render_template("placements/identity.html", facts=facts, reference=reference)


@blueprint.get("/<reference>/document.pdf")
def document(reference: str) -> Response:
    """The paper as it was kept: the signed one, or while there is none the issued one (`?paper=issued` asks for that)."""
    paper = kept_paper(agreement_called(reference), issued=request.args.get("paper") == "issued")
    response = Response(paper.content, mimetype=paper.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=paper.name)
    response.set_etag(paper.sha256)
    return response.make_conditional(request)  # type: ignore[return-value]


@blueprint.get("/<reference>/draft.pdf")
def draft(reference: str) -> Response:
    """The draft as a paper, to read before it is issued; kept nowhere."""
    agreement = agreement_for(reference, signed_in_actor(), Act.ISSUE_AGREEMENT)
    response = Response(draft_paper(agreement), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{reference}-draft.pdf")
    return response

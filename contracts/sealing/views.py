"""The page that checks the seal, and the certificate to check it with elsewhere."""

from flask import Blueprint, Response, render_template

from contracts.queries import agreement_called
from contracts.sealing.seal_key import installation_seal
from contracts.sealing.sealing import check_paper
from foundation import clock
from foundation.permission import NotFound
from marketplace.roles import SEES_IDENTITY, Kind
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("sealing", __name__)


@blueprint.get("/placements/<reference>/seal")
def show(reference: str) -> str:
    """Whether the signed paper is sealed and unchanged, found out at this moment."""
    actor, agreement = signed_in_actor(), agreement_called(reference)
    if not actor.roles & SEES_IDENTITY or actor.kind is Kind.HUB or agreement.signed_file_id is None:
        raise NotFound
    return render_template(
        "sealing/show.html", agreement=agreement, finding=check_paper(agreement), checked_at=clock.now()
    )


@blueprint.get("/seal.pem")
def certificate() -> Response:
    """The installation's certificate, for a PDF reader's list of those it trusts. It holds no secret."""
    signed_in_actor()
    own = installation_seal()
    response = Response(own.certificate, mimetype="application/x-pem-file")
    response.headers.set("Content-Disposition", "attachment", filename=f"harbour-seal-{own.fingerprint[:8]}.pem")
    return response

"""Scorecards: a provider's own, and any provider's for the hub and the boroughs."""

from flask import Blueprint, abort, render_template
from sqlalchemy import select

from foundation.database import db
from marketplace.directory_queries import provider_called
from marketplace.organisation import Organisation
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor
from outcomes.scorecard import scorecard_of

blueprint = Blueprint("scorecards", __name__)


@blueprint.get("/scorecard")
def own() -> str:
    """A provider's own scorecard."""
    actor = signed_in_actor()
    if actor.kind is not Kind.PROVIDER:
        abort(404)
    provider = db.session.scalars(select(Organisation).where(Organisation.id == actor.organisation_id)).one()
    return render_template("reports/scorecard.html", card=scorecard_of(provider))


@blueprint.get("/providers/<reference>/scorecard")
def show(reference: str) -> str:
    """A provider's scorecard; another provider's does not exist for a provider."""
    return render_template("reports/scorecard.html", card=scorecard_of(provider_called(reference)))

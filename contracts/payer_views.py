"""The page on which the borough says who pays the fees of a draft."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.payer_forms import ShareFeesForm
from contracts.queries import agreement_for, fee_lines_of
from contracts.sharing_fees import share_fees
from contracts.signing import require_turn
from marketplace.acts import Act
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("payers", __name__, url_prefix="/placements/<reference>/payers")


@blueprint.route("", methods=["GET", "POST"])
def share(reference: str) -> Response | tuple[str, int]:
    """Who pays how much of each fee."""
    actor = signed_in_actor()
    agreement = agreement_for(reference, actor, Act.SHARE_FEES)
    if request.method == "GET":
        require_turn(agreement, Act.SHARE_FEES)
    lines = fee_lines_of(agreement)
    form = ShareFeesForm.of(agreement, lines)
    if form.validate_on_submit() and form.carry_out(
        share_fees, agreement, form.shares, version=form.version_held, by=actor
    ):
        flash("Who pays is kept.", "ok")
        return redirect(url_for("placements.show", reference=reference), 303)
    rows = list(zip(lines, form.fees, strict=False))
    return render_template("placements/payers.html", form=form, agreement=agreement, rows=rows), form.status

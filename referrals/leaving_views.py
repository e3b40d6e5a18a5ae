"""The page on which a manager ends somebody's access; it stands here because the leaver's referrals pass on with it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from govuk_frontend_wtf.wtforms_widgets import GovSelect
from werkzeug.wrappers import Response
from wtforms import SelectField

from foundation.formatting import plural
from foundation.submitting import Form
from marketplace.acts import Act
from marketplace.people_queries import Colleague, colleague_by, colleagues_of
from marketplace.person import Membership
from marketplace.policy import authorise
from marketplace.signed_in import signed_in_actor
from referrals.leaving import end_membership, open_referrals_of

blueprint = Blueprint("leaving", __name__)


class LeavingForm(Form):
    """To whom the leaver's open work passes."""

    work_passes_to = SelectField("Their open referrals pass to", widget=GovSelect())

    def __init__(self, colleagues: list[Colleague], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.work_passes_to.choices = [("", "Choose a colleague")] + [(one.reference, one.name) for one in colleagues]

    def successor(self, organisation_id: Any) -> Membership | None:
        """The chosen colleague's membership."""
        chosen = self.work_passes_to.data
        return colleague_by(chosen, organisation_id)[1] if chosen else None


@blueprint.route("/people/<reference>/leaving", methods=["GET", "POST"])
def show_leaving(reference: str) -> str | Response | tuple[str, int]:
    """End somebody's access, and say to whom their work passes."""
    actor = signed_in_actor()
    leaver, membership = colleague_by(reference, actor.organisation_id)
    authorise(actor, Act.END_MEMBERSHIP, membership)
    form = LeavingForm([one for one in colleagues_of(actor.organisation_id) if one.reference != reference])
    if form.validate_on_submit() and form.carry_out(
        end_membership, membership, form.successor(actor.organisation_id), by=actor
    ):
        flash(
            f"{leaver.name} no longer has access. {plural(form.outcome, 'open referral').capitalize()} passed on.", "ok"
        )
        return redirect("/people", 303)
    count = open_referrals_of(membership)
    return render_template("people/leaving.html", form=form, leaver=leaver, count=count), form.status

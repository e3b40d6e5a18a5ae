"""Forms of the award and its undoing."""

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovTextArea
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import InputRequired

from foundation.submitting import Form
from referrals.choosing_forms import choices_of
from referrals.comparing import Comparison
from referrals.referral import Referral


class AwardForm(Form):
    """Which offer, and the decider's rationale."""

    offer = RadioField(
        "Which offer do you award?", widget=GovRadioInput(), validators=[InputRequired("Choose an offer.")]
    )
    rationale = TextAreaField("Your rationale", widget=GovTextArea())
    departs = BooleanField(
        "I choose an offer that is not the first in the order, or not the one recommended", widget=GovCheckboxInput()
    )


class UndoForm(Form):
    """Why the award is undone."""

    reason = TextAreaField("Why is the award undone?", widget=GovTextArea())


def award_form(referral: Referral, comparison: Comparison) -> AwardForm:
    """The live offers, best first, with the recommended one chosen to begin with."""
    standing = {each.offer.id: each.offer.reference for each in comparison.offers}
    recommended = standing.get(referral.recommended_offer_id) if referral.recommended_offer_id else None
    form = AwardForm(data={"offer": recommended})
    form.offer.choices = choices_of(comparison)
    return form

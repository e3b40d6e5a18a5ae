"""Forms of choosing. A marking form has a mark and a reason for each criterion of the lot; both may wait for later."""

import uuid
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired

from foundation.permission import Invalid
from foundation.submitting import Form
from marketplace.framework import Criterion
from referrals.comparing import Comparison, Marking
from referrals.evaluating import Marked, Place
from referrals.evaluation import Choice
from referrals.offer import Mark
from referrals.quality import TOP_MARK

#: What a mark means, so that two people mean the same.
SCALE = {
    0: "not answered",
    1: "poor",
    2: "with gaps",
    3: "sound",
    4: "good, with examples",
    5: "excellent, with evidence",
}

CHOICES = {
    Choice.FIRST: "First choice",
    Choice.SECOND: "Second choice",
    Choice.NO_VIEW: "No view yet",
    Choice.NOT_WANTED: "Does not want",
}


class MarkForm(Form):
    """The base of a marking form; its fields come from the lot's criteria."""

    criteria: tuple[Criterion, ...] = ()

    def marks(self) -> dict[uuid.UUID, Marked]:
        """What was marked. Invalid where a mark has no reason or a reason no mark."""
        given: dict[uuid.UUID, Marked] = {}
        for criterion in self.criteria:
            mark, reason = self[f"mark_{criterion.position}"].data, self[f"reason_{criterion.position}"].data or ""
            if not mark and not reason.strip():
                continue
            if not mark:
                raise Invalid(f"{criterion.name}: give a mark from 0 to {TOP_MARK}.", f"mark_{criterion.position}")
            given[criterion.id] = (int(mark) if mark.isdecimal() else -1, reason)
        return given


def mark_form(criteria: list[Criterion], own: dict[uuid.UUID, Mark]) -> MarkForm:
    """A form for the criteria, filled with what this evaluator gave before."""
    fields: dict[str, Any] = {"criteria": tuple(criteria)}
    for criterion in criteria:
        before = own.get(criterion.id)
        fields[f"mark_{criterion.position}"] = RadioField(
            "Mark", widget=GovRadioInput(), choices=[(str(n), str(n)) for n in range(TOP_MARK + 1)], validate_choice=False,
            default=str(before.mark) if before else None,
        )  # fmt: skip
        fields[f"reason_{criterion.position}"] = TextAreaField(
            "Reason", widget=GovTextArea(), default=before.reason if before else ""
        )
    made: MarkForm = type("MarkOfferForm", (MarkForm,), fields)()
    return made


class LockForm(Form):
    """The base of a locking form; it asks why, wherever two evaluators' marks lie apart."""

    places: dict[str, Place] = {}

    def explained(self) -> dict[Place, str]:
        """Why they differ, by offer and criterion."""
        return {place: self[name].data or "" for name, place in self.places.items()}


def lock_form(sheet: Marking) -> LockForm:
    """A form with a text for every wide difference."""
    places = {
        f"why_{offer.reference}_{cell.criterion.position}": (offer.id, cell.criterion.id) for offer, cell in sheet.apart
    }
    fields: dict[str, Any] = {"places": places}
    for offer, cell in sheet.apart:
        label = f"{offer.setting_name}, {cell.criterion.name}: why do the marks differ?"
        fields[f"why_{offer.reference}_{cell.criterion.position}"] = TextAreaField(label, widget=GovTextArea())
    made: LockForm = type("LockQualityForm", (LockForm,), fields)()
    return made


class RecommendForm(Form):
    """Which offer, and why."""

    offer = RadioField(
        "Which offer do you recommend?", widget=GovRadioInput(), validators=[InputRequired("Choose an offer.")]
    )
    reason = TextAreaField("Why this one", widget=GovTextArea())


def recommend_form(comparison: Comparison) -> RecommendForm:
    """A choice of the live offers, best first, with their places."""
    form = RecommendForm()
    form.offer.choices = choices_of(comparison)
    return form


def choices_of(comparison: Comparison) -> list[tuple[str, str]]:
    """The offers as radios: reference, and who stands where."""
    return [
        (each.offer.reference, f"{each.offer.setting_name}, {each.offer.provider_name}") for each in comparison.offers
    ]


def hints_of(comparison: Comparison) -> dict[str, str]:
    """Each offer's place and total, beside its radio."""
    return {
        each.offer.reference: f"{each.scored.place} of {len(comparison.offers)}, {each.total_text}"
        for each in comparison.offers
    }


class CloseForm(Form):
    """Why the search ends without an award."""

    reason = TextAreaField("Why is nothing awarded?", widget=GovTextArea())


class ViewForm(Form):
    """What the child and the family say of a place."""

    said = TextAreaField("What was said of this place, in the child’s own words", widget=GovTextArea())
    choice = RadioField("The child’s choice", widget=GovRadioInput(), choices=[(c.value, CHOICES[c]) for c in Choice])
    family = TextAreaField("The family’s view", widget=GovTextArea())

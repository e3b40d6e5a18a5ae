"""The forms of spot purchases: shape only; what it means is judged by the verbs."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import request
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovFileInput, GovSelect, GovTextArea, GovTextInput
from wtforms import (
    BooleanField,
    FieldList,
    FileField,
    Form,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from contracts.forms import VersionedForm, day_of
from contracts.spot.agreeing import SignedPaper
from contracts.spot.terms import Emergency, Leaving, SpotTerms, UnknownPlace, totals
from contracts.spot.words import reason_choices
from foundation import clock
from foundation.forms import DayField
from foundation.permission import Invalid
from foundation.submitting import Form as OurForm
from marketplace.fee_line import FeeKind, Unit
from marketplace.setting import SettingKind
from marketplace.uploads import Upload, plain_name
from referrals.fee_fields import KINDS, RECOVERABLE, UNITS, AmountField, QuantityField, ShareField, WeekField
from referrals.offer_terms import MOST_LINES, Fee, Totals

FIRST_LINES = 3
USUAL_REVIEW, WEEKLY_REVIEW = timedelta(weeks=6), timedelta(days=7)
#: A place outside the framework may have no term dates here, so no fee follows them.
SPOT_UNITS = [(unit.value, words) for unit, words in UNITS.items() if unit is not Unit.TERM]
SHORT = Length(max=120, message="Keep this to 120 characters.")


class FeeRow(Form):  # type: ignore[misc]  # WTForms has no types
    """A fee line; a row without an amount is none."""

    kind = SelectField("Kind", widget=GovSelect(), choices=[(kind.value, words) for kind, words in KINDS.items()])
    label = StringField(
        "Words", [Optional(), Length(max=80, message="Keep this to 80 characters.")], widget=GovTextInput()
    )
    amount = AmountField("Amount", [Optional()], widget=GovTextInput())
    unit = SelectField("For each", widget=GovSelect(), choices=SPOT_UNITS)
    quantity = QuantityField("How many", [Optional()], widget=GovTextInput())
    from_week = WeekField("From week", [Optional()], widget=GovTextInput())
    to_week = WeekField("To week", [Optional()], widget=GovTextInput())
    vat = ShareField("VAT in per cent")
    recoverable = SelectField("VAT back to the borough", widget=GovSelect(), choices=RECOVERABLE, default="yes")

    def fee(self, first_day: Any) -> Fee:
        """The fee as typed; weeks are counted from the first day of the stay."""
        kind = FeeKind(self.kind.data)
        begins, ends, amount = self.from_week.data, self.to_week.data, self.amount.amount
        assert amount is not None, "only rows with an amount are fees"
        return Fee(
            kind=kind, label=(self.label.data or "").strip() or KINDS[kind], amount=amount,
            unit=Unit(self.unit.data), quantity=self.quantity.quantity,
            starts_on=first_day + timedelta(weeks=(begins or 1) - 1),
            ends_on=first_day + timedelta(weeks=ends) if ends else None, vat_rate=self.vat.percent,
            vat_recoverable=self.recoverable.data != "no",
        )  # fmt: skip


class SpotForm(OurForm):
    """A proposal for a place that is known here."""

    reason = SelectField("Why outside the framework", [InputRequired("Choose a reason.")], widget=GovSelect())
    explanation = TextAreaField(
        "Why this place, and why outside the framework", [InputRequired("Say why.")], widget=GovTextArea()
    )
    emergency = BooleanField(
        "It is needed before the framework could be searched: the emergency path", widget=GovCheckboxInput()
    )
    emergency_reason = TextAreaField("Why there was no time to search", [Optional()], widget=GovTextArea())
    emergency_decided_by = StringField(
        "Who decided to go without the search", [Optional(), SHORT], widget=GovTextInput()
    )
    starts_on = DayField("First day of the placement", [InputRequired("Enter the first day.")])
    expected_end_on = DayField("Day on which the child is expected to leave", [Optional()])
    notice_days = IntegerField(
        "Days of notice by either side", [InputRequired("Enter a number of days.")], widget=GovTextInput()
    )
    review_on = DayField("Review this purchase by", [InputRequired("Enter the day of the review.")])
    fees = FieldList(FormField(FeeRow), min_entries=FIRST_LINES, max_entries=MOST_LINES)
    warned = BooleanField("I have read the warnings and propose this place all the same", widget=GovCheckboxInput())
    unregistered_reason = TextAreaField("Why no registered place will do", [Optional()], widget=GovTextArea())
    leaving_plan = TextAreaField("How the child will move to a registered place", [Optional()], widget=GovTextArea())
    leave_by = DayField("Day by which the child leaves this place", [Optional()])
    ofsted_told_on = DayField("Day on which Ofsted was told", [Optional()])

    def __init__(self, *, unregistered: bool) -> None:
        ahead = WEEKLY_REVIEW if unregistered else USUAL_REVIEW
        super().__init__(notice_days=28, review_on=clock.today() + ahead)
        self.unregistered = unregistered
        self.reason.choices = [("", "Choose a reason"), *reason_choices()]
        if self.then == "line" and len(self.fees) < MOST_LINES:
            self.fees.append_entry()

    @property
    def then(self) -> str:
        """Which button was pressed: send, totals (reckon again), or line (one more fee line)."""
        return request.form.get("then", "send")

    @property
    def is_sent(self) -> bool:
        """The proposal itself was sent, and its shape is right. Other buttons only draw the form again."""
        return bool(self.is_submitted()) and self.then == "send" and bool(self.validate())

    @property
    def priced(self) -> list[FeeRow]:
        """The rows in which an amount was typed."""
        return [row.form for row in self.fees if row.form.amount.amount is not None]

    @property
    def terms(self) -> SpotTerms:
        """What was typed, as the verb takes it."""
        starts_on = day_of(self.starts_on)
        return SpotTerms(
            reason=self.reason.data or "", explanation=self.explanation.data or "", starts_on=starts_on,
            review_on=day_of(self.review_on), expected_end_on=self.expected_end_on.data or None,
            notice_days=self.notice_days.data, fees=tuple(row.fee(starts_on) for row in self.priced),
            warned=bool(self.warned.data), emergency=self._emergency(), leaving=self._leaving(),
        )  # fmt: skip

    @property
    def totals(self) -> Totals | None:
        """What the fee lines come to as they are typed; None while they cannot be reckoned."""
        if not self.is_submitted() or self.starts_on.data is None or self.review_on.data is None:
            return None
        if self.then != "send":
            for row in self.fees:
                row.form.validate()
        try:
            return totals(self.terms) if not self.fees.errors else None
        except (Invalid, ValueError):
            return None

    def blame(self, field: str, sentence: str) -> None:
        """A sentence about a fee line stands at its row: the verb counts the lines that have an amount."""
        parts = field.split("_", 2)
        if parts[0] == "fee" and len(parts) == 3 and parts[1].isdecimal():
            rows = self.priced or [self.fees[0].form]
            row = rows[min(int(parts[1]), len(rows) - 1)]
            part = {"label": row.label, "unit": row.unit, "vat": row.vat}.get(parts[2], row.amount)
            part.errors = [*part.errors, sentence]
            self.fees.errors = [sentence]  # a list of forms counts its errors once, when it is validated
        else:
            super().blame(field, sentence)

    def _emergency(self) -> Emergency | None:
        if not self.emergency.data:
            return None
        return Emergency(reason=self.emergency_reason.data or "", decided_by=self.emergency_decided_by.data or "")

    def _leaving(self) -> Leaving | None:
        if not self.unregistered:
            return None
        return Leaving(
            reason=self.unregistered_reason.data or "", plan=self.leaving_plan.data or "", leave_by=self.leave_by.data,
            ofsted_told_on=self.ofsted_told_on.data,
        )  # fmt: skip


class UnknownPlaceForm(SpotForm):
    """A proposal for a place that no register here holds."""

    provider_name = StringField(
        "Who runs it", [InputRequired("Name who runs the place."), SHORT], widget=GovTextInput()
    )
    place_name = StringField("Name of the place", [InputRequired("Name the place."), SHORT], widget=GovTextInput())
    kind = SelectField("What kind of place it is", [InputRequired("Choose the kind.")], widget=GovSelect())
    postcode = StringField("Postcode", [InputRequired("Enter the postcode.")], widget=GovTextInput())
    places = IntegerField("How many children it has room for", [Optional()], widget=GovTextInput())

    def __init__(self, kinds: Iterable[str]) -> None:
        super().__init__(unregistered=True)
        known = [SettingKind(kind) for kind in kinds]
        every = [*known, *(kind for kind in (SettingKind.CHILDRENS_HOME, SettingKind.OTHER) if kind not in known)]
        self.kind.choices = [
            ("", "Choose"),
            *((kind.value, kind.value.replace("_", " ").capitalize()) for kind in every),
        ]

    @property
    def place(self) -> UnknownPlace:
        """The place as typed."""
        return UnknownPlace(
            provider=None, provider_name=self.provider_name.data or "", name=self.place_name.data or "",
            kind=SettingKind(self.kind.data), postcode=self.postcode.data or "", places=self.places.data,
        )  # fmt: skip


class NoteForm(VersionedForm):
    """A decision with its note."""

    note = TextAreaField("Why", widget=GovTextArea())


class ReviewForm(VersionedForm):
    """What was found, and when somebody looks again."""

    finding = TextAreaField("What you found", [InputRequired("Say what you found.")], widget=GovTextArea())
    next_on = DayField("Next review by", [InputRequired("Enter the day of the next review.")])


class EmergencyReviewForm(VersionedForm):
    """Whether the emergency path was right."""

    finding = TextAreaField(
        "Was the emergency path right, and what follows from it",
        [InputRequired("Say what you found.")],
        widget=GovTextArea(),
    )


class OfstedForm(VersionedForm):
    """The day on which Ofsted was told."""

    ofsted_told_on = DayField("Day on which Ofsted was told", [InputRequired("Enter the day.")])


class ConvertForm(VersionedForm):
    """From which day the placement counts as bought through the framework."""

    on = DayField("Counts as bought through the framework from", [InputRequired("Enter the day.")])


class SignedPaperForm(VersionedForm):
    """The paper that the provider signed."""

    paper = FileField("The signed agreement", widget=GovFileInput())
    signer = StringField(
        "Who signed for the provider", [InputRequired("Name who signed the paper."), SHORT], widget=GovTextInput()
    )
    position = StringField(
        "Their position", [InputRequired("Say what position the signer holds."), SHORT], widget=GovTextInput()
    )
    signed_on = DayField("Day on which they signed", [InputRequired("Enter the day.")])

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides each field: a file was chosen."""
        fine = bool(super().validate(extra_validators))
        if not getattr(self.paper.data, "filename", ""):
            self.blame("paper", "Choose the signed agreement: a PDF, Word, PNG or JPEG file.")
            return False
        return fine

    @property
    def signed(self) -> SignedPaper:
        """What was typed and sent."""
        sent = self.paper.data
        upload = Upload(plain_name(sent.filename), sent.stream.read())
        return SignedPaper(
            upload=upload,
            signer=self.signer.data or "",
            position=self.position.data or "",
            signed_on=day_of(self.signed_on),
        )


class ProvidersWordForm(VersionedForm):
    """That a provider without accounts agrees to a variation: who said so, and when."""

    said_by = StringField(
        "Who agreed for the provider", [InputRequired("Name who agreed."), SHORT], widget=GovTextInput()
    )
    said_on = DayField("Day on which they agreed in writing", [InputRequired("Enter the day.")])

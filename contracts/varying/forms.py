"""The forms of variations: shape only; what it means is judged by the verbs."""

from collections.abc import Iterable
from decimal import Decimal
from functools import partial

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovSelect, GovTextArea, GovTextInput
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from contracts.agreement import AgreementFeeLine
from contracts.forms import AT_MOST, VersionedForm, day_of
from contracts.payer_forms import PayersForm, name_fields
from contracts.varying.variation import Change, FeeChange, Proposal
from foundation import clock
from foundation.forms import DayField
from foundation.submitting import Form as OurForm
from marketplace.fee_line import Calendar, FeeKind, FeeLine, ImpossibleFeeLine, Unit
from marketplace.payer_shares import SOCIAL_CARE_PAYS, PayerShares
from referrals.fee_fields import (
    CALENDARS,
    KINDS,
    RECOVERABLE,
    UNITS,
    AmountField,
    QuantityField,
    ShareField,
    WeeksField,
)

#: between a fee's kind and its label, in the hidden field that names it
BETWEEN = "|"


#: In which field of a new fee each part of it is typed, where the field is not called after it.
TYPED_IN = {"ends": "new_ends_on"}


class FeeRow(Form):  # type: ignore[misc]  # WTForms has no types
    """A fee that is paid: a new rate, or its closing; a row left empty keeps it as it is."""

    fee = HiddenField()
    amount = AmountField("New rate", [Optional()], widget=GovTextInput())
    closes = BooleanField("Close", widget=GovCheckboxInput())
    payers = FormField(PayersForm)

    @property
    def changes(self) -> Iterable[FeeChange]:
        """The change that was typed, if any."""
        kind, _, label = str(self.fee.data or "").partition(BETWEEN)
        if kind not in set(FeeKind):
            return
        of = partial(FeeChange, kind=FeeKind(kind), label=label)
        if self.closes.data:
            yield of(change=Change.CLOSE)
        elif self.amount.amount:
            yield of(change=Change.RATE, amount=self.amount.amount)
        elif not self.payers.form.is_empty:
            yield of(change=Change.PAYERS, payers=self.payers.form.payers)

    def validate(self, extra_validators: object = None) -> bool:
        """A fee is closed, gets a new rate, or is paid by others: one of these in one variation."""
        fine: bool = super().validate(extra_validators)
        if fine and self.closes.data and self.amount.amount:
            self.amount.errors = ["Enter a new rate or close the fee, not both."]
            return False
        if fine and not self.payers.form.is_empty and (self.closes.data or self.amount.amount):
            self.payers.form.social_care.errors = [
                "Change who pays in a variation of its own: this one changes the fee."
            ]
            return False
        return fine


class ProposeForm(OurForm):
    """Other fees from a day on: new rates, fees to close, other payers, and one new fee."""

    #: who pays a new fee where nobody is named: those who pay the first fee of the agreement
    usual: PayerShares = SOCIAL_CARE_PAYS
    effective_on = DayField("Day from which the fees change", [InputRequired("Enter the day.")])
    reason = TextAreaField("Why the fees change", [InputRequired("Say why."), AT_MOST], widget=GovTextArea())
    fees = FieldList(FormField(FeeRow), max_entries=40)
    new_kind = SelectField(
        "Kind", [Optional()], choices=[("", "No new fee"), *((kind.value, text) for kind, text in KINDS.items())],
        widget=GovSelect(),
    )  # fmt: skip
    new_label = StringField("What it pays for", [Optional(), Length(max=80)], widget=GovTextInput())
    new_amount = AmountField("Amount", [Optional()], widget=GovTextInput())
    new_unit = SelectField("For each", choices=[(u.value, text) for u, text in UNITS.items()], widget=GovSelect())
    new_quantity = QuantityField("How many", [Optional()], widget=GovTextInput())
    new_ends_on = DayField("First day on which it is no longer paid", [Optional()])
    new_calendar = SelectField(
        "Charged", choices=[(each.value, text) for each, text in CALENDARS.items()], default=Calendar.ALL_YEAR.value,
        widget=GovSelect(),
    )  # fmt: skip
    new_weeks = WeeksField("First days of the named weeks")
    new_vat_rate = ShareField("VAT")
    new_recoverable = SelectField("VAT back to the borough", choices=RECOVERABLE, default="yes", widget=GovSelect())
    new_payers = FormField(PayersForm, label="Who pays the new fee")
    override = BooleanField(
        "A new rate is meant to be less than 0.9 or more than 1.1 of the old one", widget=GovCheckboxInput()
    )
    override_reason = TextAreaField("Why so large a change is right", [Optional(), AT_MOST], widget=GovTextArea())

    @classmethod
    def of(cls, fees: Iterable[AgreementFeeLine]) -> "ProposeForm":
        """The form with a row for each fee that is paid."""
        shown = list(fees)
        form = cls(fees=[{"fee": f"{fee.kind}{BETWEEN}{fee.label}"} for fee in shown])
        name_fields(form.new_payers.form, "the new fee")
        form.usual = shown[0].reckoned.paid_on(clock.today()) if shown else SOCIAL_CARE_PAYS
        for row, fee in zip(form.fees, shown, strict=False):
            name_fields(row.form.payers.form, fee.label)
            row.form.amount.label.text, row.form.closes.label.text = f"New rate of {fee.label}", f"Close {fee.label}"
        return form

    def validate(self, extra_validators: object = None) -> bool:
        """Besides each field: a new fee is whole, and an override has its reason."""
        fine: bool = super().validate(extra_validators)
        wanted = [
            (self.new_kind.data and not (self.new_label.data or "").strip(), "new_label", "Say what the new fee pays for."),
            (self.new_kind.data and not self.new_amount.amount, "new_amount", "Enter the amount of the new fee."),
            (not self.new_kind.data and self.new_amount.amount, "new_kind", "Choose the kind of the new fee."),
            (self.override.data and not (self.override_reason.data or "").strip(), "override_reason", "Say why it is right."),
        ]  # fmt: skip
        if fine and self.new_kind.data and self.new_ends_on.data and self.new_ends_on.data <= day_of(self.effective_on):
            wanted.append((True, "new_ends_on", "A fee cannot end before it starts."))
        if fine and self.new_kind.data and self.new_amount.amount:
            wanted.extend(self._contradiction())
        missing = [(field, sentence) for lacks, field, sentence in wanted if lacks]
        for field, sentence in missing:
            self.blame(field, sentence)
        return fine and not missing

    @property
    def proposal(self) -> Proposal:
        """What was typed, as the verb takes it."""
        changes = [change for row in self.fees for change in row.form.changes]
        return Proposal(
            effective_on=day_of(self.effective_on), reason=self.reason.data or "", changes=(*changes, *self._new_fee()),
            override_reason=(self.override_reason.data or "") if self.override.data else "",
        )  # fmt: skip

    def _new_fee(self) -> Iterable[FeeChange]:
        if self.new_kind.data:
            kind, label = FeeKind(self.new_kind.data), str(self.new_label.data).strip()
            yield FeeChange(change=Change.ADD, kind=kind, label=label, new=self._new_line(kind, label))

    def _new_line(self, kind: FeeKind, label: str) -> FeeLine:
        payers = self.new_payers.form
        return FeeLine(
            kind=kind, label=label, amount=self.new_amount.amount or Decimal(0), unit=Unit(self.new_unit.data),
            quantity=self.new_quantity.quantity, starts=day_of(self.effective_on), ends=self.new_ends_on.data or None,
            calendar=Calendar(self.new_calendar.data), weeks=self.new_weeks.weeks, vat_rate=self.new_vat_rate.percent,
            vat_recoverable=self.new_recoverable.data == "yes", shares=self.usual if payers.is_empty else payers.payers,
        )  # fmt: skip

    def _contradiction(self) -> Iterable[tuple[bool, str, str]]:
        """What the new fee says that cannot be, beside the field in which it was typed."""
        try:
            self._new_line(FeeKind(self.new_kind.data), (self.new_label.data or "").strip() or "The new fee")
        except ImpossibleFeeLine as impossible:
            yield True, TYPED_IN.get(impossible.about, f"new_{impossible.about}"), str(impossible)


class DecideForm(VersionedForm):
    """A decision that needs no words but its button."""


class RefuseForm(VersionedForm):
    """A refusal and its reason."""

    note = TextAreaField("Why it is refused", [InputRequired("Say why."), AT_MOST], widget=GovTextArea())

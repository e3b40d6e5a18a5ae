"""Forms of a request: what a provider asks, and every answer to it."""

from datetime import date
from decimal import Decimal
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovFileInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
)
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Optional

from contracts.agreement import Agreement
from contracts.forms import day_of
from contracts.uplift.answering import Counter
from contracts.uplift.change import Change
from contracts.uplift.fields import LONG, AmountField, PercentField
from contracts.uplift.request import UpliftRequest
from contracts.uplift.requesting import Asked, Scope
from contracts.uplift.round import UpliftRound
from contracts.uplift.rule import CostPart
from contracts.uplift.undoing import days_to_undo_from
from contracts.uplift.words import KINDS, UNITS
from foundation.formatting import day
from foundation.forms import DayField
from foundation.submitting import Form
from marketplace.setting import Setting
from marketplace.uploads import Upload, plain_name


class RequestForm(Form):
    """What a provider asks."""

    about = SelectField("What it is for", [InputRequired("Choose what it is for.")], widget=GovSelect())
    fee_kind = SelectField("Kind of fee", [Optional()], choices=[("", "All fees"), *KINDS], widget=GovSelect())
    percent = PercentField("Percentage")
    rate = AmountField("Or a new rate")
    unit = SelectField(
        "Paid for", [Optional()], choices=[("", "Choose the unit of the new rate"), *UNITS], widget=GovSelect()
    )
    reasons = TextAreaField(
        "Why the fees must rise", [InputRequired("Say why the fees must rise."), LONG], widget=GovTextArea()
    )
    breakdown = TextAreaField("In your words", [Optional(), LONG], widget=GovTextArea())
    living_wage = PercentField("Pay at the National Living Wage")
    other_pay = PercentField("Other pay")
    employer = PercentField("Employer contributions")
    prices = PercentField("Food, energy and other prices")
    premises = PercentField("Property")
    evidence = FileField("Evidence", widget=GovFileInput())

    def __init__(self, opened: UpliftRound, on_offer: tuple[list[Setting], list[Agreement]]) -> None:
        super().__init__()
        settings, agreements = on_offer
        self.scopes: dict[str, tuple[str, Any]] = {"all": ("All settings and agreements", None)}
        self.scopes |= {setting.reference: (f"Everything at {setting.name}", setting) for setting in settings}
        self.scopes |= {made.reference: (f"Agreement {made.reference}", made) for made in agreements}
        self.about.choices = [(key, words) for key, (words, _) in self.scopes.items()]

    def validate_rate(self, field: AmountField) -> None:
        """A percentage or a new rate, and not both."""
        if bool((self.percent.data or "").strip()) == bool((field.data or "").strip()):
            raise ValidationError("Enter a percentage or a new rate, not both.")

    @property
    def asked(self) -> Asked:
        """What was typed, as the verb takes it."""
        thing = self.scopes[self.about.data][1]
        scope = Scope(
            setting_id=thing.id if isinstance(thing, Setting) else None,
            agreement_id=thing.id if isinstance(thing, Agreement) else None, fee_kind=self.fee_kind.data or None,
            unit=self._unit(),
        )  # fmt: skip
        return Asked(
            scope=scope, change=Change(self.percent.percent, self.rate.amount, self._unit()), reasons=self.reasons.data or "",
            breakdown=self.breakdown.data or "", parts=self.parts, evidence=self._evidence(),
        )  # fmt: skip

    @property
    def parts(self) -> dict[CostPart, Decimal]:
        """What the provider says that each part of its costs adds, as far as it says anything."""
        typed = {part: self[part.value].percent for part in CostPart}
        return {part: adds for part, adds in typed.items() if adds is not None}

    def _unit(self) -> str | None:
        return (self.unit.data or None) if self.rate.amount is not None else None

    def _evidence(self) -> Upload | None:
        sent = self.evidence.data
        if not sent or not sent.filename:
            return None
        return Upload(plain_name(sent.filename), sent.stream.read())


class AnswerForm(Form):
    """A reason, and nothing else."""

    reason = TextAreaField("Why", [InputRequired("Give a reason."), LONG], widget=GovTextArea())


class AgreeForm(AnswerForm):
    """Agreeing what stands between both sides."""

    override = BooleanField("A fee may change by more than a tenth: this is meant", widget=GovCheckboxInput())


class ChangeForm(AgreeForm):
    """A counter-offer, or an allowed appeal: an amount in the measure that was asked in, from a day, for a reason."""

    percent = PercentField("Percentage")
    rate = AmountField("New rate")
    from_on = DayField("From", [InputRequired("Enter the day from which it is paid.")])

    def __init__(self, request: UpliftRequest, **facts: Any) -> None:
        super().__init__(**({"from_on": request.round.effective_on} | facts))
        self.unit = request.unit
        self.field_left_out = "percent" if request.rate is not None else "rate"
        del self[self.field_left_out]
        self.amount = self["rate" if request.rate is not None else "percent"]

    def validate(self, extra_validators: Any = None) -> bool:
        """The amount is always asked."""
        sound = bool(super().validate(extra_validators))
        if sound and self.change is None:
            self.blame(self.amount.name, "Enter what you offer.")
        return sound and not self.errors

    @property
    def change(self) -> Change | None:
        """What was typed; None while nothing is."""
        if not (self.amount.data or "").strip() or self.amount.errors:
            return None
        if isinstance(self.amount, AmountField):
            return Change(rate=self.amount.amount, unit=self.unit)
        return Change(percent=self.amount.percent)

    @property
    def tried(self) -> tuple[Change, date] | None:
        """What is to be modelled before it is sent; None while an amount or the day is missing."""
        return (self.change, self.from_on.data) if self.change and self.from_on.data else None

    @property
    def counter(self) -> Counter:
        """What was typed, as the verb takes it."""
        assert self.change is not None, "the form was not validated"
        return Counter(change=self.change, effective_on=day_of(self.from_on), reason=self.reason.data or "")


class CommentForm(Form):
    """A borough's words to the hub."""

    words = TextAreaField(
        "What should the hub know?", [InputRequired("Write what the hub should know."), LONG], widget=GovTextArea()
    )


class AcceptForm(Form):
    """The number of the counter-offer that was read."""

    number = HiddenField()


class DecideForm(Form):
    """A page with nothing but its button."""


class SplitForm(Form):
    """Along what a request is split."""

    cut = RadioField(
        "Split it", [InputRequired("Choose how to split it.")],
        choices=[("setting", "By setting"), ("fee_kind", "By kind of fee")], widget=GovRadioInput(),
    )  # fmt: skip


class ChosenForm(ChangeForm):
    """Some of the agreements, picked out: split off, or answered at once by a counter-offer."""

    def __init__(self, request: UpliftRequest, **facts: Any) -> None:
        super().__init__(request, **facts)
        del self.override


class UndoForm(AnswerForm):
    """Taking an agreed uplift back."""

    from_on = RadioField("From which day?", [InputRequired("Choose the day.")], widget=GovRadioInput())

    def __init__(self, request: UpliftRequest) -> None:
        last, *earlier = days_to_undo_from(request)
        super().__init__(from_on=last.isoformat())
        began = last == request.agreed_from
        said = "the day from which it would be paid" if began else "what was paid until then stays"
        self.from_on.choices = [(last.isoformat(), f"From {day(last)}: {said}")]
        self.from_on.choices += [
            (past.isoformat(), f"From {day(past)}: as if it had not been agreed") for past in earlier
        ]

    @property
    def chosen(self) -> date:
        """The day chosen."""
        return date.fromisoformat(self.from_on.data)

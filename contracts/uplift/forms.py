"""Forms of uplift rounds: from what was typed to what the verbs take."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovFileInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional

from contracts.agreement import Agreement
from contracts.forms import day_of
from contracts.uplift.answering import Counter
from contracts.uplift.change import Change
from contracts.uplift.opening_rounds import RoundTerms, TypedIndex
from contracts.uplift.request import UpliftRequest
from contracts.uplift.requesting import Asked, Scope
from contracts.uplift.round import UpliftParticipant, UpliftRound
from contracts.uplift.rule import RuleKind
from contracts.uplift.words import KINDS, RULES
from foundation import clock
from foundation.forms import DayField
from foundation.money import NotAnAmount, parse_money
from foundation.quarters import FinancialYear
from foundation.submitting import Form
from marketplace.fields import NumberField
from marketplace.framework import Framework, Lot
from marketplace.setting import Setting
from marketplace.uploads import Upload, plain_name

SHORT = Length(max=200, message="Keep this to 200 characters.")
LONG = Length(max=4000, message="Keep this to 4,000 characters.")
Choice = tuple[str, str]


class PercentField(StringField):  # type: ignore[misc]  # the package has no types
    """A percentage of at most two decimals; `percent` is what was meant, None for nothing."""

    widget = GovTextInput()

    @property
    def percent(self) -> Decimal | None:
        """The percentage typed."""
        typed = (self.data or "").strip().removesuffix("%").replace("−", "-").strip()
        return Decimal(typed) if typed else None

    def pre_validate(self, form: Any) -> None:
        """A number between −100 and 100, to two decimals."""
        try:
            meant = self.percent
        except InvalidOperation:
            raise ValidationError(f"“{self.data}” is not a percentage. Enter a number such as 3.9.") from None
        if meant is not None and not (meant.is_finite() and abs(meant) <= 100 and meant == round(meant, 2)):
            raise ValidationError("Enter a percentage from −100 to 100, with at most two decimals.")


class AmountField(StringField):  # type: ignore[misc]  # the package has no types
    """An amount of money; `amount` is what was meant, None for nothing."""

    widget = GovTextInput()

    @property
    def amount(self) -> Decimal | None:
        """The pounds typed."""
        return parse_money(self.data) if (self.data or "").strip() else None

    def pre_validate(self, form: Any) -> None:
        """Pounds and pence."""
        try:
            typed = self.amount
        except NotAnAmount as unclear:
            raise ValidationError(str(unclear)) from None
        if typed is not None and typed <= 0:
            raise ValidationError("Enter an amount above nought.")


class RoundForm(Form):
    """The announcement of a round."""

    covers = SelectField("What it covers", [InputRequired("Choose a framework or a lot.")], widget=GovSelect())
    opens_on = DayField("Requests from", [InputRequired("Enter the first day of the window.")])
    closes_on = DayField("Requests until", [InputRequired("Enter the last day of the window.")])
    effective_on = DayField("Agreed fees are paid from", [InputRequired("Enter the effective date.")])
    rule = RadioField(
        "What the framework’s terms say", [InputRequired("Choose the rule.")], choices=RULES, widget=GovRadioInput()
    )
    cap = PercentField("Percentage")
    index_name = StringField("Index", [Optional(), SHORT], widget=GovTextInput())
    review_above = PercentField("Review where the index is over")
    evidence_asked = TextAreaField(
        "Evidence asked", [InputRequired("Say what providers must send."), LONG], widget=GovTextArea()
    )
    negotiator = StringField(
        "Who negotiates for all boroughs", [InputRequired("Name the negotiator."), SHORT], widget=GovTextInput()
    )
    appeal_days = NumberField("Working days to appeal", [InputRequired("Enter a number of working days.")])

    def __init__(self, on_offer: Sequence[tuple[Framework, Lot | None]]) -> None:
        april = FinancialYear.of(clock.today()).day_after
        super().__init__(opens_on=clock.today(), effective_on=april, appeal_days="10")
        self.on_offer = {_key(framework, lot): (framework, lot) for framework, lot in on_offer}
        self.covers.choices = [(key, _covers(*choice)) for key, choice in self.on_offer.items()]

    @property
    def terms(self) -> RoundTerms:
        """What was typed, as the verb takes it."""
        framework, lot = self.on_offer[self.covers.data]
        return RoundTerms(
            framework=framework, lot=lot, opens_on=day_of(self.opens_on), closes_on=day_of(self.closes_on),
            effective_on=day_of(self.effective_on), rule=RuleKind(self.rule.data), cap=self.cap.percent,
            index_name=(self.index_name.data or "").strip() or None, review_above=self.review_above.percent,
            evidence_asked=self.evidence_asked.data or "", negotiator=self.negotiator.data or "",
            appeal_days=self.appeal_days.number or 0,
        )  # fmt: skip


class IndexForm(Form):
    """A published figure."""

    name = StringField("Index", [InputRequired("Name the index."), SHORT], widget=GovTextInput())
    percent = PercentField("Increase over a year", [InputRequired("Enter the percentage.")])
    weight = PercentField("Share of a provider’s costs")
    source = StringField("Source", [InputRequired("Say where it was published."), SHORT], widget=GovTextInput())
    published_on = DayField("Published on", [InputRequired("Enter the day of publication.")])

    @property
    def typed(self) -> TypedIndex:
        """What was typed, as the verb takes it."""
        return TypedIndex(
            name=self.name.data or "", percent=self.percent.percent or Decimal(0), weight=self.weight.percent or Decimal(0),
            source=self.source.data or "", published_on=day_of(self.published_on),
        )  # fmt: skip


class ParticipationForm(Form):
    """Whether a borough takes part."""

    authority = SelectField("Borough", [InputRequired("Choose a borough.")], widget=GovSelect())
    joins = RadioField(
        "Does it take part?", [InputRequired("Say whether it takes part.")],
        choices=[("yes", "It takes part"), ("no", "It is left out")], widget=GovRadioInput(),
    )  # fmt: skip
    reason = TextAreaField("Why it is left out", [Optional(), LONG], widget=GovTextArea())

    def __init__(self, participants: Sequence[UpliftParticipant]) -> None:
        super().__init__()
        self.boroughs = {part.authority.reference: part.authority for part in participants}
        self.authority.choices = [(key, borough.name) for key, borough in self.boroughs.items()]


class RequestForm(Form):
    """What a provider asks."""

    about = SelectField("What it is for", [InputRequired("Choose what it is for.")], widget=GovSelect())
    fee_kind = SelectField("Kind of fee", [Optional()], choices=[("", "All fees"), *KINDS], widget=GovSelect())
    percent = PercentField("Percentage")
    rate = AmountField("Or a new rate")
    reasons = TextAreaField(
        "Why the fees must rise", [InputRequired("Say why the fees must rise."), LONG], widget=GovTextArea()
    )
    breakdown = TextAreaField("Where the money goes", [Optional(), LONG], widget=GovTextArea())
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
        )  # fmt: skip
        return Asked(
            scope=scope, change=Change(self.percent.percent, self.rate.amount), reasons=self.reasons.data or "",
            breakdown=self.breakdown.data or "", evidence=self._evidence(),
        )  # fmt: skip

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
            return Change(rate=self.amount.amount)
        return Change(percent=self.amount.percent)

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


def _key(framework: Framework, lot: Lot | None) -> str:
    return f"{framework.reference}/{lot.number if lot else 'all'}"


def _covers(framework: Framework, lot: Lot | None) -> str:
    return f"{framework.name}, lot {lot.number}: {lot.name}" if lot else f"{framework.name}, all lots"

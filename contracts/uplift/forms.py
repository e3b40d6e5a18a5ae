"""Forms of a round: its announcement, its indices, who takes part."""

from collections.abc import Sequence
from decimal import Decimal

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovTextArea, GovTextInput
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from contracts.forms import day_of
from contracts.uplift.fields import LONG, SHORT, PercentField
from contracts.uplift.opening_rounds import RoundTerms, TypedIndex
from contracts.uplift.round import UpliftParticipant
from contracts.uplift.rule import RuleKind
from contracts.uplift.words import PARTS, RULES
from foundation import clock
from foundation.forms import DayField
from foundation.quarters import FinancialYear
from foundation.submitting import Form
from marketplace.fields import NumberField
from marketplace.framework import Framework, Lot


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
    part = SelectField(
        "Part of a provider’s costs",
        [Optional()],
        choices=[("", "None: it only serves the rule"), *PARTS],
        widget=GovSelect(),
    )
    weight = PercentField("Share of a provider’s costs")
    source = StringField("Source", [InputRequired("Say where it was published."), SHORT], widget=GovTextInput())
    published_on = DayField("Published on", [InputRequired("Enter the day of publication.")])

    @property
    def typed(self) -> TypedIndex:
        """What was typed, as the verb takes it."""
        return TypedIndex(
            name=self.name.data or "", percent=self.percent.percent or Decimal(0), weight=self.weight.percent or Decimal(0),
            source=self.source.data or "", published_on=day_of(self.published_on), part=self.part.data or None,
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


def _key(framework: Framework, lot: Lot | None) -> str:
    return f"{framework.reference}/{lot.number if lot else 'all'}"


def _covers(framework: Framework, lot: Lot | None) -> str:
    return f"{framework.name}, lot {lot.number}: {lot.name}" if lot else f"{framework.name}, all lots"

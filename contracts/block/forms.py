"""The forms of block contracts: shape only; what it means is judged by the verbs."""

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect, GovTextArea, GovTextInput
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from contracts.block.block_contract import BlockContract, BlockKind
from contracts.block.drafting_blocks import BlockTerms, places_to_buy
from contracts.block.words import KINDS, UNITS
from contracts.forms import AT_MOST, SignForm, VersionedForm, day_of
from foundation.forms import DayField
from foundation.submitting import Form as OurForm
from marketplace.fee_line import Unit
from marketplace.fields import NumberField
from referrals.fee_fields import AmountField

NAMED = Length(max=80, message="Keep this to 80 characters.")


class BlockForm(VersionedForm):
    """What is bought, where, for how long and at which price."""

    kind = RadioField(
        "Kind",
        [InputRequired("Choose the kind.")],
        choices=[(k.value, text) for k, text in KINDS.items()],
        widget=GovRadioInput(),
    )
    title = StringField(
        "Name of the contract", [InputRequired("Give the contract a name."), NAMED], widget=GovTextInput()
    )
    purpose = TextAreaField(
        "Gap in the market that it closes", [InputRequired("Say which gap it closes."), AT_MOST], widget=GovTextArea()
    )
    place = SelectField("Setting", [InputRequired("Choose the setting.")], widget=GovSelect())
    places = NumberField("Places paid for", [InputRequired("Enter how many places.")])
    price = AmountField("Price of a place", [InputRequired("Enter the price of a place.")], widget=GovTextInput())
    unit = SelectField(
        "For each", choices=[(u.value, text) for u, text in UNITS.items()], default="week", widget=GovSelect()
    )
    price_above = AmountField("Price of a place beyond them", [Optional()], widget=GovTextInput())
    most_places = NumberField("At most, in all", [Optional()])
    starts_on = DayField("First day", [InputRequired("Enter the first day.")])
    ends_on = DayField("Ends on", [InputRequired("Enter the day on which it ends.")])
    review_on = DayField("Review by", [InputRequired("Enter the day of the review.")])
    evaluation_on = DayField("Evaluation of the pilot on", [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(row.value, f"{row.lot}: {row.provider}, {row.setting}") for row in places_to_buy()]
        self.place.choices = [("", "Choose a setting"), *offered]

    @classmethod
    def of(cls, contract: BlockContract) -> "BlockForm":
        """The form filled from the draft."""
        chosen = [
            row.value
            for row in places_to_buy()
            if (row.lot_id, row.setting_id) == (contract.lot_id, contract.setting_id)
        ]
        same = (
            "title", "purpose", "places", "price", "price_above", "most_places", "starts_on", "ends_on", "review_on",
            "evaluation_on", "version",
        )  # fmt: skip
        return cls(
            kind=contract.kind.value, unit=contract.unit.value, place=chosen[0] if chosen else "",
            **{name: getattr(contract, name) for name in same},
        )  # fmt: skip

    @property
    def terms(self) -> BlockTerms:
        """What was typed, as the verb takes it."""
        assert self.price.amount is not None
        return BlockTerms(
            kind=BlockKind(self.kind.data), title=self.title.data or "", purpose=self.purpose.data or "", place=self.place.data,
            places=self.places.number or 0, price=self.price.amount, unit=Unit(self.unit.data),
            price_above=self.price_above.amount, most_places=self.most_places.number, starts_on=day_of(self.starts_on),
            ends_on=day_of(self.ends_on), review_on=day_of(self.review_on), evaluation_on=self.evaluation_on.data,
        )  # fmt: skip


class ConfirmForm(SignForm):
    """A side's confirmation: the contract was read, the name, and the password again."""

    read = BooleanField(
        "I have read the contract",
        [InputRequired("Read the contract before you confirm it.")],
        widget=GovCheckboxInput(),
    )


class WithdrawForm(OurForm):
    """Why it is withdrawn."""

    reason = TextAreaField("Why it is withdrawn", [InputRequired("Say why."), AT_MOST], widget=GovTextArea())


class EndForm(OurForm):
    """From which day on nothing is paid, and why."""

    ended_on = DayField("First day that is no longer paid", [InputRequired("Enter the day.")])
    reason = TextAreaField("Why it ends early", [InputRequired("Say why."), AT_MOST], widget=GovTextArea())


class TakeForm(OurForm):
    """Which contract's place the child takes."""

    contract = RadioField("Contract", [InputRequired("Choose a contract.")], widget=GovRadioInput())

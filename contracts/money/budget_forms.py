"""The form of a budget."""

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovTextArea
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from contracts.money.budget import USUAL_TOLERANCE, Budget
from contracts.money.budgeting import Revision
from contracts.uplift.fields import AmountField, PercentField
from foundation.quarters import FinancialYear
from foundation.submitting import Form


class BudgetForm(Form):
    """What the borough sets aside for a service in a year, and why."""

    amount = AmountField("Budget for the year", [InputRequired("Enter the budget in pounds.")])
    tolerance = PercentField(
        "Tell us when the forecast is over it by more than", [InputRequired("Enter a percentage.")]
    )
    reason = TextAreaField(
        "Why",
        [
            InputRequired("Say why: the paper that agreed it, or what changed."),
            Length(max=1000, message="Keep this to 1,000 characters."),
        ],
        widget=GovTextArea(),
    )
    seen = HiddenField()

    def __init__(self, last: Budget | None, **kwargs: Any) -> None:
        shown = {
            "seen": str(last.number if last else 0),
            "tolerance": f"{last.tolerance if last else USUAL_TOLERANCE:f}",
        }
        super().__init__(data=shown | ({"amount": f"{last.amount:,.2f}"} if last else {}), **kwargs)

    def revision(self, service: str, year: FinancialYear) -> Revision:
        """What was typed, for the verb."""
        amount, tolerance = self.amount.amount, self.tolerance.percent
        assert amount is not None
        assert tolerance is not None
        seen = int(self.seen.data) if (self.seen.data or "").isdecimal() else 0
        return Revision(
            service=service, year=year, amount=amount, tolerance=tolerance, reason=self.reason.data or "", seen=seen
        )  # fmt: skip

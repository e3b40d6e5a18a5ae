"""The forms of acts on a referral that is drafted: a reason, a deadline, which child and lot."""

from datetime import datetime

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired

from foundation.fields import TimeField
from foundation.formatting import clock_time, london
from foundation.forms import DayField
from foundation.submitting import Form
from foundation.working_days import london_instant


class SendForm(Form):
    """One button."""


class ReasonForm(Form):
    """Why."""

    reason = TextAreaField("Reason", [InputRequired("Give the reason.")], widget=GovTextArea())


class DeadlineForm(Form):
    """Until when: a day and a time in London."""

    deadline = DayField("Day", [InputRequired("Enter the day on which offers close.")])
    at = TimeField("Time", [InputRequired("Enter the time of day, such as 5pm.")])

    @property
    def instant(self) -> datetime:
        """The deadline as an instant."""
        assert self.deadline.data is not None
        return london_instant(self.deadline.data, self.at.time)

    @classmethod
    def proposing(cls, deadline: datetime) -> "DeadlineForm":
        """The form as it is opened."""
        return cls(data={"deadline": london(deadline).date(), "at": clock_time(deadline)})


class NewReferralForm(Form):
    """In which lot."""

    lot = RadioField("Lot", [InputRequired("Choose what is wanted.")], widget=GovRadioInput())

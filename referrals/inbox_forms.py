"""What an invited provider types or presses beside the offer: a question, a reason for declining."""

from govuk_frontend_wtf.wtforms_widgets import GovTextArea, GovTextInput
from wtforms import SelectField, StringField, TextAreaField

from foundation.submitting import Form
from referrals.offer import DECLINED, DeclineReason


class QuestionForm(Form):
    """A question to the borough; it goes to everybody who was invited, with its answer."""

    question = TextAreaField("Your question", widget=GovTextArea())


class AnswerForm(Form):
    """The borough's answer to one question."""

    answer = TextAreaField("Your answer to all invited providers", widget=GovTextArea())


class DeclineForm(Form):
    """Pressing a reason sends it; a sentence more may stand beside it."""

    reason = SelectField(choices=[(reason.value, words) for reason, words in DECLINED.items()], coerce=DeclineReason)
    note = StringField("Anything the borough should know", widget=GovTextInput())

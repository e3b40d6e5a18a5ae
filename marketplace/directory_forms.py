"""Forms by which the hub brings providers in."""

from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField
from wtforms.validators import Email, InputRequired, Length

from foundation.submitting import Form
from marketplace.fields import trimmed


class ProviderForm(Form):
    """A provider that no register holds."""

    name = StringField(
        "Legal name", filters=[trimmed], widget=GovTextInput(),
        validators=[InputRequired("Enter the provider’s legal name."), Length(max=200, message="Shorten the name to 200 characters.")],
    )  # fmt: skip


class InviteForm(Form):
    """Who is to manage the provider."""

    name = StringField(
        "Name", filters=[trimmed], widget=GovTextInput(),
        validators=[InputRequired("Enter the person’s name."), Length(max=120, message="Shorten the name to 120 characters.")],
    )  # fmt: skip
    email = StringField(
        "E-mail address", filters=[trimmed], widget=GovTextInput(),
        validators=[InputRequired("Enter an e-mail address."), Email("Enter an e-mail address such as name@example.org.")],
    )  # fmt: skip

"""Forms of accounts: their shape only; the verbs judge the meaning."""

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovPasswordInput, GovTextInput
from wtforms import HiddenField, IntegerField, PasswordField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Regexp
from wtforms.widgets import HiddenInput

from foundation.submitting import Form
from marketplace.passwords import LONGEST, SHORTEST
from marketplace.roles import DOES, ROLES_OF, Kind, Role, words

ADDRESS_SHAPE = r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*\Z"
NEW_PASSWORD_HINT = f"At least {SHORTEST} characters. Three words in a row are easy to remember and hard to guess."


def email_field(label: str = "E-mail address") -> Any:
    """An e-mail address: its shape is looked at, not whether it exists."""
    looks_right = Regexp(ADDRESS_SHAPE, message="Enter an e-mail address, such as name@example.org.")
    too_long = Length(max=254, message="An e-mail address has at most 254 characters.")
    return StringField(
        label, [InputRequired("Enter the e-mail address."), too_long, looks_right],
        widget=GovTextInput(), filters=[lambda typed: typed.strip() if typed else typed],
    )  # fmt: skip


def name_field(label: str) -> Any:
    """A person's name as they write it."""
    return StringField(
        label, [InputRequired("Enter the name."), Length(max=120, message="A name may have at most 120 characters.")],
        widget=GovTextInput(), filters=[lambda typed: " ".join(typed.split()) if typed else typed],
    )  # fmt: skip


def password_field(label: str, missing: str = "Enter the password.") -> Any:
    """A password; the page never shows it again."""
    too_long = Length(max=LONGEST, message=f"A password has at most {LONGEST} characters.")
    return PasswordField(label, [InputRequired(missing), too_long], widget=GovPasswordInput())


class SignInForm(Form):
    """Who signs in, where to go then, and what was being typed when the session ended."""

    email = email_field()
    password = password_field("Password")
    next = HiddenField()
    typed = HiddenField()


class ForgottenPasswordForm(Form):
    """Whose password was forgotten."""

    email = email_field()


class NewPasswordForm(Form):
    """A password in place of a forgotten one."""

    password = password_field("New password", "Enter a new password.")


class ChangePasswordForm(Form):
    """A new password, by somebody who knows the old one."""

    current_password = password_field("Your password now", "Enter your present password.")
    password = password_field("New password", "Enter a new password.")


class JoinForm(Form):
    """A new account, by invitation."""

    name = name_field("Your name")
    password = password_field("Choose a password", "Choose a password.")


class JoinWithAccountForm(Form):
    """An account that exists joins another organisation."""

    password = password_field("Your password")


class RolesForm(Form):
    """The roles of somebody in an organisation of this kind."""

    roles = SelectMultipleField("Roles", [InputRequired("Choose at least one role.")], widget=GovCheckboxesInput())
    version = IntegerField(widget=HiddenInput())

    def __init__(self, *args: Any, kind: Kind | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles.choices = [(role.value, words(role)) for role in (ROLES_OF[kind] if kind else ())]

    @property
    def meanings(self) -> dict[str, str]:
        """What each role that may be chosen does."""
        return {value: DOES[Role(value)] for value, _ in self.roles.choices}

    @property
    def chosen_roles(self) -> list[Role]:
        """The roles that were ticked."""
        return [Role(value) for value in self.roles.data]


class InviteForm(RolesForm):
    """Whom to invite, and for what."""

    email = email_field("Their e-mail address")
    name = name_field("Their name")
    version = None

"""The letters about accounts. A link that opens an account goes out with its letter and is not kept in it."""

import uuid

from foundation.outbox import write_letter
from marketplace.acts import Act
from marketplace.person import JoiningInvitation, Person
from marketplace.roles import Role, words


def tell_invited(invitation: JoiningInvitation, organisation_name: str, link: str) -> None:
    """To the invited person: who asks, as what, and the link."""
    roles = ", ".join(words(Role(role)).lower() for role in invitation.roles)
    write_letter(
        act=Act.INVITE_PERSON, organisation_id=invitation.organisation_id, to_address=invitation.email, link=link,
        subject=f"Join {organisation_name} on Harbour",
        body=(
            f"{invitation.name},\n\n{invitation.invited_by_name} invites you to act for {organisation_name} on Harbour"
            f" as {roles}.\n\nTo join, open this address within 14 days. It serves once:\n\n{{link}}\n\n"
            "If you did not expect this letter, do nothing."
        ),
    )  # fmt: skip


def tell_how_to_reset(person: Person, organisation_id: uuid.UUID, link: str) -> None:
    """To somebody who forgot the password."""
    write_letter(
        act=Act.ASK_FOR_NEW_PASSWORD, organisation_id=organisation_id, to_person_id=person.id, link=link,
        subject="Choose a new password for Harbour",
        body=(
            f"{person.name},\n\nsomebody, probably you, asked for a new password for your Harbour account."
            "\n\nTo choose one, open this address within one hour. It serves once:\n\n{link}\n\n"
            "If it was not you, do nothing: your password stays as it is."
        ),
    )  # fmt: skip


def tell_password_changed(person: Person, organisation_id: uuid.UUID, act: Act) -> None:
    """To the account's owner, so that a change by somebody else does not go unnoticed."""
    write_letter(
        act=act, organisation_id=organisation_id, to_person_id=person.id, subject="Your Harbour password was changed",
        body=(
            f"{person.name},\n\nthe password of your Harbour account was changed, and every other browser was signed"
            " out.\n\nIf it was not you, ask for a new password at once and tell whoever runs your organisation’s accounts."
        ),
    )  # fmt: skip


def tell_roles_changed(
    person_id: uuid.UUID, organisation_id: uuid.UUID, organisation_name: str, roles: list[str]
) -> None:
    """To the person whose roles were changed."""
    named = ", ".join(words(Role(role)).lower() for role in roles)
    write_letter(
        act=Act.CHANGE_ROLES, organisation_id=organisation_id, to_person_id=person_id,
        subject=f"Your roles at {organisation_name} have changed",
        body=f"You now act for {organisation_name} on Harbour as {named}. The change holds from your next click.",
    )  # fmt: skip

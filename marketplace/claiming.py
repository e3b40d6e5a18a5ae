"""The hub brings providers in: adds one that no register holds, and invites a manager to claim an organisation."""

import uuid

from sqlalchemy import select

from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid
from foundation.references import new_reference
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.joining import lay_invitation
from marketplace.organisation import Organisation
from marketplace.person import JoiningInvitation
from marketplace.policy import authorise
from marketplace.reading_register import owner_key
from marketplace.register_facts import prefix_of
from marketplace.roles import Kind, Role

ALREADY_HERE = "A provider of this name is here already. Find it in the directory and invite its manager there."
say("uq_organisations_owner_key", ALREADY_HERE, "name")


def add_provider(name: str, *, by: Actor) -> Organisation:
    """The hub adds a provider that Ofsted's social care register does not hold, such as the owner of a day school."""
    with transaction():
        authorise(by, Act.ADD_PROVIDER)
        key = owner_key(name)
        if not key:
            raise Invalid("Enter the provider's legal name.", "name")
        if db.session.scalar(select(Organisation.id).where(Organisation.owner_key == key)):
            raise Invalid(ALREADY_HERE, "name")
        provider = Organisation(
            id=uuid.uuid4(), kind=Kind.PROVIDER, reference=new_reference(prefix_of(name)), name=" ".join(name.split()),
            prefix=prefix_of(name), owner_key=key, source="invitation",
        )  # fmt: skip
        db.session.add(provider)
        db.session.flush()
        record(Act.ADD_PROVIDER, provider, by=by, about=provider.id, after={"name": provider.name})
    return provider


def invite_provider(organisation: Organisation, email: str, name: str, *, by: Actor) -> JoiningInvitation:
    """The hub invites somebody to manage a provider. Taking the invitation up claims the organisation; it holds for 14 days."""
    with transaction():
        authorise(by, Act.INVITE_PROVIDER, organisation)
        if organisation.kind is not Kind.PROVIDER:
            raise Invalid("Only a provider is claimed by invitation.")
        invitation = lay_invitation(organisation, email, name, [Role.PROVIDER_MANAGER], by=by).invitation
        record(Act.INVITE_PROVIDER, organisation, by=by, about=organisation.id, after={"name": name})
    return invitation

"""Recording a child: the borough writes down who the child is, once, apart from everything that others read."""

import uuid
from dataclasses import asdict

from foundation.audit import record
from foundation.database import db
from foundation.permission import Invalid
from foundation.references import new_reference
from foundation.states import hold, require_version
from foundation.submitting import say
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.policy import authorise
from referrals import queries
from referrals.child import Child, Identity
from referrals.child_facts import ChildFacts

say("uq_identities_authority_id_upn", "Another child of your borough is recorded with this UPN.", "upn")
say("uq_identities_authority_id_case_number", "Another child is recorded with this case number.", "case_number")


def record_child(facts: ChildFacts, *, by: Actor, is_another_child: bool = False) -> Child:
    """A borough's officer records a child, so that a referral can be drafted. Nobody outside the borough learns of it.

    Where a child of the same name and date of birth is recorded already, the officer must say that this is another one.
    """
    with transaction():
        authorise(by, Act.RECORD_CHILD)
        facts = facts.read()
        if not is_another_child and queries.children_like(facts):
            raise Invalid("A child of this name and date of birth is recorded already. Look at the record first.",
                          "is_another_child")  # fmt: skip
        authority = db.session.get_one(Organisation, by.organisation_id)
        child = Child(id=uuid.uuid4(), authority_id=authority.id, reference=new_reference(authority.prefix),
                      recorded_by_id=by.person_id)  # fmt: skip
        child.identity = Identity(child_id=child.id, authority_id=authority.id, **asdict(facts))
        db.session.add(child)
        db.session.flush()
        record(Act.RECORD_CHILD, child, by=by)
    return child


def change_child(child: Child, facts: ChildFacts, *, version: int, by: Actor) -> Child:
    """An officer corrects what is recorded. The trail says which facts changed, never what they say."""
    with transaction():
        authorise(by, Act.CHANGE_CHILD, child)
        identity = hold(queries.identity_of(child))
        require_version(identity, version)
        changes = facts.read().changes(identity)
        for name, value in changes.items():
            setattr(identity, name, value)
        record(Act.CHANGE_CHILD, child, by=by, after={"changed": sorted(changes)})
    return child


def open_identity(child: Child, *, by: Actor) -> Identity:
    """Somebody of the borough opens a child's full identity. The opening is written down before anything is shown."""
    with transaction():
        authorise(by, Act.OPEN_IDENTITY, child)
        identity = queries.identity_of(child)
        record(Act.OPEN_IDENTITY, child, by=by)
    return identity

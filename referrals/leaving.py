"""Leaving: somebody's access to an organisation ends at once, and the open referrals that were theirs pass to a colleague."""

from sqlalchemy import ColumnElement, func, select, update

from foundation import clock
from foundation.audit import record
from foundation.database import db
from foundation.formatting import plural
from foundation.outbox import write_letter
from foundation.permission import Invalid
from foundation.states import hold
from foundation.transaction import transaction
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.changing_roles import require_another_manager, require_live
from marketplace.organisation import Organisation
from marketplace.person import Membership
from marketplace.policy import authorise
from referrals.referral import Referral, ReferralState

#: an awarded referral is still somebody's work: its agreement is drawn up from it
FINISHED = (ReferralState.WITHDRAWN, ReferralState.CLOSED)


def end_membership(membership: Membership, work_passes_to: Membership | None, *, by: Actor) -> int:
    """A manager ends somebody's access, from their next click on; gives back how many open referrals passed to the colleague.

    The account itself stays, for other organisations and for the trail of what was done with it.
    """
    with transaction():
        authorise(by, Act.END_MEMBERSHIP, membership)
        hold(db.session.get_one(Organisation, membership.organisation_id))
        require_live(hold(membership))
        if membership.person_id == by.person_id:
            raise Invalid("You cannot end your own access. Ask another manager.")
        require_another_manager(membership)
        passed = _pass_on(membership, work_passes_to)
        membership.ended_at, membership.ended_by_id = clock.now(), by.person_id
        membership.work_passed_to_id = work_passes_to.person_id if work_passes_to else None
        successor = work_passes_to.reference if work_passes_to else None
        record(Act.END_MEMBERSHIP, membership, by=by, after={"work_passed_to": successor, "open_referrals": passed})
    return passed


def open_referrals_of(membership: Membership) -> int:
    """How many referrals that are not finished are this person's work there."""
    return db.session.execute(select(func.count()).select_from(Referral).where(*_theirs(membership))).scalar_one()


def _pass_on(leaver: Membership, to: Membership | None) -> int:
    """Give the leaver's open referrals to the colleague, and tell them."""
    count = open_referrals_of(leaver)
    if count == 0:
        return 0
    if to is None or to.organisation_id != leaver.organisation_id or to.ended_at is not None or to.id == leaver.id:
        raise Invalid("Choose a colleague to whom the open referrals pass.", "work_passes_to")
    db.session.execute(update(Referral).where(*_theirs(leaver)).values(officer_id=to.person_id))
    write_letter(
        act=Act.END_MEMBERSHIP, organisation_id=leaver.organisation_id, to_person_id=to.person_id,
        subject=f"{plural(count, 'open referral')} passed to you",
        body=f"A colleague has left. {plural(count, 'open referral')} of theirs passed to you; you find them under Your work in Harbour.",
    )  # fmt: skip
    return count


def _theirs(membership: Membership) -> tuple[ColumnElement[bool], ...]:
    return (
        Referral.authority_id == membership.organisation_id,
        Referral.officer_id == membership.person_id,
        Referral.state.not_in(FINISHED),
    )

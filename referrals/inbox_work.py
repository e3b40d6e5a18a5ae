"""What waits on a provider's responders, for *Your work*: referrals to answer, offers that await a decision. Two statements."""

from collections.abc import Iterator

from foundation.formatting import plural
from marketplace.actor import Actor
from marketplace.policy import RESPONDERS
from marketplace.roles import Kind
from marketplace.work import Group, WorkItem
from referrals.inbox_list import Filters, InboxRow, inbox_of
from referrals.offer import OfferState
from referrals.offer_list import OfferRow, offers_of
from referrals.referral import ReferralState

#: So many referrals are named; the rest is counted and stands in the inbox.
NAMED = 10


def work_of_inbox(actor: Actor) -> Iterator[WorkItem]:
    """Referrals to answer, those due first first; then the offers that wait for the borough."""
    if actor.kind is not Kind.PROVIDER or not actor.roles & set(RESPONDERS):
        return
    rows, in_all = inbox_of(actor, Filters(order="due"))
    yield from (_to_answer(row) for row in rows[:NAMED])
    if in_all > NAMED:
        yield WorkItem(
            group=Group.NOW, thing=f"{plural(in_all - NAMED, 'more referral')} to answer", href="/inbox?order=due",
            about="In your inbox, the best fit or the first due first", badge=("wait", "Not answered"),
            step="Open the inbox", step_href="/inbox?order=due", due_at=rows[-1].deadline,
        )  # fmt: skip
    offers, _ = offers_of(actor, 1)
    yield from (_awaiting(offer) for offer in offers[:NAMED] if offer.state is OfferState.SUBMITTED)


def _to_answer(row: InboxRow) -> WorkItem:
    return WorkItem(
        group=Group.NOW, thing=row.reference, href=f"/inbox/{row.reference}", about=f"{row.title}, {row.borough}",
        badge=("wait", "Not answered"), step="Answer it", step_href=f"/inbox/{row.reference}", due_at=row.deadline,
    )  # fmt: skip


def _awaiting(offer: OfferRow) -> WorkItem:
    sealed = offer.referral_state is ReferralState.PUBLISHED
    return WorkItem(
        group=Group.OTHERS, thing=offer.reference, href=f"/offers/{offer.reference}",
        about=f"{offer.title}, {offer.setting}", badge=("seal", "Sealed") if sealed else ("wait", "Being marked"),
        step="The borough opens it after the deadline" if sealed else "The borough decides",
        due_at=offer.deadline if sealed else None,
    )  # fmt: skip

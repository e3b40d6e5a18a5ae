"""What waits on the borough's people once the offers are opened, for *Your work*: to mark, to lock, to recommend, to award.

One statement, however many referrals there are. Referrals with offers ready to open are in `referral_work`.
"""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from foundation import clock
from foundation.database import db
from foundation.formatting import day_short, plural
from foundation.working_days import london_instant
from marketplace.actor import Actor
from marketplace.framework import Criterion, Lot
from marketplace.roles import Kind, Role
from marketplace.work import Group, WorkItem
from referrals.child import Identity
from referrals.offer import Mark, Offer, OfferResult, OfferState
from referrals.referral import Referral, ReferralState
from referrals.referral_list import short_name

EVALUATORS = frozenset({Role.PLACEMENT_OFFICER, Role.PLACEMENT_MANAGER, Role.QUALITY_OFFICER})
OFFICERS = frozenset({Role.PLACEMENT_OFFICER, Role.PLACEMENT_MANAGER})
DECIDERS = frozenset({Role.PLACEMENT_MANAGER, Role.DIRECTOR})
A_WEEK = timedelta(days=7)
#: a child is to be placed by the morning of the day needed
BEGIN = time(9)


def work_of_choosing(actor: Actor) -> Iterator[WorkItem]:
    """The opened referrals in which the actor has the next step, or waits for somebody who has."""
    if actor.kind is not Kind.AUTHORITY or not actor.roles & (EVALUATORS | DECIDERS):
        return
    for row in _opened(actor):
        item = _item(row, actor)
        if item is not None:
            yield item


def _opened(actor: Actor) -> list[Any]:
    live = and_(Offer.referral_id == Referral.id, Offer.state == OfferState.SUBMITTED)
    mine = and_(Mark.offer_id == Offer.id, Mark.evaluator_id == actor.person_id)
    decided = select(func.max(OfferResult.decided_at)).where(OfferResult.referral_id == Referral.id).scalar_subquery()
    wanted = (
        select(
            Referral.reference, Referral.state, Referral.officer_id, Referral.opened_at, Referral.quality_locked_at,
            Referral.recommended_by_id, Referral.recommended_at, Referral.needed_by, Lot.name.label("lot"), short_name(),
            decided.label("decided_at"),
            select(func.count()).where(live).scalar_subquery().label("offers"),
            select(func.count(Mark.id)).join(Offer, mine).where(live).scalar_subquery().label("marked"),
            select(func.count()).where(Criterion.lot_id == Referral.lot_id).scalar_subquery().label("criteria"),
        )
        .join(Lot, Lot.id == Referral.lot_id)
        .outerjoin(Identity, Identity.child_id == Referral.child_id)
        .where(
            Referral.authority_id == actor.organisation_id,
            or_(
                Referral.state == ReferralState.OPENED,
                and_(Referral.state == ReferralState.AWARDED, decided > clock.now() - A_WEEK),
            ),
        )
    )  # fmt: skip
    return list(db.session.execute(wanted).all())


def _item(row: Any, actor: Actor) -> WorkItem | None:
    if row.state is ReferralState.AWARDED:
        return _line(row, Group.DONE, ("ok", "Awarded"), "Awarded", "") if row.officer_id == actor.person_id else None
    if row.quality_locked_at is None:
        return _marking(row, actor)
    if row.recommended_at is None:
        note = f"Quality locked {day_short(row.quality_locked_at)}"
        badge = ("warn", "Ready to compare")
        return _line(row, Group.NOW, badge, "Compare and recommend", note) if actor.roles & OFFICERS else None
    return _awaiting_award(row, actor)


def _marking(row: Any, actor: Actor) -> WorkItem | None:
    badge, wanted = ("warn", "Offers opened"), row.offers * row.criteria
    if not row.offers:
        step = "End the search without an award"
        return _line(row, Group.NOW, badge, step, "No offer was made") if actor.roles & OFFICERS else None
    if actor.roles & EVALUATORS and row.marked < wanted:
        note = f"{row.marked} of {plural(wanted, 'mark')} given"
        return _line(row, Group.NOW, badge, f"Mark {plural(row.offers, 'offer')}", note)
    if actor.roles & OFFICERS:
        return _line(row, Group.NOW, badge, "Lock the quality marks", "You have marked every offer")
    return None


def _awaiting_award(row: Any, actor: Actor) -> WorkItem | None:
    badge, note = ("warn", "To award"), f"Recommended {day_short(row.recommended_at)}"
    if actor.roles & DECIDERS and row.recommended_by_id != actor.person_id:
        return _line(row, Group.NOW, badge, "Decide on the award", note)
    return _line(row, Group.OTHERS, badge, "A manager decides on the award", note) if actor.roles & OFFICERS else None


def _line(row: Any, group: Group, badge: tuple[str, str], step: str, note: str) -> WorkItem:
    about = f"{row.short_name}, {row.lot}" if row.short_name else row.lot
    due = london_instant(row.needed_by, BEGIN) if row.needed_by and group is not Group.DONE else None
    return WorkItem(
        group=group, thing=row.reference, href=f"/referrals/{row.reference}", about=about, badge=badge, step=step,
        step_href=f"/referrals/{row.reference}/offers", step_note=note, due_at=due,
        at=row.decided_at,
    )  # fmt: skip

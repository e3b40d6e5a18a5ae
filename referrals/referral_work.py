"""What waits on the borough's people among its referrals, for *Your work*. Two statements, however many referrals there are.

From the opening of the offers on, `choosing_work` says what waits.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from foundation import clock
from foundation.database import db
from foundation.formatting import day_short, plural
from foundation.working_days import london_instant
from marketplace.actor import Actor
from marketplace.framework import Lot
from marketplace.roles import SEES_IDENTITY, Kind, Role
from marketplace.work import Group, WorkItem
from referrals.child import Identity
from referrals.offer import Response
from referrals.quality_check import Quality, check
from referrals.question_set import question_set
from referrals.referral import Clarification, Invitation, Referral, ReferralAnswers, ReferralState
from referrals.referral_list import OPEN, short_name

S = ReferralState

#: What was done stays in sight for so long.
A_WEEK = timedelta(days=7)


def work_of_referrals(actor: Actor) -> Iterator[WorkItem]:
    """The referrals in which an officer or a manager has the next step, or waits for somebody."""
    if actor.kind is not Kind.AUTHORITY or not actor.roles & {Role.PLACEMENT_OFFICER, Role.PLACEMENT_MANAGER}:
        return
    found = _standing(actor)
    drafts = _quality_of_drafts(actor) if actor.roles & SEES_IDENTITY else {}
    for row in found:
        item = _item(row, actor, drafts.get(row.id))
        if item is not None:
            yield item


def _standing(actor: Actor) -> list[Any]:
    live = and_(Response.referral_id == Referral.id, Response.withdrawn_at.is_(None))
    asked = and_(Clarification.referral_id == Referral.id, Clarification.answered_at.is_(None))
    wanted = (
        select(
            Referral.id, Referral.reference, Referral.state, Referral.officer_id, Referral.needed_by, Referral.deadline,
            Referral.sent_for_approval_at, Referral.sent_for_approval_by_id, Referral.sent_back_reason,
            Referral.closed_at, Lot.name.label("lot"), short_name(),
            select(func.count()).where(Invitation.referral_id == Referral.id).scalar_subquery().label("invited"),
            select(func.count(Response.provider_id.distinct())).where(live).scalar_subquery().label("answered"),
            select(func.count()).where(live, Response.kind == "offer").scalar_subquery().label("offers"),
            select(func.count()).where(asked).scalar_subquery().label("questions"),
        )
        .join(Lot, Lot.id == Referral.lot_id)
        .outerjoin(Identity, Identity.child_id == Referral.child_id)
        .where(
            Referral.authority_id == actor.organisation_id,
            or_(Referral.state.in_(OPEN), Referral.closed_at > clock.now() - A_WEEK),
        )
    )  # fmt: skip
    return list(db.session.execute(wanted).all())


def _quality_of_drafts(actor: Actor) -> dict[Any, Quality]:
    """The quality check of the person's own drafts."""
    rows = db.session.execute(
        select(Referral.id, Referral.form_key, Referral.form_version, ReferralAnswers, Identity)
        .join(ReferralAnswers, ReferralAnswers.referral_id == Referral.id)
        .join(Identity, Identity.child_id == Referral.child_id)
        .where(Referral.officer_id == actor.person_id, Referral.state == S.DRAFT)
    )
    return {
        row.id: check(
            question_set(row.form_key, row.form_version), row.ReferralAnswers.answers, row.Identity, clock.today(),
            row.ReferralAnswers.justified,
        )
        for row in rows
    }  # fmt: skip


def _item(row: Any, actor: Actor, quality: Quality | None) -> WorkItem | None:
    is_mine = row.officer_id == actor.person_id
    is_manager = Role.PLACEMENT_MANAGER in actor.roles
    match row.state:
        case S.DRAFT:
            return _draft(row, quality) if is_mine else None
        case S.AWAITING_APPROVAL:
            return _awaiting(row, is_mine, is_manager and row.sent_for_approval_by_id != actor.person_id)
        case S.PUBLISHED:
            return _published(row) if is_mine else None
        case S.CLOSED | S.WITHDRAWN:
            return _ended(row) if is_mine else None
    return None


def _draft(row: Any, quality: Quality | None) -> WorkItem:
    form = f"/referrals/{row.reference}/form"
    badge = ("warn", "Sent back") if row.sent_back_reason else ("none", "Draft")
    due = london_instant(row.needed_by) if row.needed_by else None
    if quality is None or quality.is_ready:
        step, note = "Send for approval", "Nothing missing, nothing to mend"
    elif quality.to_mend:
        step, note = f"Mend {plural(len(quality.to_mend), 'thing')}", _missing(quality)
    else:
        step, note = f"Answer {plural(len(quality.missing), 'question')}", "Needed to publish"
    return _line(row, Group.NOW, badge, step, form, note, due)


def _missing(quality: Quality) -> str:
    return f"{plural(len(quality.missing), 'answer')} missing" if quality.missing else ""


def _awaiting(row: Any, is_mine: bool, may_approve: bool) -> WorkItem | None:
    badge = ("warn", "To approve")
    since = f"Sent {day_short(row.sent_for_approval_at)}"
    if may_approve:
        return _line(row, Group.NOW, badge, "Approve or send back", f"/referrals/{row.reference}/approval", since)
    return _line(row, Group.OTHERS, badge, "A manager approves it", None, since) if is_mine else None


def _published(row: Any) -> WorkItem:
    base, badge = f"/referrals/{row.reference}", ("wait", "Published")
    answered = f"{row.answered} of {row.invited} answered"
    if row.questions:
        step = f"Answer {plural(row.questions, 'question')}"
        return _line(row, Group.NOW, badge, step, f"{base}/questions", answered, row.deadline)
    if not row.invited:
        step = "Invite the first settings"
        return _line(row, Group.NOW, badge, step, f"{base}/settings", "Nobody is invited yet", row.deadline)
    if clock.now() <= row.deadline:
        return _line(row, Group.OTHERS, badge, "Providers answer", None, answered, row.deadline)
    if row.offers:
        return _line(
            row, Group.NOW, ("warn", "Ready to open"), "Open the offers", f"{base}/offers", answered, row.deadline
        )
    step = "Move the deadline or withdraw"
    return _line(row, Group.NOW, ("warn", "No offers"), step, f"{base}/deadline", answered, row.deadline)


def _ended(row: Any) -> WorkItem:
    words = "Withdrawn" if row.state is S.WITHDRAWN else "Closed without award"
    return _line(row, Group.DONE, ("none", words), words, None, "", None, row.closed_at)


def _line(
    row: Any, group: Group, badge: tuple[str, str], step: str, step_href: str | None, note: str,
    due: datetime | None = None, at: datetime | None = None,
) -> WorkItem:  # fmt: skip
    about = f"{row.short_name}, {row.lot}" if row.short_name else row.lot
    sealed = ("seal", f"{row.offers} sealed") if row.offers and row.state is S.PUBLISHED else None
    return WorkItem(
        group=group, thing=row.reference, href=f"/referrals/{row.reference}", about=about, badge=badge, step=step,
        step_href=step_href, step_note=note, due_at=due, offers=sealed, at=at,
    )  # fmt: skip

"""What spot purchases add to *Your work*: decisions, reviews, papers – and every unregistered place, on the front page of borough and hub
until the child has left it."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import aliased

from contracts.agreement import Agreement, AgreementState
from contracts.spot.converting import is_convertible
from contracts.spot.deciding import limit_of
from contracts.spot.purchase import SpotPurchase, SpotState
from contracts.spot.queries import CARRIES_OUT
from foundation import clock
from foundation.clock import LONDON
from foundation.database import db
from foundation.formatting import day_medium
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.organisation import Organisation
from marketplace.policy import permits
from marketplace.roles import Kind, Role
from marketplace.work import Group, WorkItem

#: A decision that lies longer counts as late.
DECIDED_WITHIN = timedelta(days=2)
#: A review is shown so long before its day.
SHOWN_BEFORE = timedelta(days=7)


def spot_work(actor: Actor) -> Iterator[WorkItem]:
    """The actor's items. The hub decides nothing; it sees which children live in unregistered places, by reference."""
    if actor.kind not in (Kind.AUTHORITY, Kind.HUB):
        return
    for row in _live():
        if row.SpotPurchase.unregistered:
            yield _unregistered(actor, row)
        if actor.kind is Kind.AUTHORITY:
            yield from _items(actor, row)


def _live() -> list[Row[Any]]:
    """Proposed and approved purchases whose placement has not ended, with their agreements, in one statement."""
    provider = aliased(Organisation)
    return list(
        db.session.execute(
            select(
                SpotPurchase, Agreement.reference, Agreement.state, is_convertible().label("convertible"),
                provider.claimed_at, Agreement.converted_on,
            )
            .join(provider, provider.id == SpotPurchase.provider_id)
            .outerjoin(Agreement, CARRIES_OUT)
            .where(
                or_(
                    SpotPurchase.state == SpotState.PROPOSED,
                    and_(
                        SpotPurchase.state == SpotState.APPROVED,
                        or_(Agreement.state.is_(None), Agreement.state != AgreementState.ENDED),
                    ),
                )
            )
            .order_by(SpotPurchase.proposed_at)
        )
    )  # fmt: skip


def _unregistered(actor: Actor, row: Row[Any]) -> WorkItem:
    purchase: SpotPurchase = row.SpotPurchase
    told = f"Ofsted told {day_medium(purchase.ofsted_told_on)}" if purchase.ofsted_told_on else "Ofsted not told yet"
    whose = f"{purchase.authority.short_name}: " if actor.kind is Kind.HUB else ""
    late = purchase.review_on < clock.today()
    mine = purchase.state is SpotState.APPROVED and permits(actor, Act.REVIEW_SPOT_PURCHASE, purchase)
    return WorkItem(
        group=Group.NOW if mine else Group.OTHERS, thing=purchase.reference, href=f"/spot-purchases/{purchase.reference}",
        about=f"{whose}{purchase.child_reference} in an unregistered place, to leave by {day_medium(purchase.leave_by)}",
        badge=("bad", "Weekly review overdue" if late else "Unregistered"),
        step="Weekly review" if mine else "The borough moves the child to a registered place",
        step_href=f"/spot-purchases/{purchase.reference}/review" if mine else None, step_note=told,
        due_at=_morning(purchase.review_on),
    )  # fmt: skip


def _items(actor: Actor, row: Row[Any]) -> Iterator[WorkItem]:
    purchase: SpotPurchase = row.SpotPurchase
    if purchase.state is SpotState.PROPOSED:
        yield _decision(actor, purchase)
        return
    for wanted, act, badge, step, page, due_on in _steps(row):
        if wanted and permits(actor, act, purchase):
            yield WorkItem(
                group=Group.NOW, thing=purchase.reference, href=f"/spot-purchases/{purchase.reference}", about=_about(purchase),
                badge=badge, step=step, step_href=page, due_at=_morning(due_on),
            )  # fmt: skip


def _steps(row: Row[Any]) -> Iterator[tuple[bool, Act, tuple[str, str], str, str, date]]:
    """Every step that an approved purchase may want: whether it does, the act, the badge, the words, the page, the day."""
    purchase: SpotPurchase = row.SpotPurchase
    today, here, signing = clock.today(), f"/spot-purchases/{purchase.reference}", row.state is AgreementState.ISSUED
    emergency = purchase.emergency_review_by if purchase.emergency_reviewed_at is None else None
    planned = not purchase.unregistered and row.converted_on is None and purchase.review_on <= today + SHOWN_BEFORE
    yield (
        row.reference is None, Act.DRAW_UP_SPOT_AGREEMENT, ("ok", "Approved"), "Draw up the agreement", f"{here}/agreement",
        purchase.starts_on,
    )  # fmt: skip
    yield (
        signing and row.claimed_at is None, Act.RECORD_SIGNED_PAPER, ("wait", "Provider signs on paper"),
        "Record the signed paper", f"/placements/{row.reference}/signed-paper", purchase.starts_on,
    )  # fmt: skip
    yield (
        emergency is not None, Act.REVIEW_EMERGENCY, ("warn", "Emergency"), "Review the emergency",
        f"{here}/emergency-review", emergency or today,
    )  # fmt: skip
    yield (
        planned, Act.REVIEW_SPOT_PURCHASE, ("warn", "Spot purchase"), "Review the purchase", f"{here}/review",
        purchase.review_on,
    )  # fmt: skip
    yield (
        purchase.unregistered and purchase.ofsted_told_on is None, Act.RECORD_OFSTED_TOLD, ("bad", "Unregistered"),
        "Tell Ofsted, and record the day", f"{here}/ofsted", today,
    )  # fmt: skip
    yield (
        bool(row.convertible), Act.CONVERT_SPOT_PURCHASE, ("ok", "Admitted to the lot"), "Convert to the framework",
        f"{here}/convert", today + SHOWN_BEFORE,
    )  # fmt: skip


def _decision(actor: Actor, purchase: SpotPurchase) -> WorkItem:
    allowed = limit_of(purchase) is None or Role.DIRECTOR in actor.roles
    mine = permits(actor, Act.APPROVE_SPOT_PURCHASE, purchase) and allowed
    waits = "A director decides" if limit_of(purchase) else "A placement manager decides"
    return WorkItem(
        group=Group.NOW if mine else Group.OTHERS, thing=purchase.reference, href=f"/spot-purchases/{purchase.reference}",
        about=_about(purchase), badge=("wait", "Emergency proposed" if purchase.emergency else "Spot proposed"),
        step="Decide on the purchase" if mine else waits,
        step_href=f"/spot-purchases/{purchase.reference}" if mine else None, due_at=purchase.proposed_at + DECIDED_WITHIN,
    )  # fmt: skip


def _about(purchase: SpotPurchase) -> str:
    return f"{purchase.setting.name}, from {day_medium(purchase.starts_on)}"


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), LONDON)

"""What agreements and placements add to *Your work*: what waits for me, what waits on the other side, what was done this week."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, select

from contracts.agreement import Agreement, AgreementState
from contracts.placement_list import awarded, may_draw_up
from contracts.words import BADGES
from foundation import clock
from foundation.clock import LONDON
from foundation.database import db
from foundation.formatting import day_medium, day_short
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import permits
from marketplace.roles import Kind
from marketplace.setting import Setting
from marketplace.work import Group, WorkItem

S = AgreementState

#: what is to be done next in each state: the act, the step, its page
NEXT: dict[AgreementState, tuple[Act, str, str]] = {
    S.DRAFT: (Act.ISSUE_AGREEMENT, "Check and issue the agreement", ""),
    S.ISSUED: (Act.SIGN_FOR_PROVIDER, "Read and sign the agreement", "/sign"),
    S.SIGNED_BY_PROVIDER: (Act.SIGN_FOR_BOROUGH, "Read and sign the agreement", "/sign"),
    S.SIGNED_BY_BOROUGH: (Act.START_PLACEMENT, "Start the placement", "/start"),
}
#: what others wait for, said to those whose turn it is not
WAITING: dict[AgreementState, str] = {
    S.ISSUED: "The provider signs",
    S.SIGNED_BY_PROVIDER: "The borough signs",
    S.SIGNED_BY_BOROUGH: "The placement starts",
}
#: Placements that start within so many days are shown to both sides.
SOON = timedelta(days=14)
A_WEEK = timedelta(days=7)


def agreements_of(actor: Actor) -> Iterator[WorkItem]:
    """The actor's items. The hub signs nothing and starts nothing."""
    if actor.kind not in (Kind.AUTHORITY, Kind.PROVIDER):
        return
    yield from _to_draw_up(actor)
    for row in _under_way():
        yield from _item(actor, row)


def _to_draw_up(actor: Actor) -> Iterator[WorkItem]:
    if not may_draw_up(actor):
        return
    for award in awarded():
        yield WorkItem(
            group=Group.NOW, thing=award.referral, href=f"/referrals/{award.referral}",
            about=f"{award.setting}, from {day_medium(award.starts_on)}", badge=("ok", "Awarded"),
            step="Draw up the agreement", step_href=f"/placements/new/{award.referral}", due_at=_morning(award.starts_on),
        )  # fmt: skip


def _under_way() -> list[Row[Any]]:
    return list(
        db.session.execute(
            select(
                Agreement.reference, Agreement.state, Agreement.starts_on, Agreement.started_at, Agreement.authority_id,
                Agreement.provider_id, Setting.name.label("setting"),
            )
            .join(Setting, Setting.id == Agreement.setting_id)
            .where(Agreement.state.in_(NEXT) | (Agreement.started_at > clock.now() - A_WEEK))
            .order_by(Agreement.starts_on, Agreement.reference)
        )
    )  # fmt: skip


def _item(actor: Actor, row: Row[Any]) -> Iterator[WorkItem]:
    href = f"/placements/{row.reference}"
    about = f"{row.setting}, from {day_medium(row.starts_on)}"
    if row.state not in NEXT:
        yield WorkItem(
            group=Group.DONE, thing=row.reference, href=href, about=about, badge=BADGES[row.state],
            step="Placement started", at=row.started_at,
        )  # fmt: skip
        return
    act, step, page = NEXT[row.state]
    mine = permits(actor, act, row) and (act is not Act.START_PLACEMENT or row.starts_on <= clock.today())
    soon = row.state is not S.SIGNED_BY_BOROUGH or row.starts_on <= clock.today() + SOON
    if mine:
        yield WorkItem(
            group=Group.NOW, thing=row.reference, href=href, about=about, badge=BADGES[row.state], step=step,
            step_href=f"{href}{page}", step_note=f"Starts {day_short(row.starts_on)}", due_at=_morning(row.starts_on),
        )  # fmt: skip
    elif soon and row.state in WAITING:
        yield WorkItem(
            group=Group.OTHERS, thing=row.reference, href=href, about=about, badge=BADGES[row.state],
            step=WAITING[row.state], step_note=f"Starts {day_short(row.starts_on)}", due_at=_morning(row.starts_on),
        )  # fmt: skip


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), LONDON)

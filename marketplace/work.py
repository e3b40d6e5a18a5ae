"""*Your work*: what waits for me, for how long, what is due; what waits on others; what was done this week.

Each package knows its own part: it gives a function from the actor to work items, and the composition root lists them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask import Blueprint, render_template

from foundation import clock
from foundation.formatting import working_days
from foundation.working_days import london_day, working_days_between
from marketplace.actor import Actor
from marketplace.acts import Act
from marketplace.policy import POLICY
from marketplace.roles import Kind
from marketplace.signed_in import signed_in_actor

blueprint = Blueprint("work", __name__)


class Group(StrEnum):
    """Who must move."""

    NOW = "needs_you_now"
    OTHERS = "waiting_on_others"
    DONE = "done_this_week"


@dataclass(frozen=True)
class WorkItem:
    """A line of *Your work*: a thing, where it stands, the next step as a verb and a link, and when it is due."""

    group: Group
    #: the thing's reference or name, its address, and one muted line about it
    thing: str
    href: str
    about: str
    #: badge: kind (ok, wait, warn, bad, seal, none) and words
    badge: tuple[str, str]
    step: str
    step_href: str | None = None
    step_note: str = ""
    due_at: datetime | None = None
    #: offers lying sealed or open, for a referral: ("seal", "4 sealed")
    offers: tuple[str, str] | None = None
    #: for what was done: when
    at: datetime | None = None


Source = Callable[[Actor], Iterable[WorkItem]]

#: Filled by the composition root, one function a package.
SOURCES: list[Source] = []


def work_of(actor: Actor) -> dict[Group, list[WorkItem]]:
    """All items of the actor, in their groups: what is due first stands first; what was done last stands first."""
    items = [item for source in SOURCES for item in source(actor)]
    grouped = {group: [item for item in items if item.group is group] for group in Group}
    for group in (Group.NOW, Group.OTHERS):
        grouped[group].sort(key=lambda item: (item.due_at is None, item.due_at, item.thing))
    grouped[Group.DONE].sort(key=lambda item: (item.at is not None, item.at), reverse=True)
    return grouped


SOON = timedelta(days=7)


def coming_up(items: Iterable[WorkItem], now: datetime) -> list[WorkItem]:
    """What falls due within seven days, the next first; what is overdue stands in its group already."""
    due = [item for item in items if item.due_at is not None and now <= item.due_at <= now + SOON]
    return sorted(due, key=lambda item: (item.due_at, item.thing))


#: what people of each kind of organisation most often begin with: who may, the button, its address
BEGINNINGS = {
    Kind.AUTHORITY: (Act.RECORD_CHILD, "Start a referral", "/referrals/new"),
    Kind.HUB: (Act.ADMIT_PROVIDER, "See the admissions", "/admissions"),
    Kind.PROVIDER: (Act.CONFIRM_VACANCIES, "Open the inbox", "/inbox"),
}


def beginning_of(actor: Actor) -> tuple[str, str] | None:
    """The button in the head of the actor's page; none for those who only read."""
    if actor.kind is None:
        return None
    act, text, href = BEGINNINGS[actor.kind]
    return (text, href) if actor.roles & POLICY[act].roles else None


@blueprint.get("/work")
def show_work() -> str:
    """What waits for the signed-in person."""
    actor = signed_in_actor()
    groups = work_of(actor)
    open_items = [*groups[Group.NOW], *groups[Group.OTHERS]]
    return render_template(
        "work/work.html",
        groups=groups,
        Group=Group,
        soon=coming_up(open_items, clock.now()),
        sealed=sum(item.offers is not None and item.offers[0] == "seal" for item in open_items),
        today=clock.today(),
        beginning=beginning_of(actor),
        due_words=due_words,
    )


def due_words(due_at: datetime) -> tuple[str, str]:
    """How long is left, in working days, and how pressing that is: now (today or late), soon (one working day), or nothing."""
    left = working_days_between(clock.today(), london_day(due_at))
    if due_at < clock.now() or london_day(due_at) <= clock.today():
        return working_days(min(left, 0) if due_at < clock.now() else 0), "now"
    return working_days(left), "soon" if left <= 1 else ""

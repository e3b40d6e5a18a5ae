"""*Your work*: what waits for me, for how long, what is due; what waits on others; what was done this week.

Each package knows its own part: it gives a function from the actor to work items, and the composition root lists them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import Blueprint, render_template

from marketplace.actor import Actor
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


@blueprint.get("/work")
def show_work() -> str:
    """What waits for the signed-in person."""
    actor = signed_in_actor()
    return render_template("work/work.html", groups=work_of(actor), Group=Group, actor=actor)

"""States and moves: a thing's `MOVES` table says which act is possible when; `state` is assigned here and nowhere else."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar

from foundation.database import db
from foundation.permission import NotNow, Stale


class Move(NamedTuple):
    """From which states an act is possible, and the state that it leads to (None: it leaves the state as it is)."""

    from_states: frozenset[Any]
    to_state: Any | None


class Stateful(Protocol):
    """A thing whose state is moved by acts."""

    MOVES: ClassVar[Mapping[Any, Move]]
    state: Any


T = TypeVar("T")

#: where a class's name parts into words: MonitoringReturn
CAPITAL_INSIDE = re.compile(r"(?<!^)(?=[A-Z])")


def moving(*from_states: StrEnum, to: StrEnum | None = None) -> Move:
    """A row of a `MOVES` table."""
    return Move(frozenset(from_states), to)


def hold(subject: T, *, share: bool = False) -> T:
    """Lock the row and read it again: nobody else moves it until we are done (`share`: others may hold it too, none may move it)."""
    # `of`: things read along with it (a lot, an organisation) are not ours to lock, and row security would hide them.
    db.session.refresh(subject, with_for_update={"read": share, "of": type(subject)})
    return subject


def is_possible(subject: Stateful, act: Any) -> bool:
    """Whether the thing's state allows the act."""
    return act in subject.MOVES and subject.state in subject.MOVES[act].from_states


def require(subject: Stateful, act: Any) -> None:
    """Raise `NotNow` unless the thing's state allows the act."""
    if not is_possible(subject, act):
        name = CAPITAL_INSIDE.sub(" ", type(subject).__name__).lower()
        raise NotNow(f"This {name} is {str(subject.state).replace('_', ' ')}, so that is not possible now.")


def move(subject: Stateful, act: Any) -> None:
    """Take the thing to the state that the act leads to."""
    require(subject, act)
    to_state = subject.MOVES[act].to_state
    if to_state is not None:
        subject.state = to_state


def require_version(subject: Any, version: int) -> None:
    """Raise `Stale` if the row moved on since the form that carries `version` was opened."""
    if subject.version != version:
        raise Stale("Somebody changed this while you had it open.")

"""Small numbers: fewer than five children are not counted out loud in anything that leaves their borough.

A small group is joined with its neighbours and named as joined, so that no subtraction from the total brings it back; where
even the whole is small, the words "fewer than 5" stand in place of the number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from foundation.formatting import number, plural

LEAST_SHOWN = 5
FEW = "fewer than 5"


@dataclass(frozen=True, slots=True)
class Group:
    """A row of a table: a name, how many children, and the money that belongs to them (to date, in the quarter)."""

    name: str
    children: int
    spent: Decimal
    in_quarter: Decimal

    @property
    def is_small(self) -> bool:
        """From one to four children; or none now, but money for one who left earlier in the year."""
        return is_few(self.children) or (self.children == 0 and self.spent != 0)


def is_few(how_many: int | None) -> bool:
    """From one to four; nought says nothing of anybody."""
    return how_many is not None and 0 < how_many < LEAST_SHOWN


def say_few(how_many: int) -> str:
    """The number, or that it is small."""
    return FEW if is_few(how_many) else number(how_many)


def join_small(groups: Iterable[Group], thing: str) -> list[Group]:
    """The groups, the small ones joined into one; if that is small still, its smallest neighbour joins it too."""
    every = sorted(groups, key=lambda group: (-group.children, group.name))
    small = [group for group in every if group.is_small]
    shown = [group for group in every if group not in small]
    while small and sum(group.children for group in small) < LEAST_SHOWN and any(group.children for group in shown):
        smallest = min((group for group in shown if group.children), key=lambda group: group.children)
        shown.remove(smallest)
        small.append(smallest)
    shown.sort(key=lambda group: group.name)
    return shown + ([_joined(small, thing)] if small else [])


def _joined(small: list[Group], thing: str) -> Group:
    name = small[0].name if len(small) == 1 else f"{plural(len(small), *_words(thing))} joined"
    return Group(
        name, sum(group.children for group in small), sum((group.spent for group in small), Decimal(0)),
        sum((group.in_quarter for group in small), Decimal(0)),
    )  # fmt: skip


def _words(thing: str) -> tuple[str, str]:
    return thing, f"{thing}s"

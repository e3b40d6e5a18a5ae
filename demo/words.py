"""Words that invented people, settings and children are named from, read from `names.toml`."""

import tomllib
from functools import lru_cache
from pathlib import Path
from random import Random

_HOMES = ("House", "Lodge", "Cottage", "Rise", "Corner", "View")
_SCHOOLS = ("School", "Hill School", "Grange School", "Park School")
_PROJECTS = ("Project", "Workshop")


@lru_cache
def names(kind: str) -> tuple[str, ...]:
    """The words of one heading of the file."""
    with Path(__file__).with_name("names.toml").open("rb") as file:
        return tuple(tomllib.load(file)[kind].split())


def settings_names(lot: str, rng: Random) -> list[str]:
    """Names for settings of a lot, each once, shuffled."""
    second = {"special_school": _SCHOOLS, "interventions": _PROJECTS}.get(lot, _HOMES)
    made = [f"{one} {other}" for one in names("trees_and_birds") for other in second]
    rng.shuffle(made)
    return made


def peoples_names(rng: Random) -> list[str]:
    """Names of grown-ups, each once, shuffled."""
    made = [f"{first} {family}" for first in names("first_names") for family in names("family_names")]
    rng.shuffle(made)
    return made

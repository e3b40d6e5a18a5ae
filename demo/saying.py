"""What invented people say and write, drawn from `texts.toml`."""

import tomllib
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any


@lru_cache(maxsize=1)
def texts() -> dict[str, Any]:
    """The file as it stands."""
    with Path(__file__).with_name("texts.toml").open("rb") as file:
        return tomllib.load(file)


def say(what: str, rng: Random) -> str:
    """One of the texts of that heading."""
    said: str = rng.choice(texts()[what])
    return said

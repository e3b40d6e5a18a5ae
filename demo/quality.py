"""How good a provider's answers are: a steady trait of each, so that the same ones do well all year and figures mean something."""

from random import Random

from demo.partnership import Provider
from demo.people import KNOWN


def skill_of(provider: Provider) -> float:
    """From 0.2 to 1: how carefully it writes and works. Those whose people a reader may sign in as do well."""
    usual = 0.2 + 0.8 * Random(f"skill of {provider.domain}").random()
    return max(usual, 0.75) if provider.domain in KNOWN else usual


def a_mark(skill: float, rng: Random) -> int:
    """A mark from 2 to 5 for an answer of that skill."""
    return max(2, min(5, round(2 + 3 * skill + rng.uniform(-0.9, 0.7))))

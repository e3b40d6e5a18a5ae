"""How well a setting fits the stated needs: points per line that add up, an order, and how firm that order is.

We rank fit and never score a child. The order is a suggestion to a named person, who can decide otherwise with a
reason. Shares and points are exact fractions, so equal settings are shown as equal (`2=`); points are rounded, half-up
to a tenth, only in print.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from math import lcm
from operator import ge, mul

from foundation.formatting import joined
from foundation.geography import DistanceBand, distance_band, distance_miles
from foundation.money import to_penny
from marketplace.setting import Level
from referrals.eligibility import Offerable, Wanted

_LEVELS = {Level.FULL: Fraction(1), Level.PART: Fraction(1, 2)}
_WORDS = {Level.FULL: "covered", Level.PART: "partly", Level.NO: "not", None: "not said"}
_BANDS = {
    DistanceBand.UNDER_5: Fraction(1),
    DistanceBand.FROM_5_TO_10: Fraction(3, 4),
    DistanceBand.FROM_10_TO_20: Fraction(1, 2),
    DistanceBand.OVER_20: Fraction(1, 4),
}
#: Up to how many days since a vacancy was confirmed it earns which share.
_FRESHNESS = ((7, Fraction(1)), (14, Fraction(3, 4)), (28, Fraction(1, 2)), (90, Fraction(1, 4)))


#: The lines as a sentence names them.
IN_WORDS = {
    "must": "must-have needs",
    "desirable": "wanted needs",
    "distance": "distance",
    "vacancy": "a freshly confirmed place",
    "ties": "ties asked for",
}


@dataclass(frozen=True, slots=True)
class FitWeights:
    """The most points each line can earn; published with the lot."""

    must: Fraction = Fraction(50)
    desirable: Fraction = Fraction(15)
    distance: Fraction = Fraction(15)
    vacancy: Fraction = Fraction(10)
    ties: Fraction = Fraction(10)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the explanation card: what it is about, what share of its points was earned, out of how many, and why."""

    about: str
    share: Fraction
    out_of: Fraction
    why: str

    @property
    def points(self) -> Fraction:
        return self.share * self.out_of


@dataclass(frozen=True, slots=True)
class Fit:
    """A setting's fit with one request."""

    reference: str
    name: str
    lines: tuple[Line, ...]

    @property
    def score(self) -> Fraction:
        """Out of 100 under the usual weights: the sum of the lines' points."""
        return sum((line.points for line in self.lines), start=Fraction(0))


@dataclass(frozen=True, slots=True)
class Placed:
    """A fit in its place: `2`, or `2=` where settings are level, and what would have to change to move up."""

    fit: Fit
    rank: int
    is_tied: bool
    to_move_up: str | None

    @property
    def place(self) -> str:
        return f"{self.rank}=" if self.is_tied else str(self.rank)


def fit_of(wanted: Wanted, setting: Offerable, today: date, weights: FitWeights | None = None) -> Fit:
    """The explanation card of one setting for one request, on the day it is looked at."""
    shares = {
        "must": _need_cover(wanted.must, setting, "must-have"),
        "desirable": _need_cover(wanted.desirable, setting, "desirable"),
        "distance": _distance(wanted, setting),
        "vacancy": _vacancy(setting, today),
        "ties": _ties(wanted, setting),
    }
    out_of = weights or FitWeights()
    lines = (Line(about, share, getattr(out_of, about), why) for about, (share, why) in shares.items())
    return Fit(setting.reference, setting.name, tuple(lines))


def placed(fits: Sequence[Fit]) -> list[Placed]:
    """Best first; level ones share a place and stand in the order of their references, whatever order they came in."""
    earned = {fit.reference: fit.score for fit in fits}
    ordered = sorted(fits, key=lambda fit: (-earned[fit.reference], fit.reference))
    scores = [earned[fit.reference] for fit in ordered]
    level = Counter(scores)
    return [
        Placed(fit, scores.index(score) + 1, level[score] > 1, _to_move_up(fit, score, scores))
        for fit, score in zip(ordered, scores, strict=True)
    ]


def how_often_first(fits: Sequence[Fit], *, draws: int = 1000, seed: int = 1) -> dict[str, Fraction]:
    """For each setting, the share of draws in which it is first when every weight moves by up to ±10 % on its own.

    Seeded, so that the same card always says the same. Level firsts each count. It says how firm the order is, in place
    of decimals that look exact.
    """
    generator = random.Random(seed)
    firsts = dict.fromkeys(sorted(fit.reference for fit in fits), 0)
    rivals = _rivals(fits)
    for _ in range(draws if rivals else 0):
        factors = [generator.randint(900, 1100) for _ in fields(FitWeights)]
        totals = [sum(map(mul, points, factors)) for points in rivals]
        best = max(totals)
        for total, level in zip(totals, rivals.values(), strict=True):
            if total == best:
                for reference in level:
                    firsts[reference] += 1
    return {reference: Fraction(count, draws) for reference, count in firsts.items()}


def _rivals(fits: Sequence[Fit]) -> dict[tuple[int, ...], list[str]]:
    """Who can be first at all, by the points of each line in the order of the weights, as whole numbers of one common part.

    A setting that earns no more than another on every line, and less on one, is never first, whatever positive weights are
    drawn. Settings level on every line are first together. Few are left of many, and whole numbers are quick and exact.
    """
    about = [field.name for field in fields(FitWeights)]
    earned = {fit.reference: {line.about: line.points for line in fit.lines} for fit in fits}
    part = lcm(*(points.denominator for lines in earned.values() for points in lines.values()))
    level: dict[tuple[int, ...], list[str]] = {}
    for reference in sorted(earned):
        level.setdefault(tuple(int(earned[reference].get(each, 0) * part) for each in about), []).append(reference)
    return {
        points: references
        for points, references in level.items()
        if not any(other != points and all(map(ge, other, points)) for other in level)
    }


def shown(points: Fraction) -> str:
    """Points as they are printed: one decimal, half-up."""
    return f"{to_penny(points / 10) * 10:.1f}"


def _to_move_up(fit: Fit, score: Fraction, scores: Sequence[Fraction]) -> str | None:
    """`scores` are all settings', best first: the next better one stands just before the first that is level."""
    first_level = scores.index(score)
    if not first_level:
        return None
    gap = scores[first_level - 1] - score
    enough = [IN_WORDS[line.about] for line in fit.lines if line.out_of - line.points >= gap]
    if enough:
        return f"{shown(gap)} more points would draw level: to be gained from {joined(enough, 'or')} alone."
    room = [
        f"{IN_WORDS[line.about]} (up to {shown(line.out_of - line.points)})" for line in fit.lines if line.share < 1
    ]
    return f"{shown(gap)} more points would draw level: only by more than one of {joined(room)}."


def _need_cover(needs: frozenset[str], setting: Offerable, word: str) -> tuple[Fraction, str]:
    if not needs:
        return Fraction(1), f"No {word} needs were named."
    levels = {need: setting.level(need) for need in sorted(needs)}
    earned = sum((_LEVELS.get(level, Fraction(0)) if level else Fraction(0) for level in levels.values()), Fraction(0))
    said = "; ".join(f"{need}: {_WORDS[level]}" for need, level in levels.items())
    return earned / len(needs), f"{said}."


def _distance(wanted: Wanted, setting: Offerable) -> tuple[Fraction, str]:
    if wanted.home is None or setting.point is None:
        return Fraction(1, 4), "The distance is not known."
    band = distance_band(distance_miles(wanted.home, setting.point))
    return _BANDS[band], f"{band.value.capitalize()} from home."


def _vacancy(setting: Offerable, today: date) -> tuple[Fraction, str]:
    if setting.vacancies_confirmed_on is None:
        return Fraction(0), "The vacancy was never confirmed."
    days = max(0, (today - setting.vacancies_confirmed_on).days)
    share = next((share for limit, share in _FRESHNESS if days <= limit), Fraction(0))
    ago = "today" if days == 0 else f"{days} {'day' if days == 1 else 'days'} ago"
    return share, f"The vacancy was confirmed {ago}."


def _ties(wanted: Wanted, setting: Offerable) -> tuple[Fraction, str]:
    """The same school kept, and what the child's own wishes or care plan ask for; each asked-for tie counts alike."""
    asked = [(wish, wish in setting.offers) for wish in sorted(wanted.wishes)]
    if wanted.school_urn:
        asked.insert(0, ("the same school", wanted.school_urn in setting.school_urns))
    if not asked:
        return Fraction(1), "No ties were asked for."
    said = "; ".join(f"{tie}: {'kept' if is_kept else 'not kept'}" for tie, is_kept in asked)
    return Fraction(sum(is_kept for _, is_kept in asked), len(asked)), f"{said.capitalize()}."

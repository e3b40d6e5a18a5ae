"""The indicators as the newest file declares them. A file that contradicts itself stops the program at its start."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from foundation.formatting import number, percent
from marketplace.framework import Lot
from outcomes.indicators.rating import Aim, Kind, Rating, figure_of, rate

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing that is measured each quarter, with its written definition."""

    key: str
    reference: str
    domain: str
    name: str
    definition: str
    numerator: str
    denominator: str
    kind: Kind
    source: str
    aim: Aim
    target: Fraction
    limit: Fraction
    lots: tuple[str, ...]
    unit: str = ""
    #: its denominator counts children or their families, so that fewer than five are not shown in a report
    of_children: bool = False
    frequency: str = "each quarter"

    @property
    def is_computed(self) -> bool:
        """Counted from our own records; otherwise typed in a return."""
        return self.source == "computed"

    def figure(self, numerator: int | None, denominator: int | None) -> Fraction | None:
        """The figure, exactly; None where there is no denominator."""
        return figure_of(self.kind, numerator, denominator)

    def rating(self, figure: Fraction | None) -> Rating:
        """How the figure stands against the target."""
        return rate(figure, self.target, self.limit, self.aim)

    def write(self, figure: Fraction | float | None, places: int = 1) -> str:
        """The figure as people read it: 92.4%, 28, 18 days."""
        if figure is None:
            return ""
        exact = decimal_of(Fraction(figure), places)
        if self.kind is Kind.SHARE:
            return percent(exact, places)
        text = number(exact, 0 if exact == exact.to_integral_value() else places)
        return f"{text} {self.unit}".strip()

    def write_target(self) -> str:
        """≥ 93%, or ≤ 21 days; a target of the whole is that figure alone."""
        if self.kind is Kind.SHARE and self.target == 100:
            return "100%"
        return f"{'≥' if self.aim is Aim.LEAST else '≤'} {self.write(self.target)}"

    def say_target(self) -> str:
        """The target in a sentence: at least 93%."""
        return f"{'at least' if self.aim is Aim.LEAST else 'at most'} {self.write(self.target)}"

    def say_limit(self) -> str:
        """The last figure that is still close: down to 90%."""
        return f"{'down to' if self.aim is Aim.LEAST else 'up to'} {self.write(self.limit)}"


@dataclass(frozen=True, slots=True)
class OutcomesFramework:
    """A version of the framework: its domains in order, and its indicators."""

    version: str
    applies_from: date
    domains: dict[str, str]
    indicators: tuple[Indicator, ...]

    def called(self, key: str) -> Indicator:
        """The indicator of that key."""
        return next(one for one in self.indicators if one.key == key)

    def by_domain(self, among: tuple[Indicator, ...] | None = None) -> list[tuple[str, list[Indicator]]]:
        """Domain names with their indicators, those without any left out."""
        chosen = self.indicators if among is None else among
        grouped = [(name, [one for one in chosen if one.domain == key]) for key, name in self.domains.items()]
        return [(name, ones) for name, ones in grouped if ones]


class ContradictoryIndicators(ValueError):
    """A file of indicators says two things at once; the message names the indicator."""


@cache
def present_framework() -> OutcomesFramework:
    """The newest version."""
    newest = max(FOLDER.glob("version_*.toml"), key=lambda path: int(path.stem.removeprefix("version_")))
    return read_framework(tomllib.loads(newest.read_text(encoding="utf-8")))


def read_framework(declared: dict[str, Any]) -> OutcomesFramework:
    """A version out of its file; raises ContradictoryIndicators."""
    indicators = tuple(_indicator(each) for each in declared["indicator"])
    domains = {each["key"]: each["name"] for each in declared["domain"]}
    for one in indicators:
        for wrong, sentence in _contradictions(one, indicators, domains):
            if wrong:
                raise ContradictoryIndicators(f"{one.key}: {sentence}")
    return OutcomesFramework(declared["version"], declared["applies_from"], domains, indicators)


def asked_in(lot: Lot) -> tuple[Indicator, ...]:
    """What a monitoring return in the lot asks for: the lot's own choice, or else all that are declared for it."""
    every = [one for one in present_framework().indicators if not one.is_computed]
    chosen = [one for one in every if one.key in lot.indicator_keys]
    return tuple(chosen or [one for one in every if lot.key in one.lots])


def decimal_of(figure: Fraction, places: int = 1) -> Decimal:
    """An exact figure rounded half up, for writing."""
    exact = Decimal(figure.numerator) / Decimal(figure.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _indicator(each: dict[str, Any]) -> Indicator:
    return Indicator(
        **each
        | {
            "kind": Kind(each["kind"]),
            "aim": Aim(each["aim"]),
            "target": Fraction(str(each["target"])),
            "limit": Fraction(str(each["limit"])),
            "lots": tuple(each["lots"]),
        }
    )


def _contradictions(
    one: Indicator, every: tuple[Indicator, ...], domains: dict[str, str]
) -> tuple[tuple[bool, str], ...]:
    good = one.target > one.limit if one.aim is Aim.LEAST else one.target < one.limit
    return (
        (sum(other.key == one.key for other in every) > 1, "two indicators have this key."),
        (sum(other.reference == one.reference for other in every) > 1, "its reference is another's too."),
        (one.domain not in domains, "its domain is not declared."),
        (one.source not in ("return", "computed"), "its source is neither return nor computed."),
        (not good, "the limit lies on the wrong side of the target."),
        (one.kind is Kind.SHARE and not 0 <= one.target <= 100, "a share lies between 0 and 100."),
        (not one.lots, "it applies to no lot."),
    )

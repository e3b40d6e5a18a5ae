"""What a round came to: asked and agreed in money and weighted percentages, by borough, lot and provider, and what was avoided.

A year's figures take the twelve months from each line's effective date, as if every fee ran on through them. What was avoided on
actual placements is reckoned over the days on which the new lines are really paid, and stops when a placement ends.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.costs import with_terms
from contracts.uplift.modelling import full_year
from contracts.uplift.request import UpliftedLine
from contracts.uplift.round import UpliftRound
from foundation.database import db
from foundation.money import to_penny
from marketplace.costing import NOUGHT, cost, total_until
from marketplace.framework import Lot
from marketplace.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Settled:
    """What agreed lines come to over a year, in pounds: the fees before, what was asked on top, what was agreed on top."""

    name: str
    agreements: int
    before: Decimal
    asked: Decimal
    agreed: Decimal

    @property
    def avoided(self) -> Decimal:
        """Asked less agreed."""
        return self.asked - self.agreed

    @property
    def asked_percent(self) -> Decimal | None:
        """What was asked, weighted by the fees."""
        return Decimal(100) * self.asked / self.before if self.before else None

    @property
    def agreed_percent(self) -> Decimal | None:
        """What was agreed, weighted by the fees."""
        return Decimal(100) * self.agreed / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """The sum, and the same by borough, lot and provider; each list sums to the whole."""

    total: Settled
    by_borough: tuple[Settled, ...]
    by_lot: tuple[Settled, ...]
    by_provider: tuple[Settled, ...]


@dataclass(frozen=True, slots=True)
class Avoided:
    """What one agreed line saved between two days on the placement as it was: asked less agreed, to the penny."""

    uplifted_line_id: uuid.UUID
    authority_id: uuid.UUID
    provider_id: uuid.UUID
    agreement: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class _Line:
    agreement_id: uuid.UUID
    borough: str
    lot: str
    provider: str
    before: Decimal
    asked: Decimal
    agreed: Decimal


def round_figures(opened: UpliftRound) -> RoundFigures | None:
    """The figures of what was agreed so far, as far as the reader may see it; None while nothing is."""
    lines = [_year_of(row) for row in db.session.execute(_lines().where(UpliftedLine.round_id == opened.id))]
    if not lines:
        return None
    return RoundFigures(
        total=_settled("All", lines), by_borough=_grouped(lines, lambda line: line.borough),
        by_lot=_grouped(lines, lambda line: line.lot), by_provider=_grouped(lines, lambda line: line.provider),
    )  # fmt: skip


def avoided_between(starts_on: date, ends_on: date) -> list[Avoided]:
    """Asked less agreed on every uplifted line from `starts_on` up to, not including, `ends_on`: for the savings ledger."""
    return [
        Avoided(
            row.UpliftedLine.id, row.UpliftedLine.authority_id, row.UpliftedLine.provider_id, row.reference,
            _cost_at(row, row.UpliftedLine.asked_amount, starts_on, ends_on)
            - _cost_at(row, row.UpliftedLine.agreed_amount, starts_on, ends_on),
        )
        for row in db.session.execute(_lines())
        if row.AgreementFeeLine.ends_on is None or row.AgreementFeeLine.ends_on > row.AgreementFeeLine.starts_on
    ]  # fmt: skip


def _lines() -> Select[*tuple[Any, ...]]:
    authority, provider, before = aliased(Organisation), aliased(Organisation), aliased(AgreementFeeLine, name="before")
    return (
        select(
            UpliftedLine, AgreementFeeLine, before, Agreement.reference, authority.name.label("borough"), Lot.name.label("lot"),
            provider.name.label("provider"),
        )
        .join(AgreementFeeLine, AgreementFeeLine.id == UpliftedLine.new_line_id)
        .join(before, before.id == UpliftedLine.old_line_id)
        .join(Agreement, Agreement.id == UpliftedLine.agreement_id)
        .join(Lot, Lot.id == Agreement.lot_id)
        .join(authority, authority.id == UpliftedLine.authority_id)
        .join(provider, provider.id == UpliftedLine.provider_id)
        .order_by(Agreement.reference)
    )  # fmt: skip


def _cost_at(row: Row[*tuple[Any, ...]], amount: Decimal, starts_on: date, ends_on: date) -> Decimal:
    return cost([replace(with_terms([row.AgreementFeeLine])[0], amount=amount)], starts_on, ends_on)


def _year_of(row: Row[*tuple[Any, ...]]) -> _Line:
    kept: UpliftedLine = row.UpliftedLine
    # The line before it began earlier and was paid: unlike the new one, it can never have been closed on its first day.
    one = replace(with_terms([row.before])[0], amount=Decimal(1), starts=kept.from_on, ends=None)
    units = total_until(one, full_year(kept.from_on)[1])
    before, asked, agreed = (
        to_penny(Fraction(amount) * units) for amount in (kept.old_amount, kept.asked_amount, kept.agreed_amount)
    )
    borough = row.borough.removeprefix("London Borough of ").removeprefix("Royal Borough of ")
    return _Line(kept.agreement_id, borough, row.lot, row.provider, before, asked - before, agreed - before)


def _grouped(lines: Iterable[_Line], of: Callable[[_Line], str]) -> tuple[Settled, ...]:
    groups: dict[str, list[_Line]] = defaultdict(list)
    for line in lines:
        groups[of(line)].append(line)
    return tuple(_settled(name, groups[name]) for name in sorted(groups))


def _settled(name: str, lines: list[_Line]) -> Settled:
    def total(amounts: Iterable[Decimal]) -> Decimal:
        return sum(amounts, NOUGHT)

    return Settled(
        name, len({line.agreement_id for line in lines}), total(line.before for line in lines),
        total(line.asked for line in lines), total(line.agreed for line in lines),
    )  # fmt: skip

"""What a round came to: asked and agreed in money and weighted percentages, by request, borough, lot and provider; what was avoided.

A year's figures take twelve months from the day on which the fees change, as if every fee ran on through them. What was avoided on
actual placements is reckoned over the days on which the new lines are really paid, and stops when a placement ends.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.costs import with_terms
from contracts.uplift.covering import covered_by_each
from contracts.uplift.modelling import LiveLine, full_year, line_effect
from contracts.uplift.request import OPEN_STATES, RequestState, UpliftedLine, UpliftRequest
from contracts.uplift.round import UpliftRound
from foundation.database import db
from foundation.formatting import plural
from foundation.money import to_penny
from marketplace.costing import NOUGHT, total_until
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.small_numbers import LEAST_SHOWN, is_few

S = RequestState


class Standing(StrEnum):
    """What became of what was asked."""

    AGREED = "agreed"
    REFUSED = "refused"
    WAITING = "waiting"


#: Requests that are part of the report; those withdrawn, split or undone ask for nothing any more.
STANDINGS: dict[RequestState, Standing] = {
    **dict.fromkeys(OPEN_STATES, Standing.WAITING),
    S.AGREED: Standing.AGREED,
    S.REFUSED: Standing.REFUSED,
    S.DISMISSED: Standing.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What requests come to over a year, in pounds: the fees before, what was asked on top, and what became of it."""

    name: str
    agreements: int
    before: Decimal
    asked: Decimal
    agreed: Decimal
    #: of what was asked: on fees whose uplift is agreed, on those refused, and on those that still wait
    asked_of_agreed: Decimal
    refused: Decimal
    waiting: Decimal
    before_of_decided: Decimal

    @property
    def avoided(self) -> Decimal:
        """Asked less agreed, where an uplift was agreed: what the savings ledger takes up."""
        return self.asked_of_agreed - self.agreed

    @property
    def asked_percent(self) -> Decimal | None:
        """What was asked, weighted by the fees."""
        return Decimal(100) * self.asked / self.before if self.before else None

    @property
    def agreed_percent(self) -> Decimal | None:
        """What was agreed, weighted by the fees that were decided on: a refusal counts as nothing. None where all wait."""
        return Decimal(100) * self.agreed / self.before_of_decided if self.before_of_decided else None


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """The sum, and the same by borough, lot, provider and request; each list but the last sums to the whole."""

    total: Outcome
    by_borough: tuple[Outcome, ...]
    by_lot: tuple[Outcome, ...]
    by_provider: tuple[Outcome, ...]
    by_request: dict[uuid.UUID, Outcome]


@dataclass(frozen=True, slots=True)
class _Line:
    request_id: uuid.UUID
    agreement_id: uuid.UUID
    borough: str
    lot: str
    provider: str
    standing: Standing
    before: Decimal
    asked: Decimal
    agreed: Decimal


def round_figures(opened: UpliftRound, requests: Sequence[UpliftRequest]) -> RoundFigures | None:
    """The figures of these requests of the round, as far as the reader may see them; None while they cover nothing."""
    counted = [request for request in requests if request.state in STANDINGS]
    agreed = [request.id for request in counted if request.state == S.AGREED]
    lines = [_year_of(row) for row in db.session.execute(_lines().where(UpliftedLine.request_id.in_(agreed)))]
    lines += _of_others(opened, [request for request in counted if request.state != S.AGREED])
    return _figures(lines) if lines else None


def request_figures(request: UpliftRequest) -> RoundFigures | None:
    """What one agreed request came to."""
    lines = [_year_of(row) for row in db.session.execute(_lines().where(UpliftedLine.request_id == request.id))]
    return _figures(lines) if lines else None


def joined(outcomes: Sequence[Outcome], one: str, many: str) -> tuple[Outcome, ...]:
    """For paper that leaves the boroughs: those of fewer than five agreements are one row, and with them the next smallest if need be."""
    every = sorted(outcomes, key=lambda outcome: outcome.agreements)
    small = [outcome for outcome in every if is_few(outcome.agreements)]
    shown = [outcome for outcome in every if outcome not in small]
    while small and sum(outcome.agreements for outcome in small) < LEAST_SHOWN and shown:
        small.append(shown.pop(0))
    rows = sorted(shown, key=lambda outcome: outcome.name)
    if len(small) > 1:
        return (*rows, _sum(f"{plural(len(small), one, many)} joined", small))
    return (*rows, *small)


def _sum(name: str, outcomes: Sequence[Outcome]) -> Outcome:
    parts = [field.name for field in fields(Outcome) if field.name != "name"]
    return Outcome(name, *(sum(getattr(outcome, part) for outcome in outcomes) for part in parts))


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


def _year_of(row: Row[*tuple[Any, ...]]) -> _Line:
    kept: UpliftedLine = row.UpliftedLine
    # The line before it began earlier and was paid: unlike the new one, it can never have been closed on its first day.
    one = replace(with_terms([row.before])[0], amount=Decimal(1), starts=kept.from_on, ends=None)
    units = total_until(one, full_year(kept.from_on)[1])
    before, asked, agreed = (
        to_penny(Fraction(amount) * units) for amount in (kept.old_amount, kept.asked_amount, kept.agreed_amount)
    )
    return _Line(
        kept.request_id, kept.agreement_id, short(row.borough), row.lot, row.provider, Standing.AGREED, before, asked - before,
        agreed - before,
    )  # fmt: skip


def _of_others(opened: UpliftRound, requests: Sequence[UpliftRequest]) -> list[_Line]:
    """The requests that changed no fee, on the fees that they cover."""
    found, period = covered_by_each(requests, opened), full_year(opened.effective_on)
    lots = {row.id: row.name for row in db.session.execute(select(Lot.id, Lot.name))}
    return [
        _asked_line(request, live, lots[live.lot_id], period) for request in requests for live in found.get(request.id, ())
    ]  # fmt: skip


def _asked_line(request: UpliftRequest, live: LiveLine, lot: str, period: tuple[date, date]) -> _Line:
    before, (asked,) = line_effect(live.line, [request.asked], *period)
    return _Line(
        request.id, live.agreement_id, live.authority, lot, request.provider.name, STANDINGS[request.state], before, asked, NOUGHT
    )  # fmt: skip


def short(borough: str) -> str:
    """A borough's name without its style."""
    return borough.removeprefix("London Borough of ").removeprefix("Royal Borough of ")


def _figures(lines: list[_Line]) -> RoundFigures:
    requests: dict[uuid.UUID, list[_Line]] = defaultdict(list)
    for line in lines:
        requests[line.request_id].append(line)
    return RoundFigures(
        total=_outcome("All", lines), by_borough=_grouped(lines, lambda line: line.borough),
        by_lot=_grouped(lines, lambda line: line.lot), by_provider=_grouped(lines, lambda line: line.provider),
        by_request={key: _outcome("", own) for key, own in requests.items()},
    )  # fmt: skip


def _grouped(lines: Iterable[_Line], of: Callable[[_Line], str]) -> tuple[Outcome, ...]:
    groups: dict[str, list[_Line]] = defaultdict(list)
    for line in lines:
        groups[of(line)].append(line)
    return tuple(_outcome(name, groups[name]) for name in sorted(groups))


def _outcome(name: str, lines: list[_Line]) -> Outcome:
    def total(amounts: Iterable[Decimal]) -> Decimal:
        return sum(amounts, NOUGHT)

    def asked_of(standing: Standing) -> Decimal:
        return total(line.asked for line in lines if line.standing is standing)

    return Outcome(
        name, len({line.agreement_id for line in lines}), total(line.before for line in lines),
        total(line.asked for line in lines), total(line.agreed for line in lines),
        asked_of(Standing.AGREED), asked_of(Standing.REFUSED), asked_of(Standing.WAITING),
        total(line.before for line in lines if line.standing is not Standing.WAITING),
    )  # fmt: skip

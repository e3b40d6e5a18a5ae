"""What was spent between two days, agreement by agreement: the ground under reports of boroughs, providers, lots and months.

One statement reads every fee line that the fence shows and that touches the period; the cost engine does the rest. Each row is
R(total to the end) − R(total to the start), so months sum to quarters, quarters to years and agreements to the whole.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased

from contracts.agreement import Agreement, AgreementFeeLine, AgreementState
from foundation.database import db
from marketplace.costing import cost
from marketplace.fee_line import Calendar, FeeKind, FeeLine, Unit
from marketplace.framework import Lot
from marketplace.organisation import Organisation

#: What costs money: placements that have begun.
SPENDING = (AgreementState.ACTIVE, AgreementState.NOTICE, AgreementState.ENDED)


@dataclass(frozen=True, slots=True)
class Spend:
    """What one agreement cost between two days: net pounds to the penny."""

    reference: str
    authority_id: uuid.UUID
    authority: str
    provider_id: uuid.UUID
    provider: str
    setting_id: uuid.UUID
    lot_id: uuid.UUID
    lot: str
    bought_by: str
    starts_on: date
    ends_on: date
    amount: Decimal


def spend_rows(
    start: date, end: date, *, provider_id: uuid.UUID | None = None, authority_id: uuid.UUID | None = None
) -> list[Spend]:
    """The cost of each placement from `start` up to, not including, `end`, by reference; those that cost nothing are left out."""
    return spend_of_periods([(start, end)], provider_id=provider_id, authority_id=authority_id)


def spend_by_month(
    start: date, end: date, *, provider_id: uuid.UUID | None = None, authority_id: uuid.UUID | None = None
) -> list[Spend]:
    """The same, month by month: one row for each agreement and month. They sum to `spend_rows` of the whole period."""
    return spend_of_periods(months(start, end), provider_id=provider_id, authority_id=authority_id)


def spend_of_periods(
    periods: Iterable[tuple[date, date]],
    *,
    provider_id: uuid.UUID | None = None,
    authority_id: uuid.UUID | None = None,
) -> list[Spend]:
    """The cost of each agreement in each period; the periods are in order and do not overlap."""
    asked = list(periods)
    if not asked:
        return []
    statement = _lines_between(asked[0][0], asked[-1][1])
    if provider_id:
        statement = statement.where(Agreement.provider_id == provider_id)
    if authority_id:
        statement = statement.where(Agreement.authority_id == authority_id)
    by_agreement: dict[str, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in db.session.execute(statement):
        by_agreement[row.reference].append(row)
    spent = [_spend(rows, start, end) for rows in by_agreement.values() for start, end in asked]
    return [row for row in spent if row.amount]


def months(start: date, end: date) -> list[tuple[date, date]]:
    """The period cut at the first of each month."""
    cuts, first = [], start
    while first < end:
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        cuts.append((first, min(following, end)))
        first = following
    return cuts


def _lines_between(start: date, end: date) -> Select[*tuple[Any, ...]]:
    authority, provider = aliased(Organisation), aliased(Organisation)
    line = AgreementFeeLine
    return (
        select(
            Agreement.reference, Agreement.authority_id, authority.name.label("authority"), Agreement.provider_id,
            provider.name.label("provider"), Agreement.setting_id, Agreement.lot_id, Lot.name.label("lot"), Agreement.bought_by,
            line.kind, line.label, line.amount, line.quantity, line.unit, line.calendar, line.starts_on, line.ends_on,
        )
        .join(line, line.agreement_id == Agreement.id)
        .join(authority, authority.id == Agreement.authority_id)
        .join(provider, provider.id == Agreement.provider_id)
        .join(Lot, Lot.id == Agreement.lot_id)
        .where(Agreement.state.in_(SPENDING), line.starts_on < end)
        .where((line.ends_on.is_(None)) | ((line.ends_on > start) & (line.ends_on > line.starts_on)))
        .order_by(Agreement.reference)
    )  # fmt: skip


def _spend(rows: list[Row[*tuple[Any, ...]]], start: date, end: date) -> Spend:
    first = rows[0]
    return Spend(
        reference=first.reference, authority_id=first.authority_id, authority=first.authority, provider_id=first.provider_id,
        provider=first.provider, setting_id=first.setting_id, lot_id=first.lot_id, lot=first.lot, bought_by=first.bought_by,
        starts_on=start, ends_on=end, amount=cost([_fee_line(row) for row in rows], start, end),
    )  # fmt: skip


def _fee_line(row: Row[*tuple[Any, ...]]) -> FeeLine:
    return FeeLine(
        kind=FeeKind(row.kind), label=row.label, amount=row.amount, unit=Unit(row.unit), quantity=row.quantity,
        calendar=Calendar(row.calendar), starts=row.starts_on, ends=row.ends_on,
    )  # fmt: skip

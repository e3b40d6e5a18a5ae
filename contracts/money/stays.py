"""Stays as a forecast reckons them: agreements that run or ran, that are signed, and that are planned, each with its fees and known end.

Two statements read them all, whatever their number; fee lines are read as `contracts.spending` reads them.
"""

import uuid
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select, type_coerce
from sqlalchemy.orm import aliased
from sqlalchemy.types import NullType

from contracts.agreement import OF_A_LINE, Agreement, AgreementFeeLine, AgreementState, fee_line_of
from contracts.block.costs import paid_between
from foundation.database import db
from foundation.quarters import FinancialYear
from marketplace.fee_line import FeeLine
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.setting import Setting
from marketplace.setting_term import terms_of
from marketplace.terms_of_year import NO_TERMS, TermDates

S = AgreementState


class Standing(StrEnum):
    """How sure a stay is: it has begun, both sides have signed it, or it is being prepared."""

    RUNNING = "running"
    COMMITTED = "committed"
    PLANNED = "planned"


STANDINGS: dict[AgreementState, Standing] = {
    S.ACTIVE: Standing.RUNNING, S.NOTICE: Standing.RUNNING, S.ENDED: Standing.RUNNING, S.SIGNED_BY_BOROUGH: Standing.COMMITTED,
    S.SIGNED_BY_PROVIDER: Standing.PLANNED, S.ISSUED: Standing.PLANNED, S.DRAFT: Standing.PLANNED,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One agreement's stay and its fees, cut where the stay is known to end."""

    reference: str
    #: the child's pseudonymous reference
    child: str
    authority_id: uuid.UUID
    authority: str
    provider: str
    setting: str
    service: str
    bought_by: str
    standing: Standing
    starts_on: date
    #: the first day that is no longer paid, as far as it is known; None: it runs on
    ends_on: date | None
    lines: tuple[FeeLine, ...]
    terms: TermDates = NO_TERMS
    #: a block contract's places: they cost, but are no child's stay
    is_block: bool = False

    def runs_on(self, day: date) -> bool:
        """Whether a child is there, and paid for, on that day."""
        return not self.is_block and self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def days_in(self, start: date, end: date) -> int:
        """The days of a period that a child's stay is paid for: a block's places count with the children in them."""
        return 0 if self.is_block else max(0, (min(self.ends_on or end, end) - max(self.starts_on, start)).days)


def stays_of(year: FinancialYear, today: date, service: str = "") -> list[Stay]:
    """Every stay that touches the year, as far as the reader's fence shows it, by reference."""
    wanted = _touching(year, today) + ([Lot.key == service] if service else [])
    rows = _agreements(wanted)
    lines = _lines(wanted, year)
    terms = terms_of({row.setting_id for row in rows if any(line.follows_terms for line in lines[row.id])})
    stays = [_stay(row, lines[row.id], terms.get(row.setting_id, NO_TERMS), today) for row in rows]
    return stays + [block for block in _blocks(year, today) if service in ("", block.service)]


def _blocks(year: FinancialYear, today: date) -> list[Stay]:
    """Block contracts of the year, each as one: what its places cost, taken or not, and those beyond them as far as they are known."""
    return [
        Stay(
            reference=contract.reference, child="", authority_id=contract.authority_id, authority=contract.authority.name,
            provider=contract.provider.name, setting=contract.setting.name, service=contract.lot.key, bought_by="block",
            standing=Standing.RUNNING if contract.starts_on <= today else Standing.COMMITTED, starts_on=contract.starts_on,
            ends_on=contract.paid_until, lines=tuple(lines), is_block=True,
        )
        for contract, lines in paid_between(year.first_day, year.day_after, to_known_end=True)
    ]  # fmt: skip


def _touching(year: FinancialYear, today: date) -> list[ColumnElement[bool]]:
    begins = func.coalesce(Agreement.started_on, func.greatest(Agreement.starts_on, today))
    return [
        Agreement.state != S.CANCELLED,
        begins < year.day_after,
        or_(Agreement.ended_on.is_(None), Agreement.ended_on > year.first_day),
    ]


def _agreements(wanted: list[ColumnElement[bool]]) -> list[Row[*tuple[Any, ...]]]:
    authority, provider, made = aliased(Organisation), aliased(Organisation), Agreement
    return list(
        db.session.execute(
            select(
                made.id, made.reference, made.child_reference, made.authority_id, authority.name.label("authority"),
                provider.name.label("provider"), Setting.name.label("setting"), made.setting_id, Lot.key.label("service"),
                made.bought_by, made.state, made.starts_on, made.started_on, made.expected_end_on, made.notice_ends_on, made.ended_on,
            )
            .join(authority, authority.id == made.authority_id)
            .join(provider, provider.id == made.provider_id)
            .join(Setting, Setting.id == made.setting_id)
            .join(Lot, Lot.id == made.lot_id)
            .where(*wanted)
            .order_by(made.reference)
        )
    )  # fmt: skip


def _lines(wanted: list[ColumnElement[bool]], year: FinancialYear) -> dict[uuid.UUID, list[FeeLine]]:
    line = AgreementFeeLine
    lines: dict[uuid.UUID, list[FeeLine]] = defaultdict(list)
    for row in db.session.execute(
        select(line.agreement_id, *(_column(name) for name in OF_A_LINE))
        .join(Agreement, Agreement.id == line.agreement_id)
        .join(Lot, Lot.id == Agreement.lot_id)
        .where(*wanted, line.starts_on < year.day_after)
        .where(line.ends_on.is_(None) | ((line.ends_on > year.first_day) & (line.ends_on > line.starts_on)))
    ):
        lines[row.agreement_id].append(fee_line_of(row))
    return lines


def _column(name: str) -> Any:
    """A column of a fee line. The driver reads an array of days by itself; SQLAlchemy would go through each row's once more."""
    column = getattr(AgreementFeeLine, name)
    return type_coerce(column, NullType()).label(name) if name == "weeks" else column


def _stay(row: Row[*tuple[Any, ...]], lines: list[FeeLine], terms: TermDates, today: date) -> Stay:
    begins = row.started_on or max(row.starts_on, today)
    ends = _known_end(row, today)
    if row.started_on is None:
        lines = [_moved(line, row.starts_on, begins) for line in lines]
    return Stay(
        reference=row.reference, child=row.child_reference, authority_id=row.authority_id, authority=row.authority,
        provider=row.provider, setting=row.setting, service=row.service, bought_by=row.bought_by, standing=STANDINGS[row.state],
        starts_on=begins, ends_on=ends, lines=tuple(cut_at(lines, ends)), terms=terms,
    )  # fmt: skip


def _known_end(row: Row[*tuple[Any, ...]], today: date) -> date | None:
    """The day on which it ended, or is known to end. A planned end that passed without the child's leaving ends nothing."""
    if row.ended_on is not None:
        return row.ended_on  # type: ignore[no-any-return]
    planned = row.notice_ends_on or row.expected_end_on
    return planned if planned is not None and planned > today else None


def _moved(line: FeeLine, agreed: date, begins: date) -> FeeLine:
    """A start that is late moves what was to begin with it, as `contracts.drafting.move_fee_lines` will."""
    if line.starts >= begins and line.starts != agreed:
        return line
    return replace(line, starts=begins) if line.ends is None or line.ends > begins else line


def cut_at(lines: list[FeeLine], ends: date | None) -> list[FeeLine]:
    """The lines as far as they are paid when the stay ends on that day."""
    if ends is None:
        return lines
    return [
        line if line.ends is not None and line.ends <= ends else replace(line, ends=ends)
        for line in lines
        if line.starts < ends
    ]

"""What a schedule is made from: a borough's fee lines, and what was charged for each of them so far."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Select, case, func, select

from contracts.agreement import OF_A_LINE, Agreement, AgreementFeeLine, fee_line_of
from contracts.invoicing.reckoning import PARTS, Payable
from contracts.invoicing.schedule import RECKONED, ScheduledCharge
from contracts.spending import SPENDING
from foundation.database import db
from marketplace.costing import Charge
from marketplace.fee_line import follows_terms
from marketplace.framework import Lot
from marketplace.setting import Setting
from marketplace.setting_term import terms_of
from marketplace.terms_of_year import NO_TERMS, TermDates

ONE_DAY = timedelta(days=1)


def payables_of(authority_id: uuid.UUID, first: date, end: date) -> list[Payable]:
    """Every fee line of the borough's placements that begins before `end` and did not end before its first month, by provider.

    Lines that were closed on their first day are among them: one that was charged for is taken back. Terms that nobody has
    entered are not assumed: nobody is charged by a guess.
    """
    rows = db.session.execute(_lines(authority_id, first, end)).all()
    terms = terms_of(row.setting_id for row in rows if follows_terms(row.unit, row.calendar))
    entered = {setting_id: replace(dates, assumes=False) for setting_id, dates in terms.items()}
    return [_payable(row, entered) for row in rows]


def charged_so_far(authority_id: uuid.UUID) -> dict[uuid.UUID, Charge]:
    """What all schedules of the borough charged by the engine for each fee line; what disputes added is agreed beside it."""
    sums = [func.sum(getattr(ScheduledCharge, part)).label(part) for part in PARTS]
    of_each = (
        select(ScheduledCharge.fee_line_id, *sums)
        .where(ScheduledCharge.authority_id == authority_id, ScheduledCharge.origin.in_(RECKONED))
        .group_by(ScheduledCharge.fee_line_id)
    )
    return {row.fee_line_id: Charge(*(getattr(row, part) for part in PARTS)) for row in db.session.execute(of_each)}


def _lines(authority_id: uuid.UUID, first: date, end: date) -> Select[*tuple[Any, ...]]:
    line = AgreementFeeLine
    return (
        select(
            line.id, line.agreement_id, line.provider_id, Agreement.reference, Agreement.child_reference,
            Agreement.setting_id, Setting.name.label("setting"), Lot.name.label("service"),
            case((Agreement.converted_on < end, "framework"), else_=Agreement.bought_by).label("bought_by"),
            *(getattr(line, name) for name in OF_A_LINE),
        )
        .join(Agreement, Agreement.id == line.agreement_id)
        .join(Setting, Setting.id == Agreement.setting_id)
        .join(Lot, Lot.id == Agreement.lot_id)
        .where(Agreement.authority_id == authority_id, Agreement.state.in_(SPENDING), line.starts_on < end)
        .where(line.ends_on.is_(None) | (line.ends_on > first) | line.id.in_(_charged(authority_id)))
        .order_by(Agreement.provider_id, Agreement.reference, line.position, line.starts_on)
    )  # fmt: skip


def _charged(authority_id: uuid.UUID) -> Select[uuid.UUID]:
    return select(ScheduledCharge.fee_line_id).where(ScheduledCharge.authority_id == authority_id)


def _payable(row: Row[Any], terms: Mapping[uuid.UUID, TermDates]) -> Payable:
    is_paid = row.ends_on is None or row.ends_on > row.starts_on
    line = replace(fee_line_of(row if is_paid else _OneDay(row)), terms=terms.get(row.setting_id, NO_TERMS))
    return Payable(
        line_id=row.id, agreement_id=row.agreement_id, provider_id=row.provider_id, agreement=row.reference,
        child_reference=row.child_reference, setting=row.setting, service=row.service, bought_by=row.bought_by,
        line=line, is_paid=is_paid,
    )  # fmt: skip


class _OneDay:
    """A line that was closed on its first day, as one of that day: the engine knows no line without days, and it is not reckoned."""

    def __init__(self, row: Row[Any]) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return self._row.starts_on + ONE_DAY if name == "ends_on" else getattr(self._row, name)

"""Accruals: what each month cost, agreement by agreement, whether an invoice came or not – for the month's books.

Pounds to the penny by `contracts.spending`: net, VAT, and what the borough bears, with who pays that. A month that is not over is reckoned
up to, not including, today, so that the months of a year sum to what the forecast calls borne so far, without a penny between them.
"""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import literal, select

from contracts.agreement import Agreement
from contracts.block.block_contract import BlockContract
from contracts.spending import Spend, months, spend_of_periods
from foundation.database import db
from foundation.quarters import FinancialYear
from marketplace.actor import Actor
from marketplace.costing import Charge
from marketplace.setting import Setting


@dataclass(frozen=True, slots=True)
class Accrual:
    """What one agreement cost in one month."""

    month: date
    #: the child's pseudonymous reference
    child: str
    setting: str
    spend: Spend

    @property
    def charge(self) -> Charge:
        """Net, VAT, what is borne, and by whom."""
        return self.spend.charge


@dataclass(frozen=True, slots=True)
class Accruals:
    """A year's months up to today, and every agreement's part in them."""

    year: FinancialYear
    months: tuple[date, ...]
    rows: tuple[Accrual, ...]

    def of(self, month: date) -> list[Accrual]:
        """One month's, by agreement."""
        return [row for row in self.rows if row.month == month]

    def sum_of(self, month: date | None = None) -> Charge:
        """A month together, or the whole year so far."""
        return sum((row.charge for row in self.rows if month in (None, row.month)), start=Charge())


def accruals(actor: Actor, year: FinancialYear, today: date) -> Accruals:
    """The borough's accruals of a year, up to and including yesterday."""
    until = min(year.day_after, today)
    periods = months(year.first_day, until) if until > year.first_day else []
    spent = spend_of_periods(periods, authority_id=actor.organisation_id)
    about = _about({row.agreement_id for row in spent})
    rows = tuple(Accrual(row.starts_on, *about[row.agreement_id], row) for row in spent)
    return Accruals(year, tuple(start for start, _ in periods), rows)


def _about(agreements: set[uuid.UUID]) -> dict[uuid.UUID, tuple[str, str]]:
    """The child's reference and the setting of each agreement; of a block contract the setting alone."""
    rows = db.session.execute(
        select(Agreement.id, Agreement.child_reference, Setting.name)
        .join(Setting, Setting.id == Agreement.setting_id)
        .where(Agreement.id.in_(agreements))
        .union_all(
            select(BlockContract.id, literal(""), Setting.name)
            .join(Setting, Setting.id == BlockContract.setting_id)
            .where(BlockContract.id.in_(agreements))
        )
    )
    return {row.id: (row.child_reference, row.name) for row in rows}

"""The agreements of a request, one by one: what they pay, since when; once agreed, what was asked and agreed for each fee."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import aliased

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.costs import RATES
from contracts.uplift.modelling import LiveLine
from contracts.uplift.request import UpliftedLine, UpliftRequest
from contracts.uplift.weighing import is_legacy, months_between
from foundation.database import db
from foundation.formatting import plural
from marketplace.fee_line import Unit
from marketplace.organisation import Organisation
from marketplace.setting import Setting


@dataclass(frozen=True, slots=True)
class Fee:
    """A covered fee as it is paid now."""

    label: str
    kind: str
    amount: Decimal
    #: a week
    per: str
    since: date
    is_legacy: bool
    #: unchanged for 3 years and 2 months, on the effective date
    age: str


@dataclass(frozen=True, slots=True)
class CoveredAgreement:
    """An agreement that a request covers."""

    agreement_id: uuid.UUID
    reference: str
    borough: str
    setting: str
    fees: tuple[Fee, ...]

    @property
    def is_legacy(self) -> bool:
        """Whether one of its fees was passed by twice."""
        return any(fee.is_legacy for fee in self.fees)


@dataclass(frozen=True, slots=True)
class Changed:
    """A fee that the uplift changed: what it was, what was asked, what was agreed."""

    agreement: str
    borough: str
    setting: str
    label: str
    per: str
    old: Decimal
    asked: Decimal
    agreed: Decimal
    from_on: date


def by_agreement(lines: Iterable[LiveLine], on: date) -> list[CoveredAgreement]:
    """The covered fees under their agreements; ages as of the effective date."""
    grouped: dict[uuid.UUID, list[LiveLine]] = {}
    for line in lines:
        grouped.setdefault(line.agreement_id, []).append(line)
    return [
        CoveredAgreement(key, own[0].agreement, own[0].authority, own[0].setting, tuple(_fee(line, on) for line in own))
        for key, own in grouped.items()
    ]


def changed_by(request: UpliftRequest) -> list[Changed]:
    """The schedule of an agreed request, as far as the reader may see it."""
    authority, kept, line = aliased(Organisation), UpliftedLine, AgreementFeeLine
    rows = db.session.execute(
        select(kept, line.label, line.unit, Agreement.reference, Setting.name.label("setting"), authority)
        .join(line, line.id == kept.new_line_id)
        .join(Agreement, Agreement.id == kept.agreement_id)
        .join(Setting, Setting.id == Agreement.setting_id)
        .join(authority, authority.id == kept.authority_id)
        .where(kept.request_id == request.id)
        .order_by(Agreement.reference, line.position)
    )
    return [
        Changed(
            reference, borough.short_name, setting, label, RATES[Unit(unit)], one.old_amount, one.asked_amount, one.agreed_amount,
            one.from_on,
        )
        for one, label, unit, reference, setting, borough in rows
    ]  # fmt: skip


#: heads and cells of both lists as a file to keep
COVERED_HEADS = ("Agreement", "Borough", "Setting", "Fee", "Kind", "Amount", "Paid", "Since", "Legacy")
CHANGED_HEADS = ("Agreement", "Borough", "Setting", "Fee", "Paid", "Before", "Asked", "Agreed", "From")


def covered_cells(agreements: Sequence[CoveredAgreement]) -> list[tuple[object, ...]]:
    """A row for each covered fee."""
    return [
        (one.reference, one.borough, one.setting, fee.label, fee.kind, fee.amount, fee.per, fee.since, "yes" if fee.is_legacy else "")
        for one in agreements for fee in one.fees
    ]  # fmt: skip


def changed_cells(rows: Sequence[Changed]) -> list[tuple[object, ...]]:
    """A row for each changed fee."""
    return [
        (row.agreement, row.borough, row.setting, row.label, row.per, row.old, row.asked, row.agreed, row.from_on) for row in rows
    ]  # fmt: skip


def _fee(line: LiveLine, on: date) -> Fee:
    fee = line.line
    return Fee(
        fee.label, fee.kind.value, fee.amount, RATES[fee.unit], fee.starts, is_legacy(line, on),
        in_years(months_between(fee.starts, on)),
    )  # fmt: skip


def in_years(months: int) -> str:
    """26 months: 2 years and 2 months."""
    years, rest = divmod(months, 12)
    if not years:
        return plural(rest, "month")
    return f"{plural(years, 'year')} and {plural(rest, 'month')}" if rest else plural(years, "year")

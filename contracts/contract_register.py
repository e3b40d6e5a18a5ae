"""The register of contracts: what each is worth, how long it runs, when it is reviewed next, notice, and its papers.

Worth is net pounds to the penny by the cost engine: in the financial year of today, and from today to the day on which the
contract is known to end. A contract without a known end has no worth to its end; its year is counted to the year's last day.
"""

import calendar
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import aliased, lazyload

from contracts.agreement import Agreement, AgreementFeeLine, AgreementState
from contracts.costs import reckoned_by_agreement
from contracts.words import BADGES, GROUPS
from foundation import clock
from foundation.database import db
from foundation.paging import Paged, paged
from foundation.quarters import FinancialYear
from marketplace.costing import NOUGHT, cost
from marketplace.fee_line import FeeLine
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.setting import Setting

S = AgreementState

#: Months from one review to the next: of a looked-after child's plan three after the first and then six (Care Planning,
#: Placement and Case Review (England) Regulations 2010, regulation 33), of an education, health and care plan twelve.
REVIEWS = {"individual_child_agreement": (3, 6), "individual_placement_agreement": (12, 12)}

#: Where the paper stands: the filter's choices, and each state's words.
DOCUMENTS: dict[str, tuple[str, tuple[AgreementState, ...]]] = {
    "unsigned": ("Not signed by both", (S.DRAFT, S.ISSUED, S.SIGNED_BY_PROVIDER)),
    "signed": ("Signed by both", (S.SIGNED_BY_BOROUGH, S.ACTIVE, S.NOTICE, S.ENDED)),
}
DOCUMENT_WORDS: dict[AgreementState, str] = {
    S.DRAFT: "Draft", S.ISSUED: "Issued, not signed", S.SIGNED_BY_PROVIDER: "Signed by the provider",
    S.SIGNED_BY_BOROUGH: "Signed by both", S.ACTIVE: "Signed by both", S.NOTICE: "Signed by both", S.ENDED: "Signed by both",
    S.CANCELLED: "Cancelled",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked the register for."""

    words: str = ""
    group: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract in the register. It names no child."""

    reference: str
    provider: str
    setting: str
    authority: str
    lot: str
    badge: tuple[str, str]
    starts_on: date
    #: the day on which it ends or ended, as far as it is known; None: open
    ends_on: date | None
    this_year: Decimal
    to_the_end: Decimal | None
    next_review_on: date | None
    notice_days: int
    notice_ends_on: date | None
    document: str


def register_page(wanted: Wanted) -> tuple[list[ContractRow], Paged]:
    """The page of the register that the request asks for, and the whole of which it is a part."""
    found = paged(_listed(wanted))
    return _rows(found.rows), found


def whole_register(wanted: Wanted) -> list[ContractRow]:
    """Every contract that fits, for a spreadsheet."""
    return _rows(db.session.execute(_listed(wanted)).all())


def next_review(kind: str, first: date | None, today: date) -> date | None:
    """The first review day that is not past: the first review as agreed, and from there by the law's distances."""
    if first is None:
        return None
    second, later = REVIEWS[kind]
    due, months = first, 0
    while due < today:
        months += later if months else second
        due = _months_after(first, months)
    return due


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last where it is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def _listed(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    provider, authority = aliased(Organisation), aliased(Organisation)
    listed: Select[*tuple[Any, ...]] = (
        select(
            Agreement, Setting.name.label("setting"), provider.name.label("provider"), authority.name.label("authority"),
            Lot.name.label("lot"),
        )
        .options(
            lazyload(Agreement.lot), lazyload(Agreement.provider), lazyload(Agreement.authority), lazyload(Agreement.setting)
        )
        .join(Setting, Setting.id == Agreement.setting_id)
        .join(provider, provider.id == Agreement.provider_id)
        .join(authority, authority.id == Agreement.authority_id)
        .join(Lot, Lot.id == Agreement.lot_id)
        .where(*_conditions(wanted, provider.name))
        .order_by(provider.name, Agreement.starts_on, Agreement.reference)
    )  # fmt: skip
    return listed


def _conditions(wanted: Wanted, provider_name: Any) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for choices, chosen in ((GROUPS, wanted.group), (DOCUMENTS, wanted.document)):
        if chosen in choices:
            conditions.append(Agreement.state.in_(choices[chosen][1]))
    if wanted.words:
        part = f"%{wanted.words.translate({37: None, 95: None})}%"
        conditions.append(or_(Agreement.reference.ilike(part), Setting.name.ilike(part), provider_name.ilike(part)))
    return conditions


def _rows(found: Sequence[Row[Any]]) -> list[ContractRow]:
    fees, today = _fees_of(row.Agreement.id for row in found), clock.today()
    return [_row(row, fees[row.Agreement.id], today) for row in found]


def _row(row: Row[Any], fees: list[FeeLine], today: date) -> ContractRow:
    agreement: Agreement = row.Agreement
    starts = agreement.started_on or agreement.starts_on
    ends = agreement.ended_on or agreement.notice_ends_on or agreement.expected_end_on
    runs = agreement.state not in (S.ENDED, S.CANCELLED)
    return ContractRow(
        reference=agreement.reference, provider=row.provider, setting=row.setting,
        authority=row.authority.removeprefix("London Borough of "), lot=row.lot, badge=BADGES[agreement.state],
        starts_on=starts, ends_on=ends, this_year=_this_year(agreement, fees, starts, ends, today),
        to_the_end=_to_the_end(fees, max(starts, today), ends) if runs else NOUGHT,
        next_review_on=next_review(agreement.kind, agreement.review_on, today) if runs else None,
        notice_days=agreement.notice_days, notice_ends_on=agreement.notice_ends_on, document=DOCUMENT_WORDS[agreement.state],
    )  # fmt: skip


def _this_year(agreement: Agreement, fees: list[FeeLine], starts: date, ends: date | None, today: date) -> Decimal:
    """A placement that stays past its expected end is paid on; one that was cancelled is worth nothing."""
    if agreement.state is S.CANCELLED:
        return NOUGHT
    year = FinancialYear.of(today)
    overdue = agreement.ended_on is None and ends is not None and ends <= today
    last = year.day_after if ends is None or overdue else min(ends, year.day_after)
    first = max(starts, year.first_day)
    return cost(fees, first, last) if first < last else NOUGHT


def _to_the_end(fees: list[FeeLine], first: date, ends: date | None) -> Decimal | None:
    if ends is None:
        return None
    return cost(fees, first, ends) if first < ends else NOUGHT


def _fees_of(agreements: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[FeeLine]]:
    lines = select(AgreementFeeLine).where(AgreementFeeLine.agreement_id.in_(list(agreements)))
    return reckoned_by_agreement(db.session.scalars(lines).all())

"""What was spent between two days, agreement by agreement: the ground under reports of boroughs, providers, lots and months.

One statement reads every fee line that the fence shows and that touches the period, one more the terms of the settings whose fees
follow them; the cost engine does the rest. Each row is R(total to the end) − R(total to the start), so months sum to quarters,
quarters to years and agreements to the whole, VAT and payers' shares too.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased

from contracts.agreement import OF_A_LINE, Agreement, AgreementFeeLine, AgreementState, fee_line_of
from contracts.block.block_contract import BlockContract
from contracts.block.costs import paid_between
from foundation.database import db
from marketplace.costing import Charge, charges_between
from marketplace.fee_line import follows_terms
from marketplace.framework import Lot
from marketplace.organisation import Organisation
from marketplace.payer_shares import Shares
from marketplace.setting_term import terms_of
from marketplace.terms_of_year import TermDates

#: What costs money: placements that have begun.
SPENDING = (AgreementState.ACTIVE, AgreementState.NOTICE, AgreementState.ENDED)
NOTHING = Charge()


@dataclass(frozen=True, slots=True)
class Spend:
    """What one agreement, or one block contract, cost between two days, in pounds to the penny."""

    agreement_id: uuid.UUID
    reference: str
    authority_id: uuid.UUID
    authority: str
    provider_id: uuid.UUID
    provider: str
    setting_id: uuid.UUID
    lot_id: uuid.UUID
    lot: str
    #: how the place was bought on the first day of the period: a converted spot purchase counts as framework from its day on
    bought_by: str
    starts_on: date
    ends_on: date
    charge: Charge
    #: a fee follows the terms of a school year that nobody has entered: they are taken to be like the nearest known year's
    terms_assumed: bool = False

    @property
    def amount(self) -> Decimal:
        """Net of VAT."""
        return self.charge.net

    @property
    def vat(self) -> Decimal:
        return self.charge.vat

    @property
    def gross(self) -> Decimal:
        return self.charge.gross

    @property
    def borne(self) -> Decimal:
        """What the borough's area bears in the end: net, and the VAT that it does not get back."""
        return self.charge.borne

    @property
    def shares(self) -> Shares:
        """Who bears that."""
        return Shares(self.charge.social_care, self.charge.education, self.charge.health)


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
    states: Sequence[AgreementState] = SPENDING,
    to_known_end: bool = False,
    by_means: bool = False,
) -> list[Spend]:
    """The cost of each agreement in each period; the periods are in order and do not overlap.

    `states`: which agreements are read. `to_known_end`: open fees stop on the day of notice, or else on that on which the child is
    expected to leave, as a forecast takes them to; without it they run on. Block contracts stand after the agreements. `by_means`: a
    period in which a spot purchase was converted makes two rows, one for the days before and one from the day on.
    """
    asked = list(periods)
    if not asked:
        return []
    statement = _lines_between(asked[0][0], asked[-1][1], states)
    if provider_id:
        statement = statement.where(Agreement.provider_id == provider_id)
    if authority_id:
        statement = statement.where(Agreement.authority_id == authority_id)
    rows = db.session.execute(statement).all()
    terms = terms_of(row.setting_id for row in rows if follows_terms(row.unit, row.calendar))
    of_each = groupby(rows, key=attrgetter("agreement_id"))
    spent = []
    for _, of_agreement in of_each:
        lines = list(of_agreement)
        periods = _parted(asked, lines[0].converted_on) if by_means else asked
        spent += _spend_of(lines, periods, terms, to_known_end=to_known_end)
    if AgreementState.ACTIVE in states:
        spent += _spend_of_blocks(asked, provider_id, authority_id, to_known_end=to_known_end)
    return spent


def months(start: date, end: date) -> list[tuple[date, date]]:
    """The period cut at the first of each month."""
    cuts, first = [], start
    while first < end:
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        cuts.append((first, min(following, end)))
        first = following
    return cuts


def _lines_between(start: date, end: date, states: Sequence[AgreementState]) -> Select[*tuple[Any, ...]]:
    authority, provider = aliased(Organisation), aliased(Organisation)
    line = AgreementFeeLine
    return (
        select(
            Agreement.id.label("agreement_id"), Agreement.reference, Agreement.authority_id, authority.name.label("authority"),
            Agreement.provider_id, provider.name.label("provider"), Agreement.setting_id, Agreement.lot_id,
            Lot.name.label("lot"), Agreement.bought_by, Agreement.converted_on, *(getattr(line, name) for name in OF_A_LINE),
            func.coalesce(Agreement.ended_on, Agreement.notice_ends_on, Agreement.expected_end_on).label("known_end"),
        )
        .join(line, line.agreement_id == Agreement.id)
        .join(authority, authority.id == Agreement.authority_id)
        .join(provider, provider.id == Agreement.provider_id)
        .join(Lot, Lot.id == Agreement.lot_id)
        .where(Agreement.state.in_(states), line.starts_on < end)
        .where((line.ends_on.is_(None)) | ((line.ends_on > start) & (line.ends_on > line.starts_on)))
        .order_by(Agreement.reference, line.position, line.starts_on)
    )  # fmt: skip


def _parted(periods: Sequence[tuple[date, date]], day: date | None) -> list[tuple[date, date]]:
    """The periods, with a cut on the day where it lies inside one."""
    return [
        part
        for start, end in periods
        for part in (((start, day), (day, end)) if day is not None and start < day < end else ((start, end),))
    ]


def _means(row: Row[*tuple[Any, ...]], day: date) -> str:
    return "framework" if row.converted_on is not None and row.converted_on <= day else str(row.bought_by)


def _spend_of(
    rows: Sequence[Row[*tuple[Any, ...]]], asked: Sequence[tuple[date, date]], terms: Mapping[uuid.UUID, TermDates], *,
    to_known_end: bool,
) -> list[Spend]:  # fmt: skip
    """One agreement in each period in which it costs anything."""
    first, of_setting = rows[0], terms[rows[0].setting_id]
    until = first.known_end if to_known_end else None
    lines = [line for line in map(fee_line_of, rows) if until is None or line.starts < until]
    if until is not None:
        lines = [replace(line, ends=until) if line.ends is None or line.ends > until else line for line in lines]
    cuts = sorted({day for period in asked for day in period})
    charges = dict(zip(pairwise(cuts), charges_between(lines, cuts, of_setting), strict=True))
    by_terms = any(line.follows_terms for line in lines)
    return [
        Spend(
            agreement_id=first.agreement_id, reference=first.reference, authority_id=first.authority_id,
            authority=first.authority, provider_id=first.provider_id, provider=first.provider, setting_id=first.setting_id,
            lot_id=first.lot_id, lot=first.lot, bought_by=_means(first, start), starts_on=start, ends_on=end,
            charge=charges[start, end], terms_assumed=by_terms and not of_setting.knows(start, end),
        )
        for start, end in asked if charges[start, end] != NOTHING
    ]  # fmt: skip


def _spend_of_blocks(
    asked: Sequence[tuple[date, date]],
    provider_id: uuid.UUID | None,
    authority_id: uuid.UUID | None,
    *,
    to_known_end: bool,
) -> list[Spend]:
    """Block contracts in each period: their paid places, and those taken beyond them. A row is the contract's, of no one child."""
    cuts = sorted({day for period in asked for day in period})
    found = paid_between(
        cuts[0], cuts[-1], provider_id=provider_id, authority_id=authority_id, to_known_end=to_known_end
    )
    return [
        _spend_of_block(contract, period, charge)
        for contract, lines in found
        for period, charge in zip(pairwise(cuts), charges_between(lines, cuts), strict=True)
        if charge != NOTHING and period in asked
    ]


def _spend_of_block(contract: BlockContract, period: tuple[date, date], charge: Charge) -> Spend:
    return Spend(
        agreement_id=contract.id, reference=contract.reference, authority_id=contract.authority_id,
        authority=contract.authority.name, provider_id=contract.provider_id, provider=contract.provider.name,
        setting_id=contract.setting_id, lot_id=contract.lot_id, lot=contract.lot.name, bought_by="block",
        starts_on=period[0], ends_on=period[1], charge=charge,
    )  # fmt: skip

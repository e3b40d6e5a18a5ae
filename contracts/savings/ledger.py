"""The ledger as it is read: every entry that the reader may see, with what it comes to by financial year and rating.

A handful of statements, however many entries: the entries, what people entered, and the grounds with their fee lines as they stand.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.costs import with_terms
from contracts.fee_changes import paid
from contracts.savings.reckoning import Compared, Figure, figures_of, in_twelve_months, weekly_line
from contracts.savings.saving import Ground, Rating, Saving, SavingAmount, SavingState
from foundation import clock
from foundation.database import db
from foundation.quarters import FinancialYear
from marketplace.costing import NOUGHT
from marketplace.fee_line import FeeLine


@dataclass(frozen=True, slots=True)
class Standing:
    """A ground of an entry with what it compares: the fee, the two prices, the days."""

    ground: Ground
    #: the agreement's reference; nothing for a project of the borough's own
    agreement: str | None
    #: the fee's label; None for a whole place
    fee: str | None
    compared: Compared | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry and its figures."""

    saving: Saving
    figures: tuple[Figure, ...]
    #: the fees and prices that an entry made by Harbour compares; nothing for a person's
    compared: tuple[Compared, ...] = ()

    @property
    def twelve_months(self) -> Decimal | None:
        """What Harbour's entry comes to over its first twelve months, if every stay lasts; None for a person's."""
        if not self.saving.is_reckoned:
            return None
        return (-1 if self.saving.reverses_id else 1) * in_twelve_months(self.compared)

    @property
    def total(self) -> Decimal:
        """What it comes to in all years reckoned."""
        return sum((figure.amount for figure in self.figures), NOUGHT)

    def in_year(self, year: FinancialYear) -> Decimal:
        """What it comes to in one."""
        return sum((figure.amount for figure in self.figures if figure.year == year), NOUGHT)

    @property
    def ratings(self) -> list[Rating]:
        """The ratings that its figures stand at, the surest first; its own where it has no figure yet."""
        found = {figure.rating for figure in self.figures}
        return [rating for rating in Rating if rating in found] or [self.saving.rating]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the ledger; what is empty keeps everything."""

    state: str = ""
    rating: str = ""
    source: str = ""
    project: str = ""
    benefit: str = ""
    borough: str = ""
    year: FinancialYear | None = None

    def keeps(self, entry: Entry) -> bool:
        """Whether the entry fits all of them."""
        saving = entry.saving
        said = (
            (self.state, saving.state), (self.source, saving.source), (self.project, saving.project),
            (self.benefit, saving.benefit), (self.borough, saving.authority.reference),
        )  # fmt: skip
        return (
            all(not asked or asked == found for asked, found in said)
            and (not self.rating or self.rating in entry.ratings)
            and (self.year is None or any(figure.year == self.year for figure in entry.figures))
        )


def entries(*, only: Iterable[SavingState] = SavingState, today: date | None = None) -> list[Entry]:
    """Every entry that the reader may see in these states, the latest first."""
    of = select(Saving).where(Saving.state.in_(list(only))).order_by(Saving.entered_at.desc(), Saving.reference)
    return entries_of(db.session.scalars(of).all(), today)


def entries_of(savings: Sequence[Saving], today: date | None = None) -> list[Entry]:
    """The entries with their figures up to today, and what is to come in this financial year."""
    entered, grounds = _entered_for(savings), grounds_of(savings)
    return [_entry(saving, entered, grounds, today or clock.today()) for saving in savings]


def counted(found: Iterable[Entry]) -> list[Entry]:
    """Those that are in the sums."""
    return [entry for entry in found if entry.saving.counts]


def by_year_and_rating(found: Iterable[Entry]) -> dict[FinancialYear, dict[Rating, Decimal]]:
    """The sums of the entries, year by year, in the order of the years."""
    sums: dict[FinancialYear, dict[Rating, Decimal]] = defaultdict(lambda: dict.fromkeys(Rating, NOUGHT))
    for entry in found:
        for figure in entry.figures:
            sums[figure.year][figure.rating] += figure.amount
    return {year: sums[year] for year in sorted(sums)}


def grounds_of(savings: Sequence[Saving]) -> dict[uuid.UUID, list[Standing]]:
    """What each entry stands on; an entry that reverses another stands on what that one stood on."""
    wanted = {saving.reverses_id or saving.id for saving in savings}
    found: dict[uuid.UUID, list[Standing]] = defaultdict(list)
    rows = db.session.execute(_standing().where(Ground.saving_id.in_(wanted))).all() if wanted else []
    fees = _fees_of(rows)
    for row in rows:
        label = row.line.label if row.line else None
        found[row.Ground.saving_id].append(Standing(row.Ground, row.reference, label, _compared(row, fees)))
    return found


def _entry(
    saving: Saving, entered: dict[uuid.UUID, list[SavingAmount]], grounds: dict[uuid.UUID, list[Standing]], today: date
) -> Entry:
    if not saving.is_reckoned:
        figures = [Figure(FinancialYear(row.year_starting), saving.rating, row.amount) for row in entered[saving.id]]
        return Entry(saving, tuple(figures))
    sign = -1 if saving.reverses_id else 1
    compared = tuple(each.compared for each in grounds[saving.reverses_id or saving.id] if each.compared is not None)
    figures = figures_of(compared, saving.rating, today, sign=sign)
    return Entry(saving, tuple(figures), compared)


def _entered_for(savings: Sequence[Saving]) -> dict[uuid.UUID, list[SavingAmount]]:
    of = select(SavingAmount).where(SavingAmount.saving_id.in_([saving.id for saving in savings]))
    found: dict[uuid.UUID, list[SavingAmount]] = defaultdict(list)
    for amount in db.session.scalars(of.order_by(SavingAmount.year_starting)):
        found[amount.saving_id].append(amount)
    return found


def _standing() -> Select[*tuple[Any, ...]]:
    line = aliased(AgreementFeeLine, name="line")
    return (
        select(Ground, line, Agreement.reference, Agreement.ended_on, Agreement.notice_ends_on)
        .outerjoin(Agreement, Agreement.id == Ground.agreement_id)
        .outerjoin(line, line.id == Ground.fee_line_id)
        .order_by(Agreement.reference, line.position, Ground.starts_on)
    )


def _fees_of(rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[uuid.UUID, FeeLine]:
    """The fee lines that are reckoned with, by their keys, each as the cost engine takes it."""
    lines = {row.line.id: row.line for row in rows if row.line is not None and row.Ground.before is not None}
    paid_lines = paid(lines.values())
    return {line.id: fee for line, fee in zip(paid_lines, with_terms(paid_lines), strict=True)}


def _compared(row: Row[*tuple[Any, ...]], fees: dict[uuid.UUID, FeeLine]) -> Compared | None:
    """The fee line with its two prices, over the days on which it is really paid; None where it never was, or a person's entry."""
    ground: Ground = row.Ground
    ends = [day for day in (ground.ends_on, row.ended_on, row.notice_ends_on, row.line and row.line.ends_on) if day]
    last = min(ends, default=None)
    if ground.before is None or ground.after is None or (last is not None and last <= ground.starts_on):
        return None
    line = weekly_line(ground.starts_on, last) if row.line is None else replace(fees[row.line.id], ends=last)
    return Compared(line, ground.before, ground.after)

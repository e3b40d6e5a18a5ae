"""What an agreement costs: a week, a period, each financial year – to the penny, with the sum spelt out line by line."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.fee_changes import paid
from foundation import clock
from foundation.database import db
from foundation.formatting import money, plural
from foundation.quarters import FinancialYear
from marketplace.cost_explained import assumes_terms, explain
from marketplace.costing import NOUGHT, Charge, charge, cost, weekly_cost
from marketplace.fee_line import Calendar, FeeLine, Unit, follows_terms
from marketplace.payer_shares import PayerShares
from marketplace.setting_term import SettingTerm, gathered

#: Over how long an open-ended placement's cost is shown: a year of 52 weeks.
SHOWN_WHILE_OPEN = timedelta(weeks=52)

RATES = {
    Unit.NIGHT: "a night", Unit.DAY: "a day", Unit.WEEK: "a week", Unit.TERM: "a term", Unit.YEAR: "a year",
    Unit.HOUR: "an hour", Unit.ONCE: "once",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CostLine:
    """A fee line and what it comes to in the period shown."""

    kind: str
    label: str
    rate: str
    starts_on: date
    #: the first day that it is no longer paid; None: until the placement ends
    ends_on: date | None
    #: £4,410.00 × 29 weeks and 3 days
    reckoning: str
    #: 29 weeks and 3 days
    units: str
    cost: Decimal
    #: 20% VAT, £800.00, which the borough cannot recover; nothing without VAT
    vat: str
    #: who pays it from its first day on, and from later days: (day or None, 60% social care, 40% education)
    payers: tuple[tuple[date | None, str], ...]


@dataclass(frozen=True, slots=True)
class StayCost:
    """The cost of the stay in pounds to the penny, from the first day up to, not including, the last.

    All figures are net of VAT, but for `charge`, which has its VAT, what the borough bears, and who pays that.
    """

    starts_on: date
    ends_on: date
    is_open: bool
    lines: tuple[CostLine, ...]
    charge: Charge
    #: the price of a week as it stands on the day asked for
    weekly: Decimal
    years: tuple[tuple[str, Decimal], ...]
    #: some fee is charged in a part of the year alone and counts by its average week
    weekly_is_averaged: bool
    #: fees follow terms of a school year that nobody has entered yet, taken to be like the nearest known one
    terms_assumed: bool

    @property
    def total(self) -> Decimal:
        """Net of VAT."""
        return self.charge.net

    @property
    def by_payer(self) -> list[tuple[str, Decimal]]:
        """What each payer bears of the whole."""
        charge = self.charge
        shared = [("Social care", charge.social_care), ("Education", charge.education), ("Health", charge.health)]
        return [(who, amount) for who, amount in shared if amount]


def with_terms(lines: Sequence[AgreementFeeLine]) -> list[FeeLine]:
    """Each line, in the same order, as the cost engine reckons it: one that follows terms brings those of its agreement's setting.

    One statement where any line follows terms, whatever their number; none otherwise.
    """
    following = {line.agreement_id for line in lines if follows_terms(line.unit, line.calendar)}
    rows = select(Agreement.id, SettingTerm.starts_on, SettingTerm.ends_on).join(
        SettingTerm, SettingTerm.setting_id == Agreement.setting_id
    )
    terms = gathered(db.session.execute(rows.where(Agreement.id.in_(following))) if following else ())
    fees = [line.reckoned for line in lines]
    return [
        replace(fee, terms=terms[line.agreement_id]) if fee.follows_terms else fee
        for line, fee in zip(lines, fees, strict=True)
    ]


def reckoned(lines: Sequence[AgreementFeeLine]) -> list[FeeLine]:
    """The same of the lines that are paid on some day; one that was closed on its first day never was and is left out."""
    return with_terms(paid(lines))


def reckoned_by_agreement(lines: Sequence[AgreementFeeLine]) -> defaultdict[uuid.UUID, list[FeeLine]]:
    """The same for the lines of many agreements at once."""
    fees, rows = defaultdict[uuid.UUID, list[FeeLine]](list), paid(lines)
    for row, fee in zip(rows, with_terms(rows), strict=True):
        fees[row.agreement_id].append(fee)
    return fees


def stay_of(agreement: Agreement) -> tuple[date, date]:
    """From which day until which day (not included) the stay is paid, as far as anybody knows."""
    starts = agreement.started_on or agreement.starts_on
    ends = agreement.ended_on or agreement.notice_ends_on or agreement.expected_end_on or starts + SHOWN_WHILE_OPEN
    return starts, max(ends, starts)


def stay_cost(agreement: Agreement, lines: Sequence[AgreementFeeLine], on: date | None = None) -> StayCost:
    """The cost of the whole stay, and of a week on the day `on` (today, kept within the stay)."""
    starts, ends = stay_of(agreement)
    fees = reckoned(lines)
    return StayCost(
        starts_on=starts, ends_on=ends, is_open=not (agreement.ended_on or agreement.notice_ends_on or agreement.expected_end_on),
        lines=tuple(cost_line(line, starts, ends) for line in fees), charge=charge(fees, starts, ends),
        weekly=weekly_of(agreement, fees, on), years=tuple(by_financial_year(fees, starts, ends)),
        weekly_is_averaged=any(line.is_seasonal for line in fees), terms_assumed=assumes_terms(fees, starts, ends),
    )  # fmt: skip


def weekly_now(agreement: Agreement, lines: Sequence[AgreementFeeLine], on: date | None = None) -> Decimal:
    """The price of a week on that day, kept within the stay; of many agreements, reckon the lines together and ask `weekly_of`."""
    return weekly_of(agreement, reckoned(lines), on)


def weekly_of(agreement: Agreement, fees: Sequence[FeeLine], on: date | None = None) -> Decimal:
    """The price of a week on that day, kept within the stay: on its first day before it, on its last after it."""
    starts, ends = stay_of(agreement)
    last = max(starts, ends - timedelta(days=1)) if agreement.ended_on else date.max
    return weekly_cost(fees, min(max(on or clock.today(), starts), last))


def by_financial_year(lines: Sequence[FeeLine], starts: date, ends: date) -> list[tuple[str, Decimal]]:
    """The cost of each financial year that the period touches; they sum to the whole, since every cost is a difference."""
    costs, year = [], FinancialYear.of(starts)
    while year.first_day < ends:
        first, last = max(starts, year.first_day), min(ends, year.day_after)
        costs.append((str(year), cost(lines, first, last)))
        year = year.next()
    return costs


def cost_line(line: FeeLine, starts: date, ends: date) -> CostLine:
    """One line with its arithmetic."""
    told = explain([line], starts, ends)
    spent = told[0].cost if told else NOUGHT
    reckoning = told[0].arithmetic.split(" = ")[0] if told else "not charged in this period"
    units = reckoning.rsplit(" × ", 1)[-1]
    if told and line.unit is Unit.YEAR:
        # The engine's own word is a fraction of years of 365 and 366 days: exact, and no help to a reader.
        last = ends if line.ends is None else min(ends, line.ends)
        units = plural((last - max(starts, line.starts)).days, "day")
        reckoning = f"{rate_of(line)} for {units}"
    return CostLine(
        line.kind.value, line.label, rate_of(line), line.starts, line.ends, reckoning, units, spent,
        told[0].vat_arithmetic if told else "", payers_of(line),
    )  # fmt: skip


def payers_of(line: FeeLine) -> tuple[tuple[date | None, str], ...]:
    """Who pays the line: from its first day, and from each later day on which that changes."""
    spans = line.paid_alike()
    return tuple((None if first == line.starts else first, payers_in_words(shares)) for first, _, shares in spans)


def payers_in_words(shares: PayerShares) -> str:
    """60% social care, 40% education; whoever pays nothing is left out."""
    named = zip(("social care", "education", "health"), shares.percentages, strict=True)
    return ", ".join(f"{share.normalize():f}% {who}" for who, share in named if share)


def rate_of(line: FeeLine) -> str:
    """£4,410.00 a week; 6 × £25.00 an hour, each week."""
    times = "" if line.quantity == 1 else f"{line.quantity.normalize():f} × "
    weekly = ", each week" if line.unit is Unit.HOUR else ""
    when = {Calendar.TERM_TIME: ", in term time", Calendar.NAMED_WEEKS: ", in named weeks"}.get(line.calendar, "")
    return f"{times}{money(line.sign * line.amount)} {RATES[line.unit]}{weekly}{when}"

"""A fee line: one priced part of an offer or an agreement, from a day, up to a day.

A value object without a database: offers, agreements, variations and uplift models all reckon with it. Amounts are
positive pounds to the penny; whether a line adds or takes away is said by its kind.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from foundation.money import to_penny
from marketplace.payer_shares import SOCIAL_CARE_PAYS, PayersFrom, PayerShares
from marketplace.terms_of_year import NO_TERMS, TermDates

ONE_WEEK = timedelta(days=7)


class FeeKind(StrEnum):
    """What a line pays for."""

    CORE = "core"
    EDUCATION = "education"
    THERAPY = "therapy"
    STAFFING = "staffing"
    TRANSPORT = "transport"
    RETAINER = "retainer"
    SETTLING_IN = "settling_in"
    DISCOUNT = "discount"


class Unit(StrEnum):
    """What the amount is paid for each of. An hour is an hour a week: the quantity says how many."""

    NIGHT = "night"
    DAY = "day"
    WEEK = "week"
    TERM = "term"
    YEAR = "year"
    HOUR = "hour"
    ONCE = "once"


class Calendar(StrEnum):
    """On which days a line is earned."""

    ALL_YEAR = "all_year"
    TERM_TIME = "term_time"
    NAMED_WEEKS = "named_weeks"


class ImpossibleFeeLine(ValueError):
    """A fee line that contradicts itself; its text is a sentence for the person who entered it, `about` one part of the line."""

    def __init__(self, sentence: str, about: str) -> None:
        super().__init__(sentence)
        self.about = about


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLine:
    """`amount` pounds for each `unit`, `quantity` times, earned from `starts` up to, not including, `ends` (None:
    open).

    `weeks` are the first days of the named weeks, each of seven days. `vat_rate` is a percentage of the amount, which
    is net of VAT; `vat_recoverable` says whether the borough gets that VAT back. `shares` says who in the borough's
    area pays what the borough bears, and `payers_from` who pays it from later days on. `terms` are those that a termly
    or term-time fee follows, where it brings its own.
    """

    kind: FeeKind
    label: str
    amount: Decimal
    unit: Unit
    starts: date
    ends: date | None = None
    quantity: Decimal = Decimal(1)
    calendar: Calendar = Calendar.ALL_YEAR
    weeks: tuple[date, ...] = ()
    vat_rate: Decimal = Decimal(0)
    vat_recoverable: bool = True
    shares: PayerShares = SOCIAL_CARE_PAYS
    payers_from: tuple[PayersFrom, ...] = ()
    terms: TermDates = NO_TERMS

    def __post_init__(self) -> None:
        for is_wrong, about, sentence in self._contradictions():
            if is_wrong:
                raise ImpossibleFeeLine(f"{self.label}: {sentence}", about)

    @property
    def sign(self) -> int:
        """A discount takes away; every other kind adds."""
        return -1 if self.kind is FeeKind.DISCOUNT else 1

    @property
    def follows_terms(self) -> bool:
        """Whether its cost depends on the school's term dates."""
        return follows_terms(self.unit, self.calendar)

    @property
    def is_seasonal(self) -> bool:
        """Whether it is charged in a part of the year alone: in term time, by the term, or in named weeks."""
        return self.unit is not Unit.ONCE and (self.unit is Unit.TERM or self.calendar is not Calendar.ALL_YEAR)

    def paid_on(self, day: date) -> PayerShares:
        """Who pays what is earned on that day."""
        later = [change.shares for change in sorted(self.payers_from, key=_day_of) if change.day <= day]
        return later[-1] if later else self.shares

    def paid_alike(self) -> list[tuple[date, date, PayerShares]]:
        """The spans of days with the same payers: first day, the day after, and their shares."""
        later = [change for change in sorted(self.payers_from, key=_day_of) if change.day > self.starts]
        firsts = [self.starts, *(change.day for change in later)]
        return [
            (first, after, self.paid_on(first)) for first, after in pairwise([*firsts, self.ends or date.max]) if first < after
        ]  # fmt: skip

    def is_live_on(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day < self.ends)

    def _contradictions(self) -> tuple[tuple[bool, str, str], ...]:
        weeks = sorted(self.weeks)
        overlap = any(later - earlier < ONE_WEEK for earlier, later in pairwise(weeks))
        named, all_year = self.calendar is Calendar.NAMED_WEEKS, self.calendar is Calendar.ALL_YEAR
        return (
            (
                self.amount <= 0,
                "amount",
                "enter an amount above nought. To take money off, choose the kind “discount”.",
            ),
            (to_penny(self.amount) != self.amount, "amount", "enter the amount in pounds and whole pennies."),
            (self.quantity <= 0, "quantity", "enter a quantity above nought."),
            (self.ends is not None and self.ends <= self.starts, "ends", "the end must come after the start."),
            (named and not weeks, "weeks", "name the weeks in which the fee is charged."),
            (bool(weeks) and not named, "calendar", "weeks are named only for a fee that is charged in named weeks."),
            (overlap, "weeks", "two of the named weeks overlap."),
            (self.unit is Unit.YEAR and not all_year, "calendar", "a yearly fee is charged all year."),
            (self.unit is Unit.TERM and named, "calendar", "a termly fee follows the terms, not named weeks."),
            (not 0 <= self.vat_rate <= 100, "vat_rate", "VAT is a percentage from 0 to 100."),
        )


def _day_of(change: PayersFrom) -> date:
    return change.day


def follows_terms(unit: str, calendar: str) -> bool:
    """Whether a fee by this unit on this calendar depends on the school's term dates."""
    return unit == Unit.TERM or (calendar == Calendar.TERM_TIME and unit != Unit.ONCE)

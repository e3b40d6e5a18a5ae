"""What a variation does to the cost, reckoned before and after it without touching a row.

All figures are net pounds to the penny by the cost engine. Arrears of a fee are its cost from the first day of the change up
to, not including, today, as it becomes less as it was; a fee changes only from that day on, so nothing earlier differs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from contracts.agreement import Agreement, AgreementFeeLine
from contracts.costs import SHOWN_WHILE_OPEN, reckoned
from contracts.fee_changes import OVERLAP
from contracts.varying.variation import Change, FeeChange
from foundation import clock
from foundation.permission import Invalid
from foundation.quarters import FinancialYear
from marketplace.costing import NOUGHT, cost, weekly_cost
from marketplace.fee_line import FeeKind, FeeLine
from marketplace.payer_shares import PayersFrom, PayerShares
from marketplace.setting_term import terms_of


@dataclass(frozen=True, slots=True)
class FeeEffect:
    """One changed fee: its line before and after the day, and the arrears that the change makes up to today."""

    kind: FeeKind
    label: str
    before: FeeLine | None
    after: FeeLine | None
    arrears: Decimal
    #: who pays it on the day before and from the day on
    payers_before: PayerShares | None = None
    payers_after: PayerShares | None = None

    @property
    def changes_payers(self) -> bool:
        return (
            self.payers_after is not None and self.payers_before is not None and self.payers_after != self.payers_before
        )


@dataclass(frozen=True, slots=True)
class Effect:
    """The whole effect: fee by fee, a week before and after, the rest of this financial year, and the rest of the stay."""

    fees: tuple[FeeEffect, ...]
    week_before: Decimal
    week_after: Decimal
    #: from today, or the later first day, to the end of the financial year, and of the stay as far as it is known
    this_year: Decimal
    rest_of_stay: Decimal

    @property
    def arrears(self) -> Decimal:
        """What is due for days that have passed; below nought: the provider owes it back."""
        return sum((fee.arrears for fee in self.fees), start=NOUGHT)

    @property
    def weekly_difference(self) -> Decimal:
        return self.week_after - self.week_before


def varied(lines: Sequence[FeeLine], changes: Iterable[FeeChange], on: date) -> list[FeeLine]:
    """The lines as they stand once the changes hold from the day. Raises Invalid for a fee that is not paid on it."""
    result = list(lines)
    for change in changes:
        result = _WAYS[change.change](result, change, on)
    return result


def effect_of(lines: Sequence[FeeLine], changes: Sequence[FeeChange], on: date, today: date, ends: date) -> Effect:
    """What the changes do from the day `on`; `ends` is the last day of the stay as far as it is known, not included."""
    after, first = varied(lines, changes, on), max(on, today)
    year_end = min(FinancialYear.of(first).day_after, ends)
    return Effect(
        fees=tuple(_fee_effect(lines, after, change, on, min(today, ends)) for change in changes),
        week_before=weekly_cost(lines, first), week_after=weekly_cost(after, first),
        this_year=_difference(lines, after, first, year_end), rest_of_stay=_difference(lines, after, first, ends),
    )  # fmt: skip


def effect_on(
    agreement: Agreement, lines: Sequence[AgreementFeeLine], changes: Sequence[FeeChange], on: date
) -> Effect:
    """What the changes do to an agreement, seen from today. Raises Invalid for what its fees do not allow."""
    today, changes = clock.today(), [_by_terms(agreement, change) for change in changes]
    return effect_of(reckoned(lines), changes, on, today, known_end(agreement) or today + SHOWN_WHILE_OPEN)


def _by_terms(agreement: Agreement, change: FeeChange) -> FeeChange:
    """A new fee that follows terms is reckoned by those of the agreement's setting; Invalid where they are not entered."""
    if change.new is None or not change.new.follows_terms:
        return change
    terms = terms_of([agreement.setting_id])[agreement.setting_id]
    if not terms.knows(change.new.starts, change.new.starts + timedelta(days=1)):
        raise Invalid(
            f"{change.label} needs the school’s term dates, which the provider has not entered. Ask for them, or charge it all year.",
            "new_calendar",
        )
    return replace(change, new=replace(change.new, terms=terms))


def known_end(agreement: Agreement) -> date | None:
    """The day from which nothing is paid any more: of the end, of notice, or the expected one while it lies ahead."""
    expected = agreement.expected_end_on
    ahead = expected if expected is not None and expected > clock.today() else None
    return agreement.ended_on or agreement.notice_ends_on or ahead


def _fee_effect(
    before: Sequence[FeeLine], after: Sequence[FeeLine], change: FeeChange, on: date, until: date
) -> FeeEffect:
    was = [line for line in before if _named(line, change)]
    becomes = [line for line in after if _named(line, change)]
    old, new = _live(was, on) or next(iter(was), None), _live(becomes, on)
    return FeeEffect(
        kind=change.kind, label=change.label, before=old, after=new, arrears=_difference(was, becomes, on, until),
        payers_before=old.paid_on(on) if old else None, payers_after=new.paid_on(on) if new else None,
    )  # fmt: skip


def _difference(before: Sequence[FeeLine], after: Sequence[FeeLine], starts: date, ends: date) -> Decimal:
    if ends <= starts:
        return NOUGHT
    return cost(after, starts, ends) - cost(before, starts, ends)


def _named(line: FeeLine, change: FeeChange) -> bool:
    return (line.kind, line.label) == (change.kind, change.label)


def _live(lines: Sequence[FeeLine], on: date) -> FeeLine | None:
    return next((line for line in lines if line.is_live_on(on)), None)


def _at_new_rate(lines: list[FeeLine], change: FeeChange, on: date) -> list[FeeLine]:
    line = _live([line for line in lines if _named(line, change)], on)
    if line is None or change.amount is None:
        raise Invalid(f"{change.label} is not paid on {on:%-d %B %Y}, so its rate cannot change then.", "effective_on")
    kept = [other for other in lines if other is not line]
    before = [replace(line, ends=on)] if line.starts < on else []
    return [*kept, *before, replace(line, starts=on, amount=change.amount)]


def _closed(lines: list[FeeLine], change: FeeChange, on: date) -> list[FeeLine]:
    if not any(_named(line, change) and (line.ends is None or line.ends > on) for line in lines):
        raise Invalid(f"{change.label} is closed before {on:%-d %B %Y} already.", "effective_on")
    kept = [line for line in lines if not _named(line, change)]
    stays = [line for line in lines if _named(line, change) and line.starts < on]
    return kept + [replace(line, ends=on) if line.ends is None or line.ends > on else line for line in stays]


def _with_payers(lines: list[FeeLine], change: FeeChange, on: date) -> list[FeeLine]:
    """Others pay from the day on, until the next such day that is agreed already; no rate changes."""
    payers = change.payers
    if payers is None or not any(_named(line, change) and (line.ends is None or line.ends > on) for line in lines):
        raise Invalid(
            f"{change.label} is not paid on {on:%-d %B %Y} or after it, so nobody else can pay it.", "effective_on"
        )
    return [_paid_by(line, on, payers) if _named(line, change) else line for line in lines]


def _paid_by(line: FeeLine, on: date, payers: PayerShares) -> FeeLine:
    others = [kept for kept in line.payers_from if kept.day != on]
    return replace(line, payers_from=tuple(sorted([*others, PayersFrom(on, payers)], key=lambda kept: kept.day)))


def _with_new_line(lines: list[FeeLine], change: FeeChange, on: date) -> list[FeeLine]:
    if change.new is None:
        raise Invalid("Say what the new fee is.", "new_label")
    if any(_named(line, change) and _overlap(line, change.new) for line in lines):
        raise Invalid(OVERLAP, "new_label")
    return [*lines, change.new]


def _overlap(one: FeeLine, other: FeeLine) -> bool:
    return (other.ends is None or one.starts < other.ends) and (one.ends is None or other.starts < one.ends)


_WAYS = {Change.RATE: _at_new_rate, Change.CLOSE: _closed, Change.ADD: _with_new_line, Change.PAYERS: _with_payers}

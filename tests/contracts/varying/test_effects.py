"""The reckoning of variations: in whatever order they are agreed, the cost is the same, and so is who pays it."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from random import Random

import pytest

from contracts.varying.effects import effect_of, varied
from contracts.varying.variation import Change, FeeChange
from foundation.permission import Invalid
from marketplace.costing import Charge, charge, charges_between
from marketplace.fee_line import Calendar, FeeKind, FeeLine, Unit
from marketplace.payer_shares import PayerShares
from marketplace.terms_of_year import Term, TermDates

START = date(2026, 3, 2)
END = START + timedelta(500)
CASES = 10_000
HOW = [
    *((unit, Calendar.ALL_YEAR) for unit in (Unit.NIGHT, Unit.DAY, Unit.WEEK, Unit.YEAR, Unit.HOUR, Unit.TERM)),
    (Unit.DAY, Calendar.TERM_TIME), (Unit.WEEK, Calendar.NAMED_WEEKS),
]  # fmt: skip
TERMS = TermDates(
    tuple(
        Term(date(*first), date(*after))
        for first, after in (
            ((2026, 1, 5), (2026, 3, 27)), ((2026, 4, 13), (2026, 7, 22)), ((2026, 9, 3), (2026, 12, 19)),
            ((2027, 1, 5), (2027, 3, 25)), ((2027, 4, 12), (2027, 7, 21)),
        )
    )
)  # fmt: skip

Asked = tuple[date, FeeChange]


def some_lines(chance: Random) -> list[FeeLine]:
    """Two to four open fees, some of which begin or end within the stay."""
    return [some_line(chance, f"Fee {number}", *chance.choice(HOW)) for number in range(chance.randint(2, 4))]


def some_line(chance: Random, label: str, unit: Unit, calendar: Calendar) -> FeeLine:
    weeks = [START + timedelta(weeks=number) for number in chance.sample(range(70), 3)]
    return FeeLine(
        kind=chance.choice((FeeKind.CORE, FeeKind.DISCOUNT)), label=label, amount=some_amount(chance),
        unit=unit, calendar=calendar, weeks=tuple(weeks) if calendar is Calendar.NAMED_WEEKS else (),
        quantity=Decimal(chance.randint(1, 3)), starts=START + timedelta(chance.choice((0, 0, chance.randint(1, 99)))),
        ends=chance.choice((None, None, START + timedelta(chance.randint(200, 499)))),
        vat_rate=Decimal(chance.choice((0, 20))), vat_recoverable=chance.random() < 0.5, shares=some_payers(chance),
    )  # fmt: skip


def some_payers(chance: Random) -> PayerShares:
    first = chance.randint(0, 100)
    second = chance.randint(0, 100 - first)
    return PayerShares(Decimal(first), Decimal(second), Decimal(100 - first - second))


def some_amount(chance: Random) -> Decimal:
    return Decimal(chance.randint(1, 999_999)).scaleb(-2)


def some_changes(chance: Random, lines: list[FeeLine]) -> list[Asked]:
    """Two to five changes, each of one fee on a day of its own: new rates, closings, new fees."""
    asked: list[Asked] = []
    for number, offset in enumerate(chance.sample(range(500), chance.randint(2, 5))):
        on, line = START + timedelta(offset), chance.choice(lines)
        match chance.choice((Change.RATE, Change.RATE, Change.CLOSE, Change.ADD, Change.PAYERS)):
            case Change.PAYERS:
                payers = some_payers(chance)
                asked.append((on, FeeChange(change=Change.PAYERS, kind=line.kind, label=line.label, payers=payers)))
            case Change.ADD:
                new = FeeLine(
                    kind=FeeKind.THERAPY, label=f"New {number}", amount=some_amount(chance), unit=Unit.WEEK, starts=on
                )
                asked.append((on, FeeChange(change=Change.ADD, kind=new.kind, label=new.label, new=new)))
            case Change.CLOSE:
                asked.append((on, FeeChange(change=Change.CLOSE, kind=line.kind, label=line.label)))
            case Change.RATE:
                amount = some_amount(chance)
                asked.append((on, FeeChange(change=Change.RATE, kind=line.kind, label=line.label, amount=amount)))
    return asked


def carried_out(lines: list[FeeLine], asked: list[Asked]) -> list[FeeLine]:
    """One variation after the other; one that the fees do not allow by then is refused and changes nothing."""
    for on, change in asked:
        try:
            lines = varied(lines, [change], on)
        except Invalid:
            continue
    return lines


@pytest.mark.slow
def test_the_order_of_variations_does_not_matter_to_the_cost() -> None:
    chance = Random(20261122)
    for _ in range(CASES):
        lines = some_lines(chance)
        asked = some_changes(chance, lines)
        shuffled = chance.sample(asked, len(asked))
        cut = START + timedelta(chance.randint(1, 499))
        one, other = carried_out(lines, asked), carried_out(lines, shuffled)
        whole = charge(one, START, END, TERMS)
        assert whole == charge(other, START, END, TERMS), (lines, asked, shuffled)
        assert sum(charges_between(one, (START, cut, END), TERMS), start=Charge()) == whole


def test_nothing_before_the_day_is_touched() -> None:
    chance = Random(1122)
    for _ in range(1000):
        lines = some_lines(chance)
        (on, change) = next(islice(some_changes(chance, lines), 1))
        after = carried_out(lines, [(on, change)])
        assert charge(after, START, on, TERMS) == charge(lines, START, on, TERMS)


def test_the_effect_sums_its_arrears_and_the_year() -> None:
    core = FeeLine(kind=FeeKind.CORE, label="Care", amount=Decimal("4200.00"), unit=Unit.WEEK, starts=START)
    up = FeeChange(change=Change.RATE, kind=FeeKind.CORE, label="Care", amount=Decimal("4410.00"))
    on, today = date(2026, 11, 1), date(2026, 11, 22)
    effect = effect_of([core], [up], on, today, ends=date(2027, 4, 8))
    assert (effect.week_before, effect.week_after, effect.weekly_difference) == (
        Decimal("4200.00"), Decimal("4410.00"), Decimal("210.00")
    )  # fmt: skip
    assert effect.arrears == Decimal("630.00")
    assert effect.this_year == Decimal("3900.00")
    assert effect.rest_of_stay == Decimal("4110.00")


def test_ahead_of_its_day_a_change_makes_no_arrears() -> None:
    core = FeeLine(kind=FeeKind.CORE, label="Care", amount=Decimal("4200.00"), unit=Unit.WEEK, starts=START)
    closing = FeeChange(change=Change.CLOSE, kind=FeeKind.CORE, label="Care")
    effect = effect_of([core], [closing], date(2026, 12, 1), date(2026, 11, 22), ends=date(2026, 12, 15))
    assert (effect.arrears, effect.week_after, effect.rest_of_stay) == (Decimal(0), Decimal(0), Decimal("-8400.00"))


def test_an_overlap_is_refused_in_words() -> None:
    core = FeeLine(kind=FeeKind.CORE, label="Care", amount=Decimal("4200.00"), unit=Unit.WEEK, starts=START)
    again = FeeChange(change=Change.ADD, kind=FeeKind.CORE, label="Care", new=core)
    with pytest.raises(Invalid, match="a fee of this kind and name"):
        varied([core], [again], START)

"""What offers score: quality from marks, the cost of the expected stay, the place by the lot's formula."""

import uuid
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.fee_line import FeeKind, FeeLine, Unit
from marketplace.framework import PriceFormula
from referrals.price_scores import Scored, Weights, shown
from referrals.quality import Cell, Given, Weighed, cells_of, figure, finished, quality_score
from referrals.scoring import Evaluation, Stay, arithmetic_for_provider, price_of, score, steadiness, warning

EVEN = Weights(Decimal(50), Decimal(50))
A, B, C = (uuid.UUID(int=n) for n in (1, 2, 3))
CRITERIA = (Weighed(uuid.UUID(int=11), 1, "Needs", 70), Weighed(uuid.UUID(int=12), 2, "Outcomes", 30))
ANNE, BEA = uuid.UUID(int=21), uuid.UUID(int=22)

bids = st.lists(st.tuples(st.integers(1, 700_000), st.integers(0, 100)), min_size=1, max_size=6)


def evaluation(formula: PriceFormula, ceiling: int | None = 200, weights: Weights = EVEN, weeks: int = 1) -> Evaluation:
    point = Decimal(2) if formula is PriceFormula.MONETISED else None
    return Evaluation(formula, weights, weeks, Decimal(ceiling) if ceiling else None, point)


def scored(formula: PriceFormula, *offers: tuple[int, int], **how: object) -> list[Scored]:
    rows = [
        (uuid.UUID(int=n), f"OFR-{n:03}", Decimal(price), Fraction(quality))
        for n, (price, quality) in enumerate(offers, 1)
    ]
    return list(score(evaluation(formula, **how), rows).values())  # type: ignore[arg-type]


def by_reference(results: list[Scored]) -> dict[str, str]:
    return {result.bid.reference: shown(result.total) for result in results}


def mark(offer: uuid.UUID, criterion: Weighed, by: uuid.UUID, given_mark: int, *, counted: bool = True) -> Given:
    return Given(offer, criterion.id, by, "Anne" if by == ANNE else "Bea", given_mark, "Why", counted)


class TestQuality:
    def test_two_evaluators_mean_by_the_criteria_s_weights(self) -> None:
        marks = [
            mark(A, CRITERIA[0], ANNE, 5),
            mark(A, CRITERIA[0], BEA, 4),
            mark(A, CRITERIA[1], ANNE, 2),
            mark(A, CRITERIA[1], BEA, 3),
        ]
        cells = cells_of(A, CRITERIA, marks, {})
        assert [cell.mean for cell in cells] == [Fraction(9, 2), Fraction(5, 2)]
        assert [cell.points for cell in cells] == [63, 15]
        assert quality_score(cells) == 78

    def test_full_marks_are_a_hundred_and_none_is_nought(self) -> None:
        full = [Cell(each, (mark(A, each, ANNE, 5),)) for each in CRITERIA]
        assert quality_score(full) == 100
        assert quality_score(cells_of(A, CRITERIA, [], {})) == 0

    def test_marks_set_aside_and_marks_of_other_offers_do_not_count(self) -> None:
        marks = [
            mark(A, CRITERIA[0], ANNE, 4),
            mark(A, CRITERIA[0], BEA, 0, counted=False),
            mark(B, CRITERIA[0], ANNE, 0),
        ]
        assert cells_of(A, CRITERIA, marks, {})[0].mean == 4

    @pytest.mark.parametrize(("one", "other", "apart"), [(5, 3, True), (5, 4, False), (3, 3, False), (0, 5, True)])
    def test_two_or_more_apart(self, one: int, other: int, apart: bool) -> None:
        cell = Cell(CRITERIA[0], (mark(A, CRITERIA[0], ANNE, one), mark(A, CRITERIA[0], BEA, other)))
        assert cell.is_apart is apart

    def test_only_who_marked_everything_has_finished(self) -> None:
        marks = [mark(offer, each, ANNE, 3) for offer in (A, B) for each in CRITERIA]
        marks += [mark(A, each, BEA, 3) for each in CRITERIA]
        ids = [each.id for each in CRITERIA]
        assert finished(marks, [A, B], ids) == {ANNE}
        assert finished(marks, [A], ids) == {ANNE, BEA}
        assert finished([], [], []) == frozenset()

    @pytest.mark.parametrize(
        ("value", "text"), [(Fraction(9, 2), "4.5"), (Fraction(4), "4"), (Fraction(10, 3), "3.33"), (Fraction(0), "0")]
    )  # fmt: skip
    def test_a_figure_is_printed_without_idle_noughts(self, value: Fraction, text: str) -> None:
        assert figure(value) == text


class TestPrice:
    def test_the_whole_stay_with_one_offs(self) -> None:
        first = date(2026, 12, 7)
        lines = [
            FeeLine(kind=FeeKind.CORE, label="Core fee", amount=Decimal(4250), unit=Unit.WEEK, starts=first),
            FeeLine(kind=FeeKind.SETTLING_IN, label="Settling in", amount=Decimal(350), unit=Unit.ONCE, starts=first),
            FeeLine(
                kind=FeeKind.DISCOUNT, label="Long stay", amount=Decimal(85), unit=Unit.WEEK, starts=date(2027, 6, 7)
            ),
        ]
        price = price_of(lines, first, Stay(52, is_usual=False))
        assert price.whole == Decimal("219140.00")  # 221,000 + 350 − 26 × 85
        assert price.average_week == Decimal("4214.23")
        assert price.running_week == Decimal("4250.00")
        assert sum(line.cost for line in price.lines) == price.whole

    def test_the_last_day_of_a_stay(self) -> None:
        assert Stay(52, is_usual=False).last_day(date(2026, 12, 7)) == date(2027, 12, 5)


class TestPlaces:
    def test_lowest_over_price_gives_the_example_of_the_rules(self) -> None:
        results = scored(PriceFormula.LOWEST_OVER_PRICE, (50, 50), (75, 75), (100, 100))
        assert by_reference(results) == {"OFR-001": "75.00", "OFR-002": "70.83", "OFR-003": "75.00"}
        assert [result.place for result in results] == ["1=", "1=", "3"]

    def test_against_the_ceiling_over_the_stay_the_weeks_cancel_out(self) -> None:
        week = scored(PriceFormula.ABSOLUTE, (50, 50), (75, 80))
        year = scored(PriceFormula.ABSOLUTE, (2600, 50), (3900, 80), weeks=52)
        assert by_reference(week) == by_reference(year) == {"OFR-001": "62.50", "OFR-002": "71.25"}

    def test_monetised_quality_is_price_less_what_the_points_are_worth(self) -> None:
        results = scored(PriceFormula.MONETISED, (4000, 60), (4050, 90), weeks=1)
        assert by_reference(results) == {"OFR-002": "3870.00", "OFR-001": "3880.00"}
        assert results[0].place == "1"

    def test_the_warning_where_the_ceiling_would_choose_another(self) -> None:
        how = evaluation(PriceFormula.LOWEST_OVER_PRICE, 1000)
        rows = [(A, "OFR-001", Decimal(100), Fraction(40)), (B, "OFR-002", Decimal(200), Fraction(85))]
        said = warning(how, list(score(how, rows).values()))
        assert said is not None
        assert "OFR-001 first" in said
        assert warning(evaluation(PriceFormula.ABSOLUTE), []) is None

    def test_a_provider_never_reads_the_lowest_price(self) -> None:
        how = evaluation(PriceFormula.LOWEST_OVER_PRICE)
        loser = scored(PriceFormula.LOWEST_OVER_PRICE, (50, 90), (75, 50))[1]
        assert "£50.00" in loser.arithmetic[1]
        own = arithmetic_for_provider(how, loser)
        assert own[1] == "Price: 100 × the lowest price ÷ £75.00 = 66.67"
        assert "£50.00" not in " ".join(own)

    @settings(max_examples=300, deadline=None)
    @given(bids, st.tuples(st.integers(1, 700_000), st.integers(0, 100)), st.integers(0, 100))
    def test_an_added_loser_never_reorders_the_others_under_the_ceiling(
        self, offers: list[tuple[int, int]], added: tuple[int, int], quality_weight: int
    ) -> None:
        weights = Weights(Decimal(quality_weight), Decimal(100 - quality_weight))
        how: dict[str, object] = {"ceiling": 500_000, "weights": weights}
        before = [result.bid.reference for result in scored(PriceFormula.ABSOLUTE, *offers, **how)]
        after = [result.bid.reference for result in scored(PriceFormula.ABSOLUTE, *offers, added, **how)]
        newcomer = f"OFR-{len(offers) + 1:03}"
        assert [reference for reference in after if reference != newcomer] == before


class TestSteadiness:
    def rows(self, *offers: tuple[int, int, int]) -> list[tuple[Scored, list[tuple[int, Fraction]]]]:
        results = scored(
            PriceFormula.ABSOLUTE, *((price, needs + outcomes) for price, needs, outcomes in offers), ceiling=8000
        )
        marks = {
            f"OFR-{n:03}": [(50, Fraction(needs, 10)), (50, Fraction(outcomes, 10))]
            for n, (_, needs, outcomes) in enumerate(offers, 1)
        }
        return [(result, marks[result.bid.reference]) for result in results]

    def test_far_ahead_is_always_first(self) -> None:
        assert steadiness(evaluation(PriceFormula.ABSOLUTE, 8000), self.rows((4000, 50, 50), (7000, 10, 10))) == 1000

    def test_a_narrow_lead_is_lost_in_some_tries_and_the_same_ones_each_time(self) -> None:
        how, rows = evaluation(PriceFormula.ABSOLUTE, 8000), self.rows((4000, 50, 30), (4000, 30, 49))
        first = steadiness(how, rows)
        assert 500 < first < 1000
        assert steadiness(how, list(rows)) == first

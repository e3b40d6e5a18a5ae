"""Money: half-up to the penny, shares that sum, and typed amounts that are read or refused with a sentence."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import LARGEST_AMOUNT, NotAnAmount, parse_money, share_out, to_penny

pennies = st.integers(min_value=-(10**12), max_value=10**12).map(lambda number: Decimal(number).scaleb(-2))
shares = st.lists(st.integers(min_value=0, max_value=1000), min_size=1, max_size=12).filter(any)


class TestToPenny:
    @pytest.mark.parametrize(
        ("exact", "rounded"),
        [
            (Decimal("2.345"), "2.35"),
            (Decimal("2.344999"), "2.34"),
            (Decimal("-2.345"), "-2.35"),
            (Fraction(1, 3), "0.33"),
            (Fraction(4000 * 366, 7), "209142.86"),
            (0, "0.00"),
            (7, "7.00"),
        ],
    )
    def test_rounds_half_up(self, exact: Decimal | Fraction | int, rounded: str) -> None:
        assert str(to_penny(exact)) == rounded

    @given(pennies)
    def test_leaves_whole_pennies_alone(self, amount: Decimal) -> None:
        assert to_penny(amount) == amount

    @given(st.fractions(min_value=-(10**9), max_value=10**9))
    def test_is_never_more_than_half_a_penny_away(self, exact: Fraction) -> None:
        assert abs(Fraction(to_penny(exact)) - exact) <= Fraction(1, 200)


class TestShareOut:
    def test_the_sixty_twenty_five_fifteen_of_the_partnership(self) -> None:
        assert share_out(Decimal("100.01"), [60, 25, 15]) == [Decimal("60.01"), Decimal("25.00"), Decimal("15.00")]

    def test_equal_losses_go_to_the_earlier_part(self) -> None:
        assert share_out(Decimal("100.00"), [1, 1, 1]) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]

    @given(pennies, shares)
    def test_the_parts_sum_to_the_whole(self, total: Decimal, weights: list[int]) -> None:
        assert sum(share_out(total, weights)) == total

    @given(pennies, shares)
    def test_no_part_is_a_penny_away_from_its_exact_share(self, total: Decimal, weights: list[int]) -> None:
        for part, weight in zip(share_out(total, weights), weights, strict=True):
            assert abs(Fraction(part) - Fraction(total) * weight / sum(weights)) < Fraction(1, 100)

    @given(pennies, shares)
    def test_a_credit_is_the_mirror_image_of_a_charge(self, total: Decimal, weights: list[int]) -> None:
        assert share_out(-total, weights) == [-part for part in share_out(total, weights)]

    @pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
    def test_refuses_shares_that_share_nothing(self, weights: list[int]) -> None:
        with pytest.raises(ValueError, match="more than nought"):
            share_out(Decimal("1.00"), weights)

    def test_refuses_parts_of_a_penny(self) -> None:
        with pytest.raises(ValueError, match="whole number of pennies"):
            share_out(Decimal("0.005"), [1, 1])


class TestParseMoney:
    @pytest.mark.parametrize(
        ("typed", "amount"),
        [
            ("£4,200", "4200.00"),
            ("4200.5", "4200.50"),
            (" £ 4 200.00 ", "4200.00"),
            ("1,234,567.89", "1234567.89"),
            ("0", "0.00"),
            ("12.", "12.00"),
        ],
    )
    def test_reads_what_people_type(self, typed: str, amount: str) -> None:
        assert str(parse_money(typed)) == amount

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("", "Enter an amount in pounds"),
            ("-5", "below nought"),
            ("£-5", "below nought"),
            ("(5.00)", "below nought"),
            ("4.205", "more than two decimals"),
            ("4,20", "not clear"),
            ("4.200,00", "not clear"),
            ("1,23,456", "not clear"),
            ("about 4k", "not clear"),
            ("1e6", "not clear"),
            ("٤٢٠٠", "not clear"),
            ("NaN", "not clear"),
            ("4200 a week", "not clear"),
            ("10000000000", "too large"),
        ],
    )
    def test_refuses_the_rest_with_a_sentence(self, typed: str, sentence: str) -> None:
        with pytest.raises(NotAnAmount, match=sentence):
            parse_money(typed)

    def test_a_caller_may_set_the_limit(self) -> None:
        with pytest.raises(NotAnAmount, match=r"no more than £99,999\.99"):
            parse_money("1,000,000", at_most=Decimal("99999.99"))

    @given(st.integers(min_value=0, max_value=int(LARGEST_AMOUNT * 100)))
    def test_reads_back_every_amount_as_it_is_printed(self, number: int) -> None:
        amount = Decimal(number).scaleb(-2)
        assert parse_money(f"£{amount:,.2f}") == amount

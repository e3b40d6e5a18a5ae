"""Reading a savings plan: what adds up is read whole; what does not is told, row or column, with both figures."""

from decimal import Decimal
from pathlib import Path

import pytest

from contracts.savings.plan_table import NotAPlan, PlanTable, read_plan
from contracts.savings.saving import Rating
from foundation.quarters import FinancialYear
from tests.makers.savings import PLAN

#: the seed: a county's savings tracker, in the shared folder beside the work tree; it is no part of this repository
SEED = Path(__file__).resolve().parents[2].parent / "shared" / "seeds" / "002_546e2d947cee9de5.txt"
NOT_HERE = "the seeds are not beside this tree (../shared): the same table, with made-up figures, is tested above"


def read(text: str) -> PlanTable:
    return read_plan([line.split("\t") for line in text.splitlines()])


class TestItReads:
    def test_ratings_years_and_totals(self) -> None:
        table = read(PLAN)
        (block,) = table.blocks
        assert block.years == (FinancialYear(2026), FinancialYear(2027))
        assert [(line.rating, line.sum, line.total) for line in block.lines] == [
            (Rating.GREEN_DELIVERED, 42, 42), (Rating.GREEN_ON_TARGET, 25, 25), (Rating.AMBER, 6, 6), (Rating.RED, 1080, 1080),
        ]  # fmt: skip
        assert (table.adds_up, table.says_thousands) == (True, True)
        assert table.unread == [(7, "Staff · 9 FTE")]

    def test_totals_that_are_left_empty_are_not_asked_for(self) -> None:
        assert read(PLAN.replace("\tTotal\t12\t1,141\t1,153", "\tTotal\t\t\t")).adds_up

    def test_several_blocks_with_a_last_row_of_totals(self) -> None:
        table = read(PROPOSED.format(last="TOTAL SAVINGS\t\t\t11\t22\t33\t66"))
        assert [(block.name, block.is_empty) for block in table.blocks] == [
            ("New savings", False),
            ("Existing savings", True),
        ]
        assert (table.adds_up, table.noticed) == (True, [])

    def test_a_row_of_totals_one_column_too_far_left_is_read_where_it_belongs_and_told(self) -> None:
        table = read(
            PROPOSED.format(last="TOTAL SAVINGS\t\t\t22\t33\t66\t")
            .replace("\t11\t22\t33\t66", "\t\t22\t33\t55")
            .replace("\t22\t33\t66\t", "\t22\t33\t55\t")
        )
        assert table.adds_up
        assert "one column too far left" in table.noticed[0]

    def test_figures_in_brackets_are_below_nought(self) -> None:
        table = read("\t2026/27\t2027/28\tTotal\nAmber\t(5)\t−2\t(7)\n")
        assert table.blocks[0].lines[0].sum == Decimal(-7)


#: two blocks of one heading; the second is empty
PROPOSED = """PROPOSED\t\t\t2025/26\t2026/27\t2027/28\tTotal
New savings\t£000's\tGreen Delivered\t\t\t\t
\t\tRed\t11\t22\t33\t66
\t\tTotal\t\t\t\t
Existing savings\t£000's\tGreen Delivered\t\t\t\t
\t\tRed\t\t\t\t
{last}
"""


class TestItTells:
    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (("\t25\t25", "\t25\t26"), "Row 3, Green On Target: its years come to 25, its total says 26."),
            (("\t1,141\t", "\t1,142\t"), "Column 2027-28: its rows come to 1,141, row 6, Total, says 1,142."),
            (("1,153", "1,163"), "Row 6, Total: all rows come to 1,153, it says 1,163."),
            (("\t6\t6", "\t\t6"), "Row 4, Amber: its years come to 0, its total says 6."),
        ],
    )
    def test_which_row_or_column_with_both_figures(self, change: tuple[str, str], sentence: str) -> None:
        table = read(PLAN.replace(*change))
        assert not table.adds_up
        assert sentence in table.wrong

    def test_a_last_row_that_is_not_the_sum_of_the_blocks(self) -> None:
        table = read(PROPOSED.format(last="TOTAL SAVINGS\t\t\t11\t22\t33\t67"))
        assert table.wrong == ["Row 7, TOTAL SAVINGS, Total: the rows above come to 66, it says 67."]

    def test_a_figure_that_stands_under_no_year(self) -> None:
        table = read("\t2026/27\t2027/28\tTotal\nAmber\t5\t2\t7\t9\n")
        assert table.wrong == ["Row 2, Amber: “9” in column 5 stands under no year."]

    def test_a_table_without_a_figure(self) -> None:
        assert "No row of the table has a figure" in read("\t2026/27\tTotal\nAmber\t\t\n").wrong[0]


class TestItRefuses:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("Amber\t5\t5\n", "No row names financial years"),
            ("\t2026/27\tTotal\nAmber\t€5\t5\n", "other currency"),
            ("\t2026/27\tTotal\nAmber\t=2+3\t5\n", "holds a formula"),
            ("\t2026/27\tTotal\nAmber\tfive\t5\n", "which is not a figure"),
            ("\t2027/28\t2026/27\tTotal\nAmber\t5\t5\t10\n", "once, in their order"),
            ("\t2026/27\tTotal\nAmber\t99999999\t99999999\n", "too large"),
        ],
    )
    def test_what_cannot_be_meant(self, text: str, sentence: str) -> None:
        with pytest.raises(NotAPlan, match=sentence):
            read(text)

    def test_years_that_are_none(self) -> None:
        with pytest.raises(NotAPlan, match="No row names"):
            read("\t2026/28\tTotal\nAmber\t5\t5\n")


@pytest.mark.skipif(not SEED.exists(), reason=NOT_HERE)
class TestTheSeed:
    def test_its_totals_agree(self) -> None:
        table = read(SEED.read_text())
        current, proposed, existing = table.blocks
        by_rating = {line.rating: line.figures for line in current.lines}
        assert by_rating == {
            Rating.GREEN_DELIVERED: (Decimal(134), Decimal(318)), Rating.GREEN_ON_TARGET: (None, Decimal(229)),
            Rating.AMBER: (None, Decimal(58)), Rating.RED: (None, Decimal(890)),
        }  # fmt: skip
        assert current.totals is not None
        assert (current.totals.figures, current.totals.total) == ((Decimal(134), Decimal(1495)), Decimal(1629))
        assert [line.figures for line in proposed.lines if line.sum] == [
            (None, Decimal(150), Decimal(300), Decimal(376))
        ]
        assert (proposed.lines[-1].total, existing.is_empty) == (Decimal(826), True)
        assert table.adds_up

    def test_what_the_seed_s_last_row_says_is_told(self) -> None:
        (noticed,) = read(SEED.read_text()).noticed
        assert "TOTAL SAVINGS, stands one column too far left" in noticed

    def test_no_line_of_the_document_is_lost(self) -> None:
        text = SEED.read_text()
        table = read(text)
        named = {row for row, _ in table.unread}
        held = {
            line.row for block in table.blocks for line in [*block.lines, *([block.totals] if block.totals else [])]
        }
        filled = {number for number, line in enumerate(text.splitlines(), start=1) if line.strip()}
        headings_and_totals = filled - named - held
        assert len(headings_and_totals) == 3

"""Charts: attributes only, a title always, a gap for no figure, everything inside the drawing."""

import re
from xml.etree import ElementTree

import pytest

from foundation import charts
from foundation.dots import Pointer, dots
from foundation.drawing import NARROW, PRINT, WIDE, Canvas, Chart, axis_for
from foundation.staircase import Bar, Rung, foot_of, staircase

QUARTERS = ["Q3 24/25", "Q4 24/25", "Q1 25/26", "Q2 25/26"]
STEPS = [
    Rung("Now", 4313.1, Bar.LEVEL), Rung("Living wage pay", 95.48, Bar.STEP), Rung("Model", 4408.58, Bar.LEVEL),
    Rung("Not explained", 266.72, Bar.GAP), Rung("Request", 4675.3, Bar.LEVEL),
]  # fmt: skip
ALLOWED = {
    "xmlns", "class", "role", "width", "height", "viewBox", "font-family", "font-size", "font-weight", "fill", "stroke",
    "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "text-anchor", "x", "y", "x1", "y1", "x2", "y2",
    "cx", "cy", "r", "points",
}  # fmt: skip


def every_form(canvas: Canvas) -> list[Chart]:
    return [
        charts.trend(
            "Trend", QUARTERS, [14.3, None, 9, 5.9], high=8, band="Target", peers=[10, 9, 9, 9], canvas=canvas
        ),
        charts.trend("At least", QUARTERS, [61, 72, 80, None], low=75, band="Target", start=50, top=100, canvas=canvas),
        charts.stacked(
            "Months", ["Apr", "May"], [("Spot", [1, 0]), ("Framework", [5, 7])], unit="£", split=1, canvas=canvas
        ),
        charts.bars("Bars", QUARTERS, [18, None, 12, 11], aim=10, aim_text="Aim 10", canvas=canvas),
        charts.horizontal("Lying", [("Near", 3, 5), ("Far", None, None)], marker="a year ago", canvas=canvas),
        staircase("Steps", STEPS, line=4377.4, canvas=canvas),
        dots(
            "Peers",
            [2, 3.5, 3.5, *[4] * 9],
            pointers=[Pointer("asked", 8.4, True), Pointer("answer", 3.9, False)],
            middle=3.5,
        ),
        charts.spark("Spark", [1, None, 3], target=2),
        charts.spark("Nothing yet", [None, None]),
    ]


@pytest.mark.parametrize("canvas", [WIDE, NARROW, PRINT])
def test_a_strict_policy_takes_every_form(canvas: Canvas) -> None:
    for chart in every_form(canvas):
        root = ElementTree.fromstring(chart.svg)
        assert root.get("role") == "img"
        assert root[0].tag.endswith("title")
        assert root[0].text == chart.title
        used = {name for element in root.iter() for name in element.keys()}  # noqa: SIM118 - an Element has no items to unpack
        assert used <= ALLOWED
        assert not {element.tag for element in root.iter() if element.tag.endswith(("style", "script"))}


@pytest.mark.parametrize("canvas", [WIDE, NARROW, PRINT])
def test_no_mark_leaves_the_drawing(canvas: Canvas) -> None:
    for chart in every_form(canvas):
        root = ElementTree.fromstring(chart.svg)
        _, _, width, height = map(float, root.get("viewBox", "").split())
        for element in root.iter():
            for name, limit in (
                ("x", width),
                ("x1", width),
                ("x2", width),
                ("y", height),
                ("y1", height),
                ("y2", height),
            ):
                assert 0 <= float(element.get(name, "0")) <= limit, (chart.title, name, element.attrib)


def test_no_figure_is_a_gap_and_never_a_zero() -> None:
    svg = charts.trend("Gap", QUARTERS, [4, None, 3, 2]).svg
    assert len(re.findall("<circle", svg)) == 3
    (line,) = re.findall(r'points="([^"]+)"', svg)
    assert len(line.split()) == 2


def test_a_quarter_without_figure_at_the_end_says_so() -> None:
    assert "no figure" in charts.trend("Open end", QUARTERS, [4, 3, 2, None]).svg
    assert "no figure" in charts.trend("Nothing at all", QUARTERS, [None] * 4).svg


def test_words_are_escaped_and_a_title_is_required() -> None:
    assert "A &lt;b&gt; &amp; C" in charts.bars("A <b> & C", ["Q1"], [1]).svg
    with pytest.raises(ValueError, match="title"):
        charts.bars("", ["Q1"], [1])


def test_a_page_gets_a_wide_and_a_narrow_drawing() -> None:
    drawn = charts.for_page(charts.bars, "Bars", ["Q1"], [1])
    assert drawn.count("<svg") == 2
    assert "app-only-wide" in drawn
    assert "app-only-narrow" in drawn


def test_a_pdf_gets_one_image_with_the_title_as_its_text() -> None:
    image = charts.bars('Spot "share"', ["Q1"], [1]).as_image()
    assert image.startswith('<img class="chart" alt="Spot &#34;share&#34;" src="data:image/svg+xml,%3Csvg')


@pytest.mark.parametrize(
    ("most", "step", "top"), [(16, 4, 16), (64, 20, 80), (0.3, 0.1, 0.3), (0, 1, 1), (362, 100, 400)]
)
def test_scales_are_round(most: float, step: float, top: float) -> None:
    axis = axis_for([most], 0, None)
    assert (axis.step, axis.top) == (pytest.approx(step), pytest.approx(top))


def test_a_staircase_begins_under_its_lowest_level_and_says_so() -> None:
    assert foot_of(STEPS) == 4200
    svg = staircase("Steps", STEPS, canvas=WIDE).svg
    assert "£4,200" in svg
    assert ">£0<" not in svg
    less = [*STEPS[:3], Rung("Less than the model", -20, Bar.GAP), Rung("Request", 4388.58, Bar.LEVEL)]
    assert "-20.00" in staircase("Steps", less, canvas=NARROW).svg


def test_more_dots_than_fit_are_counted() -> None:
    svg = dots("Peers", [4.0] * 9).svg
    assert svg.count("<circle") == 7
    assert ">9</text>" in svg

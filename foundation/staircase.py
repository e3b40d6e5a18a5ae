"""A staircase: small steps between levels that are alike, on an axis that begins under the lowest; lying rows on a phone.

Where the steps are of the size of the levels, `charts.waterfall` shows them from nought.
"""

from collections.abc import Sequence
from enum import StrEnum
from math import floor, log10
from typing import NamedTuple

from foundation.drawing import (
    DARK,
    MARK,
    MIDDLE,
    MUTED,
    PRINT_WIDE,
    RULE,
    Axis,
    Canvas,
    Chart,
    Plot,
    Sheet,
    Write,
    margin_for,
)


class Bar(StrEnum):
    """What a bar stands for: a level reached, a step that is explained, or one that is not."""

    LEVEL = "level"
    STEP = "step"
    GAP = "gap"


class Rung(NamedTuple):
    """A bar of the staircase: its name, the level at its end (for a step: what it adds), and what it stands for."""

    name: str
    amount: float
    bar: Bar


Span = tuple[float, float]
FILL = {Bar.LEVEL: DARK, Bar.STEP: MIDDLE, Bar.GAP: MARK}


def staircase(
    title: str,
    rungs: Sequence[Rung],
    *,
    line: float | None = None,
    write: Write = "£{:,.0f}".format,
    write_step: Write = "{:+,.2f}".format,
    description: str = "",
    canvas: Canvas = PRINT_WIDE,
) -> Chart:
    """Levels and the steps between them. `line`: a dashed level, told in words beside the chart. The axis begins where `foot_of` says."""
    spans = _spans(rungs)
    lying = canvas.width < 30 * canvas.type_size
    draw = _lying if lying else _upright
    values = [value for span in spans for value in span] + ([line] if line is not None else [])
    axis = _axis(values)
    return draw(title, rungs, spans, axis, line, (write, write_step), description, canvas)


def foot_of(rungs: Sequence[Rung], line: float | None = None) -> float:
    """Where the axis begins: said in words under the chart, since it is not nought."""
    return _axis([value for span in _spans(rungs) for value in span] + ([line] if line is not None else [])).start


def _spans(rungs: Sequence[Rung]) -> list[Span]:
    """From where to where each bar reaches; a level from the foot of the axis."""
    at, spans = 0.0, []
    for rung in rungs:
        before, at = at, rung.amount if rung.bar is Bar.LEVEL else at + rung.amount
        spans.append((at, at) if rung.bar is Bar.LEVEL else (before, at))
    return spans


def _axis(values: Sequence[float]) -> Axis:
    """Round steps that hold the changes, begun a little under the lowest value: the levels are alike, the steps are the point."""
    least, most = min(values), max(values)
    raw = (most - least or abs(most) or 1) / 3.5
    size = 10.0 ** floor(log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw * 0.9999)
    start = max(floor((least - step * 0.2) / step) * step, 0.0)
    steps = 1
    while start + step * steps < most + step * 0.15:
        steps += 1
    return Axis(start, step, steps)


def _upright(
    title: str, rungs: Sequence[Rung], spans: Sequence[Span], axis: Axis, line: float | None, written: tuple[Write, Write],
    description: str, canvas: Canvas,
) -> Chart:  # fmt: skip
    sheet = Sheet(canvas, canvas.height)
    em = sheet.em
    plot = Plot(margin_for(axis, written[0], em), canvas.width - em * 0.3, em * 1.6, canvas.height - em * 3.4, axis)
    for place in range(axis.steps + 1):
        y = plot.y(axis.start + axis.step * place)
        sheet.line(plot.left, y, plot.right, y, RULE if place else MUTED, 0.06)
        text = written[0](axis.start + axis.step * place)
        sheet.text(plot.left - em * 0.6, y + em * 0.35, text, anchor="end", fill=MUTED)
    if line is not None:
        sheet.line(plot.left, plot.y(line), plot.right, plot.y(line), MARK, 0.12, dash=True)
    slot = (plot.right - plot.left) / len(rungs)
    for place, (rung, (lower, upper)) in enumerate(zip(rungs, spans, strict=True)):
        x, width = plot.left + slot * (place + 0.15), slot * 0.7
        top = plot.y(max(lower, upper))
        foot = plot.bottom if rung.bar is Bar.LEVEL else plot.y(min(lower, upper))
        sheet.bar(x, top, width, foot - top, FILL[rung.bar])
        if place + 1 < len(rungs):
            sheet.line(x + width, plot.y(upper), x + slot, plot.y(upper), MUTED, 0.07)
        figure = written[0] if rung.bar is Bar.LEVEL else written[1]
        sheet.text(x + width / 2, top - em * 0.4, figure(rung.amount), anchor="middle", bold=True, scale=0.95)
        for row, words in enumerate(_in_two(rung.name)):
            y = plot.bottom + em * (1.3 + 1.15 * row)
            sheet.text(x + width / 2, y, words, anchor="middle", fill=MUTED, scale=0.95)
    return sheet.finish(title, description)


def _lying(
    title: str, rungs: Sequence[Rung], spans: Sequence[Span], axis: Axis, line: float | None, written: tuple[Write, Write],
    description: str, canvas: Canvas,
) -> Chart:  # fmt: skip
    em, step = canvas.type_size, canvas.type_size * 2.2
    sheet = Sheet(canvas, step * len(rungs))
    left, right = em * 8.6, canvas.width - em * 5.2
    scale = (right - left) / (axis.top - axis.start)
    for place, (rung, (lower, upper)) in enumerate(zip(rungs, spans, strict=True)):
        y, level = step * place + em * 0.3, rung.bar is Bar.LEVEL
        first = axis.start if level else min(lower, upper)
        width = abs(upper - (axis.start if level else lower)) * scale
        sheet.bar(left + (first - axis.start) * scale, y, max(width, 1), step - em * 0.6, FILL[rung.bar])
        sheet.text(0, y + em * 1.15, _shortened(rung.name), bold=level)
        figure = written[0] if level else written[1]
        sheet.text(canvas.width, y + em * 1.15, figure(rung.amount), anchor="end", bold=True)
    if line is not None:
        x = left + (line - axis.start) * scale
        sheet.line(x, 0, x, sheet.height, MARK, 0.12, dash=True)
    return sheet.finish(title, description)


def _in_two(name: str) -> list[str]:
    """A name on two rows at most, parted where the rows are most alike."""
    words = name.split()
    if len(name) <= 10 or len(words) < 2:
        return [name]
    cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return list(min(cuts, key=lambda rows: max(map(len, rows))))


def _shortened(name: str) -> str:
    return name if len(name) <= 16 else f"{name[:15].rstrip()}…"

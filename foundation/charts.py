"""Charts as plain SVG: one drawing for web pages and PDFs.

Attributes only (no style, no script), so a strict Content-Security-Policy holds. Every chart is an image with a title,
which a screen reader says and WeasyPrint writes as the alternative text. Series are told apart by lightness, dash and
direct label, never by hue alone; a figure that is missing is a gap, never a zero.
"""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

from markupsafe import Markup, escape

from foundation.drawing import (
    BAND,
    DARK,
    FILLS,
    MARK,
    MIDDLE,
    MUTED,
    NARROW,
    PRINT,
    PRINT_WIDE,
    RULE,
    SPARK,
    TRACK,
    WIDE,
    Axis,
    Canvas,
    Chart,
    Plot,
    Point,
    Sheet,
    Value,
    Write,
    axis_for,
    margin_for,
    spread,
)


def for_page(draw: Callable[..., Chart], *args: Any, **kwargs: Any) -> Markup:
    """A chart drawn twice, for a wide and a narrow screen; the style sheet shows one of them."""
    wide = draw(*args, canvas=WIDE, **kwargs)
    narrow = draw(*args, canvas=NARROW, **kwargs)
    return escape(wide) + escape(narrow)


def trend(
    title: str,
    labels: Sequence[str],
    values: Sequence[Value],
    *,
    low: float | None = None,
    high: float | None = None,
    band: str = "",
    peers: Sequence[Value] | None = None,
    write: Write = "{:g}".format,
    start: float = 0,
    top: float | None = None,
    description: str = "",
    canvas: Canvas = PRINT,
) -> Chart:
    """A line over the quarters; the target is a shaded band with its words inside: at least `low` or at most `high`.

    The peers' median is dashed. `start` is the foot of the axis: 50 where every share lies above 60.
    """
    sheet = Sheet(canvas, canvas.height)
    em = sheet.em
    axis = axis_for([*values, *(peers or ()), low, high], start, top)
    left, right = margin_for(axis, write, em), _room_for_last(values, peers, write, em)
    head, foot = em * 1.1, em * 2.3
    plot = Plot(left, canvas.width - right, head, canvas.height - foot, axis)
    xs = spread(left + em * 0.8, canvas.width - right - em * 0.8, len(values))
    if low is not None or high is not None:
        _target(sheet, plot, low, high)
    _rules(sheet, plot, write)
    _quarters(sheet, xs, labels, canvas.height - em * 0.8)
    if (low is not None or high is not None) and band:
        _band_words(sheet, plot, low, high, band)
    if peers:
        _runs(sheet, xs, peers, plot, MUTED, 0.13, dash=True)
    _runs(sheet, xs, values, plot, DARK, 0.22)
    _last_words(sheet, plot, xs, values, peers, write)
    return sheet.finish(title, description)


def stacked(
    title: str,
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[float]]],
    *,
    write: Write = "{:,.0f}".format,
    unit: str = "",
    split: int | None = None,
    split_words: tuple[str, str] = ("paid", "forecast"),
    patterned: bool = False,
    description: str = "",
    canvas: Canvas = PRINT_WIDE,
) -> Chart:
    """Stacked bars by month, dark to light from the base, the total above each.

    The series that matters stands first, on the base line. `split` says how many months are paid; the rest is forecast,
    behind a dashed line. `patterned` gives each series marks of its own besides its fill.
    """
    totals = [sum(values[month] for _, values in series) for month in range(len(labels))]
    axis = axis_for([*totals], 0, None)
    sheet = Sheet(canvas, canvas.height)
    em = sheet.em
    head = _legend(sheet, [name for name, _ in series], unit, patterned)
    plot = Plot(margin_for(axis, write, em), canvas.width - em * 0.5, head + em * 1.4, canvas.height - em * 2.1, axis)
    _rules(sheet, plot, write)
    slot = (plot.right - plot.left) / max(len(labels), 1)
    thinned = slot < em * 2.6
    for month, label in enumerate(labels):
        x, base = plot.left + month * slot + slot * 0.17, 0.0
        for number, ((_, values), fill) in enumerate(zip(series, FILLS, strict=False)):
            if values[month]:
                upper = plot.y(base + values[month])
                sheet.bar(x, upper, slot * 0.66, plot.y(base) - upper, fill, "#fff")
                if patterned:
                    sheet.pattern(x, upper, slot * 0.66, plot.y(base) - upper, number)
            base += values[month]
        if not thinned:
            sheet.text(x + slot * 0.33, plot.y(base) - em * 0.4, write(base), anchor="middle", scale=0.95, bold=True)
        if not thinned or month % 2 == 0:
            sheet.text(x + slot * 0.33, canvas.height - em * 0.7, label, anchor="middle", fill=MUTED)
    sheet.line(plot.left, plot.bottom, plot.right, plot.bottom, MUTED, 0.09)
    if split:
        _split(sheet, plot, plot.left + split * slot, split_words)
    return sheet.finish(title, description)


def bars(
    title: str,
    labels: Sequence[str],
    values: Sequence[Value],
    *,
    aim: float | None = None,
    aim_text: str = "",
    write: Write = "{:g}".format,
    description: str = "",
    canvas: Canvas = PRINT,
) -> Chart:
    """Small upright bars, the last one dark, the aim dashed across them."""
    axis = axis_for([*values, aim], 0, None)
    sheet = Sheet(canvas, canvas.height)
    em = sheet.em
    right = canvas.width - (em * (0.6 + 0.62 * len(aim_text)) if aim_text else em * 0.5)
    plot = Plot(margin_for(axis, write, em), right, em * 1.6, canvas.height - em * 2.1, axis)
    _rules(sheet, plot, write)
    slot = (right - plot.left) / max(len(values), 1)
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        middle = plot.left + (place + 0.5) * slot
        if slot > em * 4.2 or (len(values) - 1 - place) % 2 == 0:
            sheet.text(middle, canvas.height - em * 0.7, label, anchor="middle", fill=MUTED)
        if value is not None:
            sheet.bar(
                middle - slot * 0.3,
                plot.y(value),
                slot * 0.6,
                plot.bottom - plot.y(value),
                DARK if place == len(values) - 1 else MIDDLE,
            )
            sheet.text(middle, plot.y(value) - em * 0.45, write(value), anchor="middle", bold=True)
    sheet.line(plot.left, plot.bottom, right, plot.bottom, MUTED, 0.09)
    if aim is not None:
        sheet.line(plot.left, plot.y(aim), right, plot.y(aim), MARK, 0.12, dash=True)
        sheet.text(canvas.width, plot.y(aim) + em * 0.35, aim_text, anchor="end", fill=MARK)
    return sheet.finish(title, description)


def horizontal(
    title: str,
    rows: Sequence[tuple[str, Value, Value]],
    *,
    marker: str = "",
    write: Write = "{:g}".format,
    missing: str = "fewer than 5: not shown",
    top: float | None = None,
    description: str = "",
    canvas: Canvas = PRINT,
) -> Chart:
    """Bars that lie, each with its name: (name, value, comparator or None).

    `marker` says what the comparator's short line is. None as value is said in words. The height follows from the rows.
    """
    em, step = canvas.type_size, canvas.type_size * 2.4
    head = em * 1.9 if marker else em * 0.3
    sheet = Sheet(canvas, head + step * len(rows) + em * 0.3)
    most = top or max((abs(v) for _, a, b in rows for v in (a, b) if v is not None), default=1) or 1
    left = min(canvas.width * 0.46, em * (1.2 + 0.56 * max((len(name) for name, _, _ in rows), default=0)))
    right = canvas.width - em * (1.2 + 0.62 * max((len(write(v)) for _, v, _ in rows if v is not None), default=1))
    if marker:
        sheet.line(left, em * 0.3, left, em * 1.4, MARK, 0.2)
        sheet.text(left + em * 0.6, em * 1.2, marker, fill=MUTED, scale=0.95)
    for place, (name, value, comparator) in enumerate(rows):
        y = head + place * step
        sheet.text(left - em * 0.7, y + step / 2 + em * 0.35, name, anchor="end")
        sheet.bar(left, y + em * 0.4, right - left, step - em * 0.8, TRACK)
        if value is None:
            sheet.text(left + em * 0.6, y + step / 2 + em * 0.35, missing, fill=MUTED, scale=0.95)
            continue
        sheet.bar(left, y + em * 0.4, (right - left) * value / most, step - em * 0.8, DARK)
        if comparator is not None:
            x = left + (right - left) * comparator / most
            sheet.line(x, y + em * 0.15, x, y + step - em * 0.15, "#fff", 0.4)
            sheet.line(x, y + em * 0.15, x, y + step - em * 0.15, MARK, 0.2)
        sheet.text(right + em * 0.6, y + step / 2 + em * 0.35, write(value), bold=True)
    sheet.line(left, head, left, sheet.height - em * 0.3, MUTED, 0.09)
    return sheet.finish(title, description)


def waterfall(
    title: str,
    rows: Sequence[tuple[str, float, bool]],
    *,
    write: Write = "{:g}".format,
    description: str = "",
    canvas: Canvas = PRINT_WIDE,
) -> Chart:
    """From one sum to another in steps, as bars that lie: (name, amount, whether it is a sum rather than a step).

    A sum stands on the base line, dark. A step begins where the one before it ended: what adds is of middle tone and points right,
    what takes away is framed only and points left, so that the two differ in shape as well. The height follows from the rows.
    """
    em, longest = canvas.type_size, max((len(name) for name, _, _ in rows), default=0)
    above = em * (1.2 + 0.56 * longest) > canvas.width * 0.4  # no room beside the bars: each name stands above its own
    step, lead, left = (em * 3.4, em * 1.5, em * 0.1) if above else (em * 2.4, em * 0.4, em * (1.2 + 0.56 * longest))
    sheet = Sheet(canvas, step * len(rows) + em * 0.6)
    spans = _spans(rows)
    most = max((abs(edge) for span in spans for edge in span), default=1) or 1
    right = canvas.width - em * (1.2 + 0.62 * max((len(write(amount)) for _, amount, _ in rows), default=1))
    scale = (right - left) / most
    for place, ((name, amount, is_sum), (start, end)) in enumerate(zip(rows, spans, strict=True)):
        y = em * 0.3 + place * step
        top, height = y + lead, em * 1.6
        if above:
            sheet.text(0, y + em * 1.1, name, bold=is_sum)
        else:
            sheet.text(left - em * 0.7, top + em * 1.15, name, anchor="end", bold=is_sum)
        x, width = left + min(start, end) * scale, abs(end - start) * scale
        fill, edge = (DARK, "") if is_sum else (MIDDLE, "") if amount >= 0 else ("#fff", DARK)
        sheet.bar(x, top, max(width, em * 0.12), height, fill, edge)
        if place + 1 < len(rows):
            joint = left + end * scale
            sheet.line(joint, top + height, joint, top + step, MUTED, 0.07, dash=True)
        sheet.text(right + em * 0.6, top + em * 1.15, write(amount), bold=is_sum)
    sheet.line(left, em * 0.3, left, sheet.height - em * 0.3, MUTED, 0.09)
    return sheet.finish(title, description)


def _spans(rows: Sequence[tuple[str, float, bool]]) -> list[tuple[float, float]]:
    """From where to where each bar of a waterfall lies."""
    spans, at = [], 0.0
    for _, amount, is_sum in rows:
        start = 0.0 if is_sum else at
        at = start + amount
        spans.append((start, at))
    return spans


def spark(title: str, values: Sequence[Value], *, target: float | None = None, canvas: Canvas = SPARK) -> Chart:
    """A word-sized line: the target dashed, the last point marked."""
    sheet = Sheet(canvas, canvas.height)
    known = [value for value in values if value is not None]
    if not known:
        sheet.text(canvas.width / 2, canvas.height * 0.68, "no figures", anchor="middle", fill=MUTED)
        return sheet.finish(title, "")
    every = known if target is None else [*known, target]
    em, least = sheet.em, min(every)
    bottom = canvas.height - em * 0.4
    scale = (bottom - em * 0.4) / ((max(every) - least) or 1)
    plot = Plot(0, canvas.width, em * 0.4, bottom, Axis(least, (bottom - em * 0.4) / scale, 1))
    xs = spread(em * 0.4, canvas.width - em * 0.4, len(values))
    if target is not None:
        sheet.line(0, plot.y(target), canvas.width, plot.y(target), MIDDLE, 0.1, dash=True)
    _runs(sheet, xs, values, plot, DARK, 0.15, marks=False)
    return sheet.finish(title, "")


def _rules(sheet: Sheet, plot: Plot, write: Write) -> None:
    for place in range(plot.axis.steps + 1):
        value = plot.axis.start + plot.axis.step * place
        y = plot.y(value)
        sheet.line(plot.left, y, plot.right, y, RULE if place else MUTED, 0.06 if place else 0.09)
        sheet.text(plot.left - sheet.em * 0.6, y + sheet.em * 0.35, write(value), anchor="end", fill=MUTED)


def _quarters(sheet: Sheet, xs: Sequence[float], labels: Sequence[str], y: float) -> None:
    """Labels under the points, the last always, others as far apart as they need."""
    gap = xs[1] - xs[0] if len(xs) > 1 else sheet.canvas.width
    every = ceil(sheet.em * 0.62 * (max((len(label) for label in labels), default=0) + 1.5) / gap) or 1
    for place, (x, label) in enumerate(zip(xs, labels, strict=True)):
        if (len(labels) - 1 - place) % every == 0:
            sheet.text(x, y, label, anchor="middle", fill=MUTED)


def _target(sheet: Sheet, plot: Plot, low: float | None, high: float | None) -> None:
    upper = plot.y(high) if high is not None else plot.head
    lower = plot.y(low) if low is not None else plot.bottom
    sheet.bar(plot.left, upper, plot.right - plot.left, lower - upper, BAND)
    for edge in (low, high):
        if edge is not None:
            sheet.line(plot.left, plot.y(edge), plot.right, plot.y(edge), MIDDLE, 0.1)


def _band_words(sheet: Sheet, plot: Plot, low: float | None, high: float | None, words: str) -> None:
    upper = plot.y(high) if high is not None else plot.head
    lower = plot.y(low) if low is not None else plot.bottom
    y = upper + sheet.em * 1.2 if lower - upper > sheet.em * 1.6 else upper - sheet.em * 0.4
    sheet.text(plot.left + sheet.em * 0.5, y, words, fill="#2b6265")


def _runs(
    sheet: Sheet,
    xs: Sequence[float],
    values: Sequence[Value],
    plot: Plot,
    stroke: str,
    width: float,
    *,
    dash: bool = False,
    marks: bool = True,
) -> None:
    """The line, broken wherever there is no figure; the last known point is filled."""
    runs: list[list[Point]] = [[]]
    for x, value in zip(xs, values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, plot.y(value)))
    points = [point for run in runs for point in run]
    for run in runs:
        if len(run) > 1:
            sheet.path(run, stroke, width, dash)
    if dash:
        return
    if marks:
        for x, y in points[:-1]:
            sheet.dot(x, y, 0.24, "#fff", stroke)
    for x, y in points[-1:]:
        sheet.dot(x, y, 0.36 if marks else 0.28, stroke)


def _room_for_last(values: Sequence[Value], peers: Sequence[Value] | None, write: Write, em: float) -> float:
    """The width that the words at the line's end need."""
    last = [0.8 * len(write(value)) for value in values[-1:] if value is not None] or [0.56 * len("no figure")]
    beside = [0.56 * len(f"peers {write(value)}") for value in (peers or ())[-1:] if value is not None]
    return em * (0.9 + max(last + beside))


def _last_words(
    sheet: Sheet, plot: Plot, xs: Sequence[float], values: Sequence[Value], peers: Sequence[Value] | None, write: Write
) -> None:
    """The last figure, large at the line's end, and the peers' beneath or above it without touching."""
    em, y = sheet.em, None
    x = plot.right + em * 0.5
    if values and values[-1] is not None:
        y = plot.y(values[-1]) + em * 0.4
        sheet.text(x, y, write(values[-1]), fill=DARK, scale=1.25, bold=True)
    elif values:
        sheet.text(x, plot.bottom - em * 0.4, "no figure", fill=MUTED, scale=0.9)
    if peers and peers[-1] is not None:
        beside = plot.y(peers[-1]) + em * 0.35
        if y is not None and abs(beside - y) < em * 1.2:
            beside = y + em * 1.2 if beside >= y else y - em * 1.3
        sheet.text(x, beside, f"peers {write(peers[-1])}", fill=MUTED, scale=0.9)


def _legend(sheet: Sheet, names: Sequence[str], unit: str, patterned: bool = False) -> float:
    """Names of the series with their fills, wrapped; the unit on the right. Gives the height it took."""
    em, x, y = sheet.em, 0.0, sheet.em * 0.3
    for number, (name, fill) in enumerate(zip(names, FILLS, strict=False)):
        width = em * (2.4 + 0.56 * len(name))
        if x and x + width > sheet.canvas.width:
            x, y = 0.0, y + em * 1.5
        sheet.bar(x, y, em * 0.9, em * 0.9, fill)
        if patterned:
            sheet.pattern(x, y, em * 0.9, em * 0.9, number)
        sheet.text(x + em * 1.3, y + em * 0.8, name)
        x += width
    if unit:
        if x + em * 0.56 * len(unit) > sheet.canvas.width:
            y += em * 1.5
        sheet.text(sheet.canvas.width - em * 0.5, y + em * 0.8, unit, anchor="end", fill=MUTED)
    return y + em * 1.5


def _split(sheet: Sheet, plot: Plot, x: float, words: tuple[str, str]) -> None:
    em = sheet.em
    sheet.line(x, plot.head - em * 1.1, x, plot.bottom, MUTED, 0.1, dash=True)
    sheet.text(x - em * 0.4, plot.head - em * 0.4, words[0], anchor="end", fill=MUTED)
    sheet.text(x + em * 0.4, plot.head - em * 0.4, words[1], fill=MUTED)

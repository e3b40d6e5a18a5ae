"""Dots along a scale: how a handful of figures lie, where their middle is, and where one of our own lies among them."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from foundation.drawing import DARK, LIGHT, MARK, MIDDLE, MUTED, Canvas, Chart, Sheet, Write, axis_for

ASIDE = Canvas(290, 150, 12)
#: no more dots than these above each other; the rest is said in a number
TALLEST = 7


class Pointer(NamedTuple):
    """One of our own figures among the dots: its name, where it lies, and whether it is pointed at from above."""

    name: str
    value: float
    above: bool


def dots(
    title: str,
    values: Sequence[float],
    *,
    pointers: Sequence[Pointer] = (),
    middle: float | None = None,
    write: Write = "{:g}%".format,
    description: str = "",
    canvas: Canvas = ASIDE,
) -> Chart:
    """A dot for each figure, like ones above each other; a line at the middle; pointers above and beneath the scale."""
    sheet = Sheet(canvas, canvas.height)
    em, base = sheet.em, canvas.height - canvas.type_size * 4.2
    every = [*values, *(pointer.value for pointer in pointers), *([middle] if middle is not None else [])]
    least = min([0.0, *every])
    axis = axis_for([max([1.0, *every]) - least], 0, None)
    left, right = em * 1.2, canvas.width - em * 1.6

    def x(value: float) -> float:
        return left + (right - left) * (value - least) / axis.top

    sheet.line(left, base, right, base, MUTED, 0.09)
    for place in range(axis.steps + 1):
        value = least + axis.step * place
        sheet.text(x(value), base + em * 1.2, write(value), anchor="middle", fill=MUTED, scale=0.9)
    for value, count in Counter(values).items():
        _pile(sheet, x(value), base, count)
    if middle is not None:
        sheet.line(x(middle), em * 1.5, x(middle), base, MIDDLE, 0.12, dash=True)
        sheet.text(_inside(x(middle), canvas), em * 1.1, f"median {write(middle)}", anchor="middle", scale=0.95)
    for pointer in pointers:
        _point(sheet, x(pointer.value), base, pointer, write, canvas)
    return sheet.finish(title, description)


def _pile(sheet: Sheet, x: float, base: float, count: int) -> None:
    em = sheet.em
    for place in range(min(count, TALLEST)):
        sheet.dot(x, base - em * (0.6 + 0.85 * place), 0.36, LIGHT, DARK)
    if count > TALLEST:
        sheet.text(x, base - em * (0.9 + 0.85 * TALLEST), str(count), anchor="middle", scale=0.9, bold=True)


def _point(sheet: Sheet, x: float, base: float, pointer: Pointer, write: Write, canvas: Canvas) -> None:
    em = sheet.em
    words, at = f"{pointer.name} {write(pointer.value)}", _inside(x, canvas)
    if pointer.above:
        y = base - em * 0.7
        sheet.shape([(x, y - em * 0.7), (x + em * 0.7, y), (x, y + em * 0.7), (x - em * 0.7, y)], MARK)
        sheet.text(at, y - em * 1.2, words, anchor="middle", bold=True)
    else:
        y = base + em * 1.7
        sheet.shape([(x, y), (x + em * 0.6, y + em), (x - em * 0.6, y + em)], MIDDLE)
        sheet.text(at, y + em * 2.1, words, anchor="middle")


def _inside(x: float, canvas: Canvas) -> float:
    """Words in the middle over x, moved in where they would leave the sheet."""
    room = canvas.type_size * 3.6
    return min(max(x, room), canvas.width - room)

"""Paper, pen and scale of our charts: what foundation/charts.py draws with.

All lengths inside a drawing are multiples of its type size, so one form serves a page, a phone and print.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, log10
from urllib.parse import quote

from markupsafe import Markup

INK, MUTED, RULE, TRACK = "#17211f", "#4b5856", "#d5dcda", "#e9eeec"
DARK, MIDDLE, LIGHT, PALE, BAND, MARK = "#16494c", "#4f8f8b", "#a9c9c5", "#7a6aa5", "#e6f0ef", "#a8641a"
FILLS = (DARK, MIDDLE, LIGHT, PALE)
FONT = 'Inter, system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'

Value = float | int | None
Write = Callable[[float], str]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size of a drawing and of its type: pixels on pages, points in print."""

    width: float
    height: float
    type_size: float
    unit: str = ""
    css_class: str = "app-chart"


WIDE = Canvas(700, 260, 13, css_class="app-chart app-only-wide")
NARROW = Canvas(330, 220, 13, css_class="app-chart app-only-narrow")
PRINT = Canvas(233, 114, 7, "pt")
PRINT_WIDE = Canvas(492, 150, 7, "pt")
SPARK = Canvas(96, 26, 11, css_class="app-spark")
PRINT_SPARK = Canvas(52, 13, 6, "pt", css_class="spark")


@dataclass(frozen=True, slots=True)
class Chart:
    """A finished drawing: inline on a page, an image in a PDF."""

    svg: str
    title: str

    def __html__(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.svg

    def as_image(self) -> Markup:
        """The same drawing as one image: WeasyPrint then styles one node in place of a hundred."""
        source = "data:image/svg+xml," + quote(self.svg, safe="")
        return Markup('<img class="chart" alt="{}" src="{}">').format(self.title, source)


@dataclass(slots=True)
class Sheet:
    """What is being drawn: the marks so far, in the canvas' own units."""

    canvas: Canvas
    height: float
    marks: list[str] = field(default_factory=list)

    @property
    def em(self) -> float:
        """The type size, which every other length is a multiple of."""
        return self.canvas.type_size

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        fill: str = INK,
        scale: float = 1,
        bold: bool = False,
    ) -> None:
        extra = f' text-anchor="{anchor}"' if anchor != "start" else ""
        extra += f' fill="{fill}"' if fill != INK else ""
        extra += f' font-size="{_n(self.em * scale)}"' if scale != 1 else ""
        extra += ' font-weight="600"' if bold else ""
        self.marks.append(f'<text x="{_n(x)}" y="{_n(y)}"{extra}>{escape(words)}</text>')

    def bar(self, x: float, y: float, width: float, height: float, fill: str, edge: str = "") -> None:
        stroke = f' stroke="{edge}" stroke-width="{_n(self.em * 0.07)}"' if edge else ""
        self.marks.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}" height="{_n(max(height, 0))}"'
            f' fill="{fill}"{stroke}/>'
        )

    def pattern(self, x: float, y: float, width: float, height: float, number: int) -> None:
        """Marks upon a bar by which its series is known without its fill: none, rules, dots, slants."""
        gap, right, bottom = self.em * 0.55, x + width, y + height
        if number == 1:
            for step in range(1, int(height / gap) + 1):
                self.line(x, y + step * gap - gap / 2, right, y + step * gap - gap / 2, "#fff", 0.12)
        elif number == 2:
            for row in range(int(height / gap)):
                for column in range(int(width / gap)):
                    self.dot(x + (column + 0.5) * gap, y + (row + 0.5) * gap, 0.1, DARK)
        elif number == 3:
            for step in range(int((width + height) / gap) + 1):
                foot = x - height + step * gap
                left, last = max(foot, x), min(foot + height, right)
                self.line(left, bottom - (left - foot), last, bottom - (last - foot), "#fff", 0.12)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, stroke: str = RULE, width: float = 0.07, dash: bool = False
    ) -> None:
        dashes = f' stroke-dasharray="{_n(self.em * 0.3)} {_n(self.em * 0.25)}"' if dash else ""
        self.marks.append(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{stroke}"'
            f' stroke-width="{_n(self.em * width)}"{dashes}/>'
        )

    def path(self, points: Sequence[Point], stroke: str, width: float, dash: bool = False) -> None:
        dashes = f' stroke-dasharray="{_n(self.em * 0.35)} {_n(self.em * 0.3)}"' if dash else ""
        places = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self.marks.append(
            f'<polyline points="{places}" fill="none" stroke="{stroke}" stroke-width="{_n(self.em * width)}"'
            f' stroke-linejoin="round" stroke-linecap="round"{dashes}/>'
        )

    def dot(self, x: float, y: float, radius: float, fill: str, edge: str = "") -> None:
        stroke = f' stroke="{edge}" stroke-width="{_n(self.em * 0.13)}"' if edge else ""
        self.marks.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(self.em * radius)}" fill="{fill}"{stroke}/>')

    def shape(self, points: Sequence[Point], fill: str) -> None:
        places = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self.marks.append(f'<polygon points="{places}" fill="{fill}"/>')

    def finish(self, title: str, description: str) -> Chart:
        """The drawing with its title, without which it has no alternative text."""
        if not title:
            raise ValueError("a chart needs a title: it is its alternative text")
        unit, width, height = self.canvas.unit, _n(self.canvas.width), _n(self.height)
        more = f"<desc>{escape(description)}</desc>" if description else ""
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{self.canvas.css_class}" role="img"'
            f' width="{width}{unit}" height="{height}{unit}" viewBox="0 0 {width} {height}"'
            f' font-family="{escape(FONT)}" font-size="{_n(self.em)}" fill="{INK}">'
            f"<title>{escape(title)}</title>{more}{''.join(self.marks)}</svg>"
        )
        return Chart(svg, title)


@dataclass(frozen=True, slots=True)
class Axis:
    """Where the scale begins, how far one rule is from the next, and how many there are above the first."""

    start: float
    step: float
    steps: int

    @property
    def top(self) -> float:
        return self.start + self.step * self.steps


@dataclass(frozen=True, slots=True)
class Plot:
    """The rectangle in which values are drawn."""

    left: float
    right: float
    head: float
    bottom: float
    axis: Axis

    def y(self, value: float) -> float:
        share = (value - self.axis.start) / (self.axis.top - self.axis.start)
        return self.bottom - (self.bottom - self.head) * share


def _n(value: float) -> str:
    """The shortest decimal, two places at most."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def axis_for(values: Sequence[Value], start: float, top: float | None) -> Axis:
    """A scale in round steps that holds every value, about four steps high."""
    most = top if top is not None else max((value for value in values if value is not None), default=0)
    raw = max(most - start, 0) / 4 or 1
    size = 10.0 ** floor(log10(raw))
    step = next(size * factor for factor in (1, 1.5, 2, 2.5, 3, 4, 5, 10) if size * factor >= raw * 0.9999)
    return Axis(start, step, max(ceil((most - start) / step - 1e-9), 1))


def margin_for(axis: Axis, write: Write, em: float) -> float:
    longest = max(len(write(axis.start + axis.step * i)) for i in range(axis.steps + 1))
    return em * (1 + 0.6 * longest)


def spread(first: float, last: float, number: int) -> list[float]:
    gap = (last - first) / max(number - 1, 1)
    return [first + gap * place for place in range(number)]

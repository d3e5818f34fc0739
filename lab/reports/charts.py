"""Small charts, lines and bars, as SVG, for the pages of reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

_WIDTH, _HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 190, 44, 44
_COLOURS = ("#0f766e", "#b45309", "#4338ca", "#be123c")
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name and its points (x, y), x ascending."""

    name: str
    points: Sequence[tuple[float, float]]


def write_chart(path: Path, *, title: str, x_label: str, lines: Sequence[Line]) -> None:
    """Writes the chart; the y axis begins at 0."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(chart(title=title, x_label=x_label, lines=lines), encoding="utf-8")


def chart(*, title: str, x_label: str, lines: Sequence[Line]) -> str:
    """The chart as SVG."""
    x_low, x_high = _range([x for line in lines for x, _ in line.points])
    y_high = _round_up(max(y for line in lines for _, y in line.points))
    plane = _Plane(x_low, x_high, y_high)
    parts = [_axes(plane, x_label)]
    for place, line in enumerate(lines):
        parts.append(_line(plane, line, _COLOURS[place % len(_COLOURS)]))
    parts.append(f'<text x="{_LEFT}" y="24" font-size="15">{escape(title)}</text>')
    return _picture(_HEIGHT, parts)


@dataclass(frozen=True, slots=True)
class _Plane:
    x_low: float
    x_high: float
    y_high: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
        share_x = (x - self.x_low) / (self.x_high - self.x_low)
        return _LEFT + share_x * width, _TOP + (1 - y / self.y_high) * height


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low, low + 1)


def _round_up(value: float) -> float:
    steps = (1, 2, 4, 5, 10, 20, 30, 40, 50, 60, 80, 100)
    return float(next((step for step in steps if step >= value), value))


def _axes(plane: _Plane, x_label: str) -> str:
    parts = []
    for tick in range(_TICKS + 1):
        value = plane.y_high * tick / _TICKS
        x, y = plane.at(plane.x_low, value)
        parts.append(
            f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#e3dfd6"/>'
            f'<text x="{x - 8:.1f}" y="{y + 4:.1f}" text-anchor="end" fill="#57534e">{value:g}</text>'
        )
    for tick in range(_TICKS + 2):
        value = plane.x_low + (plane.x_high - plane.x_low) * tick / (_TICKS + 1)
        x, y = plane.at(value, 0)
        parts.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle" fill="#57534e">{value:.3g}</text>')
    x, y = plane.at((plane.x_low + plane.x_high) / 2, 0)
    parts.append(f'<text x="{x:.1f}" y="{y + 36:.1f}" text-anchor="middle" fill="#57534e">{escape(x_label)}</text>')
    return "".join(parts)


def _line(plane: _Plane, line: Line, colour: str) -> str:
    places = [plane.at(x, y) for x, y in line.points]
    path = " ".join(f"{'M' if index == 0 else 'L'}{x:.1f} {y:.1f}" for index, (x, y) in enumerate(places))
    x, y = places[-1]
    # Names stand at the ends of their lines, broken if they are long.
    words = "".join(
        f'<tspan x="{x + 8:.1f}" dy="{0 if index == 0 else 14}">{escape(text)}</tspan>'
        for index, text in enumerate(_broken(line.name))
    )
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        f'<text y="{y + 4:.1f}" fill="{colour}">{words}</text>'
    )


def _broken(name: str, most: int = 24) -> list[str]:
    lines = [""]
    for word in name.split():
        if len(lines[-1]) + len(word) + 1 > most and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


@dataclass(frozen=True, slots=True)
class Bars:
    """One kind of bar: its name and its length at each label."""

    name: str
    values: Sequence[float]


def write_bars(path: Path, *, title: str, labels: Sequence[str], groups: Sequence[Bars]) -> None:
    """Writes lying bars, the kinds side by side at each label, with their numbers behind them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(bars(title=title, labels=labels, groups=groups), encoding="utf-8")


def bars(*, title: str, labels: Sequence[str], groups: Sequence[Bars]) -> str:
    """The same as SVG."""
    thick, gap, left, top = 16, 18, 160, 64
    step = thick * len(groups) + gap
    most = max((value for group in groups for value in group.values), default=1.0) or 1.0
    parts = [f'<text x="16" y="24" font-size="15">{escape(title)}</text>']
    for place, group in enumerate(groups):
        colour, x = _COLOURS[place % len(_COLOURS)], left + 130 * place
        parts.append(f'<rect x="{x}" y="36" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18}" y="46">{escape(group.name)}</text>')
        for row, value in enumerate(group.values):
            bar_y, width = top + row * step + place * thick, (_WIDTH - left - 60) * value / most
            parts.append(f'<rect x="{left}" y="{bar_y}" width="{width:.1f}" height="{thick - 2}" fill="{colour}"/>')
            parts.append(f'<text x="{left + width + 6:.1f}" y="{bar_y + 11}">{value:.0f}</text>')
    for row, label in enumerate(labels):
        y = top + row * step + thick * len(groups) / 2 + 3
        parts.append(f'<text x="{left - 10}" y="{y:.1f}" text-anchor="end">{escape(label)}</text>')
    return _picture(top + step * len(labels), parts)


def _picture(height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#1d2430">'
        '<rect width="100%" height="100%" fill="#fbfaf6"/>' + "".join(parts) + "</svg>\n"
    )

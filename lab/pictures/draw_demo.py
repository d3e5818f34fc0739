"""Draws the README's picture from a demo's clip and table: `python -m lab.pictures.draw_demo [results]`.

A row of frames with the face boxes that were measured, and under them a few metrics over time.
"""

import base64
import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.media.open_media import open_media
from chalicelib.domain.requests.result_formats import FACE_COLUMN, TIME_COLUMN

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "demo.svg"

_WIDTH, _MARGIN, _GAP = 960, 24, 12
_STILLS = 4
_PLOT_HEIGHT = 150
_CURVES = (("smile", "#0f766e", 0.0, 100.0), ("mouth open", "#b45309", 0.0, 100.0), ("roll", "#4338ca", -25.0, 25.0))
_BOX_COLOUR_BGR = (110, 118, 15)


@dataclass(frozen=True)
class Row:
    """One face in one frame of the table; `values` is None if there was no face."""

    time_s: float
    face_id: str
    values: dict[str, float] | None


def main() -> None:
    """Reads `demo.mp4` and its table in the directory of the argument, and writes the picture."""
    results = Path(sys.argv[1] if len(sys.argv) > 1 else "results")
    rows = list(read_rows(results / "demo.mp4-metrics.csv"))
    stills = draw_stills(results / "demo.mp4", rows)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(compose(stills, rows))
    print(f"Drawn: {PICTURE}")


def read_rows(table: Path) -> Iterable[Row]:
    """The rows of a CSV result."""
    with table.open(newline="") as stream:
        for cells in csv.DictReader(stream):
            time_s = float(cells.pop(TIME_COLUMN)) / 1000
            face_id = cells.pop(FACE_COLUMN)
            del cells["invalid reasons"]  # the one column of words
            yield Row(time_s, face_id, {name: float(text) for name, text in cells.items()} if face_id else None)


def draw_stills(clip: Path, rows: list[Row]) -> list[tuple[float, bytes]]:
    """Some frames, evenly spread, with their boxes: pairs of time in seconds and JPEG."""
    last_s = rows[-1].time_s
    wanted = [last_s * (index + 0.5) / _STILLS for index in range(_STILLS)]
    stills: list[tuple[float, bytes]] = []
    with open_media(clip) as medium:
        for frame in medium.frames():
            if len(stills) < _STILLS and frame.time_s >= wanted[len(stills)]:
                picture = _with_boxes(frame.image, [row for row in rows if row.time_s == round(frame.time_s, 6)])
                _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
                stills.append((frame.time_s, jpeg.tobytes()))
    return stills


def _with_boxes(image: NDArray[np.uint8], rows: list[Row]) -> NDArray[np.uint8]:
    picture = image.copy()
    for row in rows:
        if row.values is None:
            continue
        left, top, width, height = (
            round(row.values[f"face box {side}"]) for side in ("left", "top", "width", "height")
        )
        cv2.rectangle(picture, (left, top), (left + width, top + height), _BOX_COLOUR_BGR, 3)
        label = f"face {row.face_id}"
        place = (left + width + 8, top + 24)
        cv2.putText(picture, label, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, _BOX_COLOUR_BGR, 2, cv2.LINE_AA)
    return np.asarray(cv2.resize(picture, (456, 256), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def compose(stills: list[tuple[float, bytes]], rows: list[Row]) -> str:
    """The whole picture as SVG."""
    still_width = (_WIDTH - 2 * _MARGIN - (_STILLS - 1) * _GAP) / _STILLS
    still_height = still_width * 256 / 456
    parts = [_still(index, still, still_width, still_height) for index, still in enumerate(stills)]
    top = _MARGIN + still_height + 34
    parts += [f'<g transform="translate({_MARGIN},{top:.1f})">{_plot(rows)}</g>']
    height = top + _PLOT_HEIGHT + 44
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" '
        'font-family="system-ui, sans-serif" font-size="13">'
        '<rect width="100%" height="100%" fill="#fbfaf6"/>' + "".join(parts) + "</svg>\n"
    )


def _still(index: int, still: tuple[float, bytes], width: float, height: float) -> str:
    time_s, jpeg = still
    x = _MARGIN + index * (width + _GAP)
    data = base64.b64encode(jpeg).decode()
    return (
        f'<image x="{x:.1f}" y="{_MARGIN}" width="{width:.1f}" height="{height:.1f}" '
        f'href="data:image/jpeg;base64,{data}"/>'
        f'<text x="{x:.1f}" y="{_MARGIN + height + 16:.1f}" fill="#57534e">{time_s:.2f} s</text>'
    )


def _plot(rows: list[Row]) -> str:
    last_s = rows[-1].time_s
    width = _WIDTH - 2 * _MARGIN
    frame = f'<rect width="{width}" height="{_PLOT_HEIGHT}" fill="#fff" stroke="#d6d3d1"/>'
    seconds = "".join(
        f'<text x="{second / last_s * width:.1f}" y="{_PLOT_HEIGHT + 18}" fill="#57534e">{second} s</text>'
        for second in range(int(last_s) + 1)
    )
    curves = "".join(_curve(rows, curve, width, last_s) for curve in _CURVES)
    names = "".join(
        f'<text x="{12 + index * 190}" y="{_PLOT_HEIGHT - 10}" fill="{colour}">{name} '
        f"({minimum:.0f} to {maximum:.0f})</text>"
        for index, (name, colour, minimum, maximum) in enumerate(_CURVES)
    )
    return frame + seconds + curves + names


def _curve(rows: list[Row], curve: tuple[str, str, float, float], width: float, last_s: float) -> str:
    name, colour, minimum, maximum = curve
    path, pen_is_down = [], False
    for row in rows:
        if row.values is None:
            pen_is_down = False
            continue
        share = min(max((row.values[name] - minimum) / (maximum - minimum), 0.0), 1.0)
        command = "L" if pen_is_down else "M"
        path.append(f"{command}{row.time_s / last_s * width:.1f} {(1 - share) * (_PLOT_HEIGHT - 40) + 6:.1f}")
        pen_is_down = True
    return f'<path d="{" ".join(path)}" fill="none" stroke="{colour}" stroke-width="2"/>'


if __name__ == "__main__":
    main()

"""Calls made to try identities: grids and speaker views in which persons come, go, move up, swap and take over tiles.

Every call is a stream of frames, compressed as calls are, with the truth beside each.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

from chalicelib.analysis.media.frames import Frame
from lab.evaluation.call_participants import Camera, fitted
from lab.evaluation.made_clips import MadeClip
from lab.evaluation.painted_scenes import Picture, TrueFace, TrueFrame

_SMALL, _LARGE = (960, 540), (1280, 720)
_MOST_SMALL_COLUMNS = 4
_GAP_PX = 8
_BEHIND = 24
_CHANGE_S = 1.2
_SECONDS = 2.6
_GLIDE_S = 0.3
_OFF = -1

PERSONS = 51
"""So many persons take part in the calls."""

Tile = tuple[float, float, float, float]
Layout = Mapping[int, Tile]
"""The tile (left, top, width, height), in shares of the picture, of each participant whose camera is shown."""


@dataclass(frozen=True, slots=True)
class Call:
    """`steps`: from which second on which layout holds, the first from 0; between two of them tiles glide for
    `glide_s`. `fps` frames a second; `rate_factor` of H.264, greater is coarser; `gap_px` between two tiles;
    `stalls`: from and to which second a participant's picture stands still."""

    name: str
    steps: tuple[tuple[float, Layout], ...]
    size: tuple[int, int] = _SMALL
    gap_px: int = _GAP_PX
    glide_s: float = 0.0
    fps: float = 10.0
    rate_factor: int = 28
    stalls: Mapping[int, tuple[float, float]] = field(default_factory=dict)

    def tiles(self, time_s: float) -> tuple[Layout, bool]:
        """The layout at `time_s`, and whether it stands still."""
        at = max(index for index, (start_s, _) in enumerate(self.steps) if start_s <= time_s)
        start_s, layout = self.steps[at]
        share = (time_s - start_s) / self.glide_s if at > 0 and self.glide_s > 0 else 1.0
        if share >= 1:
            return layout, True
        before = self.steps[at - 1][1]
        return {who: _between(before.get(who, tile), tile, share) for who, tile in layout.items()}, False


def _between(before: Tile, after: Tile, share: float) -> Tile:
    left, top, width, height = (old + (new - old) * share for old, new in zip(before, after, strict=True))
    return left, top, width, height


def grid(order: Sequence[int], columns: int, rows: int) -> Layout:
    """Participants in reading order; `_OFF` where a camera is off."""
    return {
        who: (index % columns / columns, index // columns / rows, 1 / columns, 1 / rows)
        for index, who in enumerate(order)
        if who != _OFF
    }


def speaker_view(speaker: int, others: Sequence[int]) -> Layout:
    """One large, the others in a row above."""
    count = max(len(others), 4)
    row = {who: (index / count, 0.0, 1 / count, 0.2) for index, who in enumerate(others) if who != _OFF}
    return {speaker: (0.0, 0.2, 1.0, 0.8), **row}


def made_calls(cameras: Callable[[int], Camera], rooms: Callable[[int], Camera]) -> tuple[MadeClip, ...]:
    """All calls. `cameras(n)`: person n of 0..50, before a background of their own; `rooms(n)`: of 0..11 before one
    that all share."""
    clips = [MadeClip(call.name, partial(_frames, call, cameras)) for call in _calls()]
    shared = [MadeClip(call.name, partial(_frames, call, rooms)) for call in _calls_before_one_background()]
    return (*clips, *shared)


def _calls() -> Iterator[Call]:
    for number, side in enumerate((2, 3, 4, 5, 7)):
        for gap_px, rate_factor in ((_GAP_PX, 28), (0, 34)):
            yield from _in_grid(side, 3 * number + (gap_px > 0), gap_px, rate_factor)
    for side in (2, 3, 4):
        yield from _in_small_grid(side, 7 * side)
    for count in (4, 6, 9):
        yield from _with_speaker(count, 5 * count)
    yield from _undisturbed()


def _cast(count: int, first: int) -> list[int]:
    """Persons of 0..50, the clips among them spread."""
    return [(first + 7 * index) % PERSONS for index in range(count)]


def _size(columns: int) -> tuple[int, int]:
    return _SMALL if columns <= _MOST_SMALL_COLUMNS else _LARGE


def _in_grid(side: int, first: int, gap_px: int, rate_factor: int) -> Iterator[Call]:
    *order, newcomer = _cast(side * side + 1, first)
    place = side * side // 2
    call = partial(Call, size=_size(side), gap_px=gap_px, rate_factor=rate_factor, fps=25.0 if side == 2 else 10.0)
    name = f"{side}x{side}, {'borders' if gap_px else 'no borders'}"
    changed = [newcomer if index == place else who for index, who in enumerate(order)]
    yield call(f"{name}: a tile changes its person", _steps(grid(order, side, side), grid(changed, side, side)))
    moved = [who for index, who in enumerate(order) if index != 1]
    yield call(f"{name}: one leaves, tiles move up", _steps(grid(order, side, side), grid(moved, side, side)))


def _in_small_grid(side: int, first: int) -> Iterator[Call]:
    *order, newcomer = _cast(side * side + 1, first)
    name = f"{side}x{side}"
    full = grid(order, side, side)
    off = grid([_OFF, *order[1:]], side, side)
    replaced = grid([newcomer, *order[1:]], side, side)
    yield Call(f"{name}: another person after 0.6 s of camera off", _steps(full, off, replaced, every_s=0.6))
    yield Call(f"{name}: camera off for 0.6 s", _steps(full, off, full, every_s=0.6))
    swapped = [order[-1], *order[1:-1], order[0]]
    yield Call(f"{name}: two swap tiles", _steps(full, grid(swapped, side, side)))
    joined = [order[0], newcomer, *order[1:]]
    yield Call(f"{name}: one joins, tiles move", _steps(full, grid(joined, side + 1, side)))
    moved = _steps(full, grid(order[1:], side, side))
    yield Call(f"{name}: one leaves, tiles glide up", moved, fps=25.0, glide_s=_GLIDE_S)


def _with_speaker(count: int, first: int) -> Iterator[Call]:
    persons = _cast(count, first)
    one, two, *others = persons
    first_speaks, second_speaks = speaker_view(one, [two, *others]), speaker_view(two, [one, *others])
    name = f"speaker view of {count}"
    yield Call(f"{name}: another speaks", _steps(first_speaks, second_speaks), size=_LARGE)
    side = 2 if count == 4 else 3
    yield Call(f"{name}: from a grid", _steps(grid(persons, side, side), first_speaks), size=_LARGE)
    alone = _steps({one: (0, 0, 1, 1)}, {two: (0, 0, 1, 1)})
    yield Call(f"{name}: alone in the picture, another speaks", alone)


def _undisturbed() -> Iterator[Call]:
    for side, fps, rate_factor, first in ((2, 25.0, 36, 1), (3, 10.0, 36, 4), (3, 5.0, 28, 2), (4, 15.0, 28, 0)):
        steps = ((0.0, grid(_cast(side * side, first), side, side)),)
        yield Call(f"{side}x{side}, {fps:g} frames a second: nothing changes", steps, fps=fps, rate_factor=rate_factor)
    for side in (2, 3):
        order = _cast(side * side, 11)
        steps = ((0.0, grid(order, side, side)),)
        stalls = {order[0]: (0.8, 1.6), order[2]: (1.0, 2.2)}
        yield Call(f"{side}x{side}: pictures stand still and go on", steps, stalls=stalls)


def _calls_before_one_background() -> Iterator[Call]:
    for side, gap_px in ((1, 0), (2, _GAP_PX), (3, 0)):
        order = list(range(side * side))
        changed = [side * side, *order[1:]]
        steps = _steps(grid(order, side, side), grid(changed, side, side))
        yield Call(f"{side}x{side}, one background: a tile changes its person", steps, gap_px=gap_px)
    order = list(range(3, 12))
    steps = _steps(grid(order, 3, 3), grid(order[1:], 3, 3))
    yield Call("3x3, one background: one leaves, tiles move up", steps)


def _steps(*layouts: Layout, every_s: float = _CHANGE_S) -> tuple[tuple[float, Layout], ...]:
    """The first change after `_CHANGE_S`, then one every `every_s`."""
    return tuple((0.0 if index == 0 else _CHANGE_S + (index - 1) * every_s, each) for index, each in enumerate(layouts))


def _frames(call: Call, cameras: Callable[[int], Camera]) -> Iterator[TrueFrame]:
    """The call as a recording of it is decoded."""
    with tempfile.TemporaryDirectory(prefix="mien-call-") as folder:
        path = Path(folder) / "call.mp4"
        truth = _recorded(call, cameras, path)
        with av.open(str(path)) as container:
            for (index, faces), frame in zip(enumerate(truth), container.decode(video=0), strict=True):
                picture = np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
                yield TrueFrame(Frame(index, index / call.fps, picture), faces)


def _recorded(call: Call, cameras: Callable[[int], Camera], path: Path) -> list[tuple[TrueFace, ...]]:
    truth: list[tuple[TrueFace, ...]] = []
    rate = Fraction(call.fps).limit_denominator(100)
    options = {"crf": str(call.rate_factor), "preset": "veryfast", "threads": "1"}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options=options)
        assert isinstance(stream, VideoStream)  # noqa: S101  # for the type checker
        (stream.width, stream.height), stream.pix_fmt = call.size, "yuv420p"
        for index in range(round(_SECONDS * call.fps)):
            picture, faces = _painted(call, cameras, index / call.fps)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
            frame.pts, frame.time_base = index, 1 / rate
            for packet in stream.encode(frame):
                container.mux(packet)
            truth.append(faces)
        for packet in stream.encode(None):
            container.mux(packet)
    return truth


def _painted(call: Call, cameras: Callable[[int], Camera], time_s: float) -> tuple[Picture, tuple[TrueFace, ...]]:
    width, height = call.size
    picture = np.full((height, width, 3), _BEHIND, dtype=np.uint8)
    faces: list[TrueFace] = []
    layout, still = call.tiles(time_s)
    for who, (left, top, across, down) in layout.items():
        x, y = round(left * width) + call.gap_px // 2, round(top * height) + call.gap_px // 2
        size = (round(across * width) - call.gap_px, round(down * height) - call.gap_px)
        start_s, end_s = call.stalls.get(who, (0.0, 0.0))
        shown_s = start_s if start_s <= time_s < end_s else time_s
        part, box = fitted(*cameras(who).seen(shown_s), *size)
        end_y, end_x = min(y + size[1], height), min(x + size[0], width)
        picture[y:end_y, x:end_x] = part[: end_y - y, : end_x - x]
        faces.append(TrueFace(who, box + np.array([x, y, x, y]), clear=still))
    return picture, tuple(faces)

"""Clips made to try identities: heads cut from portraits that cross, hide, leave, return, turn; cuts, fades, flashes.

Every clip is a stream of frames with the truth beside each. A new number in the truth is a face that must get a new
identity: another person, or anybody after a cut.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.evaluation.cut_outs import CutOut, turned
from lab.evaluation.painted_scenes import Actor, Picture, Pose, Scene, TrueFace, TrueFrame, play

WIDTH_PX, HEIGHT_PX = 640, 360
FPS = 25.0
_MID = HEIGHT_PX / 2
_FACE = 90.0

Path = Callable[[float], Pose | None]
Cover = Callable[[Picture, float], tuple[Picture, NDArray[np.bool_]]]


@dataclass(frozen=True, slots=True)
class MadeClip:
    """A named stream of frames with their truth; `frames` begins anew at each call."""

    name: str
    frames: Callable[[], Iterator[TrueFrame]]


class Cast:
    """Whom and what clips are made of: persons, and backgrounds of 640 x 360 pixels without a face."""

    def __init__(self, persons: list[CutOut], backgrounds: list[Picture]) -> None:
        self._persons = persons
        self._backgrounds = backgrounds

    def actor(self, person: int, path: Path, *, true_id: int | None = None) -> Actor:
        """The person on a path, under a number of its own where none is given."""
        look = self._persons[person]
        return Actor(person if true_id is None else true_id, lambda _: look, path)

    def turning(self, person: int, path: Path, yaw_deg: Callable[[float], float]) -> Actor:
        """The person with a head that turns."""
        look = self._persons[person]
        return Actor(person, lambda time_s: turned(look, yaw_deg(time_s)), path)

    def scene(self, *actors: Actor, place: int = 0, cover: Cover | None = None) -> Scene:
        """The actors before background number `place`."""
        background = self._backgrounds[place]
        return Scene(lambda _: background, actors, cover)


def made_clips(cast: Cast) -> tuple[MadeClip, ...]:
    """All clips, in the order in which results list them."""
    return (*_crossings(cast), *_hidings(cast), *_returns(cast), *_cuts(cast), *_lights(cast), *_cameras(cast))


def _painted(name: str, scene: Scene, *, seconds: float = 3.0, fps: float = FPS) -> MadeClip:
    return MadeClip(name, lambda: play(scene, seconds=seconds, fps=fps))


def _line(start_x: float, end_x: float, *, y: float = _MID, seconds: float = 3.0, height: float = _FACE) -> Path:
    return lambda time_s: Pose(start_x + (end_x - start_x) * time_s / seconds, y, height)


def _still(x: float, y: float = _MID, height: float = _FACE) -> Path:
    return lambda time_s: Pose(x + 2 * sin(2 * time_s), y + 2 * cos(3 * time_s), height, 2 * sin(time_s))


def _shown(path: Path, start_s: float, end_s: float) -> Path:
    return lambda time_s: path(time_s) if start_s <= time_s < end_s else None


def _crossings(cast: Cast) -> list[MadeClip]:
    walk, back = _line(80, 560), _line(560, 80)
    return [
        _painted("crossing, same speed", cast.scene(cast.actor(0, walk), cast.actor(1, back))),
        _painted("crossing, the other in front", cast.scene(cast.actor(1, back), cast.actor(0, walk))),
        _painted(
            "crossing, one twice as fast",
            cast.scene(cast.actor(2, _line(200, 440)), cast.actor(3, _line(560, 80))),
        ),
        _painted("passing in front of one", cast.scene(cast.actor(4, _still(320)), cast.actor(5, walk))),
        _painted("passing behind one", cast.scene(cast.actor(5, walk), cast.actor(4, _still(320)))),
        _painted(
            "passing behind a larger one",
            cast.scene(cast.actor(6, _line(80, 560, height=70)), cast.actor(7, _still(320, height=130))),
        ),
        _painted(
            "meeting and turning back",
            cast.scene(cast.actor(8, _bounce(120, 330)), cast.actor(9, _bounce(520, 350))),
        ),
        _painted(
            "three cross at once",
            cast.scene(cast.actor(0, walk), cast.actor(3, back), cast.actor(6, _line(330, 310, y=_MID + 30))),
        ),
    ]


def _bounce(start_x: float, turn_x: float) -> Path:
    return lambda time_s: Pose(start_x + (turn_x - start_x) * sin(pi * time_s / 3.0), _MID, _FACE)


def _hidings(cast: Cast) -> list[MadeClip]:
    return [
        _painted("walking behind a post", cast.scene(cast.actor(0, _line(80, 560)), cover=_bar(lambda _: 320, 110))),
        _painted(
            "a post passes before two",
            cast.scene(
                cast.actor(1, _still(220)),
                cast.actor(2, _still(420)),
                cover=_bar(lambda time_s: -100 + 280 * time_s, 120),
            ),
        ),
        _painted(
            "two walk behind a post",
            cast.scene(cast.actor(3, _line(80, 560)), cast.actor(4, _line(560, 80)), cover=_bar(lambda _: 320, 130)),
        ),
        _painted(
            "a hand before the face, 0.6 s",
            cast.scene(cast.actor(5, _still(320)), cover=_bar(lambda t: 320 if 1.0 <= t < 1.6 else -500, 140)),
        ),
        _painted("turning the head by 35 degrees", cast.scene(cast.turning(6, _still(320, height=130), _swing(35)))),
        _painted(
            "two turn their heads side by side",
            cast.scene(cast.turning(7, _still(250), _swing(30)), cast.turning(8, _still(390), _swing(-30))),
        ),
    ]


def _swing(most_deg: float) -> Callable[[float], float]:
    return lambda time_s: most_deg * sin(2 * pi * time_s / 1.5)


def _bar(centre_x: Callable[[float], float], width: int) -> Cover:
    def cover(picture: Picture, time_s: float) -> tuple[Picture, NDArray[np.bool_]]:
        left = round(centre_x(time_s) - width / 2)
        hidden = np.zeros(picture.shape[:2], dtype=bool)
        hidden[:, max(left, 0) : max(left + width, 0)] = True
        covered = picture.copy()
        covered[hidden] = (60, 70, 80)
        return covered, hidden

    return cover


def _returns(cast: Cast) -> list[MadeClip]:
    out_and_back = _away(0.8, 1.8)
    return [
        _painted("leaving the frame and returning after 1 s", cast.scene(cast.actor(0, out_and_back))),
        _painted(
            "leaving and returning beside one who stays",
            cast.scene(cast.actor(1, out_and_back), cast.actor(2, _still(250))),
        ),
        _painted(
            "away for a moment, back half a face aside",
            cast.scene(cast.actor(3, lambda t: None if 1.0 <= t < 1.8 else Pose(300 if t < 1.0 else 345, _MID, _FACE))),
        ),
        _painted(
            "one leaves, another enters there",
            cast.scene(
                cast.actor(4, _shown(_away(0.4, 9.0), 0.0, 1.6)),
                cast.actor(5, _shown(_away(-9.0, 1.6), 1.4, 9.0)),
            ),
        ),
        _painted(
            "one is gone, another stands there 0.6 s later",
            cast.scene(cast.actor(6, _shown(_still(320), 0.0, 1.2)), cast.actor(7, _shown(_still(330), 1.8, 9.0))),
        ),
        _painted(
            "two gone and back at once",
            cast.scene(
                cast.actor(8, lambda t: None if 1.0 <= t < 1.7 else _still(260)(t)),
                cast.actor(9, lambda t: None if 1.0 <= t < 1.7 else _still(370)(t)),
            ),
        ),
    ]


def _away(leave_s: float, return_s: float) -> Path:
    """Out over the right edge in half a second, and in again."""

    def path(time_s: float) -> Pose:
        out = min(max((time_s - leave_s) / 0.5, 0.0), 1.0) - min(max((time_s - return_s) / 0.5, 0.0), 1.0)
        return Pose(500 + 240 * out, _MID, _FACE)

    return path


def _cuts(cast: Cast) -> list[MadeClip]:
    first = cast.scene(cast.actor(0, _still(320)))
    elsewhere = cast.scene(cast.actor(1, _still(320), true_id=11), place=1)
    again = cast.scene(cast.actor(0, _still(320), true_id=20))
    return [
        MadeClip("cut to another person elsewhere", lambda: _cut(first, elsewhere)),
        MadeClip(
            "cut to another person at the same place", lambda: _cut(first, cast.scene(cast.actor(1, _still(320))))
        ),
        MadeClip("cut to the same person elsewhere", lambda: _cut(first, cast.scene(again.actors[0], place=2))),
        MadeClip("cut away and back after 1.2 s", lambda: _cut(first, elsewhere, again, seconds=1.2)),
        MadeClip("cut away and back after 0.6 s", lambda: _cut(first, elsewhere, again, seconds=0.6)),
        MadeClip(
            "cut among two and two",
            lambda: _cut(
                cast.scene(cast.actor(2, _still(220)), cast.actor(3, _still(420))),
                cast.scene(cast.actor(4, _still(225)), cast.actor(5, _still(415)), place=1),
            ),
        ),
        MadeClip("fade through black to another person", lambda: _fade(first, elsewhere)),
        MadeClip("dissolve to another person", lambda: _dissolve(first, elsewhere)),
    ]


def _cut(*scenes: Scene, seconds: float = 1.4) -> Iterator[TrueFrame]:
    frames = round(seconds * FPS)
    for number, scene in enumerate(scenes):
        for shown in play(scene, seconds=seconds, fps=FPS, seed=number):
            yield _later(shown, number * frames)


def _later(shown: TrueFrame, frames: int) -> TrueFrame:
    index = shown.frame.index + frames
    return TrueFrame(type(shown.frame)(index, index / FPS, shown.frame.image), shown.faces)


def _fade(first: Scene, second: Scene) -> Iterator[TrueFrame]:
    """A second of each, half a second out, half a second in."""
    for shown in _cut(first, second, seconds=1.5):
        light = min(abs(shown.frame.time_s - 1.5) / 0.5, 1.0)
        yield _mixed(shown, np.zeros_like(shown.frame.image), light)


def _dissolve(first: Scene, second: Scene) -> Iterator[TrueFrame]:
    """A second of each, and half a second in which the one goes over into the other."""
    pairs = zip(play(first, seconds=2.5, fps=FPS), play(second, seconds=2.5, fps=FPS, seed=1), strict=True)
    for before, after in pairs:
        share = min(max((before.frame.time_s - 1.0) / 0.5, 0.0), 1.0)
        if share <= 0.5:
            yield _mixed(before, after.frame.image, 1 - share)
        else:
            yield _mixed(after, before.frame.image, share)


def _mixed(shown: TrueFrame, other: Picture, share: float) -> TrueFrame:
    picture = cv2.addWeighted(shown.frame.image, share, other, 1 - share, 0)
    frame = type(shown.frame)(shown.frame.index, shown.frame.time_s, np.asarray(picture, dtype=np.uint8))
    faces = tuple(TrueFace(face.true_id, face.box, face.clear and share > 0.7) for face in shown.faces)
    return TrueFrame(frame, faces)


def _lights(cast: Cast) -> list[MadeClip]:
    scene = cast.scene(cast.actor(0, _still(220)), cast.actor(1, _still(420)))
    return [
        MadeClip("flash of two frames, faces washed out", lambda: _lit(scene, 1.0, 1.08, 2.2, 60)),
        MadeClip("flash of three white frames", lambda: _lit(scene, 1.0, 1.12, 0.0, 250)),
        MadeClip("lights dimmed at once and up again", lambda: _lit(scene, 1.0, 2.0, 0.35, 0)),
        MadeClip("five black frames", lambda: _lit(scene, 1.0, 1.2, 0.0, 0)),
        MadeClip("fade to black and back", lambda: _fade(scene, scene)),
    ]


def _lit(scene: Scene, start_s: float, end_s: float, gain: float, offset: float) -> Iterator[TrueFrame]:
    for shown in play(scene, seconds=3.0, fps=FPS):
        if not start_s <= shown.frame.time_s < end_s:
            yield shown
            continue
        picture = np.clip(shown.frame.image * gain + offset, 0, 255).astype(np.uint8)
        frame = type(shown.frame)(shown.frame.index, shown.frame.time_s, picture)
        yield TrueFrame(frame, tuple(TrueFace(face.true_id, face.box, clear=False) for face in shown.faces))


def _cameras(cast: Cast) -> list[MadeClip]:
    pair = cast.scene(cast.actor(2, _line(160, 260)), cast.actor(3, _line(480, 400)))
    return [
        MadeClip("zoom by two in half a second", lambda: _zoomed(cast)),
        _painted("two walk, 8 frames a second", pair, fps=8),
        _painted("two walk, 3 frames a second", pair, seconds=4.0, fps=3),
        _painted(
            "crossing, 8 frames a second",
            cast.scene(cast.actor(0, _line(80, 560)), cast.actor(1, _line(560, 80))),
            fps=8,
        ),
        _painted("six mill about", cast.scene(*(cast.actor(index, _milling(index)) for index in range(6)))),
    ]


def _zoomed(cast: Cast) -> Iterator[TrueFrame]:
    def grown(x: float) -> Path:
        def path(time_s: float) -> Pose:
            factor = 1 + min(max((time_s - 1.0) / 0.5, 0.0), 1.0)
            return Pose(320 + (x - 320) * factor, _MID, 70 * factor)

        return path

    yield from play(cast.scene(cast.actor(4, grown(260)), cast.actor(5, grown(390))), seconds=2.5, fps=FPS)


def _milling(index: int) -> Path:
    x, y = 110 + 210 * (index % 3), 105 + 150 * (index // 3)

    def path(time_s: float) -> Pose:
        swing = 2 * pi * time_s / (2.0 + 0.3 * index) + index
        return Pose(x + 70 * sin(swing), y + 15 * cos(1.3 * swing), 75)

    return path

"""Clips made to try identities: heads cut from portraits that cross, hide, leave, return, turn; cuts, fades, flashes.

Every clip is a stream of frames with the truth for each. A new number in the truth is a face that must get a new
identity: another person, or anyone after a cut.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from lab.evaluation.made_paths import (
    away,
    bar,
    bounce,
    line,
    milling,
    moved_unseen,
    still,
    swing,
    unseen,
    while_shown,
    zoomed,
)
from lab.evaluation.painted_scenes import Cast, Picture, Scene, TrueFace, TrueFrame, play

FPS = 25.0


@dataclass(frozen=True, slots=True)
class MadeClip:
    """A named stream of frames with their truth; `frames` begins again at each call."""

    name: str
    frames: Callable[[], Iterator[TrueFrame]]


def made_clips(cast: Cast) -> tuple[MadeClip, ...]:
    """All clips, in the order in which results list them."""
    return (*_crossings(cast), *_hidings(cast), *_returns(cast), *_cuts(cast), *_lights(cast), *_cameras(cast))


def _painted(name: str, scene: Scene, *, seconds: float = 3.0, fps: float = FPS) -> MadeClip:
    return MadeClip(name, lambda: play(scene, seconds=seconds, fps=fps))


def _crossings(cast: Cast) -> list[MadeClip]:
    walk, back = line(80, 560), line(560, 80)
    return [
        _painted("crossing, same speed", cast.scene(cast.actor(0, walk), cast.actor(1, back))),
        _painted("crossing, the other in front", cast.scene(cast.actor(1, back), cast.actor(0, walk))),
        _painted(
            "crossing, one twice as fast",
            cast.scene(cast.actor(2, line(200, 440)), cast.actor(3, line(560, 80))),
        ),
        _painted("passing in front of one", cast.scene(cast.actor(4, still(320)), cast.actor(5, walk))),
        _painted("passing behind one", cast.scene(cast.actor(5, walk), cast.actor(4, still(320)))),
        _painted(
            "passing behind a larger one",
            cast.scene(cast.actor(6, line(80, 560, height=70)), cast.actor(7, still(320, height=130))),
        ),
        _painted(
            "meeting and turning back",
            cast.scene(cast.actor(8, bounce(120, 330)), cast.actor(9, bounce(520, 350))),
        ),
        _painted(
            "three cross at once",
            cast.scene(cast.actor(0, walk), cast.actor(3, back), cast.actor(6, line(330, 310, y=210))),
        ),
    ]


def _hidings(cast: Cast) -> list[MadeClip]:
    return [
        _painted("walking behind a post", cast.scene(cast.actor(0, line(80, 560)), cover=bar(lambda _: 320, 110))),
        _painted(
            "a post passes before two",
            cast.scene(
                cast.actor(1, still(220)),
                cast.actor(2, still(420)),
                cover=bar(lambda time_s: -100 + 280 * time_s, 120),
            ),
        ),
        _painted(
            "two walk behind a post",
            cast.scene(cast.actor(3, line(80, 560)), cast.actor(4, line(560, 80)), cover=bar(lambda _: 320, 130)),
        ),
        _painted(
            "a hand before the face, 0.6 s",
            cast.scene(cast.actor(5, still(320)), cover=bar(lambda t: 320 if 1.0 <= t < 1.6 else -500, 140)),
        ),
        _painted("turning the head by 35 degrees", cast.scene(cast.turning(6, still(320, height=130), swing(35)))),
        _painted(
            "two turn their heads side by side",
            cast.scene(cast.turning(7, still(250), swing(30)), cast.turning(8, still(390), swing(-30))),
        ),
    ]


def _returns(cast: Cast) -> list[MadeClip]:
    out_and_back = away(0.8, 1.8)
    return [
        _painted("leaving the frame and returning after 1 s", cast.scene(cast.actor(0, out_and_back))),
        _painted(
            "leaving and returning beside one who stays",
            cast.scene(cast.actor(1, out_and_back), cast.actor(2, still(250))),
        ),
        _painted(
            "away for a moment, back half a face aside",
            cast.scene(cast.actor(3, moved_unseen(300, 345, 1.0, 1.8))),
        ),
        _painted(
            "one leaves, another enters there",
            cast.scene(
                cast.actor(4, while_shown(away(0.4, 9.0), 0.0, 1.6)),
                cast.actor(5, while_shown(away(-9.0, 1.6), 1.4, 9.0)),
            ),
        ),
        _painted(
            "one is gone, another stands there 0.6 s later",
            cast.scene(
                cast.actor(6, while_shown(still(320), 0.0, 1.2)), cast.actor(7, while_shown(still(330), 1.8, 9.0))
            ),
        ),
        _painted(
            "two gone and back at once",
            cast.scene(
                cast.actor(8, unseen(still(260), 1.0, 1.7)),
                cast.actor(9, unseen(still(370), 1.0, 1.7)),
            ),
        ),
    ]


def _cuts(cast: Cast) -> list[MadeClip]:
    first = cast.scene(cast.actor(0, still(320)))
    elsewhere = cast.scene(cast.actor(1, still(320), true_id=11), place=1)
    again = cast.scene(cast.actor(0, still(320), true_id=20))
    return [
        MadeClip("cut to another person elsewhere", lambda: _cut(first, elsewhere)),
        MadeClip("cut to another person at the same place", lambda: _cut(first, cast.scene(cast.actor(1, still(320))))),
        MadeClip("cut to the same person elsewhere", lambda: _cut(first, cast.scene(again.actors[0], place=2))),
        MadeClip("cut away and back after 1.2 s", lambda: _cut(first, elsewhere, again, seconds=1.2)),
        MadeClip("cut away and back after 0.6 s", lambda: _cut(first, elsewhere, again, seconds=0.6)),
        MadeClip(
            "cut among two and two",
            lambda: _cut(
                cast.scene(cast.actor(2, still(220)), cast.actor(3, still(420))),
                cast.scene(cast.actor(4, still(225)), cast.actor(5, still(415)), place=1),
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
    """A second of each, and half a second in which the one turns into the other."""
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
    scene = cast.scene(cast.actor(0, still(220)), cast.actor(1, still(420)))
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
    pair = cast.scene(cast.actor(2, line(160, 260)), cast.actor(3, line(480, 400)))
    return [
        _painted(
            "zoom by two in half a second",
            cast.scene(cast.actor(4, zoomed(260)), cast.actor(5, zoomed(390))),
            seconds=2.5,
        ),
        _painted("two walk, 8 frames a second", pair, fps=8),
        _painted("two walk, 3 frames a second", pair, seconds=4.0, fps=3),
        _painted(
            "crossing, 8 frames a second",
            cast.scene(cast.actor(0, line(80, 560)), cast.actor(1, line(560, 80))),
            fps=8,
        ),
        _painted("six mill about", cast.scene(*(cast.actor(index, milling(index)) for index in range(6)))),
    ]

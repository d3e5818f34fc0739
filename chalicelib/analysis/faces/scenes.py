"""Scene cuts, from the likeness of tiny grey pictures.

A cut ends the known positions of faces. These are not cuts, because the picture stays the same: a change of light, a
flash, a few black frames, a fade to black and back, a moving camera. A scene that comes back within `MEMORY_S` (a flash
in which nothing can be made out, a few frames of something else) is recognised as the same scene.

Likeness is the correlation of grey values, which light and contrast leave as it is, at the best of small shifts.
Measured: at least 0.94 from one frame to the next of five clips (a hand-held camera), 0.79 and mostly above 0.9 over a
third of a second; 0.92 between a frame and a washed-out flash; at most 0.78 between unrelated group photos and 0.83
between portraits before like backgrounds.
"""

from dataclasses import dataclass

import numpy as np

from chalicelib.analysis.faces.dissolves import Dissolves
from chalicelib.analysis.faces.thumbnails import Thumbnail, is_blank, is_like, shifted

MEMORY_S = 0.4
"""How long something else may be in the picture without ending the scene."""

BLANK_S = 1.0
"""How long the picture may be black, white or of one colour without ending the scene."""

_SAME_LIKENESS = 0.88
# Few frames a second: what moves is farther apart. Unrelated pictures that are as like as this differ more in grey.
_MOVED_LIKENESS = 0.75
_MOVED_DIFFERENCE = 14.0
_MOVED_SHARE = 0.4
_NOISE_DIFFERENCE = 4.0
_MAX_SCENES = 4


@dataclass(slots=True)
class _Scene:
    number: int
    last: Thumbnail
    seen_s: float


class Scenes:
    """Numbers the scenes of one video, from 0. A number is used again only for a scene that comes back soon.

    `is_hidden`: whether the last frame was black, white or of one colour amid a scene, for up to `BLANK_S`: what little
    can be made out in it may be of the scene before or of the one that comes. `is_dissolved`: whether the last frame is
    the first of a scene that has come little by little or out of black.
    """

    def __init__(self) -> None:
        self._recent: list[_Scene] = []
        self._next_number = 0
        self.is_hidden = self.is_dissolved = False
        self._dissolves = Dissolves()

    def number_of(self, picture: Thumbnail, time_s: float, *, size_changed: bool = False) -> int:
        """The scene of the next frame, given its `thumbnail` and its time. A call that adapts to its line, which
        `size_changed` tells, leaves out frames or restarts its encoder: then what is roughly alike is one scene."""
        was_hidden, self.is_hidden = self.is_hidden, self._waits_for_light(picture, time_s)
        self.is_dissolved = False
        if self.is_hidden:
            return self._recent[0].number  # whose scene this is shows when there is something to be seen again
        self._forget(time_s, after_blank=was_hidden)
        found = next((scene for scene in self._recent if _alike(scene.last, picture, roughly=size_changed)), None)
        dissolves = self._dissolves.ends(picture, time_s)
        self.is_dissolved = dissolves or (was_hidden and found is None)
        if self.is_dissolved:
            found, self._recent = None, []
        if found is None:
            found = _Scene(self._next_number, picture, time_s)
            self._next_number += 1
        self._recent = [scene for scene in self._recent if scene is not found]
        found.last, found.seen_s = picture, time_s
        # The current scene comes first: only the ones behind it can grow old.
        self._recent = [found, *self._recent][:_MAX_SCENES]
        return found.number

    def _waits_for_light(self, picture: Thumbnail, time_s: float) -> bool:
        if not self._recent or not is_blank(picture):
            return False
        current = self._recent[0]
        return not is_blank(current.last) and time_s - current.seen_s <= BLANK_S

    def _forget(self, time_s: float, *, after_blank: bool) -> None:
        behind = [scene for scene in self._recent[1:] if time_s - scene.seen_s <= MEMORY_S]
        current = [scene for scene in self._recent[:1] if not after_blank or time_s - scene.seen_s <= BLANK_S]
        self._recent = [*current, *behind]


def _alike(first: Thumbnail, second: Thumbnail, *, roughly: bool) -> bool:
    """Returns True if two thumbnails are of one scene; the camera may have moved by up to 1/16 of the picture between
    them, `roughly`: by any distance that leaves a likeness."""
    blank = is_blank(first), is_blank(second)
    if any(blank):
        return float(np.abs(first - second).mean()) < (_MOVED_DIFFERENCE if all(blank) else _NOISE_DIFFERENCE)
    if is_like(first, second, _SAME_LIKENESS):
        return True
    if not is_like(first, second, _MOVED_LIKENESS):
        return False
    return roughly or _least_difference(first, second) < min(_MOVED_DIFFERENCE, _MOVED_SHARE * float(first.std()))


def _least_difference(first: Thumbnail, second: Thumbnail) -> float:
    return min(float(np.abs(still - moved).mean()) for still, moved in shifted(first, second))

"""Paths of heads in made clips, the turning of heads, and what passes in front of them. Times in seconds, places and
sizes in pixels of a frame."""

from collections.abc import Callable
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from lab.evaluation.painted_scenes import Cover, Path, Picture, Pose

WIDTH_PX, HEIGHT_PX = 640, 360
MID = HEIGHT_PX / 2
FACE = 90.0


def line(start_x: float, end_x: float, *, y: float = MID, seconds: float = 3.0, height: float = FACE) -> Path:
    """From one side to another at one speed."""
    return lambda time_s: Pose(start_x + (end_x - start_x) * time_s / seconds, y, height)


def still(x: float, y: float = MID, height: float = FACE) -> Path:
    """About a place, never quite at rest."""
    return lambda time_s: Pose(x + 2 * sin(2 * time_s), y + 2 * cos(3 * time_s), height, 2 * sin(time_s))


def while_shown(path: Path, start_s: float, end_s: float) -> Path:
    """A path, there from one time until another only."""
    return lambda time_s: path(time_s) if start_s <= time_s < end_s else None


def unseen(path: Path, start_s: float, end_s: float) -> Path:
    """A path, not there from one time until another."""
    return lambda time_s: None if start_s <= time_s < end_s else path(time_s)


def moved_unseen(x: float, later_x: float, start_s: float, end_s: float) -> Path:
    """At one place, then not there for a while, then at another."""
    return unseen(lambda time_s: Pose(x if time_s < start_s else later_x, MID, FACE), start_s, end_s)


def bounce(start_x: float, turn_x: float) -> Path:
    """To `turn_x` and back in three seconds."""
    return lambda time_s: Pose(start_x + (turn_x - start_x) * sin(pi * time_s / 3.0), MID, FACE)


def away(leave_s: float, return_s: float) -> Path:
    """Out over the right edge in half a second, and in again."""

    def path(time_s: float) -> Pose:
        out = min(max((time_s - leave_s) / 0.5, 0.0), 1.0) - min(max((time_s - return_s) / 0.5, 0.0), 1.0)
        return Pose(500 + 240 * out, MID, FACE)

    return path


def milling(index: int) -> Path:
    """One of six, each round a place of its own."""
    x, y = 110 + 210 * (index % 3), 105 + 150 * (index // 3)

    def path(time_s: float) -> Pose:
        angle = 2 * pi * time_s / (2.0 + 0.3 * index) + index
        return Pose(x + 70 * sin(angle), y + 15 * cos(1.3 * angle), 75)

    return path


def zoomed(x: float) -> Path:
    """A head in the middle, away from which the camera's zoom by two takes it."""

    def path(time_s: float) -> Pose:
        factor = 1 + min(max((time_s - 1.0) / 0.5, 0.0), 1.0)
        return Pose(320 + (x - 320) * factor, MID, 70 * factor)

    return path


def swing(most_deg: float) -> Callable[[float], float]:
    """Angles of a head that turns from side to side in 1.5 s."""
    return lambda time_s: most_deg * sin(2 * pi * time_s / 1.5)


def bar(centre_x: Callable[[float], float], width: int) -> Cover:
    """An upright grey bar in front of everything."""

    def cover(picture: Picture, time_s: float) -> tuple[Picture, NDArray[np.bool_]]:
        left = round(centre_x(time_s) - width / 2)
        hidden = np.zeros(picture.shape[:2], dtype=bool)
        hidden[:, max(left, 0) : max(left + width, 0)] = True
        covered = picture.copy()
        covered[hidden] = (60, 70, 80)
        return covered, hidden

    return cover

"""Interlaced videos: what moves between two fields is not combed, and nothing else changes."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.open_media import open_media
from tests.media_factory import write_video

FRAME_PERIOD = Fraction(1, 25)
TIMES_MS = range(0, 1000, 40)


def scene(time_s: float) -> NDArray[np.uint8]:
    """A ball that moves from left to right, 200 pixels a second."""
    image = np.full((288, 360, 3), 90, np.uint8)
    cv2.circle(image, (int(80 + time_s * 200), 144), 60, (220, 220, 220), -1)
    return image


def woven(index: int) -> NDArray[np.uint8]:
    """The upper field at the frame's time, the lower one half a frame later."""
    image = scene(index / 25)
    image[1::2] = scene((index + 0.5) / 25)[1::2]
    return image


def played(path: Path) -> list[Frame]:
    with open_media(path) as source:
        return list(source.frames())


def combing(frames: list[Frame]) -> float:
    """Returns how much each row differs from the mean of its neighbours."""
    rows = np.stack([frame.image[:, :, 1].astype(float) for frame in frames])
    return float(np.abs(rows[:, 1:-1] - (rows[:, :-2] + rows[:, 2:]) / 2).mean())


@pytest.mark.parametrize(
    ("suffix", "codec"), [("mpg", "mpeg2video"), ("ts", "mpeg2video"), ("avi", "mpeg4"), ("mkv", "mpeg2video")]
)
def test_fields_are_put_together(tmp_path: Path, suffix: str, codec: str) -> None:
    options = {"codec": codec, "times_ms": TIMES_MS, "picture": woven, "time_base": FRAME_PERIOD}
    marked = played(write_video(tmp_path / f"marked.{suffix}", interlaced=True, **options))  # type: ignore[arg-type]
    plain = played(write_video(tmp_path / f"plain.{suffix}", **options))  # type: ignore[arg-type]
    assert combing(marked) < 0.35 * combing(plain)
    assert [frame.time_s for frame in marked] == [frame.time_s for frame in plain]
    assert [frame.duration_s for frame in marked] == [frame.duration_s for frame in plain]
    assert len(marked) == len(TIMES_MS)


def test_a_picture_shows_the_time_of_one_field(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "film.mpg",
        codec="mpeg2video",
        times_ms=TIMES_MS,
        picture=woven,
        time_base=FRAME_PERIOD,
        interlaced=True,
    )
    for frame in played(path)[1:-1]:
        lit = np.flatnonzero(frame.image[144, :, 1] > 155)
        # Which field is the first one the encoder decides.
        assert lit.mean() == pytest.approx(80 + (frame.index + 0.25) / 25 * 200, abs=2.5)
        assert np.ptp(lit) == pytest.approx(120, abs=3)


def test_frames_that_are_not_marked_cost_nothing_and_stay(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mkv", codec="ffv1", picture=woven, times_ms=TIMES_MS)
    for frame in played(path):
        assert np.abs(frame.image.astype(int) - woven(frame.index)).max() <= 6

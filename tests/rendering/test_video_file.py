"""The encoder and its container, whatever a header claims."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from chalicelib.analysis.media.open_media import open_media
from chalicelib.rendering.video_file import VideoFile

_TIMES_S = (0.0, 1.0, 2.0, 7.0)


def _written(path: Path, size: tuple[int, int], time_base: Fraction, rate_hz: Fraction) -> list[float]:
    with VideoFile(path, size, time_base, rate_hz) as file:
        for time_s in _TIMES_S:
            file.write(np.full((size[1], size[0], 3), 90, np.uint8), time_s)
    with open_media(path) as media:
        return [frame.time_s for frame in media.frames()]


@pytest.mark.parametrize("time_base", [Fraction(1), Fraction(1, 25), Fraction(1, 1000), Fraction(1, 1_000_000)])
@pytest.mark.parametrize("rate_hz", [Fraction(1, 100), Fraction(30_000, 1001), Fraction(24_000)])
def test_times_are_kept_at_any_rate_that_a_header_claims(
    tmp_path: Path, time_base: Fraction, rate_hz: Fraction
) -> None:
    assert _written(tmp_path / "film.mp4", (64, 48), time_base, rate_hz) == pytest.approx(_TIMES_S)


@pytest.mark.parametrize("size", [(1280, 1), (1, 1), (2, 2), (3, 3), (1, 200)])
def test_a_picture_of_any_size_can_be_written(tmp_path: Path, size: tuple[int, int]) -> None:
    assert _written(tmp_path / "film.mp4", size, Fraction(1, 1000), Fraction(25)) == pytest.approx(_TIMES_S)


def test_two_times_of_one_unit_stay_two_frames(tmp_path: Path) -> None:
    with VideoFile(tmp_path / "film.mp4", (64, 48), Fraction(1, 1000), Fraction(25)) as file:
        for time_s in (0.0, 0.0001, 0.0002, 0.5):
            file.write(np.full((48, 64, 3), 90, np.uint8), time_s)
    with open_media(tmp_path / "film.mp4") as media:
        assert [frame.time_s for frame in media.frames()] == pytest.approx([0.0, 0.001, 0.002, 0.5])

"""The demonstration film: long enough, moving, with the portrait away for a while."""

from pathlib import Path

import numpy as np

from chalicelib.analysis.media.open_media import open_media
from chalicelib.local.demo_clip import write_demo_clip


def suit_share(image: np.ndarray) -> float:
    """The share of pixels that are red beyond doubt: the suit and the flag, nothing of the backdrop."""
    red, blue = image[:, :, 2].astype(int), image[:, :, 0].astype(int)
    return float(np.mean(red - blue > 90))


def test_the_clip_has_its_length_size_and_an_absence_of_about_a_second(tmp_path: Path) -> None:
    write_demo_clip(tmp_path / "demo.mp4")
    with open_media(tmp_path / "demo.mp4") as film:
        frames = [(frame.time_s, suit_share(frame.image)) for frame in film.frames()]
        assert (film.info.width_px, film.info.height_px, film.info.duration_s) == (640, 360, 6.0)
    assert [time_s for time_s, _ in frames] == [index / 25 for index in range(150)]
    away = [time_s for time_s, share in frames if share < 0.005]
    assert 0.8 <= away[-1] - away[0] <= 1.2
    assert frames[0][1] > 0.1
    assert frames[-1][1] > 0.1


def test_the_same_options_give_the_same_film(tmp_path: Path) -> None:
    for name in ("one.mp4", "two.mp4"):
        write_demo_clip(tmp_path / name, seconds=1.0, fps=10, size_px=(320, 180))
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
    with open_media(tmp_path / "one.mp4") as film:
        assert (film.info.width_px, film.info.frames_total, film.info.duration_s) == (320, 10, 1.0)

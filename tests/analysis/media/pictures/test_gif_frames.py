"""Frames of a GIF, counted by its blocks as Pillow counts them by reading."""

import io
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.media.pictures.gif_frames import gif_frame_count
from tests.media_factory import write_gif_of


def _unwatched() -> None:
    """Does nothing."""


def _gif(frames: int, *, mode: str = "P", comment: bytes = b"") -> bytes:
    pictures = [
        Image.new("RGB", (32, 24), (index * 40 % 256, index, 255 - index)).convert(mode) for index in range(frames)
    ]
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=40, comment=comment)
    return out.getvalue()


@pytest.mark.parametrize("frames", [1, 2, 7])
@pytest.mark.parametrize("mode", ["P", "L", "RGB"])
@pytest.mark.parametrize("comment", [b"", b",!" * 300])
def test_it_counts_as_pillow_does(tmp_path: Path, frames: int, mode: str, comment: bytes) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(_gif(frames, mode=mode, comment=comment))
    with Image.open(path) as picture:
        assert gif_frame_count(path, _unwatched) == picture.n_frames == frames  # type: ignore[attr-defined]


def test_a_file_that_is_cut_anywhere_is_counted_to_its_end(tmp_path: Path) -> None:
    content, path = _gif(3), tmp_path / "a.gif"
    counts = []
    for size in range(1, len(content)):
        path.write_bytes(content[:size])
        counts.append(gif_frame_count(path, _unwatched))
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2, 3}


def test_counting_looks_up_now_and_then(tmp_path: Path) -> None:
    path, looks = write_gif_of(tmp_path / "a.gif", frames=10_000), []
    gif_frame_count(path, lambda: looks.append(1))
    assert len(looks) >= 4


def test_a_gif_of_many_frames_is_open_at_once_and_says_how_many(tmp_path: Path) -> None:
    with open_media(write_gif_of(tmp_path / "a.gif", frames=6_000)) as media:
        assert media.info.frames_total == 6_000
        assert [frame.time_s for frame in islice(media.frames(), 2)] == [0.0, 0.04]

"""Stretches of videos: put together they are the frames of one pass, pixels and times."""

import hashlib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from chalicelib.analysis.media.frames import Frame, MediaLimits
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.media.video_spans import Span, open_span
from chalicelib.domain.measurements.stretch import FramePicker, Stretch
from chalicelib.errors import MediaError
from tests.media_factory import LONG_MS, noise, write_video

LIMITS = MediaLimits()
# Uneven times, with a gap of four seconds in the middle.
UNEVEN_MS = [*range(500, 2000, 40), *range(2003, 3000, 97), *range(7000, 9000, 33)]


def _seen(frames: list[Frame]) -> list[tuple[float, str]]:
    return [(frame.time_s, hashlib.sha256(frame.image.tobytes()).hexdigest()) for frame in frames]


def _whole(path: Path) -> list[tuple[float, str]]:
    with open_media(path, LIMITS) as medium:
        return _seen(list(medium.frames()))


def _span(path: Path, span: Span) -> list[tuple[float, str]]:
    with open_span(path, span, LIMITS) as source:
        return _seen(list(source.frames()))


def _pieces(path: Path, seams: list[float]) -> list[tuple[float, str]]:
    edges: list[float | None] = [None, *seams, None]
    pieces = []
    for from_s, until_s in pairwise(edges):
        pieces += _span(path, Span(from_s, until_s, 0.0))
    return pieces


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "avi", "webm"])
@pytest.mark.parametrize("times_ms", [LONG_MS, UNEVEN_MS], ids=["even", "uneven"])
def test_pieces_are_the_whole(tmp_path: Path, suffix: str, times_ms: list[int]) -> None:
    path = write_video(tmp_path / f"clip.{suffix}", times_ms=times_ms, picture=noise)
    whole = _whole(path)
    between = [time_s + 0.001 for time_s, _ in whole[7::31]]
    exactly = [time_s for time_s, _ in whole[5::23]]
    assert _pieces(path, between) == whole
    assert _pieces(path, exactly) == whole


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_pieces_are_the_whole_with_frames_out_of_order(tmp_path: Path, suffix: str) -> None:
    base = Fraction(1, 12800)
    options = {"codec": "libx264", "time_base": base, "b_frames": 3}
    path = write_video(tmp_path / f"clip.{suffix}", times_ms=LONG_MS, picture=noise, **options)  # type: ignore[arg-type]
    whole = _whole(path)
    assert len(whole) == len(LONG_MS)
    for first in range(3):
        assert _pieces(path, [time_s for time_s, _ in whole[first + 10 :: 11]]) == whole


def test_pieces_of_a_real_film_are_the_whole(shared_media: Path) -> None:
    path = shared_media / "videos" / "single_face.mp4"
    if not path.is_file():
        pytest.skip("there is no such film")
    whole = _whole(path)
    assert _pieces(path, [time_s for time_s, _ in whole[20::37]]) == whole


def test_a_stretch_without_frames_is_empty(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", times_ms=UNEVEN_MS, picture=noise)
    assert _span(path, Span(4.0, 6.0, 0.0)) == []
    assert _span(path, Span(100.0, None, 0.0)) == []


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "webm"])
def test_a_late_stretch_is_reached_without_decoding_what_comes_before(tmp_path: Path, suffix: str) -> None:
    path = write_video(tmp_path / f"clip.{suffix}", times_ms=range(0, 12_000, 40), picture=noise)
    with open_span(path, Span(10.0, None, 0.0), LIMITS) as source:
        assert len(list(source.frames())) == 50
        assert source.delivery.frames < 100


def test_a_film_that_ends_before_its_time_is_refused_by_the_stretch_that_misses_it(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mkv", times_ms=LONG_MS, picture=noise)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert _span(path, Span(None, 0.5, 0.0))
    with pytest.raises(MediaError, match="incomplete"):
        _span(path, Span(3.5, None, 0.0))


def test_what_lasts_too_long_is_refused(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mkv", times_ms=UNEVEN_MS, picture=noise)
    limits = MediaLimits(max_duration_s=10.0)
    with open_span(path, Span(7.0, None, 0.5), limits) as source:
        assert list(source.frames())
    with open_span(path, Span(7.0, None, -2.0), limits) as source, pytest.raises(MediaError, match="longer"):
        list(source.frames())


def test_a_picture_that_an_index_takes_for_a_key_frame_is_not_begun_with(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", times_ms=LONG_MS, picture=noise)
    marked = path.read_bytes()
    assert marked.count(b"stss") == 1
    path.write_bytes(marked.replace(b"stss", b"free"))  # without this table every picture counts as one
    whole = _whole(path)
    assert _pieces(path, [whole[20][0], whole[-20][0]]) == whole


def test_spans_that_overlap_account_for_each_packet_once(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", times_ms=LONG_MS, picture=noise)
    seam_s = _whole(path)[40][0]
    counts = []
    for span in (
        Span(None, seam_s + 0.5, 0.0, own_until_s=seam_s),
        Span(seam_s - 0.5, None, 0.0, own_from_s=seam_s),
    ):
        with open_span(path, span, LIMITS) as source:
            list(source.frames())
            counts.append((source.own.packets, source.own.frames))
    assert [sum(each) for each in zip(*counts, strict=True)] == [len(LONG_MS), len(LONG_MS)]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
@pytest.mark.parametrize("times_ms", [LONG_MS, UNEVEN_MS], ids=["even", "uneven"])
@pytest.mark.parametrize("rate", [None, 3.0, 7.5])
def test_a_stretch_has_the_frames_of_the_whole_at_their_own_times(
    tmp_path: Path, suffix: str, times_ms: list[int], rate: float | None
) -> None:
    path = write_video(tmp_path / f"clip.{suffix}", times_ms=times_ms, picture=noise)
    whole = _whole(path)
    start_s, end_s = whole[len(whole) // 4][0], whole[-len(whole) // 4][0]
    stretch = Stretch(start_s, end_s, rate)
    picker = FramePicker(stretch)
    expected = [each for each in whole if picker.picks(each[0]) and stretch.has(each[0])]
    assert _span(path, Span(None, None, 0.0, stretch=stretch)) == expected
    assert expected[0][0] == start_s


@pytest.mark.parametrize("rate", [2.0, 7.5])
def test_pieces_pick_the_frames_of_the_whole(tmp_path: Path, rate: float) -> None:
    path = write_video(tmp_path / "clip.mp4", times_ms=UNEVEN_MS, picture=noise)
    times = [time_s for time_s, _ in _whole(path)]
    stretch = Stretch(times[3], None, rate)
    whole = _span(path, Span(None, None, 0.0, stretch=stretch))
    for seam_s in (*times[5::9], times[7] + 0.001):
        pieces = [Span(None, seam_s, 0.0, stretch=stretch), Span(seam_s, None, 0.0, stretch=stretch)]
        assert [frame for piece in pieces for frame in _span(path, piece)] == whole


def test_only_the_stretch_is_decoded(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", times_ms=LONG_MS, picture=noise)
    times = [time_s for time_s, _ in _whole(path)]
    stretch = Stretch(times[-30], times[-20])
    with open_span(path, Span(None, None, 0.0, stretch=stretch), LIMITS) as source:
        assert len(list(source.frames())) == 10
        assert source.delivery.frames < len(times) / 2
        assert source.own.packets <= source.own.frames + 1

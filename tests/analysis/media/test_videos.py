"""Videos: every frame once, upright, in its own colours, at its own time."""

import gc
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from chalicelib.analysis.media.frames import Frame, MediaInfo, MediaLimits
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.media.video_spans import Span, open_span
from chalicelib.errors import MediaError
from tests.media_factory import CODECS, LONG_MS, SHARED_MEDIA, STEADY_MS, corner_names, corners, noise, write_video

UNEVEN_MS = (0, 33, 41, 240, 250, 1500, 1501, 1999)
FRAME_PERIOD = Fraction(1, 25)
ONE_TICK_S = 1 / 12800


def played(path: Path, limits: MediaLimits | None = None, threads: int = 2) -> tuple[MediaInfo, list[Frame]]:
    with open_media(path, limits or MediaLimits(), threads=threads) as source:
        return source.info, list(source.frames())


def numbered(index: int) -> NDArray[np.uint8]:
    """Grey that grows by 16 with every frame, so that a decoded frame tells its number."""
    return np.full((48, 64, 3), 20 + 16 * (index % 14), np.uint8)


@pytest.mark.parametrize("suffix", sorted(CODECS))
def test_every_container_gives_all_frames(tmp_path: Path, suffix: str) -> None:
    time_base = FRAME_PERIOD if suffix in {"avi", "ts"} else Fraction(1, 1000)
    path = write_video(tmp_path / f"film.{suffix}", picture=numbered, time_base=time_base)
    info, frames = played(path)
    assert (info.kind, info.width_px, info.height_px, info.frames_total) == ("video", 64, 48, 12)
    assert info.duration_s == pytest.approx(0.48, abs=0.01)
    assert [frame.index for frame in frames] == list(range(12))
    start_s = frames[0].time_s
    assert [frame.time_s - start_s for frame in frames] == pytest.approx([time / 1000 for time in STEADY_MS])
    for frame in frames:
        assert np.abs(frame.image.astype(int) - numbered(frame.index)).max() <= 8


@pytest.mark.parametrize(("suffix", "codec"), [("wmv", "wmv2"), ("wmv", "wmv1"), ("flv", "flv"), ("flv", "libx264")])
def test_older_containers_give_all_frames_at_their_times(tmp_path: Path, suffix: str, codec: str) -> None:
    _, frames = played(write_video(tmp_path / f"film.{suffix}", codec=codec, picture=numbered, times_ms=LONG_MS))
    assert len(frames) == len(LONG_MS)
    start_s = frames[0].time_s
    assert [frame.time_s - start_s for frame in frames] == pytest.approx([time / 1000 for time in LONG_MS], abs=0.0011)


def test_a_raw_stream_without_times_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"raw MPEG video stream.*ffmpeg -i"):
        played(write_video(tmp_path / "film.m1v", codec="mpeg1video", time_base=FRAME_PERIOD))


@pytest.mark.parametrize(
    ("suffix", "codec"), [("mp4", "mpeg4"), ("mov", "mjpeg"), ("mkv", "ffv1"), ("webm", "libvpx-vp9")]
)
def test_times_are_those_that_were_encoded(tmp_path: Path, suffix: str, codec: str) -> None:
    pixel_format = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = write_video(tmp_path / f"film.{suffix}", times_ms=UNEVEN_MS, codec=codec, pixel_format=pixel_format)
    _, frames = played(path)
    assert [frame.time_s for frame in frames] == pytest.approx([time / 1000 for time in UNEVEN_MS], abs=ONE_TICK_S)


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_a_late_start_is_not_shifted_to_zero(tmp_path: Path, suffix: str) -> None:
    path = write_video(tmp_path / f"film.{suffix}", times_ms=[700, 740, 800])
    assert [frame.time_s for frame in played(path)[1]] == pytest.approx([0.7, 0.74, 0.8], abs=ONE_TICK_S)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
def test_reordered_frames_come_in_order_of_time(tmp_path: Path, suffix: str) -> None:
    times_ms = tuple(range(0, 560, 40))
    path = write_video(
        tmp_path / f"film.{suffix}", times_ms=times_ms, picture=numbered, b_frames=2, time_base=FRAME_PERIOD
    )
    _, frames = played(path)
    assert [round(float(frame.image.mean() - 20) / 16) for frame in frames] == list(range(14))
    steps = [later.time_s - earlier.time_s for earlier, later in pairwise(frames)]
    assert steps == pytest.approx([0.04] * 13, abs=ONE_TICK_S)


@pytest.mark.parametrize(
    ("suffix", "mirrored", "rotation_deg", "expected"),
    [
        ("mp4", False, 0, "rgwb"),
        ("mp4", False, 90, "gwbr"),
        ("mp4", False, 180, "wbrg"),
        ("mp4", False, -90, "brgw"),
        ("mp4", True, 0, "grbw"),
        ("mp4", True, 90, "wgrb"),
        ("mp4", True, 180, "bwgr"),
        ("mp4", True, -90, "rbwg"),
        ("mov", False, -90, "brgw"),
        ("mkv", False, 90, "gwbr"),
    ],
)
def test_display_matrices_are_applied(
    tmp_path: Path, suffix: str, mirrored: bool, rotation_deg: int, expected: str
) -> None:
    path = write_video(tmp_path / f"film.{suffix}", rotation_deg=rotation_deg, mirrored=mirrored)
    info, frames = played(path)
    sideways = rotation_deg in {90, -90}
    assert (info.width_px, info.height_px) == ((48, 64) if sideways else (64, 48))
    assert {frame.image.shape for frame in frames} == {(info.height_px, info.width_px, 3)}
    assert {corner_names(frame.image) for frame in frames} == {expected}
    assert all(frame.image.flags.c_contiguous for frame in frames)


@pytest.mark.parametrize("size", [(33, 17), (9, 51), (641, 359)])
def test_odd_sizes(tmp_path: Path, size: tuple[int, int]) -> None:
    path = write_video(tmp_path / "film.mkv", picture=lambda _: corners(*size), codec="ffv1", times_ms=[0, 40])
    _, frames = played(path)
    assert [frame.image.shape for frame in frames] == [(size[1], size[0], 3)] * 2
    assert frames[0].image.flags.c_contiguous


SKIN = (140, 170, 225)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p", "yuv420p10le", "yuva420p", "bgra"])
@pytest.mark.parametrize("colour", [(1, 1), (1, 2), (5, 1), (5, 2), (9, 1)], ids=str)
def test_matrix_range_and_depth_are_heeded(tmp_path: Path, pixel_format: str, colour: tuple[int, int]) -> None:
    path = write_video(
        tmp_path / "film.mkv",
        picture=lambda _: np.full((48, 64, 3), SKIN, np.uint8),
        codec="ffv1",
        pixel_format=pixel_format,
        colour=None if pixel_format == "bgra" else colour,
        times_ms=[0],
    )
    image = played(path)[1][0].image
    assert np.abs(image.astype(int) - SKIN).max() <= 3


def test_grey_films_have_three_equal_channels(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mkv", picture=numbered, codec="ffv1", pixel_format="gray")
    for frame in played(path)[1]:
        assert np.ptp(frame.image, axis=2).max() == 0
        assert abs(int(frame.image[9, 9, 0]) - int(numbered(frame.index)[9, 9, 0])) <= 1


def write_with_new_size(path: Path, sizes: list[tuple[int, int]]) -> Path:
    """Motion JPEG frames of their own sizes in one stream."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *sizes[0], "yuvj420p"
        for index, size in enumerate(sizes):
            encoder = av.CodecContext.create("mjpeg", "w")
            encoder.width, encoder.height, encoder.pix_fmt = *size, "yuvj420p"
            encoder.time_base = FRAME_PERIOD
            frame = av.VideoFrame.from_ndarray(corners(*size), format="bgr24").reformat(format="yuvj420p")
            frame.pts, frame.time_base = 0, FRAME_PERIOD
            for packet in [*encoder.encode(frame), *encoder.encode(None)]:
                packet.stream, packet.pts, packet.dts, packet.time_base = stream, index, index, FRAME_PERIOD
                container.mux(packet)
    return path


def test_frames_that_change_their_size_are_scaled_to_that_of_the_first(tmp_path: Path) -> None:
    path = write_with_new_size(tmp_path / "film.mkv", [(64, 48), (32, 24), (128, 96), (128, 96)])
    info, frames = played(path)
    assert [frame.image.shape for frame in frames] == [(48, 64, 3)] * 4
    assert (info.width_px, info.height_px) == (64, 48)
    assert {corner_names(frame.image) for frame in frames} == {"rgwb"}
    assert [frame.size_changed for frame in frames] == [False, True, True, False]


def test_a_frame_of_another_shape_lies_in_the_middle(tmp_path: Path) -> None:
    path = write_with_new_size(tmp_path / "film.mkv", [(64, 48), (48, 64)])
    image = played(path)[1][1].image
    assert image.shape == (48, 64, 3)
    assert image[:, :13].max() <= 2
    assert image[:, -13:].max() <= 2
    assert corner_names(image[:, 14:50]) == "rgwb"


def test_a_stretch_has_the_size_that_the_whole_has(tmp_path: Path) -> None:
    path = write_with_new_size(tmp_path / "film.mkv", [(64, 48), (128, 96), (128, 96)])
    info, whole = played(path)
    span = Span(0.04, None, 0.0, frame_size=info.frame_size)
    with open_span(path, span, MediaLimits()) as source:
        stretch = list(source.frames())
    assert len(stretch) == 2
    for frame, other in zip(stretch, whole[1:], strict=True):
        assert np.array_equal(frame.image, other.image)


def test_each_frame_says_how_long_the_container_shows_it(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", times_ms=[0, 40, 80], durations_ms=[40, 40, 8000])
    info, frames = played(path)
    assert info.duration_s == pytest.approx(8.08)
    assert frames[-1].duration_s == pytest.approx(8.0)


def test_one_frame_lasts_as_long_as_its_packet(tmp_path: Path) -> None:
    _, frames = played(write_video(tmp_path / "film.mp4", times_ms=[0], durations_ms=[5000]))
    assert [(frame.time_s, frame.duration_s) for frame in frames] == [(0.0, 5.0)]


def test_a_hole_is_where_the_container_says_that_the_frame_ends(tmp_path: Path) -> None:
    times_ms = [*range(0, 1000, 40), *range(5000, 6000, 40)]
    _, frames = played(write_video(tmp_path / "film.mkv", times_ms=times_ms))
    assert frames[24].time_s == pytest.approx(0.96)
    assert frames[24].duration_s == pytest.approx(0.04)


@pytest.mark.parametrize("b_frames", [0, 2])
def test_the_durations_of_packets_are_not_those_of_frames_in_another_order(tmp_path: Path, b_frames: int) -> None:
    times_ms = [*range(0, 1000, 40), *range(5000, 6000, 40)]
    path = write_video(tmp_path / "film.mp4", times_ms=times_ms, b_frames=b_frames)
    _, frames = played(path)
    for frame, following in pairwise(frames):
        assert frame.duration_s is None or frame.duration_s == pytest.approx(following.time_s - frame.time_s)
    assert frames[-1].duration_s == pytest.approx(0.04)


def test_a_frame_that_grows_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = write_with_new_size(tmp_path / "film.mkv", [(64, 48)] * 3 + [(640, 480)] * 3)
    with pytest.raises(MediaError):
        played(path, MediaLimits(max_pixels=64 * 48))
    assert len(played(path, MediaLimits(max_pixels=640 * 480))[1]) == 6


def test_too_many_pixels_are_refused_by_the_header(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4")
    assert len(played(path, MediaLimits(max_pixels=64 * 48))[1]) == 12
    with pytest.raises(MediaError, match="64 x 48 pixels; at most 3071"):
        open_media(path, MediaLimits(max_pixels=64 * 48 - 1))


def test_too_long_is_refused_by_the_header(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4")
    with pytest.raises(MediaError, match=r"longer than the 0\.3 seconds"):
        open_media(path, MediaLimits(max_duration_s=0.3))


def test_too_long_is_refused_by_the_frames_where_the_header_is_silent(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mkv", times_ms=LONG_MS, muxer_options={"live": "1"})
    with open_media(path, MediaLimits(max_duration_s=1.0)) as source:
        assert source.info.duration_s is None
        frames = source.frames()
        assert [next(frames).time_s for _ in range(26)][-1] == 1.0
        with pytest.raises(MediaError, match="longer than the 1 seconds"):
            next(frames)


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_threads_change_no_frame(tmp_path: Path, threads: int) -> None:
    path = write_video(tmp_path / "film.mp4", picture=noise, b_frames=2)
    expected = played(path)[1]
    for frame, other in zip(expected, played(path, threads=threads)[1], strict=True):
        assert (frame.index, frame.time_s) == (other.index, other.time_s)
        assert np.array_equal(frame.image, other.image)


def test_frames_come_once_and_not_after_closing(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4")
    with open_media(path) as source:
        assert next(source.frames()).index == 0
        assert [frame.index for frame in source.frames()] == list(range(1, 12))
        assert list(source.frames()) == []
    closed = open_media(path)
    closed.close()
    assert list(closed.frames()) == []
    closed.close()


PEAK = """
import sys
from pathlib import Path
from chalicelib.analysis.media.open_media import open_media
from lab.benchmark.runs import peak_bytes
with open_media(Path(sys.argv[1]), threads=1) as source:
    count = sum(1 for _ in source.frames())
print(count, peak_bytes())
"""


def test_memory_does_not_grow_with_the_film(tmp_path: Path) -> None:
    def peak_of(frames: int) -> int:
        path = write_video(
            tmp_path / f"{frames}.mp4", times_ms=range(0, 40 * frames, 40), picture=lambda _: corners(640, 360)
        )
        run = subprocess.run([sys.executable, "-c", PEAK, str(path)], check=True, capture_output=True, text=True)
        count, most_bytes = map(int, run.stdout.split())
        assert count == frames
        return most_bytes

    one_picture = 640 * 360 * 3
    # A hundred pictures are 66 MiB; what the allocator keeps in between is far below half of that.
    assert peak_of(120) - peak_of(20) < 50 * one_picture


@pytest.mark.skipif(not SHARED_MEDIA.is_dir(), reason="shared media are not here")
@pytest.mark.parametrize(
    "name",
    [
        "videos/WolfgangLanger_Pexels.mp4",
        "videos/face_noface.mov",
        "videos/noface_face.mov",
        "videos/single_face.mp4",
        "no-face/no_face.mp4",
    ],
)
def test_shared_films_have_the_times_of_their_packets(name: str) -> None:
    path = SHARED_MEDIA / name
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stamps = sorted(
            packet.pts for packet in container.demux(stream) if packet.pts is not None and not packet.is_discard
        )
        expected = [float(stamp * stream.time_base) for stamp in stamps if stream.time_base]
    info, frames = played(path)
    assert [frame.time_s for frame in frames] == expected
    assert info.frames_total == len(frames)


def test_a_frame_goes_when_it_is_done_with_and_waits_for_no_collector(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", times_ms=range(0, 4000, 40), picture=numbered)
    gc.collect()
    gc.disable()
    try:
        with open_media(path) as source:
            assert sum(1 for _ in source.frames()) == 100
            assert sum(isinstance(each, VideoFrame) for each in gc.get_objects()) <= 3
    finally:
        gc.enable()

"""Videos that are cut short or damaged: a little is forgiven, much is refused, and always with a message."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.open_media import open_media
from chalicelib.errors import MediaError
from tests.media_factory import LONG_MS, damage_packets, noise, write_film, write_video

FRAME_PERIOD = Fraction(1, 25)
ONE_TICK_S = 1 / 12800


def played(path: Path) -> list[Frame]:
    with open_media(path) as source:
        return list(source.frames())


def shortened(path: Path, share: float) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def test_a_film_without_its_index_is_incomplete(tmp_path: Path) -> None:
    path = shortened(write_video(tmp_path / "film.mp4", times_ms=LONG_MS, picture=noise), 0.6)
    with pytest.raises(MediaError, match=r"incomplete.*upload it again"):
        open_media(path)


def test_a_film_cut_short_behind_its_index_is_refused_at_once(tmp_path: Path) -> None:
    options = {"movflags": "faststart"}
    path = write_video(tmp_path / "film.mp4", times_ms=LONG_MS, picture=noise, muxer_options=options)
    assert path.read_bytes().index(b"moov") < path.read_bytes().index(b"mdat")
    assert len(played(path)) == 100
    with pytest.raises(MediaError, match=r"incomplete: \d+ of its 100 frames are missing.*upload it again"):
        open_media(shortened(path, 0.6))


@pytest.mark.parametrize("suffix", ["mkv", "webm", "avi"])
def test_a_stream_cut_short_is_refused_at_its_end(tmp_path: Path, suffix: str) -> None:
    time_base = FRAME_PERIOD if suffix == "avi" else Fraction(1, 1000)
    path = write_video(tmp_path / f"film.{suffix}", times_ms=LONG_MS, picture=noise, time_base=time_base)
    frames: list[int] = []
    with open_media(shortened(path, 0.6)) as source, pytest.raises(MediaError, match=r"it should last 4\.0 s"):
        frames.extend(frame.index for frame in source.frames())
    assert 40 <= len(frames) <= 70


def test_a_trifle_missing_at_the_end_is_tolerated(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mkv", times_ms=LONG_MS, picture=noise)
    assert 95 <= len(played(shortened(path, 0.98))) < 100


def test_a_few_damaged_packets_are_skipped(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mov", times_ms=LONG_MS, codec="mjpeg", pixel_format="yuvj420p")
    frames = played(damage_packets(path, lambda index: index in {10, 50}))
    expected = [time / 1000 for number, time in enumerate(LONG_MS) if number not in {10, 50}]
    assert [frame.time_s for frame in frames] == pytest.approx(expected, abs=ONE_TICK_S)


def test_a_stream_that_appears_while_the_film_is_read_is_passed_over(tmp_path: Path) -> None:
    """A damaged packet of MPEG-TS belongs to a stream of its own."""
    path = tmp_path / "film.ts"
    content = bytearray(write_film(path, "aac").read_bytes())
    begins = [place for place in range(188 * 60, len(content), 188) if content[place + 1] == 0x41]
    assert len(begins) > 5
    for place in begins[:6]:
        content[place + 1] = 0xFF
        path.write_bytes(content)
        with open_media(path) as media:
            assert len(list(media.frames())) > 15
        content[place + 1] = 0x41


def test_many_damaged_packets_are_too_many(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mov", times_ms=LONG_MS, codec="mjpeg", pixel_format="yuvj420p")
    with pytest.raises(MediaError, match="of 100 frames only 80 can be decoded"):
        played(damage_packets(path, lambda index: index % 5 == 4))


@pytest.mark.parametrize("codec", ["mjpeg", "mpeg4"])
def test_a_film_of_which_nothing_decodes_is_refused_at_once(tmp_path: Path, codec: str) -> None:
    pixel_format = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = write_video(tmp_path / "film.mov", codec=codec, pixel_format=pixel_format)
    with pytest.raises(MediaError, match="damaged"):
        open_media(damage_packets(path, lambda _: True))


FRAGMENTED = {"movflags": "empty_moov+default_base_moof", "frag_duration": "480000"}


def fragmented(path: Path) -> Path:
    """Nine fragments of about twelve frames."""
    return write_video(path, times_ms=range(0, 108 * 40, 40), picture=noise, muxer_options=FRAGMENTED)


def cut_inside_the_last_fragment(path: Path, share: float) -> Path:
    """Keeps a share of the data of the last fragment."""
    content = path.read_bytes()
    data = content.rindex(b"mdat") - 4
    length = int.from_bytes(content[data : data + 4])
    path.write_bytes(content[: data + 8 + int(share * (length - 8))])
    return path


def test_a_fragmented_film_cut_inside_a_fragment_is_refused_at_once(tmp_path: Path) -> None:
    path = fragmented(tmp_path / "film.mp4")
    assert path.read_bytes().count(b"moof") > 3
    assert len(played(path)) == 108
    with pytest.raises(MediaError, match=r"incomplete: about \d+ of its 108 samples are missing"):
        open_media(cut_inside_the_last_fragment(path, 0.1))


def test_a_trifle_missing_of_a_fragment_is_tolerated(tmp_path: Path) -> None:
    path = cut_inside_the_last_fragment(fragmented(tmp_path / "film.mp4"), 0.95)
    assert 105 <= len(played(path)) <= 108


def test_a_film_cut_inside_the_header_of_a_fragment_is_refused(tmp_path: Path) -> None:
    path = fragmented(tmp_path / "film.mp4")
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"moof") + 30])
    with pytest.raises(MediaError, match="incomplete"):
        open_media(path)


WITHOUT_MEMORY = """
import resource, sys
from pathlib import Path
from chalicelib.analysis.media.open_media import open_media
from chalicelib.errors import MediaError
with open_media(Path(sys.argv[1]), threads=1) as source:
    next(source.frames())
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used, resource.RLIM_INFINITY))
    try:
        for frame in source.frames():
            pass
    except MediaError as error:
        print("media", error)
    except MemoryError:
        print("memory")
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="the memory in use can be told on Linux only")
def test_a_film_is_not_blamed_for_want_of_memory(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "film.mkv", times_ms=LONG_MS, picture=lambda _: np.zeros((1080, 1920, 3), np.uint8), codec="libx264"
    )
    run = subprocess.run([sys.executable, "-c", WITHOUT_MEMORY, str(path)], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "memory"


def test_nothing_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = damage_packets(write_video(tmp_path / "film.mp4", picture=noise), lambda index: index == 5)
    played(path)
    with pytest.raises(MediaError):
        open_media(shortened(path, 0.5))
    assert capfd.readouterr() == ("", "")


def _bottom_up(path: Path) -> Path:
    """Has an AVI say that the rows of its raw pictures begin at the bottom, as old programs wrote them."""
    content = bytearray(path.read_bytes())
    at = content.index(b"strf") + 4
    for place in (4, content.index(b"hdrl") - 4, content.index(b"strl") - 4):
        _add(content, place, 10)
    _add(content, at, 9)
    _add(content, at + 4, 9)
    content[at + 44 : at + 44] = b"BottomUp\0\0"
    path.write_bytes(content)
    return path


def _add(content: bytearray, place: int, more: int) -> None:
    content[place : place + 4] = (int.from_bytes(content[place : place + 4], "little") + more).to_bytes(4, "little")


def test_large_pictures_stored_from_the_bottom_up_are_read_within_their_memory(tmp_path: Path) -> None:
    def ramp(_: int) -> NDArray[np.uint8]:
        return np.broadcast_to((np.arange(720) // 3).astype(np.uint8)[:, None, None], (720, 1280, 3))

    path = write_video(tmp_path / "a.avi", times_ms=(0, 40), picture=ramp, codec="rawvideo", time_base=FRAME_PERIOD)
    for frame in played(_bottom_up(path)):
        rows = frame.image[..., 1].mean(axis=1)
        assert np.abs(rows[::-1] - np.arange(720) / 3).max() < 6

"""Pictures that are said to be smeared, in films that are damaged after they were encoded."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import PictureType
from av.video.stream import VideoStream
from numpy.typing import NDArray

from chalicelib.analysis.media.damage.h264_order import H264Order
from chalicelib.analysis.media.damage.mpeg2_order import Mpeg2Order
from chalicelib.analysis.media.open_media import open_media

_SIDE, _FRAMES, _KEY_EVERY, _HIT = 128, 40, 16, 20
_NEXT_KEY = 32
_Damage = Callable[[bytes], bytes | None]


def _picture(index: int) -> NDArray[np.uint8]:
    """Noise that moves, so that every packet carries something."""
    noise = np.random.default_rng(0).integers(0, 255, (_SIDE // 8, _SIDE // 8, 3), dtype=np.uint8)
    return np.ascontiguousarray(np.roll(np.kron(noise, np.ones((8, 8, 1), np.uint8)), 3 * index, axis=1))


def _film(path: Path, codec: str, *, b_frames: int = 0) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, VideoStream)
        stream.width = stream.height = _SIDE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = _KEY_EVERY
        stream.codec_context.max_b_frames = b_frames
        if codec == "libx264":
            stream.options = {"preset": "veryfast", "x264-params": f"keyint={_KEY_EVERY}:scenecut=0:bframes={b_frames}"}
        for index in range(_FRAMES):
            frame = av.VideoFrame.from_ndarray(_picture(index), format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _damaged(path: Path, damage: _Damage) -> Path:
    """The film with its 20th packet damaged, or without it."""
    out = path.with_name(f"damaged-{path.name}")
    with av.open(str(path)) as source, av.open(str(out), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for index, packet in enumerate(each for each in source.demux(source.streams.video[0]) if each.size):
            content = damage(bytes(packet)) if index == _HIT else bytes(packet)
            if content is None:
                continue
            copy = av.Packet(content)
            copy.pts, copy.dts, copy.time_base, copy.duration = (
                packet.pts,
                packet.dts,
                packet.time_base,
                packet.duration,
            )
            copy.is_keyframe = packet.is_keyframe
            copy.stream = stream
            target.mux(copy)
    return out


def _smeared_s(path: Path) -> list[float]:
    with open_media(path) as medium:
        return [frame.time_s for frame in medium.frames() if frame.is_smeared]


def _lost(_: bytes) -> None:
    return None


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _overwritten(content: bytes) -> bytes:
    noise = np.random.default_rng(1).integers(0, 256, len(content), dtype=np.uint8).tobytes()
    return content[:3] + noise[3:]  # whether it is a key frame, and the length of its first part, stay


@pytest.mark.parametrize("damage", [_lost, _cut])
@pytest.mark.parametrize(
    ("name", "codec"), [("film.mp4", "libx264"), ("film.mkv", "mpeg2video"), ("film.mkv", "mpeg1video")]
)
def test_from_a_loss_on_pictures_are_smeared_up_to_the_next_key_frame(
    tmp_path: Path, name: str, codec: str, damage: _Damage
) -> None:
    found = _smeared_s(_damaged(_film(tmp_path / name, codec), damage))
    assert found[0] == pytest.approx((_HIT + 1) / 25 if damage is _lost else _HIT / 25, abs=0.041)
    assert found[-1] == pytest.approx((_NEXT_KEY - 1) / 25)
    assert len(found) >= _NEXT_KEY - _HIT - 2


def test_other_codecs_say_what_they_could_not_decode(tmp_path: Path) -> None:
    found = _smeared_s(_damaged(_film(tmp_path / "film.mp4", "mpeg4"), _cut))
    assert found[0] == pytest.approx(_HIT / 25, abs=0.041)
    assert found[-1] < _NEXT_KEY / 25


def test_vp8_is_smeared_from_a_packet_on_that_its_decoder_cannot_read(tmp_path: Path) -> None:
    found = _smeared_s(_damaged(_film(tmp_path / "film.webm", "libvpx"), _overwritten))
    assert found[0] == pytest.approx((_HIT + 1) / 25, abs=0.001)
    assert found[-1] == pytest.approx((_NEXT_KEY - 1) / 25, abs=0.001)


@pytest.mark.parametrize(
    ("codec", "b_frames"),
    [("libx264", 0), ("libx264", 3), ("mpeg4", 0), ("mpeg2video", 0), ("mpeg2video", 2), ("libvpx", 0)],
)
def test_nothing_is_smeared_in_a_whole_film(tmp_path: Path, codec: str, b_frames: int) -> None:
    name = "film.webm" if codec == "libvpx" else "film.mp4"
    assert _smeared_s(_film(tmp_path / name, codec, b_frames=b_frames)) == []


def test_a_lost_picture_on_which_no_other_is_built_smears_nothing(tmp_path: Path) -> None:
    path = _film(tmp_path / "film.mp4", "libx264", b_frames=1)
    with av.open(str(path)) as source:
        between = {frame.pts for frame in source.decode(video=0) if frame.pict_type == PictureType.B}
    with av.open(str(path)) as source:
        packets = [each for each in source.demux(source.streams.video[0]) if each.size]
        order = H264Order(source.streams.video[0].codec_context.extradata)
        assert between
        assert not any(order.misses_before(av.Packet(bytes(packet))) for packet in packets if packet.pts not in between)


def _numbered(*pictures: tuple[int, int]) -> list[bool]:
    """The answers of `Mpeg2Order` to pictures with these numbers and kinds (1 I, 2 P, 3 B)."""
    order = Mpeg2Order()
    heads = (b"\x00\x00\x01\x00" + (number << 6 | kind << 3).to_bytes(2, "big") for number, kind in pictures)
    return [order.misses_before(av.Packet(head)) for head in heads]


_STEADY = ((0, 1), *((number, 2) for number in range(1, 7)))
_WITH_B = ((0, 1), *((number + late, 2 if late else 3) for number in (1, 3, 5, 7) for late in (1, 0)))


def test_a_number_that_is_missing_says_that_a_picture_is() -> None:
    assert not any(_numbered(*_STEADY, (7, 2), (8, 2)))
    assert _numbered(*_STEADY, (8, 2), (9, 2))[-2:] == [False, True]


def test_a_picture_b_is_missed_only_with_what_it_is_built_on() -> None:
    assert not any(_numbered(*_WITH_B, (10, 2), (12, 2), (11, 3), (14, 2), (13, 3)))
    assert _numbered(*_WITH_B, (9, 3))[-1]


def test_numbers_that_an_encoder_writes_as_it_likes_say_nothing() -> None:
    assert not any(_numbered((0, 1), *((7 * number % 5, 2) for number in range(1, 40))))


@pytest.mark.parametrize("content", [b"", b"\x00\x00\x01\x00", b"\x00\x00\x01\x00\x01", bytes(300), b"\xff" * 300])
def test_a_packet_without_a_number_says_nothing(content: bytes) -> None:
    assert not Mpeg2Order().misses_before(av.Packet(content))


@pytest.mark.parametrize("extradata", [None, b"", b"\x01", b"\x01" * 40, b"\x00\x00\x01\x67", bytes(range(256))])
def test_what_cannot_be_read_says_nothing(extradata: bytes | None) -> None:
    order = H264Order(extradata)
    for content in (b"", b"\x00", b"\x00\x00\x01", b"\x00\x00\x01\x65\xff" * 3, bytes(300), b"\xff" * 300):
        assert not order.misses_before(av.Packet(content))

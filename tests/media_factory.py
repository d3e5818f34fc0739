"""Tiny media made on the spot: films by PyAV, images by Pillow."""

import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

MILLISECOND = Fraction(1, 1000)
STEADY_MS = tuple(range(0, 480, 40))
LONG_MS = tuple(range(0, 4000, 40))
SHARED_MEDIA = Path(__file__).resolve().parents[2] / "shared" / "media"

# What each container of the accepted list is written with here. MPEG-TS counts in 90 kHz from a start of its own.
CODECS = {"mp4": "mpeg4", "mov": "mpeg4", "mkv": "mpeg4", "avi": "mpeg4", "webm": "libvpx", "ts": "mpeg2video"}


def corners(width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 BGR: top left red, top right green, bottom left blue, bottom right white."""
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2, : width // 2] = (0, 0, 255)
    image[: height // 2, width // 2 :] = (0, 255, 0)
    image[height // 2 :, : width // 2] = (255, 0, 0)
    image[height // 2 :, width // 2 :] = (255, 255, 255)
    return image


def corner_names(image: NDArray[np.uint8]) -> str:
    """The corners of an image by colour, clockwise from top left: `rgwb` for `corners()` as it is."""
    points = [(0.2, 0.2), (0.2, 0.8), (0.8, 0.8), (0.8, 0.2)]
    height, width = image.shape[:2]
    found = [image[int(y * height), int(x * width)].astype(int) > 127 for y, x in points]
    names = {(False, False, True): "r", (False, True, False): "g", (True, False, False): "b", (True, True, True): "w"}
    return "".join(names.get((bool(point[0]), bool(point[1]), bool(point[2])), "?") for point in found)


def noise(index: int) -> NDArray[np.uint8]:
    """Noise, which no encoder can make small: a cut through the file then loses a like share of the frames."""
    return np.random.default_rng(index).integers(0, 255, (48, 64, 3), dtype=np.uint8)


def write_video(
    path: Path,
    *,
    times_ms: Sequence[int] = STEADY_MS,
    durations_ms: Sequence[int] | None = None,
    picture: Callable[[int], NDArray[np.uint8]] = lambda _: corners(),
    codec: str | None = None,
    pixel_format: str = "yuv420p",
    time_base: Fraction = MILLISECOND,
    b_frames: int = 0,
    rotation_deg: int = 0,
    mirrored: bool = False,
    colour: tuple[int, int] | None = None,
    aspect: Fraction | None = None,
    interlaced: bool = False,
    muxer_options: dict[str, str] | None = None,
) -> Path:
    """Encode `picture(index)` (BGR) at each of `times_ms`.

    `rotation_deg`: counter-clockwise. `colour`: matrix and range by FFmpeg's numbers. `aspect`: of a pixel.
    `durations_ms`: of the packets, of an encoder that holds none back.
    """
    first = picture(0)
    with av.open(str(path), "w", container_options=muxer_options or {}) as container:
        stream = container.add_stream(codec or CODECS[path.suffix[1:]], rate=25)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = time_base
        stream.max_b_frames = b_frames
        stream.bit_rate = 1_000_000
        if interlaced:
            stream.codec_context.options = {"flags": "+ildct+ilme"}
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        if colour:
            stream.colorspace, stream.color_range = colour
        if rotation_deg or mirrored:
            stream.set_display_rotation(rotation_deg, hflip=mirrored)
        for index, time_ms in enumerate(times_ms):
            frame = av.VideoFrame.from_ndarray(picture(index), format="bgr24")
            frame = frame.reformat(
                format=pixel_format,
                dst_colorspace=colour[0] if colour else None,
                dst_color_range=colour[1] if colour else None,
            )
            frame.pts = round(time_ms * MILLISECOND / time_base)
            frame.time_base = time_base
            packets = stream.encode(frame)
            if durations_ms:
                for packet in packets:
                    packet.duration = round(durations_ms[index] * MILLISECOND / packet.time_base)
            container.mux(packets)
        container.mux(stream.encode(None))
    return path


def write_sound(path: Path, *, cover: bytes | None = None) -> Path:
    """Half a second of silence as AAC in the container of the name; `cover` is a JPEG to attach as cover art."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        art = None if cover is None else _cover_stream(container)
        for start in range(0, 22050, 1024):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 44100, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if art is not None:
            packet = av.Packet(cover)
            packet.stream, packet.pts, packet.dts, packet.is_keyframe = art, 0, 0, True
            container.mux(packet)
    return path


def write_film(path: Path, codec: str) -> Path:
    """A second of grey pictures with sound of the codec, in the container of the name."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=25)
        sound = cast("AudioStream", container.add_stream(codec, rate=48_000))
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound.layout = "mono"
        fitting = av.AudioResampler(sound.format, "mono", 48_000, sound.codec_context.frame_size or 960)
        for index in range(25):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 10 * index, np.uint8), format="bgr24")
            frame.pts = index
            container.mux(picture.encode(frame))
            samples = av.AudioFrame.from_ndarray(np.full((1, 1920), index, np.int16), format="s16", layout="mono")
            samples.sample_rate, samples.pts = 48_000, index * 1920
            for piece in fitting.resample(samples):
                container.mux(sound.encode(piece))
        container.mux(picture.encode(None))
        container.mux(sound.encode(None))
    return path


def _cover_stream(container: OutputContainer) -> VideoStream:
    art = container.add_stream("mjpeg", rate=1)
    art.width, art.height, art.pix_fmt = 64, 48, "yuvj420p"
    art.disposition = Disposition.attached_pic
    return art


def image_bytes(picture: Image.Image, format_name: str, **options: object) -> bytes:
    """`picture` encoded by Pillow."""
    buffer = io.BytesIO()
    picture.save(buffer, format_name, **options)
    return buffer.getvalue()


def rgb_corners(width: int = 64, height: int = 48) -> Image.Image:
    """`corners()` as a Pillow picture."""
    return Image.fromarray(np.ascontiguousarray(corners(width, height)[:, :, ::-1]))


def damage_packets(path: Path, damaged: Callable[[int], bool]) -> Path:
    """Overwrite the data of the chosen packets with 0xFF, in place."""
    with av.open(str(path)) as container:
        spans = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    content = bytearray(path.read_bytes())
    for index, (position, size) in enumerate(spans):
        if damaged(index) and position is not None:
            content[position : position + size] = b"\xff" * size
    path.write_bytes(content)
    return path


def write_gif_of(path: Path, *, frames: int) -> Path:
    """A GIF of 8 x 8 pixels whose two pictures take turns, 40 ms each; `frames` is even."""
    palette = b"\0\0\0\xff\xff\xff"
    head = b"GIF89a" + b"\x08\0\x08\0" + b"\x80\0\0" + palette
    control, description = b"!\xf9\x04\0\x04\0\0\0", b",\0\0\0\0\x08\0\x08\0\0"
    black, white = (control + description + _gif_pixels(index) for index in (0, 1))
    path.write_bytes(head + (black + white) * (frames // 2) + b";")
    return path


def _gif_pixels(index: int) -> bytes:
    """64 pixels of one colour: LZW of 2 bits, cleared before the codes grow to four (GIF89a, appendix F)."""
    codes = []
    for _ in range(32):
        codes += [(4, 3), (index, 3), (index, 3)]
    codes.append((5, 3))
    number = length = 0
    for code, bits in codes:
        number |= code << length
        length += bits
    data = number.to_bytes((length + 7) // 8, "little")
    return b"\x02" + bytes([len(data)]) + data + b"\0"


def write_long_video(path: Path, *, seconds: int, fps: int) -> Path:
    """An MP4 of 64 x 48 pixels at up to hundreds of frames a second: one second is encoded and repeated."""
    second = write_video(
        path.with_suffix(".second.mp4"),
        times_ms=range(0, 4 * fps, 4),  # set again below
        picture=lambda index: np.full((48, 64, 3), index % 256, np.uint8),
    )
    with av.open(str(second)) as source, av.open(str(path), "w") as container:
        (video,) = source.streams.video
        stream = container.add_stream_from_template(video)
        packets = [(bytes(packet), packet.is_keyframe) for packet in source.demux(video) if packet.size]
        for number in range(seconds * fps):
            content, is_key = packets[number % fps]
            packet = av.Packet(content)
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, fps), is_key
            packet.pts = packet.dts = number
            packet.duration = 1
            container.mux(packet)
    return path

"""The clips that are measured: made from the shared media at run time, and not kept with the repository."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, cycle, islice
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from chalicelib.local.demo_clip import write_demo_clip

Picture = NDArray[np.uint8]

_ONE_FACE = "videos/WolfgangLanger_Pexels.mp4"
_OTHER_FACE = "videos/single_face.mp4"
_CROWD = "crowds/16.jpg"
_SIZE_PX = (640, 360)
_FULL_HD = (1920, 1080)
_FPS = 25
_CODECS: dict[str, dict[str, str]] = {"libx264": {"preset": "veryfast"}, "mpeg4": {}}
_BIT_RATE = 3_000_000


@dataclass(frozen=True, slots=True)
class Clip:
    """A file and how many faces it shows in every frame, or nearly every."""

    name: str
    title: str
    path: Path
    faces: int


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a film, in its pixels (left, top, width, height), mirrored or not, from its frame number `first` on."""

    film: str
    part: tuple[int, int, int, int]
    first: int = 0
    is_mirrored: bool = False


# Where the faces of the two films are, with room to move.
_TWO = (Tile(_ONE_FACE, (270, 0, 320, 360)), Tile(_OTHER_FACE, (140, 0, 320, 360)))
_WOMAN, _MAN = (215, 0, 425, 359), (120, 15, 340, 287)
_FIVE = (
    Tile(_ONE_FACE, _WOMAN),
    Tile(_OTHER_FACE, _MAN),
    Tile(_ONE_FACE, _WOMAN, first=120, is_mirrored=True),
    Tile(_OTHER_FACE, _MAN, first=40, is_mirrored=True),
    Tile(_ONE_FACE, _WOMAN, first=250),
)
_FIVE_PLACES = ((0, 0), (213, 0), (427, 0), (107, 180), (320, 180))
_FIVE_SIZE = (213, 180)


def one_face(media: Path) -> Clip:
    """A film as it is: 640 x 360, one face, 20 s."""
    return Clip("one_face", "one face, 640x360", media / _ONE_FACE, 1)


def one_minute(media: Path, folder: Path, *, seconds: float) -> Clip:
    """The same film over and over for about so long: what people send lasts minutes rather than seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    path = looped(media / _ONE_FACE, folder / "one_face.mp4", seconds=seconds)
    return replace(one_face(media), path=path)


def demo_clip(folder: Path, seconds: float) -> Clip:
    """Returns what stands in if there are no media: a portrait that moves, away for a sixth of the time."""
    path = folder / "demo.mp4"
    folder.mkdir(parents=True, exist_ok=True)
    write_demo_clip(path, seconds=seconds)
    return Clip("demo", "the demo's face, 640x360", path, 1)


def made_clips(media: Path, folder: Path, *, frames: int) -> tuple[Clip, ...]:
    """Those of several faces and sizes, with so many frames each, made in `folder`; and a photograph."""
    return (
        two_faces_clip(media, folder, frames=frames),
        five_faces_clip(media, folder, frames=frames),
        enlarged_clip(media, folder, frames=frames // 2),
        Clip("crowd", "group photo, nine faces", media / _CROWD, 9),
    )


def two_faces_clip(media: Path, folder: Path, *, frames: int) -> Clip:
    """Two films side by side."""
    return Clip("two_faces", "two faces, 640x360", _written(folder / "two_faces.mp4", two_faces(media, frames)), 2)


def five_faces_clip(media: Path, folder: Path, *, frames: int, fps: int = _FPS) -> Clip:
    """Five parts of films; at few frames a second for runs whose length in time matters."""
    path = _written(folder / f"five_faces_{fps}.mp4", five_faces(media, frames), fps=fps)
    return Clip("five_faces", "five faces, 640x360", path, 5)


def enlarged_clip(media: Path, folder: Path, *, frames: int, size_px: tuple[int, int] = _FULL_HD) -> Clip:
    """The film of one face, enlarged."""
    width, height = size_px
    name = "full_hd" if size_px == _FULL_HD else f"height_{height}"
    path = _written(folder / f"{name}.mp4", enlarged(media / _ONE_FACE, frames, size_px))
    return Clip(name, f"one face, {width}x{height}", path, 1)


def two_faces(media: Path, frames: int) -> Iterator[Picture]:
    """The pictures of two films side by side."""
    parts = [_tile(media, tile, (320, 360)) for tile in _TWO]
    for left, right in islice(zip(*parts, strict=True), frames):
        yield np.hstack([left, right])


def five_faces(media: Path, frames: int) -> Iterator[Picture]:
    """Five parts of two films, at different moments, three above two."""
    width, height = _FIVE_SIZE
    for parts in islice(zip(*(_tile(media, tile, _FIVE_SIZE) for tile in _FIVE), strict=True), frames):
        picture = np.full((_SIZE_PX[1], _SIZE_PX[0], 3), 60, dtype=np.uint8)
        for part, (left, top) in zip(parts, _FIVE_PLACES, strict=True):
            picture[top : top + height, left : left + width] = part
        yield picture


def enlarged(film: Path, frames: int, size_px: tuple[int, int]) -> Iterator[Picture]:
    """The film at another size."""
    for picture in islice(_swinging(film, _as_it_is), frames):
        yield np.asarray(cv2.resize(picture, size_px, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def looped(source: Path, target: Path, *, seconds: float) -> Path:
    """The video of `source` over and over for about so long: its packets as they are, with times that go on."""
    with av.open(str(target), "w", format="mp4") as output:
        stream: VideoStream | None = None
        shift, end = 0, 1
        while shift < end:
            with av.open(str(source)) as film:
                video = film.streams.video[0]
                base = video.time_base or Fraction(1, 1)
                if stream is None:
                    stream = output.add_stream_from_template(video)
                    end = round(seconds / base)
                span = 0
                for packet in film.demux(video):
                    if packet.dts is None or packet.pts is None:
                        continue
                    span = max(span, packet.pts + (packet.duration or 0))
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = stream
                    output.mux(packet)
                shift += span
    return target


def _tile(media: Path, tile: Tile, size_px: tuple[int, int]) -> Iterator[Picture]:
    left, top, width, height = tile.part

    def cut(picture: Picture) -> Picture:
        part = picture[top : top + height, left : left + width]
        small = np.asarray(cv2.resize(part, size_px, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        return small[:, ::-1] if tile.is_mirrored else small

    return islice(_swinging(media / tile.film, cut), tile.first, None)


def _as_it_is(picture: Picture) -> Picture:
    return picture


def _swinging(film: Path, cut: Callable[[Picture], Picture]) -> Iterator[Picture]:
    """Yields what is cut from the film's pictures, forwards and backwards for ever, so that no person jumps."""
    pictures: list[Picture] = []
    with av.open(str(film)) as container:
        for frame in container.decode(container.streams.video[0]):
            pictures.append(cut(np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)))
            yield pictures[-1]
    yield from cycle([*pictures[-2:0:-1], *pictures])


def _written(path: Path, pictures: Iterator[Picture], *, fps: int = _FPS) -> Path:
    codec, options = next((name, options) for name, options in _CODECS.items() if name in av.codecs_available)
    path.parent.mkdir(parents=True, exist_ok=True)
    first = next(pictures)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream(codec, rate=fps, options=options)
        if not isinstance(stream, VideoStream):
            raise TypeError(f"{codec} is no video codec")
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = _BIT_RATE * (stream.height // _SIZE_PX[1] or 1)
        for index, picture in enumerate(chain((first,), pictures)):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path

"""Media files with damage of every kind: each is read or refused with an error message, and nothing else happens."""

import io
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from chalicelib.analysis.media.frames import Frame, MediaLimits
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.media.pixels.planes import Planes
from chalicelib.errors import MediaError
from chalicelib.rendering.film import Source, render_annotated
from lab.benchmark.runs import peak_bytes
from tests.attacks.attack import report, sized
from tests.media_factory import corners, image_bytes, rgb_corners, write_film, write_gif_of, write_video

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

MUTANTS = sized(12_000, 240)
FILMS = sized(1_500, 180)
_FRAMES = 30
_LIMITS = MediaLimits(max_pixels=4_000_000, max_decoding_s=5.0)
_LONGEST_S = 20.0  # of processor time, for one mutant

_VIDEOS = ("mp4", "mov", "mkv", "avi", "webm", "ts")
_PICTURES = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "AVIF")


def _flipped(content: bytearray, dice: random.Random) -> bytes:
    for _ in range(dice.randint(1, 20)):
        content[dice.randrange(len(content))] = dice.randrange(256)
    return bytes(content)


def _flipped_header(content: bytearray, dice: random.Random) -> bytes:
    for _ in range(dice.randint(1, 6)):
        content[dice.randrange(min(200, len(content)))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
    return bytes(content)


def _cut(content: bytearray, dice: random.Random) -> bytes:
    return bytes(content[: dice.randrange(len(content))])


def _spliced(content: bytearray, dice: random.Random) -> bytes:
    first, second = (dice.randrange(len(content)) for _ in range(2))
    length = dice.randint(1, max(1, len(content) // 3))
    content[first : first + length] = content[second : second + length]
    return bytes(content)


def _filled(content: bytearray, dice: random.Random) -> bytes:
    begin = dice.randrange(len(content))
    length = min(dice.choice((4, 64, 1024)), len(content) - begin)
    content[begin : begin + length] = bytes([dice.choice((0, 0xFF))]) * length
    return bytes(content)


def _inserted(content: bytearray, dice: random.Random) -> bytes:
    content[(at := dice.randrange(len(content))) : at] = dice.randbytes(dice.choice((1, 8, 300)))
    return bytes(content)


_DAMAGES: Sequence[Callable[[bytearray, random.Random], bytes]] = (
    _flipped,
    _flipped_header,
    _cut,
    _spliced,
    _filled,
    _inserted,
)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    directory = tmp_path_factory.mktemp("sources")
    videos = [write_video(directory / f"a.{suffix}", time_base=Fraction(1, 25)).read_bytes() for suffix in _VIDEOS]
    large = write_video(directory / "large.mp4", picture=_large, codec="libx264", time_base=Fraction(1, 25))
    pictures = [image_bytes(rgb_corners(), name) for name in _PICTURES]
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8))
    progressive = image_bytes(noise, "JPEG", progressive=True)
    film = io.BytesIO()
    noise.save(film, "WEBP", save_all=True, append_images=[rgb_corners()])
    gif = write_gif_of(directory / "a.gif", frames=20).read_bytes()
    return [*videos, large.read_bytes(), *pictures, progressive, film.getvalue(), gif]


def _large(number: int) -> NDArray[np.uint8]:
    """A picture of which only parts are converted, and that moves."""
    return np.roll(np.kron(corners(), np.ones((1280 // corners().shape[1],) * 2 + (1,), np.uint8))[:720], number, 1)


def _looked_at(frame: Frame) -> None:
    """Asks for what the analysis may ask for."""
    assert frame.image.dtype == np.uint8
    assert np.isfinite(frame.time_s)
    if isinstance(frame.picture, Planes):
        height, width = frame.size
        frame.picture.grey_samples(32, 18)
        for reduction in (2, 3, 5):
            frame.picture.part(width // 7, height // 9, width, height, reduction)


class Opened(NamedTuple):
    """What came of all mutants, and what the process that opened them needed."""

    read: int
    refused: int
    longest_s: float  # of processor time, for one mutant
    peak_bytes: int


def test_a_damaged_file_is_read_or_refused(sources: list[bytes], tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:  # other tests' memory would count as the mutants'
        opened = fresh.submit(_opened, sources, tmp_path / "mutant").result()
    report(f"{MUTANTS} mutants: {opened}")
    assert opened.peak_bytes < 1_500_000_000


def _opened(sources: list[bytes], path: Path) -> Opened:
    dice = random.Random(15)  # noqa: S311  # the same mutants every time
    read = refused = 0
    longest_s = 0.0
    for number in range(MUTANTS):
        damage = _DAMAGES[number % len(_DAMAGES)]
        content = damage(bytearray(sources[number // len(_DAMAGES) % len(sources)]), dice)
        path.write_bytes(content)
        began_s = time.process_time()
        try:
            with open_media(path, _LIMITS) as media:
                for frame in islice(media.frames(), _FRAMES):
                    _looked_at(frame)
            read += 1
        except MediaError:
            refused += 1
        except Exception as fault:
            raise AssertionError(_kept(path, f"mutant {number} ({damage.__name__})")) from fault
        longest_s = max(longest_s, time.process_time() - began_s)
        assert longest_s < _LONGEST_S, f"mutant {number} ({damage.__name__})"
    return Opened(read, refused, longest_s, peak_bytes())


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Videos with sound that is copied, and with sound that is encoded."""
    directory = tmp_path_factory.mktemp("films")
    kinds = (("mp4", "aac"), ("mkv", "flac"), ("mkv", "libopus"), ("ts", "aac"), ("avi", "pcm_s16le"), ("mkv", "ac3"))
    return [write_film(directory / f"{codec}.{suffix}", codec).read_bytes() for suffix, codec in kinds]


def test_a_damaged_film_is_rendered_or_refused(films: list[bytes], tmp_path: Path) -> None:
    dice, path = random.Random(15), tmp_path / "mutant"  # noqa: S311  # the same mutants every time
    rendered = refused = 0
    for number in range(FILMS):
        damage = _DAMAGES[number % len(_DAMAGES)]
        content = damage(bytearray(films[number // len(_DAMAGES) % len(films)]), dice)
        path.write_bytes(content)
        try:
            render_annotated(Source(path, limits=_LIMITS), (), (), tmp_path / "film", lambda: None)
            rendered += 1
        except MediaError:
            refused += 1
        except Exception as fault:
            raise AssertionError(_kept(path, f"film {number} ({damage.__name__})")) from fault
    assert rendered > refused
    report(f"{FILMS} damaged films: {rendered} rendered, {refused} refused")


def _kept(path: Path, name: str) -> str:
    """Keeps the damaged file that the next one would replace, and says where."""
    kept = path.replace(path.with_name(name.replace(" ", "-")))
    return f"{name}, kept in {kept}"

"""HEIC pictures: whole and in tiles, turned, the primary one of several, broken."""

import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.media.frames import MediaLimits
from chalicelib.analysis.media.open_media import open_media
from chalicelib.errors import MediaError
from tests.heif_factory import box, write_heic
from tests.media_factory import corner_names, corners


def pixels(path: Path, limits: MediaLimits | None = None) -> NDArray[np.uint8]:
    with open_media(path, limits or MediaLimits()) as source:
        (frame,) = source.frames()
        assert (source.info.kind, source.info.duration_s, source.info.frames_total) == ("image", None, 1)
        assert frame.image.shape == (source.info.height_px, source.info.width_px, 3)
        assert frame.image.flags.c_contiguous
        return frame.image


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"heix"])
def test_a_whole_picture(tmp_path: Path, brand: bytes) -> None:
    image = pixels(write_heic(tmp_path / "photo.heic", corners(128, 96), brand=brand))
    assert np.abs(image.astype(int) - corners(128, 96)).max() <= 12


def test_a_picture_in_tiles_is_put_together_and_cut(tmp_path: Path) -> None:
    image = pixels(write_heic(tmp_path / "photo.heic", corners(150, 100), tile_px=64))
    assert image.shape == (100, 150, 3)
    assert np.median(np.abs(image.astype(int) - corners(150, 100))) <= 3
    assert corner_names(image) == "rgwb"


@pytest.mark.parametrize("tile_px", [0, 64])
@pytest.mark.parametrize(
    ("transforms", "expected"),
    [
        ((box(b"irot", b"\0"),), "rgwb"),
        ((box(b"irot", b"\1"),), "gwbr"),
        ((box(b"irot", b"\2"),), "wbrg"),
        ((box(b"irot", b"\3"),), "brgw"),
        ((box(b"imir", b"\0"),), "bwgr"),
        ((box(b"imir", b"\1"),), "grbw"),
        ((box(b"irot", b"\3"), box(b"imir", b"\1")), "rbwg"),
    ],
)
def test_it_is_turned_as_its_properties_say(
    tmp_path: Path, tile_px: int, transforms: tuple[bytes, ...], expected: str
) -> None:
    image = pixels(write_heic(tmp_path / "photo.heic", corners(128, 96), tile_px=tile_px, transforms=transforms))
    assert corner_names(image) == expected
    assert image.shape[:2] == ((128, 96) if transforms[0][-1] in {1, 3} and b"irot" in transforms[0] else (96, 128))


def test_of_several_pictures_the_primary_one_is_read(tmp_path: Path) -> None:
    other = np.full((64, 64, 3), 200, np.uint8)
    assert pixels(write_heic(tmp_path / "a.heic", corners(128, 96), others=(other,))).shape == (96, 128, 3)
    assert pixels(write_heic(tmp_path / "b.heic", corners(128, 96), others=(other,), primary=1)).shape == (64, 64, 3)


def test_pixels_are_square(tmp_path: Path) -> None:
    aspect = box(b"pasp", struct.pack(">II", 2, 1))
    assert pixels(write_heic(tmp_path / "a.heic", corners(128, 96), transforms=(aspect,))).shape == (96, 256, 3)


def test_too_many_pixels_are_refused(tmp_path: Path) -> None:
    for tile_px in (0, 64):
        path = write_heic(tmp_path / "photo.heic", corners(128, 96), tile_px=tile_px)
        with pytest.raises(MediaError, match="128 x 96 pixels"):
            pixels(path, MediaLimits(max_pixels=128 * 96 - 1))


def test_another_kind_of_picture_is_named(tmp_path: Path) -> None:
    path = write_heic(tmp_path / "photo.heic", corners(128, 96))
    path.write_bytes(path.read_bytes().replace(b"hvc1", b"unci"))
    with pytest.raises(MediaError, match="of the kind unci"):
        pixels(path)


@pytest.mark.parametrize("tile_px", [0, 64])
def test_what_is_cut_short_is_refused(tmp_path: Path, tile_px: int) -> None:
    content = write_heic(tmp_path / "photo.heic", corners(128, 96), tile_px=tile_px).read_bytes()
    for end in range(40, len(content), max(len(content) // 40, 1)):
        (tmp_path / "cut.heic").write_bytes(content[:end])
        with pytest.raises(MediaError):
            pixels(tmp_path / "cut.heic")


class GivenUp(Exception):
    """The picture is not wanted any more."""


def test_who_gives_up_between_tiles_is_heard(tmp_path: Path) -> None:
    def give_up() -> None:
        raise GivenUp

    with pytest.raises(GivenUp):
        open_media(write_heic(tmp_path / "photo.heic", corners(128, 96), tile_px=64), while_opening=give_up)
    with pytest.raises(MediaError, match="seconds to decode"):
        pixels(tmp_path / "photo.heic", MediaLimits(max_decoding_s=-1))

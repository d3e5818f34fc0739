"""Images and animations: modes, orientation, transparency, durations."""

import io
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFile, TiffImagePlugin

from chalicelib.analysis.media.frames import Frame, MediaInfo, MediaLimits
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.media.pictures.jpeg_claims import JpegClaims, jpeg_claims
from chalicelib.errors import MediaError
from tests.media_factory import SHARED_MEDIA, corner_names, image_bytes, rgb_corners

GREY = np.arange(48 * 64, dtype=np.uint16).reshape(48, 64) * 21


def opened(tmp_path: Path, content: bytes, limits: MediaLimits | None = None) -> tuple[MediaInfo, list[Frame]]:
    path = tmp_path / "media"
    path.write_bytes(content)
    with open_media(path, limits or MediaLimits()) as source:
        return source.info, list(source.frames())


def pixels(tmp_path: Path, content: bytes) -> NDArray[np.uint8]:
    info, frames = opened(tmp_path, content)
    assert (info.kind, info.duration_s, info.frames_total) == ("image", None, 1)
    assert [(frame.index, frame.time_s) for frame in frames] == [(0, 0.0)]
    image = frames[0].image
    assert image.shape == (info.height_px, info.width_px, 3)
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    return image


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_every_format_gives_one_bgr_frame(tmp_path: Path, name: str) -> None:
    assert corner_names(pixels(tmp_path, image_bytes(rgb_corners(63, 47), name))) == "rgwb"


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("RGBA", "PNG"),
        ("P", "PNG"),
        ("P", "BMP"),
        ("CMYK", "JPEG"),
        ("CMYK", "TIFF"),
        ("YCbCr", "JPEG"),
        ("RGBA", "WEBP"),
    ],
)
def test_colour_modes(tmp_path: Path, mode: str, name: str) -> None:
    assert corner_names(pixels(tmp_path, image_bytes(rgb_corners().convert(mode), name))) == "rgwb"


@pytest.mark.parametrize(("mode", "name"), [("L", "JPEG"), ("L", "PNG"), ("LA", "PNG"), ("1", "PNG"), ("1", "TIFF")])
def test_grey_modes_have_three_equal_channels(tmp_path: Path, mode: str, name: str) -> None:
    image = pixels(tmp_path, image_bytes(rgb_corners().convert("L").convert(mode), name))
    assert np.ptp(image, axis=2).max() == 0
    assert image[40, 60, 0] > 250


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_grey_of_16_bit_is_scaled_by_257(tmp_path: Path, name: str) -> None:
    image = pixels(tmp_path, image_bytes(Image.fromarray(GREY), name))
    assert np.array_equal(image[:, :, 1], np.round(GREY / 257).astype(np.uint8))


def test_big_endian_grey_of_16_bit(tmp_path: Path) -> None:
    picture = Image.frombytes("I;16B", (64, 48), GREY.astype(">u2").tobytes())
    image = pixels(tmp_path, image_bytes(picture, "TIFF"))
    assert np.array_equal(image[:, :, 0], np.round(GREY / 257).astype(np.uint8))


def grey_tiff(samples: NDArray[np.generic], **tags: int) -> bytes:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    for name, value in tags.items():
        info[getattr(TiffImagePlugin, name)] = value
    return image_bytes(Image.fromarray(samples), "TIFF", tiffinfo=info)


def test_white_may_be_zero(tmp_path: Path) -> None:
    content = grey_tiff(65535 - GREY, PHOTOMETRIC_INTERPRETATION=0)
    with Image.open(io.BytesIO(content)) as tiff:
        assert isinstance(tiff, TiffImagePlugin.TiffImageFile)
        assert tiff.tag_v2[TiffImagePlugin.PHOTOMETRIC_INTERPRETATION] == 0
    assert np.array_equal(pixels(tmp_path, content)[:, :, 1], np.round(GREY / 257).astype(np.uint8))


@pytest.mark.parametrize(("bits", "name"), [(10, "PNG"), (12, "PNG"), (12, "TIFF"), (8, "PNG")])
def test_samples_that_use_fewer_bits_are_scaled_by_those(tmp_path: Path, bits: int, name: str) -> None:
    levels = np.linspace(0, 2**bits - 1, 48 * 64).astype(np.uint16).reshape(48, 64)
    image = pixels(tmp_path, image_bytes(Image.fromarray(levels), name))
    assert np.array_equal(image[:, :, 0], np.rint(levels * (255 / (2**bits - 1))).astype(np.uint8))


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_colours_that_use_fewer_bits_are_scaled_by_those(tmp_path: Path, bits: int) -> None:
    levels = np.linspace(0, 2**bits - 1, 48 * 64).astype(np.uint16).reshape(48, 64)
    blue, green, red = levels, levels[::-1], levels[:, ::-1]
    _, content = cv2.imencode(".png", np.dstack([blue, green, red]))
    expected = np.rint(np.dstack([blue, green, red]) * (255 / (2**bits - 1)))
    assert np.abs(pixels(tmp_path, content.tobytes()) - expected).max() <= 1


@pytest.mark.parametrize("white", [1.0, 255.0, 65535.0])
def test_floating_point_samples_are_scaled_by_what_they_can_be(tmp_path: Path, white: float) -> None:
    samples = np.linspace(0, white, 48 * 64, dtype=np.float32).reshape(48, 64)
    image = pixels(tmp_path, image_bytes(Image.fromarray(samples), "TIFF"))
    assert image[0, 0, 0] == 0
    assert image[-1, -1, 2] == 255
    assert image[24, 0, 1] == pytest.approx(128, abs=1)


@pytest.mark.parametrize("sample", [-1.0, 70_000.0, np.nan, np.inf])
def test_floating_point_samples_without_a_white_are_refused(tmp_path: Path, sample: float) -> None:
    samples = np.zeros((48, 64), np.float32)
    samples[3, 3] = sample
    with pytest.raises(MediaError, match="which of them is white"):
        opened(tmp_path, image_bytes(Image.fromarray(samples), "TIFF"))


@pytest.mark.parametrize(
    ("bits", "form", "words"), [(12, 1, "3 samples of 12"), (32, 3, "3 floating-point samples of 32")]
)
def test_a_tiff_of_samples_that_cannot_be_read_is_not_called_broken(
    tmp_path: Path, bits: int, form: int, words: str
) -> None:
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    directory.tagtype |= {256: 4, 257: 4, 258: 3, 259: 3, 262: 3, 273: 4, 277: 3, 278: 4, 279: 4, 339: 3}
    size = 64 * 48 * 3 * bits // 8
    sizes = {256: 64, 257: 48, 259: 1, 262: 2, 273: 1000, 277: 3, 278: 48, 279: size}
    for tag, value in (sizes | {258: (bits,) * 3, 339: (form,) * 3}).items():
        directory[tag] = value
    content = io.BytesIO()
    directory.save(content)
    with pytest.raises(MediaError, match=words):
        opened(tmp_path, content.getvalue().ljust(1000, b"\0") + bytes(size))


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_samples_of_32_bit_are_refused(tmp_path: Path, dtype: type[np.generic]) -> None:
    samples = np.full((48, 64), 1_000_000, dtype=dtype)
    with pytest.raises(MediaError, match="32-bit samples"):
        opened(tmp_path, image_bytes(Image.fromarray(samples), "TIFF"))


def test_transparency_lies_over_mid_grey(tmp_path: Path) -> None:
    picture = rgb_corners().convert("RGBA")
    picture.putpixel((0, 0), (0, 0, 0, 0))
    picture.putpixel((1, 0), (255, 255, 255, 128))
    image = pixels(tmp_path, image_bytes(picture, "PNG"))
    assert image[0, 0].tolist() == [128, 128, 128]
    assert abs(int(image[0, 1, 0]) - 192) <= 1
    keyed = image_bytes(Image.new("P", (8, 8), 0), "PNG", transparency=0)
    assert pixels(tmp_path, keyed)[3, 3].tolist() == [128, 128, 128]


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(("orientation", "expected"), [(3, "wbrg"), (5, "rbwg"), (6, "brgw"), (8, "gwbr")])
def test_exif_orientation_is_applied_once(tmp_path: Path, name: str, orientation: int, expected: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = pixels(tmp_path, image_bytes(rgb_corners(), name, exif=exif))
    assert corner_names(image) == expected
    assert image.shape[:2] == ((48, 64) if orientation == 3 else (64, 48))


def test_a_tiff_of_pages_is_refused(tmp_path: Path) -> None:
    pages = image_bytes(rgb_corners(), "TIFF", save_all=True, append_images=[rgb_corners()] * 5)
    with pytest.raises(MediaError, match="several pages"):
        opened(tmp_path, pages)


def test_a_preview_is_no_page(tmp_path: Path) -> None:
    pages = image_bytes(rgb_corners(), "TIFF", save_all=True, append_images=[rgb_corners(16, 12)])
    assert corner_names(pixels(tmp_path, pages)) == "rgwb"


def test_a_preview_is_not_taken_for_the_picture(tmp_path: Path) -> None:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[254] = 1
    with pytest.raises(MediaError, match="preview"):
        opened(tmp_path, image_bytes(rgb_corners(), "TIFF", tiffinfo=info))


@pytest.mark.parametrize("orientation", [1, 6])
def test_avif_is_read_and_turned(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = pixels(tmp_path, image_bytes(rgb_corners(), "AVIF", exif=exif))
    assert corner_names(image) == ("rgwb" if orientation == 1 else "brgw")


def progressive(scans: int) -> bytes:
    """A picture whose last scan, a few bytes that change nothing, comes so often more."""
    content = image_bytes(Image.new("RGB", (400, 400), (120, 120, 120)), "JPEG", progressive=True)
    scan, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    return content[:scan] + content[scan:end] * scans + content[end:]


def test_a_jpeg_of_many_scans_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    assert pixels(tmp_path, progressive(10)).shape == (400, 400, 3)
    before_s = time.process_time()
    with pytest.raises(MediaError, match=r"\d+ scans of 400 x 400 pixels"):
        opened(tmp_path, progressive(30_000))
    assert time.process_time() - before_s < 5  # 0.3 s; decoding it takes 8 s


def test_a_marker_within_an_embedded_picture_is_no_scan(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x927C] = b"\xff\xda" * 20_000
    path = tmp_path / "photo.jpg"
    path.write_bytes(image_bytes(rgb_corners(), "JPEG", exif=exif) + b"\xff\xda" * 100)
    assert jpeg_claims(path) == JpegClaims(64, 48, 1)


def test_raw_motion_jpeg_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="raw Motion JPEG"):
        opened(tmp_path, image_bytes(rgb_corners(), "JPEG") * 12)


def test_a_photo_with_a_preview_behind_it_is_one_photo(tmp_path: Path) -> None:
    content = image_bytes(rgb_corners(), "JPEG") + image_bytes(rgb_corners(32, 24), "JPEG")
    assert corner_names(pixels(tmp_path, content)) == "rgwb"
    pair = image_bytes(rgb_corners(), "MPO", save_all=True, append_images=[rgb_corners()])
    assert corner_names(pixels(tmp_path, pair)) == "rgwb"


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "TIFF"])
def test_a_decoder_stops_when_its_time_is_spent(tmp_path: Path, name: str) -> None:
    noisy = np.random.default_rng(1).integers(0, 255, (400, 400, 3), dtype=np.uint8)
    with pytest.raises(MediaError, match="takes more than -1 seconds"):
        opened(tmp_path, image_bytes(Image.fromarray(noisy), name), MediaLimits(max_decoding_s=-1))


def test_each_frame_of_an_animation_has_its_own_time(tmp_path: Path) -> None:
    """Whatever else the processor did since the one before."""
    limits, shapes = MediaLimits(max_decoding_s=0.5), []
    pictures = [Image.new("RGB", (32, 24), (80 * index, 0, 0)) for index in range(3)]
    path = tmp_path / "a.gif"
    path.write_bytes(image_bytes(pictures[0], "GIF", save_all=True, append_images=pictures[1:]))
    with open_media(path, limits) as media:
        for frame in media.frames():
            shapes.append(frame.image.shape)
            began_s = time.thread_time()
            while time.thread_time() - began_s < 0.6:
                pass
    assert shapes == [(24, 32, 3)] * 3


class GivenUp(Exception):
    """The picture is not wanted any more."""


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"])
def test_who_gives_up_while_a_picture_is_opened_is_heard(tmp_path: Path, name: str) -> None:
    def give_up() -> None:
        raise GivenUp

    path = tmp_path / "picture"
    path.write_bytes(image_bytes(rgb_corners(), name))
    with pytest.raises(GivenUp):
        open_media(path, while_opening=give_up)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_truncated_images_are_refused(tmp_path: Path, name: str) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (48, 64, 3), dtype=np.uint8))
    content = image_bytes(noise, name)
    with pytest.raises(MediaError, match="broken or incomplete"):
        opened(tmp_path, content[: len(content) * 2 // 3])
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_too_many_pixels_are_refused(tmp_path: Path, name: str) -> None:
    content = image_bytes(rgb_corners(), name)
    assert opened(tmp_path, content, MediaLimits(max_pixels=64 * 48))[0].width_px == 64
    with pytest.raises(MediaError, match="64 x 48 pixels; at most 3071"):
        opened(tmp_path, content, MediaLimits(max_pixels=64 * 48 - 1))


@pytest.mark.parametrize("side_px", [10_000, 30_000])
def test_bombs_are_refused_by_their_header(tmp_path: Path, side_px: int) -> None:
    bomb = bytearray(image_bytes(Image.new("1", (8, 8)), "BMP"))
    bomb[18:26] = side_px.to_bytes(4, "little") * 2
    with pytest.raises(MediaError, match=r"\d pixels"):
        opened(tmp_path, bytes(bomb))


def film(name: str, durations: list[int] | int, **options: object) -> bytes:
    pictures = [Image.new("RGB", (32, 24), (60 * step, 255 - 60 * step, 30)) for step in range(4)]
    return image_bytes(pictures[0], name, save_all=True, append_images=pictures[1:], duration=durations, **options)


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG"])
def test_animations_keep_their_own_times(tmp_path: Path, name: str) -> None:
    info, frames = opened(tmp_path, film(name, [40, 10, 1000, 70], lossless=True))
    assert (info.kind, info.frames_total, info.width_px, info.height_px) == ("animation", 4, 32, 24)
    assert [frame.time_s for frame in frames] == [0.0, 0.04, 0.05, 1.05]
    assert [frame.index for frame in frames] == [0, 1, 2, 3]
    for step, frame in enumerate(frames):
        assert np.abs(frame.image[12, 16].astype(int) - [30, 255 - 60 * step, 60 * step]).max() <= 2


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG"])
def test_frames_without_duration_last_a_tenth_of_a_second(tmp_path: Path, name: str) -> None:
    _, frames = opened(tmp_path, film(name, 0))
    assert [frame.time_s for frame in frames] == [0.0, 0.1, 0.2, 0.3]


def test_frames_of_an_animation_are_composited(tmp_path: Path) -> None:
    still, dotted = rgb_corners(), rgb_corners()
    dotted.putpixel((32, 24), (10, 20, 30))
    _, frames = opened(tmp_path, image_bytes(still, "PNG", save_all=True, append_images=[dotted], duration=40, blend=0))
    assert [corner_names(frame.image) for frame in frames] == ["rgwb", "rgwb"]
    assert frames[1].image[24, 32].tolist() == [30, 20, 10]


def test_the_default_image_of_an_apng_is_no_frame(tmp_path: Path) -> None:
    pictures = [Image.new("RGB", (8, 8), (step, 0, 0)) for step in (1, 2)]
    content = image_bytes(
        Image.new("RGB", (8, 8), (99, 0, 0)),
        "PNG",
        save_all=True,
        append_images=pictures,
        default_image=True,
        duration=50,
    )
    info, frames = opened(tmp_path, content)
    assert info.frames_total == 2
    assert [(frame.time_s, frame.image[0, 0, 2]) for frame in frames] == [(0.0, 1), (0.05, 2)]


def test_animations_are_decoded_as_they_are_consumed(tmp_path: Path) -> None:
    content = film("GIF", 40)
    path = tmp_path / "film.gif"
    path.write_bytes(content[: len(content) - 8] + b";")
    with open_media(path) as source:
        frames = source.frames()
        assert [next(frames).index, next(frames).index] == [0, 1]
        with pytest.raises(MediaError, match="broken or incomplete"):
            list(frames)


def test_an_animation_cut_between_two_blocks_is_refused(tmp_path: Path) -> None:
    content = film("GIF", 40)
    image_start = content.index(b"\x2c", content.index(b"\x21\xf9", 200))
    for end in range(image_start, image_start + 12):
        with pytest.raises(MediaError, match="broken or incomplete"):
            opened(tmp_path, content[:end])


def test_animations_beyond_the_limit_of_duration_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"longer than the 0\.1 seconds"):
        opened(tmp_path, film("GIF", 60), MediaLimits(max_duration_s=0.1))


def test_frames_come_once_and_not_after_closing(tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(image_bytes(rgb_corners(), "PNG"))
    with open_media(path) as source:
        assert len(list(source.frames())) == 1
        assert list(source.frames()) == []
    closed = open_media(path)
    closed.close()
    assert list(closed.frames()) == []


@pytest.mark.skipif(not SHARED_MEDIA.is_dir(), reason="shared media are not here")
@pytest.mark.parametrize("folder", ["faces", "crowds"])
def test_shared_pictures_are_read_with_pillows_pixels(tmp_path: Path, folder: str) -> None:
    for path in sorted((SHARED_MEDIA / folder).glob("*.jpg")):
        with Image.open(path) as picture:
            expected = np.asarray(picture.convert("RGB"))[:, :, ::-1]
        assert np.array_equal(pixels(tmp_path, path.read_bytes()), expected)


def test_an_animation_too_large_to_compose_is_refused_before_its_frames_are(tmp_path: Path) -> None:
    path = tmp_path / "large.gif"
    pictures = [Image.new("RGB", (400, 300), (50 * index, 0, 0)) for index in range(5)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:])
    frames, pixels = 5, 400 * 300
    with open_media(path, MediaLimits(max_animation_pixels=frames * pixels)) as medium:
        assert sum(1 for _ in medium.frames()) == frames
    with pytest.raises(MediaError, match="5 frames of 400 x 300 pixels"):
        open_media(path, MediaLimits(max_animation_pixels=frames * pixels - 1))

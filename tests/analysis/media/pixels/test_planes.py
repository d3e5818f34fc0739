"""Parts of a decoder's planes: the same pixels as of the whole picture, however it is turned."""

import gc
from fractions import Fraction
from itertools import product
from threading import Thread
from typing import cast

import av
import cv2
import numpy as np
import pytest
from av.filter.graph import Graph
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.faces.block_means import block_means
from chalicelib.analysis.faces.mesh import Crop, sample_of
from chalicelib.analysis.faces.thumbnails import sampled_grey
from chalicelib.analysis.media.pixels.planes import FULL_FORMAT, LIMITED_FORMAT, Planes, Scalers
from chalicelib.analysis.media.pixels.video_pixels import UprightPixels
from chalicelib.analysis.media.upright import UPRIGHT, Turn

WIDTH, HEIGHT = 1276, 716
TURNS = [Turn(*each) for each in product((False, True), repeat=3)]


def _frame(pixel_format: str = LIMITED_FORMAT, width: int = WIDTH, height: int = HEIGHT) -> av.VideoFrame:
    """A frame of smooth colours, as skin has them, and hard edges."""
    random = np.random.default_rng(3)
    noise = random.integers(60, 180, (40, 70, 1)) + random.integers(-15, 16, (40, 70, 3))
    image = np.asarray(cv2.resize(noise.astype(np.uint8), (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    image[100:200, 300:500] = 230
    frame = av.VideoFrame.from_ndarray(image, format="bgr24").reformat(format=pixel_format)
    frame.colorspace = 1
    return frame


def _planes(frame: av.VideoFrame, turn: Turn = UPRIGHT) -> tuple[Planes, NDArray[np.uint8]]:
    pixels = UprightPixels()
    shown = pixels.of(frame)
    assert isinstance(shown, Planes)
    return Planes(frame, turn, shown.colours.matrix, Scalers()), turn.apply(pixels.bgr(frame))


@pytest.fixture(scope="module")
def shown() -> list[tuple[Planes, NDArray[np.uint8]]]:
    """The same frame in all turns."""
    frame = _frame()
    return [_planes(frame, turn) for turn in TURNS]


@pytest.mark.parametrize("pixel_format", [LIMITED_FORMAT, FULL_FORMAT])
@pytest.mark.parametrize("turn", TURNS)
def test_the_whole_is_what_the_scaler_makes_of_it(turn: Turn, pixel_format: str) -> None:
    planes, image = _planes(_frame(pixel_format), turn)
    assert planes.shape == image.shape
    assert np.array_equal(planes.whole(), image)


@given(st.data())
def test_a_part_is_that_of_the_whole(shown: list[tuple[Planes, NDArray[np.uint8]]], data: st.DataObject) -> None:
    planes, image = data.draw(st.sampled_from(shown))
    left = data.draw(st.integers(0, image.shape[1] - 1))
    top = data.draw(st.integers(0, image.shape[0] - 1))
    right = data.draw(st.integers(left + 1, image.shape[1]))
    bottom = data.draw(st.integers(top + 1, image.shape[0]))
    assert np.array_equal(planes.part(left, top, right, bottom), image[top:bottom, left:right])


@pytest.mark.parametrize("reduction", [2, 3, 4, 5, 6, 9])
@pytest.mark.parametrize("turn", [UPRIGHT, Turn(transpose=True, mirror_x=True), Turn(mirror_x=True, mirror_y=True)])
def test_a_reduced_part_is_the_means_of_the_whole(turn: Turn, reduction: int) -> None:
    planes, image = _planes(_frame(), turn)
    reduced, expected = planes.part(31, 52, 601, 555, reduction), block_means(image[52:555, 31:601], reduction)
    assert reduced.shape == expected.shape
    difference = reduced.astype(int) - expected
    assert abs(difference.mean()) < 0.5
    assert np.percentile(abs(difference), 99) <= 8


def test_a_picture_that_is_reduced_to_nothing_but_one_block_has_it() -> None:
    planes, image = _planes(_frame())
    assert abs(planes.part(0, 0, 717, 716, 716).astype(int) - block_means(image, 716)).max() <= 2


@pytest.mark.parametrize("side", [150.0, 700.0, 1000.0])
def test_a_crop_of_planes_is_that_of_the_picture(side: float) -> None:
    """Also one that reaches beyond the picture."""
    planes, image = _planes(_frame())
    for crop in (Crop(640.0, 350.0, side, 0.2), Crop(20.0, 700.0, side, -0.4)):
        difference = sample_of(planes, crop).astype(int) - sample_of(image, crop)
        assert abs(difference).mean() < 1.5


@pytest.mark.parametrize("pixel_format", [LIMITED_FORMAT, FULL_FORMAT])
def test_luma_is_the_grey_of_the_picture(pixel_format: str) -> None:
    frame = _frame(pixel_format)
    frame.colorspace = 6  # the matrix by which OpenCV makes grey
    planes, image = _planes(frame, Turn(transpose=True))
    grey, expected = sampled_grey(planes), sampled_grey(image)
    assert grey.shape == expected.shape
    assert abs(grey.astype(int) - expected).mean() < 3


def test_threads_may_ask_at_once() -> None:
    planes, image = _planes(_frame())
    wrong: list[int] = []

    def ask(first: int) -> None:
        wrong.extend(
            left
            for left in range(first, first + 320, 16)
            if not np.array_equal(planes.part(left, 5, left + 300, 400), image[5:400, left : left + 300])
        )

    threads = [Thread(target=ask, args=(first,)) for first in (0, 64, 128)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize(
    ("pixel_format", "size", "aspect"),
    [
        (LIMITED_FORMAT, (640, 360), Fraction(1)),
        ("yuv420p10le", (WIDTH, HEIGHT), Fraction(1)),
        ("yuv444p", (WIDTH, HEIGHT), Fraction(1)),
        (LIMITED_FORMAT, (WIDTH, 718), Fraction(1)),
        (LIMITED_FORMAT, (WIDTH, HEIGHT), Fraction(4, 3)),
    ],
    ids=["small", "ten bits", "all chroma", "no multiple of four", "pixels not square"],
)
def test_other_frames_come_as_pixels(pixel_format: str, size: tuple[int, int], aspect: Fraction) -> None:
    assert isinstance(UprightPixels().of(_frame(pixel_format, *size), aspect), np.ndarray)


def test_a_frame_of_another_size_than_the_first_comes_as_pixels() -> None:
    pixels = UprightPixels()
    first = pixels.of(_frame())
    later = pixels.of(_frame(width=1920, height=1080))
    assert isinstance(later, np.ndarray)
    assert later.shape == first.shape


def _upside_down(frame: av.VideoFrame) -> av.VideoFrame:
    """The frame as FFmpeg turns it: its rows stay in memory as they are, and count from the last one."""
    graph = Graph()
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 25))
    turned, sink = graph.add("vflip"), graph.add("buffersink")
    source.link_to(turned)
    turned.link_to(sink)
    graph.configure()
    frame.pts = 0
    graph.push(frame)
    return cast("av.VideoFrame", graph.pull())


def test_a_frame_whose_rows_are_stored_from_the_bottom_up_comes_as_pixels() -> None:
    frame = _upside_down(_frame())
    assert frame.planes[0].line_size < 0
    shown = UprightPixels().of(frame)
    assert isinstance(shown, np.ndarray)
    assert np.array_equal(shown, UprightPixels().bgr(_frame())[::-1])


def _frames_alive() -> int:
    return sum(isinstance(each, av.VideoFrame) for each in gc.get_objects())


def test_parts_keep_no_frame() -> None:
    """Memory of a long film would wait for Python's collector."""
    gc.collect()
    gc.disable()
    try:
        pixels, before = UprightPixels(), _frames_alive()
        for _ in range(5):
            shown = pixels.of(_frame())
            assert isinstance(shown, Planes)
            shown.part(100, 100, 500, 500, 2)
            shown.part(100, 100, 500, 500)
        del shown
        assert _frames_alive() <= before + 1  # the first, whose side data were looked at
    finally:
        gc.enable()

"""Pixels that are stored other than square: portraits squeezed as DV, DVD and HDV store them, against themselves."""

import tempfile
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.open_media import open_media
from lab.evaluation.workbench import MEASURED_EXPRESSIONS, Workbench
from lab.reports.report import Bar, Cell, Figure, Section, Table, counted, tenths

NAME = "pixel_aspect"

PORTRAITS = 24
# PAL DV that was filmed wide, NTSC DV, HDV, and a square picture from a wide one.
ASPECTS = (Fraction(64, 45), Fraction(8, 9), Fraction(4, 3), Fraction(16, 9))
_MOST_POINTS = 1.0


def evaluate(bench: Workbench) -> Section:
    """Over the first frontal portraits of the media, each stored losslessly with each aspect."""
    rows: list[tuple[Cell, ...]] = []
    figures: list[Figure] = []
    images = [face.image for face in bench.faces()[:PORTRAITS]]
    plain = [_scores(bench, Frame(0, 0.0, image)) for image in images]
    for aspect in ASPECTS:
        told, untold = [], []
        for image, expected in zip(images, plain, strict=True):
            stored = squeezed(image, aspect)
            told.append(_difference(expected, _scores(bench, _reopened(stored, aspect))))
            untold.append(_difference(expected, _scores(bench, Frame(0, 0.0, stored))))
        name = f"{aspect.numerator}:{aspect.denominator}"
        found = [each for each in told if each is not None]
        mean = None if not found else tenths(float(np.mean(found)))
        missed = sum(each is None for each in told)
        before = [each for each in untold if each is not None]
        rows.append((name, len(images), missed, mean, tenths(float(np.mean(before))) if before else None))
        text = f"mean error of a score if pixels are stored {name}"
        bar = Bar(at_most=_MOST_POINTS)
        figures.append(Figure(f"error_{aspect.numerator}_{aspect.denominator}", text, mean, "points", bar))
    worst = max(figure.value or 0.0 for figure in figures)
    header = ("pixel aspect", "portraits", "no face", "mean error", "mean error if the aspect is ignored")
    how = (
        f"{len(images)} frontal portraits, squeezed to what a camera with such pixels stores, as videos without loss "
        "that state the aspect. Given is by how much the 20 expressions differ from those of the portrait as it was; "
        "and what they were if the stored pixels were taken for square ones."
    )
    reading = f"Expressions differ by {counted(worst, 'point')} in the mean at the most."
    table = Table("", header, tuple(rows))
    return Section(NAME, "Pixels that are not square", how, reading, tuple(figures), (table,))


def squeezed(image: NDArray[np.uint8], aspect: Fraction) -> NDArray[np.uint8]:
    """`image`, (H, W, 3) uint8 with square pixels, as it is stored with pixels of this aspect."""
    height, width = image.shape[:2]
    size = (round(width / aspect), height) if aspect > 1 else (width, round(height * aspect))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _reopened(stored: NDArray[np.uint8], aspect: Fraction) -> Frame:
    with tempfile.TemporaryDirectory(prefix="mien-aspect-") as folder:
        path = Path(folder) / "portrait.mov"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("png", rate=25)
            assert isinstance(stream, VideoStream)  # noqa: S101  # for the type checker
            stream.height, stream.width = stored.shape[:2]
            stream.pix_fmt = "rgb24"
            stream.codec_context.sample_aspect_ratio = aspect
            frame = av.VideoFrame.from_ndarray(stored, format="bgr24").reformat(format="rgb24")
            frame.pts, frame.time_base = 0, Fraction(1, 25)
            for packet in [*stream.encode(frame), *stream.encode(None)]:
                container.mux(packet)
        with open_media(path) as medium:
            return next(iter(medium.frames()))


def _scores(bench: Workbench, frame: Frame) -> NDArray[np.float64] | None:
    """The expressions of the largest face, None if there is no face."""
    (measured,) = bench.analyze([frame])
    if not measured.faces:
        return None
    largest = max(measured.faces, key=lambda face: face.values["face box width"])
    return np.array([largest.values[name] for name in MEASURED_EXPRESSIONS])


def _difference(expected: NDArray[np.float64] | None, found: NDArray[np.float64] | None) -> float | None:
    return None if expected is None or found is None else float(np.abs(found - expected).mean())

"""A person's own neutral on real faces: films made of portraits that read high at rest, and of a neutral beginning."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.analyzer import FaceAnalyzer, with_scores
from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.metrics import BASELINE_NAMES, FaceMetrics
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.recipes import RECIPES

_FPS = 5.0
_REST_S = 10.0
_READ_AS_FURROW = 30.0  # what a still of these faces reads at least, though nobody frowns
_SETTLED_FURROW = 20.0

Image = NDArray[np.uint8]
Film = Callable[[Iterator[Frame]], list[FaceMetrics]]


@pytest.fixture
def measure(models: Models) -> Film:
    """The one face of each frame, as the default job measures it."""
    recipe = RECIPES[JobName.MULTIFACE]
    assert recipe is not None
    analyzer = FaceAnalyzer(models, mesh=recipe.mesh, max_faces=1)
    metrics = recipe.metrics(expressions_only=False)

    def measured(frames: Iterator[Frame]) -> list[FaceMetrics]:
        return [frame.faces[0] for frame in with_scores(analyzer.analyze(frames), recipe, metrics)]

    return measured


def _moved(image: Image, random: np.random.Generator) -> Image:
    """The picture as a hand-held camera sees it a moment later: moved, turned, and with noise."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), random.normal(0, 1.5), random.normal(1, 0.01))
    matrix[:, 2] = matrix[:, 2] + random.normal(0, 2, 2)
    moved = np.asarray(cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.float64)
    return np.asarray(np.clip(moved + random.normal(0, 4, moved.shape), 0, 255), np.uint8)


def _frames(images: Iterator[Image]) -> Iterator[Frame]:
    return (Frame(index, index / _FPS, image) for index, image in enumerate(images))


def _median(faces: list[FaceMetrics], name: str) -> float:
    return float(np.median([face.values[name] for face in faces]))


@pytest.mark.parametrize("name", ["B001235", "B001284"])
def test_what_looks_like_a_furrow_at_rest_is_none_for_long(measure: Film, shared_media: Path, name: str) -> None:
    portrait = cv2.imread(str(shared_media / "portraits" / f"{name}.jpg"))
    assert portrait is not None
    large = np.asarray(cv2.resize(portrait, None, fx=1.6, fy=1.6), dtype=np.uint8)
    random = np.random.default_rng(7)
    faces = measure(_frames(_moved(large, random) for _ in range(round(_REST_S * _FPS))))
    resting = faces[-20:]
    assert _median(resting, "brow furrow raw") > max(_READ_AS_FURROW, 2 * _median(resting, "brow furrow"))
    assert _median(resting, "brow furrow") < _SETTLED_FURROW
    assert faces[0].values["brow furrow"] == faces[0].values["brow furrow raw"] > 0


def test_a_smile_after_a_long_rest_is_still_a_smile(measure: Film, shared_media: Path) -> None:
    with open_media(shared_media / "videos" / "single_face.mp4") as medium:
        clip = [np.array(frame.image) for frame in medium.frames()]
    rest = [clip[index % 20] for index in range(round(_REST_S * _FPS))]
    faces = measure(_frames(iter([*rest, *clip[20:]])))
    resting, smiling = faces[len(rest) - 25 : len(rest)], faces[-20:]
    for name in BASELINE_NAMES:
        assert _median(resting, name) < 15, name
    for name in ("smile", "mouth open", "upper lip raise"):
        assert _median(smiling, name) > 0.9 * _median(smiling, f"{name} raw") > 20, name

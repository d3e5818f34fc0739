"""Shared by the tests of the analysis."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.expressions.scored_frames import scored
from chalicelib.analysis.expressions.scorers import ExpressionModel
from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import ModelFile, Models
from chalicelib.domain.measurements.metrics import EVERY_METRIC, FaceMetrics, FrameMetrics
from chalicelib.domain.requests.recipes import Mesh, Scores

_MODEL_FOLDER = Path(__file__).resolve().parents[2] / "models"

Measure = Callable[[str], list[FrameMetrics]]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


@pytest.fixture(scope="session")
def models() -> Models:
    """The converted models; skips if they have not been prepared."""
    missing = [name for name in ModelFile if not (_MODEL_FOLDER / name).is_file()]
    if missing:
        pytest.skip(f"no {missing[0]} in models/: run `make setup`")
    return Models(_MODEL_FOLDER)


@pytest.fixture(scope="session")
def analyzer(models: Models) -> FaceAnalyzer:
    """As the default job measures."""
    return FaceAnalyzer(models, mesh=Mesh.ATTENTION, max_faces=50)


@pytest.fixture(scope="session")
def measured(analyzer: FaceAnalyzer, shared_media: Path) -> Measure:
    """The metrics of a file of the shared media, calibrated, each measured once."""
    results: dict[str, list[FrameMetrics]] = {}

    def measure(name: str) -> list[FrameMetrics]:
        if name not in results:
            with open_media(shared_media / name) as media:
                results[name] = calibrated(analyzer.analyze(media.frames()), analyzer.expressions)
        return results[name]

    return measure


def read_picture(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 BGR."""
    image = cv2.imread(str(path))
    assert image is not None
    return np.asarray(image, dtype=np.uint8)


def calibrated(
    frames: Iterable[FrameMetrics], model: ExpressionModel, mesh: Mesh = Mesh.ATTENTION
) -> list[FrameMetrics]:
    """What was measured, with calibrated scores and emotions."""
    return list(scored(frames, Scores.CALIBRATED, EVERY_METRIC, model.doubts(mesh)))


def faces_of(analyzer: FaceAnalyzer, image: NDArray[np.uint8], mesh: Mesh = Mesh.ATTENTION) -> tuple[FaceMetrics, ...]:
    """The faces of one picture, calibrated; `mesh`: the analyzer's."""
    (result,) = calibrated(analyzer.analyze([Frame(0, 0.0, image)]), analyzer.expressions, mesh)
    return result.faces

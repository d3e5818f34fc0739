"""Which faces are found in real pictures, with the real networks."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.media.frames import Frame
from chalicelib.domain.measurements.metrics import FaceMetrics
from tests.analysis.conftest import faces_of, read_picture

_PORTRAITS = ("A000014", "B001135", "C000127")
_SCALES = (0.9, 1.0, 1.15, 1.3)


def _cropped(image: NDArray[np.uint8], face: FaceMetrics, scale: float) -> NDArray[np.uint8]:
    """Returns what of the picture lies in the box of the face, made `scale` times as large about its middle."""
    left, top, width, height = (face.values[f"face box {side}"] for side in ("left", "top", "width", "height"))
    across, down = (scale - 1) * width / 2, (scale - 1) * height / 2
    first_y, first_x = max(round(top - down), 0), max(round(left - across), 0)
    return np.ascontiguousarray(image[first_y : round(top + height + down), first_x : round(left + width + across)])


@pytest.mark.parametrize("name", _PORTRAITS)
@pytest.mark.parametrize("scale", _SCALES)
def test_a_face_that_fills_its_picture_is_found_where_it_is(
    analyzer: FaceAnalyzer, shared_media: Path, name: str, scale: float
) -> None:
    image = read_picture(shared_media / "portraits" / f"{name}.jpg")
    (whole,) = faces_of(analyzer, image)
    cropped = _cropped(image, whole, scale)
    (face,) = faces_of(analyzer, cropped)
    assert face.values["interocular distance"] == pytest.approx(whole.values["interocular distance"], rel=0.05)
    for length in ("width", "height"):
        assert face.values[f"face box {length}"] == pytest.approx(whole.values[f"face box {length}"], rel=0.1)
    tiny = np.asarray(cv2.resize(cropped, (48, 48), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    assert len(faces_of(analyzer, tiny)) == 1


def test_a_tight_crop_smiles_as_with_a_border(analyzer: FaceAnalyzer, shared_media: Path) -> None:
    field = shared_media / "field"
    (padded,) = faces_of(analyzer, read_picture(field / "tight_crop_padded_control.png"))
    (face,) = faces_of(analyzer, read_picture(field / "tight_crop.png"))
    assert face.values["smile"] == pytest.approx(100, abs=3)
    assert padded.values["smile"] == pytest.approx(100, abs=3)


def test_a_video_of_a_tight_crop_has_one_face_in_every_frame(analyzer: FaceAnalyzer, shared_media: Path) -> None:
    image = read_picture(shared_media / "field" / "tight_crop.png")
    black = np.zeros_like(image)
    frames = [Frame(index, index / 25, black if index < 10 else image) for index in range(30)]
    found = [[face.face_id for face in frame.faces] for frame in analyzer.analyze(frames)]
    assert found == [[]] * 10 + [[0]] * 20

"""The teacher, converted at run time from the bundle next to the project, if it is there."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import MeshModel, crop_of_detection, crop_of_mesh
from chalicelib.analysis.faces.tiling import search
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.requests.recipes import Mesh
from lab.training.teacher import BLENDSHAPES, BUNDLE, TEACHER_POINTS, Teacher

_ROOT = Path(__file__).resolve().parents[2]
_PICTURE = _ROOT.parent / "shared/media/faces/single_face.jpg"

pytestmark = pytest.mark.skipif(not BUNDLE.is_file(), reason="the teacher's bundle ../shared/teacher is not here")


@pytest.fixture(scope="module")
def teacher() -> Teacher:
    return Teacher()


@pytest.fixture(scope="module")
def smiling(teacher: Teacher) -> np.ndarray:
    """The teacher's own mesh of a smiling face, (478, 3) pixels."""
    models = Models(_ROOT / "models")
    image = np.asarray(cv2.imread(str(_PICTURE)), dtype=np.uint8)
    found = search(FaceDetector(models), image)
    crop = crop_of_detection(found.boxes[0], found.eyes[0])
    mesh = MeshModel(models, Mesh.ATTENTION).measure(image, [crop])[0]
    return teacher.measure(image, crop_of_mesh(mesh.points))


def test_the_teacher_sees_the_smile(teacher: Teacher, smiling: np.ndarray) -> None:
    scores = dict(zip(BLENDSHAPES, teacher.blendshapes(smiling[None])[0].tolist(), strict=True))
    assert len(TEACHER_POINTS) == 146
    assert min(scores["mouthSmileLeft"], scores["mouthSmileRight"]) > 0.7
    assert scores["eyeBlinkLeft"] < 0.6
    assert scores["mouthFrownLeft"] < 0.1


def test_position_and_size_do_not_matter_and_roll_does(teacher: Teacher, smiling: np.ndarray) -> None:
    cosine, sine = np.cos(0.5), np.sin(0.5)
    rolled = smiling[:, :2] @ np.array([[cosine, sine], [-sine, cosine]])
    upright, moved, turned = teacher.blendshapes(np.stack([smiling[:, :2], smiling[:, :2] * 3 + 500, rolled]))
    assert np.abs(upright - moved).max() < 1e-3
    assert np.abs(upright - turned).max() > 0.02


def test_batches_do_not_matter(teacher: Teacher, smiling: np.ndarray) -> None:
    many = smiling[None] * np.linspace(0.9, 1.1, 37)[:, None, None]
    many[:, :40] += np.arange(37)[:, None, None] * 0.3
    one_by_one = np.concatenate([teacher.blendshapes(mesh[None]) for mesh in many])
    assert np.abs(teacher.blendshapes(many) - one_by_one).max() < 1e-4
    assert teacher.blendshapes(many[:0]).shape == (0, 52)

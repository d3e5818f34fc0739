"""The student and its export, on small invented lessons; PyTorch is in the training's own environment."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is installed by `make train` only")

from chalicelib.analysis.networks.onnx_runtime import onnxruntime
from lab.training.export import export
from lab.training.student import LEARNED, Course, Lessons, Student, mirrored_names, teach
from lab.training.teacher import BLENDSHAPES

_SHORT = Course(steps=800, batch=64)
_PAIRS = 40


def _silent(_step: int, _loss: float) -> None:
    return


def _lessons() -> Lessons:
    """Faces of points in mirrored pairs; the left smile is how far up one point on the left is."""
    random = np.random.default_rng(3)
    half = random.uniform((-0.7, -0.5, -0.2), (-0.1, 0.9, 0.2), (_PAIRS, 3))
    shape = np.concatenate([half, half * (-1, 1, 1)])
    points = shape + random.normal(0, 0.02, (2000, *shape.shape))
    blendshapes = np.full((2000, 52), 0.1)
    lower = int(np.argmax(half[:, 1]))
    for name, place in (("mouthSmileRight", lower), ("mouthSmileLeft", lower + _PAIRS)):
        raised = shape[place, 1] - points[:, place, 1]
        blendshapes[:, BLENDSHAPES.index(name)] = 1 / (1 + np.exp(-raised / 0.02))
    return Lessons(points.astype(np.float32), blendshapes.astype(np.float32), np.ones(2000, dtype=np.float32))


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    return _lessons()


@pytest.fixture(scope="module")
def student(lessons: Lessons) -> Student:
    return teach(lessons, _SHORT, _silent)


def test_what_is_taught_is_learned(student: Student, lessons: Lessons) -> None:
    found, wanted = student.scores(lessons.points), lessons.blendshapes
    for name in ("mouthSmileLeft", "mouthSmileRight"):
        taught = wanted[:, BLENDSHAPES.index(name)]
        assert np.corrcoef(found[:, LEARNED.index(name)], taught)[0, 1] > 0.8


def test_the_mirror_image_gets_the_mirrored_scores(student: Student, lessons: Lessons) -> None:
    other = np.concatenate([np.arange(_PAIRS) + _PAIRS, np.arange(_PAIRS)])
    mirrored = lessons.points[:50, other] * np.array([-1, 1, 1], dtype=np.float32)
    swapped = student.scores(mirrored)[:, mirrored_names(LEARNED)]
    assert np.abs(swapped - student.scores(lessons.points[:50])).max() < 1e-5


def test_the_same_course_gives_the_same_student(student: Student, lessons: Lessons) -> None:
    again = teach(lessons, _SHORT, _silent)
    assert np.array_equal(again.scores(lessons.points[:20]), student.scores(lessons.points[:20]))


def test_the_exported_network_says_the_same(student: Student, lessons: Lessons) -> None:
    content = export(student, name="expressions", facts={"teacher": "none"})
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    found = session.run(None, {"points": lessons.points[:200]})[0]
    assert np.abs(found - student.scores(lessons.points[:200])).max() < 5e-3
    assert session.get_modelmeta().custom_metadata_map["blendshapes"].split() == list(LEARNED)

from pathlib import Path

import numpy as np
import pytest

from chalicelib.domain.requests.recipes import Mesh
from lab.rendered_faces.face_sets import FaceSetWriter, MeasuredFace, crop_of_landmarks, load_face_set
from lab.rendered_faces.movements import TAUGHT


def _face(number: int) -> MeasuredFace:
    points = np.full((478, 3), float(number), dtype=np.float32)
    return MeasuredFace(np.full((192, 192, 3), number, dtype=np.uint8), points, points[:468])


def test_faces_are_read_as_they_were_written(tmp_path: Path) -> None:
    writer = FaceSetWriter(tmp_path, "some", part_size=2)
    for number in range(5):
        amounts = np.full((len(TAUGHT), 2), number / 10, dtype=np.float32)
        writer.add(_face(number), amounts, "single", f"person {number}", (number, -number))
    writer.close()
    paths = sorted(tmp_path.glob("some-*.npz"))
    faces = load_face_set(paths)
    assert len(paths) == 3
    assert faces.samples[:, 0, 0, 0].tolist() == list(range(5))
    assert faces.persons.tolist() == [f"person {number}" for number in range(5)]
    assert faces.turns[3].tolist() == [3.0, -3.0]
    assert len(faces.where(faces.amounts[:, 0, 0] > 0.25)) == 2


def test_a_face_is_the_mesh_that_the_product_would_have(tmp_path: Path) -> None:
    writer = FaceSetWriter(tmp_path, "some")
    writer.add(_face(7), np.zeros((len(TAUGHT), 2), dtype=np.float32), "rest", "one", (0, 0))
    writer.close()
    faces = load_face_set(list(tmp_path.glob("*.npz")))
    for mesh, points in ((Mesh.ATTENTION, 478), (Mesh.LIGHT, 468)):
        (face,) = faces.meshes(mesh)
        assert face.points.shape == (points, 3)
        places = np.array([[10.0, 20.0], [100.0, 3.0]])
        np.testing.assert_allclose(face.in_sample(places), places, atol=1e-9)


def test_no_part_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        load_face_set([])


def test_the_crop_of_landmarks_turns_with_the_eyes() -> None:
    landmarks = np.random.default_rng(3).uniform(50, 150, (68, 2))
    landmarks[36], landmarks[45] = (80.0, 90.0), (120.0, 130.0)
    assert crop_of_landmarks(landmarks).turn == pytest.approx(np.pi / 4)

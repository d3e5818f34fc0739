import numpy as np

from lab.rendered_faces.face_model import FACE, FaceModel, vertex_normals

_INNER_BROWS = {"_L": 22, "_R": 21}


def test_normals_of_a_square_point_towards_the_viewer() -> None:
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=np.float32)
    normals = vertex_normals(square, np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32))
    np.testing.assert_allclose(normals, np.tile((0.0, 0.0, 1.0), (4, 1)), atol=1e-6)


def test_knit_brows_come_together(model: FaceModel) -> None:
    for side, landmark in _INNER_BROWS.items():
        vertex = model.landmarks[landmark]
        moved = model.shapes[f"browKnit{side}"][vertex]
        assert np.sign(moved[0]) == -np.sign(model.neutral[vertex, 0])
        assert abs(moved[0]) > 0.3


def test_a_wrinkled_nose_leaves_the_brows_where_they_are(model: FaceModel) -> None:
    for side, landmark in _INNER_BROWS.items():
        vertex = model.landmarks[landmark]
        assert np.linalg.norm(model.shapes[f"noseSneer{side}"][vertex]) < 0.02
        assert model.shapes[f"sneerBrow{side}"][vertex, 1] < -0.1


def test_displacements_add_up(model: FaceModel) -> None:
    both = model.displacement({"jawOpen": 0.5, "mouthSmile_L": 1.0})
    np.testing.assert_allclose(both, 0.5 * model.shapes["jawOpen"] + model.shapes["mouthSmile_L"], atol=1e-5)


def test_normals_follow_the_skin(model: FaceModel) -> None:
    at_rest = model.normals(model.neutral)
    moved = model.normals(model.neutral + model.displacement({"jawOpen": 1.0}))
    assert np.abs(moved - at_rest)[FACE].max() > 0.3
    np.testing.assert_allclose(np.linalg.norm(at_rest[FACE], axis=1), 1.0, atol=1e-3)

import numpy as np
import pytest

from lab.rendered_faces.face_model import FACE, FaceModel
from lab.rendered_faces.portrait_fit import MeshVertices, fit_head, measure_vertices
from lab.rendered_faces.scene import Camera

_FLIP = np.array([1.0, -1.0, -1.0])


@pytest.fixture
def pairs(model: FaceModel, random: np.random.Generator) -> MeshVertices:
    """As if points of the mesh lay on vertices of the front of the face."""
    front = np.flatnonzero(model.normals(model.neutral)[FACE, 2] > 0.3)
    return MeshVertices(np.arange(300), random.choice(front, 300, replace=False))


def test_finds_a_head_again(model: FaceModel, pairs: MeshVertices, random: np.random.Generator) -> None:
    places = model.person(random.normal(0, 0.8, 100).astype(np.float32)) + model.displacement({"mouthSmile_L": 0.7})
    turn = Camera(1.0, 1.0, 12.0, 5.0, 3.0).turn.astype(np.float64)
    pixels = (9.0 * places @ turn.T + (120.0, -130.0, 0.0)) * _FLIP
    points = np.zeros((478, 3))
    points[pairs.points] = pixels[pairs.vertices]
    fit = fit_head(model, points, pairs)
    assert np.abs(fit.residuals).mean() < 2.0
    assert fit.scale == pytest.approx(9.0, rel=0.1)
    assert fit.shapes["mouthSmile_L"] > fit.shapes["mouthSmile_R"] + 0.2


def test_a_turn_is_about_the_heads_own_middle(model: FaceModel, pairs: MeshVertices) -> None:
    pixels = (9.0 * model.neutral + (120.0, -130.0, 0.0)) * _FLIP
    points = np.zeros((478, 3))
    points[pairs.points] = pixels[pairs.vertices]
    fit = fit_head(model, points, pairs)
    middle = fit.at_rest[FACE].mean(axis=0, keepdims=True)
    turn = Camera(1.0, 1.0, 25.0, 0.0, 0.0).turn
    np.testing.assert_allclose(fit.to_picture(middle, turn), fit.to_picture(middle), atol=1e-3)


def test_measures_on_which_vertices_points_lie(model: FaceModel, random: np.random.Generator) -> None:
    front = np.flatnonzero(model.normals(model.neutral)[FACE, 2] > 0.5)[:400:4]
    seen = []
    for _ in range(3):
        places = model.person(random.normal(0, 0.5, 100).astype(np.float32))[:, :2] * 10
        points = np.full((468, 2), 1e4)
        points[33], points[263] = (-45.0, 30.0), (45.0, 30.0)
        chosen = [each for each in range(100) if each != 33]
        points[chosen] = places[front[chosen]]
        seen.append((points, places))
    found = measure_vertices(model, seen)
    by_point = dict(zip(found.points.tolist(), found.vertices.tolist(), strict=True))
    assert all(by_point[each] == front[each] for each in chosen)
    assert 300 not in by_point

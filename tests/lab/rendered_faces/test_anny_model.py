"""The second head, if its package is installed; and its parts."""

import numpy as np
import pytest

from lab.rendered_faces.anny_model import Anny, Group
from lab.rendered_faces.expression_shapes import resting_face
from lab.rendered_faces.eyeballs import EYEBALL, aimed, gaze_shapes
from lab.rendered_faces.face_model import FaceModel
from lab.rendered_faces.grimaces import choose_grimace
from lab.rendered_faces.movements import choose_movement, choose_one_sided
from lab.rendered_faces.splines import bent


@pytest.fixture(scope="module")
def anny(anny_is_here: None) -> Anny:
    return Anny()


def test_has_every_shape_by_which_lessons_move_a_face(
    anny: Anny, model: FaceModel, random: np.random.Generator
) -> None:
    """Other shapes of the head that is taught with, such as wide pupils, are in no lesson."""
    chosen = (choose_movement, choose_one_sided, choose_grimace)
    moved = {name for choose in chosen for _ in range(500) for name in choose(random).shapes}
    moved |= {name for _ in range(100) for name in resting_face(random)}
    assert len(moved) > 40
    assert moved <= set(model.shapes)
    assert moved <= set(anny.mean.shapes)


def test_folds_lie_where_they_do_on_the_other_head(anny: Anny, model: FaceModel, random: np.random.Generator) -> None:
    person = anny.person(Group("old", "asian", "female"), random)
    here, there = person.flat[person.landmarks[17:], :2], model.neutral[model.landmarks[17:], :2]
    assert np.linalg.norm(here - there, axis=1).max() < 0.3  # cm


def test_an_old_face_is_no_childs(anny: Anny) -> None:
    heads = [anny.person(Group(age, "caucasian", "male"), np.random.default_rng(5)).neutral for age in ("child", "old")]
    assert np.linalg.norm(heads[0] - heads[1], axis=1).max() > 1.0  # cm


def test_the_left_eye_looks_outwards_to_the_persons_left() -> None:
    ball = EYEBALL.astype(np.float32)
    moved = {name: ball[0] + shape[0] for name, shape in gaze_shapes(ball, "_L").items()}
    assert moved["eyeLookOut_L"][0] > 0.3
    assert moved["eyeLookUp_L"][1] > 0.3
    assert np.linalg.norm(moved["eyeLookDown_L"]) == pytest.approx(1.0, abs=1e-3)


def test_an_eye_looks_at_a_place() -> None:
    ball = EYEBALL.astype(np.float32) + np.float32(2.0)
    place = np.array((2.5, 1.5, 4.0), np.float32)
    front = aimed(ball, place)[0] - 2.0
    assert front == pytest.approx((place - 2.0) / np.linalg.norm(place - 2.0), abs=0.02)


def test_a_plane_is_bent_so_that_places_meet() -> None:
    random = np.random.default_rng(3)
    start = random.uniform(-5, 5, (20, 2))
    end = start * 1.2 + random.normal(0, 0.1, (20, 2)) + 1.0
    assert bent(start, start, end) == pytest.approx(end, abs=0.1)
    assert bent(start[:2] + 0.5, start, start) == pytest.approx(start[:2] + 0.5, abs=1e-4)

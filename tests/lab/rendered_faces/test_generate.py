from pathlib import Path

import numpy as np
import pytest

from lab.rendered_faces import generate
from lab.rendered_faces.cameras import choose_camera, choose_light, taken
from lab.rendered_faces.face_model import FaceModel
from lab.rendered_faces.face_sets import load_face_set
from lab.rendered_faces.movements import TAUGHT, Movement, add
from lab.rendered_faces.scene import Camera

if not generate.MODELS.is_dir():
    pytest.skip("the model files are not here: make setup", allow_module_level=True)


pytestmark = pytest.mark.usefixtures("egl")


def _drawn(model: FaceModel, seed: int, movement: Movement) -> np.ndarray:
    from lab.rendered_faces.heads import RenderedPerson  # noqa: PLC0415 - needs moderngl
    from lab.rendered_faces.renderer import Renderer  # noqa: PLC0415 - needs moderngl

    person = RenderedPerson(model, Renderer(), np.random.default_rng(seed))
    return person.picture(movement, Camera(5.8, 62.0, 0.0, 0.0, 0.0)).image


def test_equal_seeds_give_equal_pictures(model: FaceModel) -> None:
    first, second = (_drawn(model, 3, Movement("rest")) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_an_open_jaw_changes_the_lower_face_alone(model: FaceModel) -> None:
    movement = Movement("one", {"jawOpen": 0.8})
    apart = np.abs(_drawn(model, 3, movement).astype(int) - _drawn(model, 3, Movement("rest"))).mean(axis=2)
    assert apart[150:].mean() > 5 * apart[60:110].mean() + 0.5


def test_rendered_persons_are_measured_and_resumed(model: FaceModel, tmp_path: Path) -> None:
    paths = generate.render_persons(tmp_path, persons=1, pictures=1, seed=1, processes=1)
    faces = load_face_set(paths)
    written = paths[0].stat().st_mtime_ns
    assert len(faces) > 10
    assert faces.amounts.shape[1:] == (len(TAUGHT), 2)
    assert generate.render_persons(tmp_path, persons=1, pictures=1, seed=1, processes=1) == paths
    assert paths[0].stat().st_mtime_ns == written


def test_portraits_move(model: FaceModel, tmp_path: Path) -> None:
    faces = load_face_set(generate.render_persons(tmp_path, persons=1, pictures=1, seed=2, processes=1))
    one = faces.where(np.arange(len(faces)) == 0)
    moved = load_face_set(generate.move_portraits(tmp_path / "moved", one, pictures=3, processes=1))
    assert 1 <= len(moved) <= 3
    assert set(moved.persons) == set(one.persons)


def test_cameras_and_lamps_come_by_chance(random: np.random.Generator) -> None:
    assert choose_camera(random) != choose_camera(random)
    assert abs(choose_camera(random).yaw_deg) <= 40
    assert choose_light(random).directions.shape == (3, 3)
    picture = np.full((64, 64, 3), 120, dtype=np.uint8)
    first, second = (taken(picture, np.random.default_rng(1)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_an_unknown_expression_is_an_error(random: np.random.Generator) -> None:
    with pytest.raises(KeyError):
        add(Movement("one"), "no expression", 1.0, random)

import numpy as np
import pytest
from numpy.typing import NDArray

from lab.rendered_faces.scene import DECAL_SIDE, SIDE, Camera, decal_places, project, to_px

_MIDDLE = (0.0, 1.0, 2.0)


def _seen(place: tuple[float, float, float], *, yaw_deg: float = 0.0, pitch_deg: float = 0.0) -> NDArray[np.floating]:
    camera = Camera(5.0, 60.0, yaw_deg, pitch_deg, 0.0)
    return np.asarray(project(np.array([place], dtype=np.float32), camera, _MIDDLE)[0])


def test_the_middle_is_in_the_middle() -> None:
    assert _seen(_MIDDLE) == pytest.approx([SIDE / 2, SIDE / 2])


def test_the_persons_left_is_to_the_right_and_up_is_up() -> None:
    assert _seen((5.0, 1.0, 2.0))[0] > SIDE / 2
    assert _seen((0.0, 6.0, 2.0))[1] < SIDE / 2


def test_what_is_nearer_is_larger() -> None:
    near, far = (_seen((5.0, 1.0, z))[0] for z in (12.0, 2.0))
    assert near > far


def test_yaw_turns_the_nose_to_the_right_and_pitch_down() -> None:
    nose = (0.0, 1.0, 13.0)
    assert _seen(nose, yaw_deg=30.0)[0] > _seen(nose)[0] + 10
    assert _seen(nose, pitch_deg=20.0)[1] > _seen(nose)[1] + 10


def test_decal_places_are_those_of_the_decals_pixels() -> None:
    place = np.array([[1.5, -3.0, 8.0]], dtype=np.float32)
    assert decal_places(place)[0] * DECAL_SIDE == pytest.approx(to_px(place)[0], abs=1e-4)

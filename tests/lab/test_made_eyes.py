"""Made eyes look at their place, and what is fitted on them is found again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.gaze.eye_sets import angle_deg
from lab.gaze.fit import fitted
from lab.rendered_faces.eyeballs import EYEBALL, IRIS_DEPTH_CM, fixating

_ANGLES = st.floats(-35.0, 35.0)
_RADIUS_CM = 1.6


@given(_ANGLES, _ANGLES)
def test_an_iris_is_where_that_of_a_real_eye_would_be(yaw_deg: float, pitch_deg: float) -> None:
    ball = (_RADIUS_CM * EYEBALL + (3.0, 4.0, 8.0)).astype(np.float32)
    yaw, pitch = np.radians((yaw_deg, pitch_deg))
    ahead = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    places, normals = fixating(ball, ball, np.array([3.0, 4.0, 8.0]) + 100 * ahead)
    assert places[0, :2] - (3.0, 4.0) == pytest.approx(IRIS_DEPTH_CM * ahead[:2], abs=0.02)
    assert np.linalg.norm(places - (3.0, 4.0, 8.0), axis=1) == pytest.approx(_RADIUS_CM, abs=1e-2)
    assert np.linalg.norm(normals, axis=1) == pytest.approx(1.0, abs=1e-4)


@given(st.tuples(_ANGLES, _ANGLES), st.floats(0.0, 40.0))
def test_angles_between_directions_are_those_on_a_ball(first: tuple[float, float], apart: float) -> None:
    one, other = np.array([first]), np.array([[first[0], first[1] + apart]])
    assert angle_deg(one, other) == pytest.approx([apart], abs=1e-4)
    assert angle_deg(one, one) == pytest.approx([0.0], abs=1e-4)


def test_factors_are_found_and_what_made_faces_have_of_their_own_is_not_among_them() -> None:
    random = np.random.default_rng(1)
    made, real = (np.hstack([random.normal(0, 0.02, (400, 2)), np.ones((400, 1))]) for _ in range(2))
    factors = np.array([500.0, -300.0, -16.0])
    of_made = factors + np.array([0.0, 0.0, 7.0])
    found = fitted((made, made @ of_made), (real, real @ factors), own=1)
    assert found == pytest.approx(factors, rel=0.01)

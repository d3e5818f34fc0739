import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.faces.head_shape import HeadShape, head_shape
from chalicelib.analysis.faces.rigid_face import _INDICES, _PLACES, fit_rigid


def _mesh(seed: int = 0, length: float = 1.0) -> NDArray[np.float64]:
    """(468, 3) pixels: the template with the small differences of one person, its face `length` times as long."""
    points = np.zeros((468, 3))
    points[_INDICES] = 100.0 * (_PLACES + np.random.default_rng(seed).normal(0.0, 0.02, _PLACES.shape))
    points[:, 1] *= length
    return points


def _shape(points: NDArray[np.float64]) -> HeadShape:
    return head_shape(points, fit_rigid(points))


@given(st.floats(0.2, 5.0), st.floats(-500, 500), st.floats(-180, 180))
def test_place_size_and_roll_are_no_part_of_a_shape(scale: float, shift: float, roll_deg: float) -> None:
    cosine, sine = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    rotation = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    moved = scale * _mesh() @ rotation.T + shift
    assert _shape(moved).unlikeness(_shape(_mesh())) == pytest.approx(0, abs=1e-6)


def test_other_proportions_are_another_shape() -> None:
    assert _shape(_mesh(length=1.2)).unlikeness(_shape(_mesh())) > 0.01


def test_unlikeness_is_the_same_both_ways() -> None:
    first, second = _shape(_mesh(1)), _shape(_mesh(2))
    assert first.unlikeness(second) == pytest.approx(second.unlikeness(first))


def test_a_running_mean_comes_nearer_to_what_is_seen() -> None:
    mean, seen = _shape(_mesh(length=1.2)), _shape(_mesh())
    before = mean.unlikeness(seen)
    for _ in range(20):
        mean = mean.towards(seen)
    assert mean.unlikeness(seen) < before / 10

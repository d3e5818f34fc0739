"""The attention mesh's custom operators against a plain account of their formulas, item by item."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.infra.graph_runs import Floats, run_operator

POINTS = 8
SUBSET = [1, 2, 4, 5, 7]
TOLERANCE_PX = 1e-3


def transform_of(points_px: Floats, target_rad: float) -> Floats:
    """(4, 4): shift(centre) * rotate(-r) * scale(box * 1.5 / output) * shift(-output / 2), output 6x4 pixels."""
    (left_x, left_y), (right_x, right_y) = points_px[0, :2], points_px[3, :2]
    turn_rad = target_rad - math.atan2(right_y - left_y, right_x - left_x)
    turn = np.array([[math.cos(turn_rad), -math.sin(turn_rad)], [math.sin(turn_rad), math.cos(turn_rad)]])
    turned = points_px[SUBSET, :2] @ turn.T
    lowest, highest = turned.min(axis=0), turned.max(axis=0)
    shift, rotation, scale, shift_back = (np.eye(4) for _ in range(4))
    shift[:2, 3] = turn.T @ ((lowest + highest) / 2)
    rotation[:2, :2] = turn.T
    scale[[0, 1], [0, 1]] = (highest - lowest) * 1.5 / [6, 4]
    shift_back[:2, 3] = [-3, -2]
    return (shift @ rotation @ scale @ shift_back).astype(np.float32)


def transforms(points_px: Floats, target_rad: float) -> Floats:
    """The operator's answer for points (N, 8, 3), with the options of `transform_of`."""
    return run_operator(
        "Landmarks2TransformMatrix v2",
        [points_px],
        (1, 4, 4),
        left_rotation_idx=0,
        right_rotation_idx=3,
        subset_idxs=SUBSET,
        target_rotation_radians=target_rad,
        scale_x=1.5,
        scale_y=1.5,
        output_width=6,
        output_height=4,
    )


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), target_rad=st.sampled_from([0.0, 0.5, -2.0]))
def test_landmarks_to_transform(seed: int, target_rad: float) -> None:
    points_px = np.random.default_rng(seed).uniform(0, 48, (3, POINTS, 3)).astype(np.float32)
    points_px[:, 3, 0] = points_px[:, 0, 0] + 5  # the direction of two coincident landmarks is not defined
    actual = transforms(points_px, target_rad)
    expected = np.stack([transform_of(points, target_rad) for points in points_px])
    np.testing.assert_allclose(actual, expected, atol=TOLERANCE_PX)


def test_coincident_rotation_landmarks_give_finite_numbers() -> None:
    points_px = np.random.default_rng(0).uniform(0, 48, (2, POINTS, 3)).astype(np.float32)
    points_px[1, 3] = points_px[1, 0]
    actual = transforms(points_px, target_rad=0.0)
    assert np.isfinite(actual).all()


def sample(feature_map: Floats, x_px: float, y_px: float) -> Floats:
    """Bilinear sample (C,), pixel centres at whole numbers; zero beyond the outermost centres."""
    height, width, channels = feature_map.shape
    if not (0 <= x_px <= width - 1 and 0 <= y_px <= height - 1):
        return np.zeros(channels, np.float32)
    left, top = min(int(x_px), width - 2), min(int(y_px), height - 2)
    right_share, lower_share = x_px - left, y_px - top
    upper = feature_map[top, left] * (1 - right_share) + feature_map[top, left + 1] * right_share
    lower = feature_map[top + 1, left] * (1 - right_share) + feature_map[top + 1, left + 1] * right_share
    return np.asarray(upper * (1 - lower_share) + lower * lower_share, np.float32)


def affine(random: np.random.Generator, items: int) -> Floats:
    matrices = np.tile(np.eye(4, dtype=np.float32), (items, 1, 1))
    matrices[:, :2, :2] = random.uniform(-1.5, 1.5, (items, 2, 2))
    matrices[:, :2, 3] = random.uniform(0, 8, (items, 2))
    return matrices


@pytest.mark.parametrize("seed", range(4))
def test_cut_region(seed: int) -> None:
    random = np.random.default_rng(seed)
    feature_maps = random.normal(size=(3, 7, 9, 2)).astype(np.float32)
    matrices = affine(random, 3)
    expected = np.zeros((3, 4, 6, 2), np.float32)
    for item, row, column in np.ndindex(3, 4, 6):
        x_px, y_px, _, _ = matrices[item] @ [column + 0.5, row + 0.5, 0, 1] - 0.5
        expected[item, row, column] = sample(feature_maps[item], x_px, y_px)
    assert (expected == 0).any(), "some places should lie outside the map"
    actual = run_operator(
        "TransformTensorBilinear v2", [feature_maps, matrices], (1, 4, 6, 2), output_width=6, output_height=4
    )
    np.testing.assert_allclose(actual, expected, atol=1e-4)


def test_cut_region_is_zero_between_the_last_pixel_centre_and_the_edge() -> None:
    ones = np.ones((1, 4, 4, 1), np.float32)
    shifted = np.eye(4, dtype=np.float32)[None].copy()
    shifted[0, 0, 3] = 0.25  # the last column is sampled a quarter of a pixel beyond the last centre
    actual = run_operator("TransformTensorBilinear v2", [ones, shifted], (1, 4, 4, 1), output_width=4, output_height=4)
    np.testing.assert_allclose(actual[0, :, :, 0], np.tile([1, 1, 1, 0], (4, 1)), atol=1e-6)


def test_transform_points() -> None:
    random = np.random.default_rng(1)
    points = random.normal(size=(3, 5, 2)).astype(np.float32)
    matrices = affine(random, 3)
    expected = np.einsum("nij,npj->npi", matrices[:, :2, :2], points) + matrices[:, None, :2, 3]
    actual = run_operator("TransformLandmarks v2", [points, matrices], points.shape)
    np.testing.assert_allclose(actual, expected, atol=1e-5)

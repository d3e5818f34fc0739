import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.expressions.features import FEATURES, frontal_faces
from chalicelib.analysis.expressions.geometric import CALIBRATION, GeometricExpressions, Ramp
from chalicelib.analysis.expressions.scorers import attention_score
from chalicelib.analysis.faces.head_pose import HeadPose
from chalicelib.analysis.faces.rigid_face import fit_rigid
from chalicelib.domain.measurements.metrics import EXPRESSION_NAMES

_ANGLES = st.floats(-90.0, 90.0)


def test_attention_is_full_near_the_camera_and_none_far_from_it() -> None:
    assert attention_score(HeadPose(5, 5, 80)) == 100
    assert attention_score(HeadPose(0, 27.5, 0)) == pytest.approx(50)
    assert attention_score(HeadPose(0, -50, 0)) == 0


@given(_ANGLES, _ANGLES, st.floats(0, 1))
def test_attention_falls_as_the_head_turns_away(pitch: float, yaw: float, share: float) -> None:
    nearer, farther = attention_score(HeadPose(pitch * share, yaw * share, 0)), attention_score(HeadPose(pitch, yaw, 0))
    assert 0 <= farther <= nearer + 1e-9 <= 100 + 1e-9


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_a_ramp_is_monotone_between_neutral_and_full(first: float, second: float) -> None:
    rising, falling = Ramp(0.2, 0.8), Ramp(0.8, 0.2)
    low, high = sorted((first, second))
    assert 0 <= rising.score(low) <= rising.score(high) <= 100
    assert 100 >= falling.score(low) >= falling.score(high) >= 0


def test_a_ramp_is_linear_between_its_ends() -> None:
    assert [Ramp(0.5, 0.1).score(value) for value in (0.6, 0.5, 0.4, 0.1, 0.0)] == pytest.approx([0, 0, 25, 100, 100])


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_the_linear_score_is_straight_where_the_calibrated_one_is_and_goes_on_below_neutral(a: float, b: float) -> None:
    for ramp in (Ramp(0.2, 0.8), Ramp(0.8, 0.2)):
        low, high = sorted((a, b), key=ramp.linear_score)
        assert 0 <= ramp.linear_score(low) <= ramp.linear_score(high) <= 100
        assert ramp.score(low) <= ramp.score(high) + 1e-9
        assert ramp.score(low) == pytest.approx(max(1.5 * ramp.linear_score(low) - 50, 0))
    assert [Ramp(0.5, 0.1).linear_score(value) for value in (0.8, 0.7, 0.6, 0.5, 0.1, 0.0)] == pytest.approx(
        [0, 0, 50 / 3, 100 / 3, 100, 100]
    )


def test_every_expression_but_attention_is_calibrated_on_a_feature_that_exists() -> None:
    assert {*CALIBRATION, "attention"} == set(EXPRESSION_NAMES)
    assert {calibration.feature for calibration in CALIBRATION.values()} == set(FEATURES)


@pytest.mark.parametrize(("yaw_deg", "share"), [(-60, 0.0), (-40, 0.0), (0, 0.5), (20, 0.75), (40, 1.0)])
def test_the_side_turned_away_counts_less(yaw_deg: float, share: float) -> None:
    points = np.random.default_rng(1).normal(0, 50, (468, 3))
    assert frontal_faces(points[None], [fit_rigid(points)], [yaw_deg]).right_share == pytest.approx(share)


@pytest.mark.parametrize("points", [468, 478])
@given(data=st.data())
def test_any_mesh_gives_every_score_in_its_range(points: int, data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, 2**32 - 1))
    mesh = np.random.default_rng(seed).normal(0, 50, (points, 3))
    scores = GeometricExpressions().score(mesh[None], [fit_rigid(mesh)])[0]
    for each in (scores.linear, scores.calibrated):
        assert tuple(each) == EXPRESSION_NAMES
        assert all(0 <= score <= 100 for score in each.values())


def test_a_mesh_without_extent_gives_finite_scores() -> None:
    nowhere = np.zeros((478, 3))
    scores = GeometricExpressions().score(nowhere[None], [fit_rigid(nowhere)])[0]
    assert all(np.isfinite(score) for each in (scores.linear, scores.calibrated) for score in each.values())

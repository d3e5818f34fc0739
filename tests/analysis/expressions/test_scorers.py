import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.expressions.features import FEATURES, frontal_faces
from chalicelib.analysis.expressions.geometric import CALIBRATION
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


def test_every_expression_but_attention_is_calibrated_on_a_feature_that_exists() -> None:
    assert {*CALIBRATION, "attention"} == set(EXPRESSION_NAMES)
    assert {feature.feature for feature in CALIBRATION.values()} == set(FEATURES)


@pytest.mark.parametrize(("yaw_deg", "share"), [(-60, 0.0), (-40, 0.0), (0, 0.5), (20, 0.75), (40, 1.0)])
def test_the_side_turned_away_counts_less(yaw_deg: float, share: float) -> None:
    points = np.random.default_rng(1).normal(0, 50, (468, 3))
    assert frontal_faces(points[None], [fit_rigid(points)], [yaw_deg]).right_share == pytest.approx(share)

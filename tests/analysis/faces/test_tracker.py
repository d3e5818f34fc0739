"""The tracker's own decisions, with networks that answer what the test tells them."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.faces.detector import FaceDetector
from chalicelib.analysis.faces.mesh import MeshModel
from chalicelib.analysis.faces.searched_windows import RENEWAL_S
from chalicelib.analysis.faces.tracker import FaceTracker
from chalicelib.analysis.media.frames import Frame
from chalicelib.domain.requests.recipes import Mesh
from tests.analysis.network_fakes import FakeChecker, FakeModels

_FRAME_S = 0.04


def _detection() -> FakeModels:
    """One face in the middle of every window: 60 input pixels wide, eyes level."""
    regressors, scores = np.zeros((1, 2304, 16), np.float32), np.zeros((1, 2304, 1), np.float32)
    regressors[0, 24 * 48 + 24, :8] = (-2, -2, 60, 60, -15, -10, 15, -10)
    scores[0, 24 * 48 + 24] = 0.9
    return FakeModels(regressors, scores)


def _mesh() -> FakeModels:
    """A face that fills two thirds of the crop, so that the next crop is the same again."""
    angles = np.linspace(0, 2 * np.pi, 468, endpoint=False)
    points = np.zeros((1, 468, 3), np.float32)
    points[0, :, 0], points[0, :, 1] = 96 + 64 * np.cos(angles), 96 + 64 * np.sin(angles)
    points[0, 33, :2], points[0, 263, :2] = (60, 80), (132, 80)
    return FakeModels(points, np.ones((1, 1), np.float32))


@dataclass
class _Stage:
    """A tracker and the networks behind it."""

    detection: FakeModels = field(default_factory=_detection)
    mesh: FakeModels = field(default_factory=_mesh)
    witness: FakeModels = field(default_factory=_mesh)
    checker: FakeChecker = field(default_factory=FakeChecker)

    def tracker(self, max_faces: int = 1) -> FaceTracker:
        mesh, witness = MeshModel(self.mesh, Mesh.LIGHT), MeshModel(self.witness, Mesh.LIGHT)
        return FaceTracker(FaceDetector(self.detection), mesh, witness, max_faces=max_faces, checker=self.checker)


def _frame(index: int, *, elsewhere: bool = False, white: bool = False, moving: bool = False) -> Frame:
    """A room, another room, or a white picture; in its corner something may move."""
    room = np.random.default_rng(int(elsewhere)).integers(0, 255, (6, 6, 3), dtype=np.uint8)
    image: NDArray[np.uint8] = np.kron(room, np.ones((32, 32, 1), np.uint8))
    if moving:
        image[:8, :8] = 37 * index % 256
    return Frame(index, index * _FRAME_S, np.full_like(image, 255) if white else image)


def test_a_followed_face_needs_no_detector() -> None:
    stage = _Stage()
    tracker = stage.tracker()
    tracker.track(_frame(0))
    searched = len(stage.detection.inputs)
    for index in range(1, 50):
        (face,) = tracker.track(_frame(index))
        assert face.face_id == 0
    assert len(stage.detection.inputs) == searched


def test_with_free_places_the_detector_looks_four_times_a_second() -> None:
    stage = _Stage()
    tracker = stage.tracker(max_faces=2)
    tracker.track(_frame(0))
    searched = len(stage.detection.inputs)
    for index in range(1, 51):
        tracker.track(_frame(index, moving=True))
    # In two seconds: 8 upright passes, 2 of each of the four turned ones and 2 for near faces; the picture is too small
    # for more.
    assert len(stage.detection.inputs) - searched == pytest.approx(8 + 2 * 4 + 2, abs=2)


def test_where_nothing_changes_the_detector_need_not_look() -> None:
    stage = _Stage()
    tracker = stage.tracker(max_faces=2)
    tracker.track(_frame(0))
    searched = len(stage.detection.inputs)
    for index in range(1, 51):
        tracker.track(_frame(index))
    assert len(stage.detection.inputs) == searched


def test_a_face_that_was_given_up_is_looked_for_again_in_time_where_nothing_changes() -> None:
    stage = _Stage()
    tracker = stage.tracker(max_faces=2)
    tracker.track(_frame(0))
    stage.mesh.answer_with_flag(0.0)
    assert tracker.track(_frame(1)) == []
    for index in range(2, 50):  # longer than a lost face is remembered
        tracker.track(_frame(index))
    stage.mesh.answer_with_flag(1.0)
    assert any(tracker.track(_frame(index)) for index in range(50, 50 + int(1.1 * RENEWAL_S / _FRAME_S)))


@pytest.mark.parametrize("part", ["mesh", "witness"])
def test_both_networks_must_see_a_face(part: str) -> None:
    stage = _Stage()
    getattr(stage, part).answer_with_flag(0.05)
    assert stage.tracker().track(_frame(0)) == []


def test_a_face_is_lost_when_its_mesh_fails_and_found_again_with_its_identity() -> None:
    stage = _Stage()
    tracker = stage.tracker()
    tracker.track(_frame(0))
    stage.mesh.answer_with_flag(0.1)
    assert [tracker.track(_frame(index)) for index in range(1, 10)] == [[]] * 9
    stage.mesh.answer_with_flag(1.0)
    assert [face.face_id for face in tracker.track(_frame(10))] == [0]


def test_the_place_of_a_loss_is_searched_at_once() -> None:
    stage = _Stage()
    tracker = stage.tracker()
    tracker.track(_frame(0))
    searched = len(stage.detection.inputs)
    stage.mesh.answer_with_flag(0.1)
    tracker.track(_frame(1))
    assert len(stage.detection.inputs) == searched + 1


def test_a_mesh_that_holds_on_to_no_face_is_found_out_within_a_second() -> None:
    stage = _Stage()
    tracker = stage.tracker()
    tracker.track(_frame(0))
    stage.mesh.answer_with_flag(0.9)
    stage.witness.answer_with_flag(0.0)
    counts = [len(tracker.track(_frame(index))) for index in range(1, 27)]
    assert counts[0] == 1
    assert counts[-1] == 0


def test_a_box_without_a_face_does_not_last_a_second() -> None:
    stage = _Stage()
    tracker = stage.tracker()
    tracker.track(_frame(0))
    stage.checker.right = lambda _: 0.01
    assert len(tracker.track(_frame(1))) == 1
    assert tracker.track(_frame(26)) == []


def test_a_head_that_lies_otherwise_than_its_mesh_is_read_anew_and_keeps_its_identity() -> None:
    stage = _Stage()
    tracker = stage.tracker()
    tracker.track(_frame(0))
    stage.checker.right = lambda mesh: float(abs(abs(mesh.crop.turn) - np.pi) < 0.1)
    (face,) = tracker.track(_frame(26))
    assert face.face_id == 0
    assert abs(face.mesh.crop.turn) == pytest.approx(np.pi)


def test_after_a_cut_everything_is_searched_and_the_face_is_new() -> None:
    stage = _Stage()
    tracker = stage.tracker()
    tracker.track(_frame(0))
    searched = len(stage.detection.inputs)
    (face,) = tracker.track(_frame(1, elsewhere=True))
    assert face.face_id == 1
    assert len(stage.detection.inputs) == 2 * searched


def test_a_flash_does_not_cost_a_face_its_identity() -> None:
    stage = _Stage()
    tracker = stage.tracker()
    tracker.track(_frame(0))
    stage.mesh.answer_with_flag(0.0)
    assert tracker.track(_frame(1, white=True)) == []
    stage.mesh.answer_with_flag(1.0)
    assert [face.face_id for face in tracker.track(_frame(2))] == [0]


def test_what_the_cheaper_network_refuses_costs_nothing_more() -> None:
    stage = _Stage()
    stage.witness.answer_with_flag(0.05)
    stage.tracker().track(_frame(0))
    assert stage.mesh.inputs == []

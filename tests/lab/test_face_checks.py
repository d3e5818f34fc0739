"""The lessons of the second look at faces, and that the product has the network of the record."""

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.faces.proof.face_checks import NETWORKS_FOLDER, PATCH_SIDE
from lab.face_checks import made_faces
from lab.face_checks.drawing import UNIT, Layer, Seen
from lab.face_checks.hands import hand
from lab.face_checks.harmless import HARMLESS
from lab.face_checks.made_faces import shapes
from lab.face_checks.occluders import OCCLUDERS, Covered, covered, points_in_picture
from lab.rendered_faces.scene import SKIN, SLEEVE
from lab.training.face_warps import SIDE, UprightFace

_GREY: NDArray[np.uint8] = np.full((SIDE, SIDE, 3), 140, np.uint8)


def _points() -> NDArray[np.float64]:
    """An oval face: outline, eyes, lips and nose about where they are, 256 pixels wide in all."""
    places = np.zeros((478, 2))
    angles = np.linspace(0, 2 * np.pi, 478, endpoint=False)
    places[:] = np.column_stack([0.6 * np.sin(angles), 0.25 - 0.85 * np.cos(angles)])
    for indices, x, y, across, down in (
        ((33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7), -0.35, 0.0, 0.15, 0.06),
        ((263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249), 0.35, 0.0, 0.15, 0.06),
        (
            (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146),
            0,
            0.7,
            0.25,
            0.1,
        ),
    ):
        round_ = np.linspace(0, 2 * np.pi, len(indices), endpoint=False)
        places[list(indices)] = np.column_stack([x - across * np.cos(round_), y - down * np.sin(round_)])
    jaw = (93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323)
    bend = np.linspace(-np.pi / 2, np.pi / 2, len(jaw))
    places[list(jaw)] = np.column_stack([0.6 * np.sin(bend), 0.3 + 0.8 * np.cos(bend)])
    middle = {
        168: 0.0,
        6: 0.1,
        197: 0.2,
        195: 0.3,
        5: 0.38,
        1: 0.42,
        4: 0.42,
        2: 0.5,
        13: 0.7,
        10: -0.6,
        9: -0.15,
        199: 0.98,
    }
    for index, y in middle.items():
        places[index] = (0, y)
    cheeks = ((118, 347, 0.25), (117, 346, 0.22), (116, 345, 0.2), (50, 280, 0.35), (101, 330, 0.3))
    near_middle = ((55, 285, -0.1), (107, 336, -0.2), (122, 351, 0.08), (32, 262, 0.9), (208, 428, 0.95))
    for across, pairs in ((0.4, cheeks), (0.15, near_middle)):
        for right, left, y in pairs:
            places[right], places[left] = (-across, y), (across, y)
    return points_in_picture(UprightFace(_GREY, places.astype(np.float32)))


def _drawn(kind: str, count: int = 12) -> list[tuple[float, float]]:
    random = np.random.default_rng(3)
    found = [covered(Seen(_GREY, _points(), [_GREY]), kind, random) for _ in range(count)]
    assert all(each.image.shape == _GREY.shape and each.image.dtype == np.uint8 for each in found)
    return [(each.eyes, each.mouth) for each in found]


def test_a_mask_hides_the_mouth_and_glasses_the_eyes() -> None:
    assert all(mouth > 0.9 and eyes < 0.3 for eyes, mouth in _drawn("mask"))
    assert all(mouth < 0.1 and eyes > 0.6 for eyes, mouth in _drawn("dark glasses"))


@pytest.mark.parametrize("kind", OCCLUDERS)
def test_an_occluder_changes_the_picture_where_it_says(kind: str) -> None:
    hidden = covered(Seen(_GREY, _points(), [np.zeros_like(_GREY)]), kind, np.random.default_rng(1))
    assert 0 <= hidden.eyes <= 1
    assert 0 <= hidden.mouth <= 1
    assert 0 <= hidden.brows <= 1
    if max(hidden.eyes, hidden.mouth, hidden.brows) > 0.5:
        assert (hidden.image != _GREY).any()


def _hands(count: int) -> list[Layer]:
    random = np.random.default_rng(4)
    return [hand(Seen(_GREY, _points(), []), random) for _ in range(count)]


def test_hands_hide_eyes_mouths_and_both() -> None:
    hidden = {(eyes > 0.5, mouth > 0.5) for eyes, mouth in _drawn("hand", 30)}
    assert {(True, False), (False, True), (True, True)} <= hidden


def test_hands_are_of_any_skin_and_have_fingers() -> None:
    layers = _hands(30)
    levels = [float(np.median(layer.colours[layer.mask > 0])) for layer in layers]
    assert min(levels) < 60
    assert max(levels) > 140
    for layer in layers:
        outline, _ = cv2.findContours((layer.mask > 0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        round_ = 2 * np.sqrt(np.pi * layer.mask.sum())
        assert sum(cv2.arcLength(each, closed=True) for each in outline) > 1.2 * round_


def test_rendered_hands_lie_where_they_hide_something() -> None:
    rendered = np.zeros((1, 2, SIDE, SIDE), np.uint8)
    rendered[0, :, 60:200, 90:160] = [[[120]], [[SKIN]]]  # a palm that is evenly lit, and its arm
    rendered[0, :, 200:, 90:160] = [[[60]], [[SLEEVE]]]
    random, hidden = np.random.default_rng(5), 0
    for _ in range(20):
        face = Seen(_GREY, _points(), [], rendered)
        found = covered(face, "hand", random)
        hidden += max(found.eyes, found.mouth) > 0.3
        assert (found.image != _GREY).any()
    assert hidden > 10


def test_a_hand_below_the_lips_hides_the_mouth_and_a_finger_below_the_brows_hides_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hidden(left: int, top: int, right: int, bottom: int) -> Covered:
        layer = Layer(np.full((SIDE, SIDE, 3), 200, np.float32), np.zeros((SIDE, SIDE), np.float32))
        layer.mask[top:bottom, left:right] = 1
        monkeypatch.setitem(OCCLUDERS, "object", lambda *_: layer)
        return covered(Seen(_GREY, points, []), "object", np.random.default_rng(1))

    points = _points()
    left, lip, right = (points[index].astype(int) for index in (61, 17, 291))
    chin = hidden(left[0], lip[1] + 1, right[0], points[199].astype(int)[1])
    assert chin.mouth > 0.4
    assert chin.brows == 0
    x, top = points[168].astype(int)
    finger = hidden(x - 8, top, x + 8, top + 25)
    assert finger.brows > 0.2
    assert finger.mouth == 0


def test_the_shadow_of_a_hand_leaves_the_face_to_be_seen() -> None:
    shadows = [np.asarray(layer.shadow) for layer in _hands(12)]
    assert all(shadow.min() > 0.3 and shadow.max() <= 1 for shadow in shadows)
    assert any(shadow.min() < 0.8 for shadow in shadows)


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_hides_nothing_leaves_the_eyes_and_lips_to_be_seen(kind: str) -> None:
    striped = _GREY.copy()
    striped[::4] = 60
    seen = HARMLESS[kind](striped, _points(), np.random.default_rng(2))
    assert (seen != striped).any()
    for place in ((0.35, 0.0), (0.0, 0.7)):
        x, y = (int(value) for value in np.array([0.5, 0.4]) * SIDE + np.array(place) * UNIT)
        patch = seen[y - 6 : y + 7, x - 6 : x + 7, 0].astype(float)
        assert patch.std() > 8


def test_shapes_without_a_face_differ() -> None:
    first, second = (shapes(np.random.default_rng(seed), 128) for seed in (1, 2))
    assert first.shape == second.shape == (128, 128, 3)
    assert (first != second).any()
    assert (first == shapes(np.random.default_rng(1), 128)).all()


def test_the_product_has_the_network_of_the_record() -> None:
    record = json.loads(Path(made_faces.__file__).with_name("record.json").read_text(encoding="utf-8"))
    content = (NETWORKS_FOLDER / "face_checks.onnx").read_bytes()
    assert hashlib.sha256(content).hexdigest() == record["sha256"]


def test_lessons_leave_out_what_is_neither_right_nor_wrong() -> None:
    pytest.importorskip("torch", reason="PyTorch is in the training's own environment only")
    from lab.face_checks.network import lessons_of  # noqa: PLC0415 - needs PyTorch

    made = {
        "patch": np.zeros((3, PATCH_SIDE, PATCH_SIDE), np.uint8),
        "apart": np.array([0.05, 0.16, np.inf]),
        "flag": np.ones(3),
        "eyes": np.array([0.9, 0.0, 0.9]),
        "mouth": np.array([0.3, 0.0, 0.0]),
        "brows": np.array([0.05, 0.2, 0.0]),
    }
    lessons = lessons_of(made)
    assert lessons.answers[:, 0].tolist() == [1, 0, 0]
    assert lessons.weights.tolist() == [[1, 1, 0, 1], [0, 1, 1, 0], [1, 0, 0, 0]]

"""The counting of identities, and the made clips themselves."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.analysis.faces.mesh import Crop, FaceMesh
from chalicelib.analysis.faces.tracker import TrackedFace
from chalicelib.analysis.networks.models import ModelFile, Models
from chalicelib.domain.requests.recipes import Mesh
from lab.evaluation.identities import measure_calls, measure_identities
from lab.evaluation.identity_counts import ClipIdentities, IdentityCounts
from lab.evaluation.painted_scenes import TrueFace

_MODELS = Path(__file__).resolve().parents[2] / "models"
_HERE, _THERE = 0.0, 200.0


def _box(x: float) -> NDArray[np.float64]:
    return np.array([x, 0.0, x + 100.0, 100.0])


def _found(face_id: int, x: float) -> TrackedFace:
    low, high = _box(x)[:2], _box(x)[2:]
    points = np.array([[*low, 0.0], [*high, 0.0]])
    return TrackedFace(face_id, FaceMesh(points, 1.0, np.zeros((192, 192, 3), np.uint8), Crop(0.0, 0.0, 1.0, 0.0)))


def _count(frames: list[tuple[list[TrueFace], list[TrackedFace]]]) -> ClipIdentities:
    counts = IdentityCounts()
    for truth, found in frames:
        counts.add(truth, found)
    return counts.result("a clip")


def test_what_is_found_where_it_is_counts_for_nothing() -> None:
    frame = ([TrueFace(7, _box(_HERE))], [_found(0, _HERE + 5)])
    assert _count([frame] * 4) == ClipIdentities("a clip", 4, 1, 1, 0, 0, 0, 0, 1.0)


def test_another_identity_is_one_switch() -> None:
    truth = [TrueFace(7, _box(_HERE))]
    result = _count([(truth, [_found(0, _HERE)])] * 2 + [(truth, [_found(1, _HERE)])] * 2)
    assert (result.switches, result.transfers, result.identities) == (1, 0, 2)
    assert result.idf1 == pytest.approx(0.5)


def test_an_identity_that_goes_over_to_another_is_a_transfer() -> None:
    frames = [([TrueFace(7, _box(_HERE))], [_found(0, _HERE)]), ([TrueFace(8, _box(_HERE))], [_found(0, _HERE)])]
    assert (_count(frames).switches, _count(frames).transfers) == (0, 1)


def test_two_that_swap_are_two_of_each() -> None:
    truth = [TrueFace(7, _box(_HERE)), TrueFace(8, _box(_THERE))]
    result = _count([(truth, [_found(0, _HERE), _found(1, _THERE)]), (truth, [_found(1, _HERE), _found(0, _THERE)])])
    assert (result.switches, result.transfers) == (2, 2)


def test_a_switch_across_an_absence_counts() -> None:
    truth = [TrueFace(7, _box(_HERE))]
    assert _count([(truth, [_found(0, _HERE)]), ([], []), (truth, [_found(1, _HERE)])]).switches == 1


def test_misses_and_false_faces_are_counted_but_not_of_what_is_half_hidden() -> None:
    clear, hidden = TrueFace(7, _box(_HERE)), TrueFace(7, _box(_HERE), clear=False)
    result = _count([([clear], []), ([hidden], []), ([], [_found(0, _HERE)]), ([hidden], [_found(1, _HERE)])])
    assert (result.misses, result.false_faces, result.switches) == (1, 1, 0)


def test_the_pair_of_the_frame_before_comes_first() -> None:
    truth = [TrueFace(7, _box(_HERE))]
    both = [_found(0, _HERE + 20), _found(1, _HERE)]
    assert _count([(truth, [_found(0, _HERE)]), (truth, both)]).switches == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "crossing, the other in front",
        "cut among two and two",
        "fade to black and back",
        "fade through black to another person",
        "leaving and returning beside one who stays",
        "two walk behind a post",
        "one is gone, another stands there 0.6 s later",
    ],
)
def test_identities_hold_in_made_clips(shared_media: Path, name: str) -> None:
    if not all((_MODELS / file).is_file() for file in ModelFile):
        pytest.skip("no model files in models/: run `make setup`")
    (result,) = measure_identities(Models(_MODELS), shared_media, Mesh.LIGHT, only=lambda clip: clip == name)
    assert (result.switches, result.transfers) == (0, 0)
    assert result.idf1 > 0.95


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "2x2, one background: a tile changes its person",
        "2x2: two swap tiles",
        "3x3, one background: one leaves, tiles move up",
    ],
)
def test_identities_hold_in_made_calls(shared_media: Path, name: str) -> None:
    if not all((_MODELS / file).is_file() for file in ModelFile):
        pytest.skip("no model files in models/: run `make setup`")
    (result,) = measure_calls(Models(_MODELS), shared_media, Mesh.LIGHT, only=lambda call: call == name)
    assert (result.switches, result.transfers) == (0, 0)
    assert result.identities == result.truths

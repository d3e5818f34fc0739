"""The parts of the evaluation: what they do to faces and pictures, how they count, and that each section runs."""

import io
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console

from chalicelib.analysis.networks.models import ModelFile
from chalicelib.domain.measurements.metrics import FaceMetrics, FrameMetrics
from lab.evaluation.__main__ import measure
from lab.evaluation.bent_pictures import bent
from lab.evaluation.face_turns import eye_distance, turned
from lab.evaluation.sections import SECTIONS, made_persons
from lab.evaluation.sections.crowds import TrueFace, matched, true_faces
from lab.evaluation.sections.equal_paths import difference
from lab.evaluation.sections.pose_stability import changes_in_clip, poses, summarized
from lab.evaluation.workbench import MEASURED_EXPRESSIONS, SAMPLE, Face, Unavailable, Workbench, one_thread, pose_of

_MODELS = Path(__file__).resolve().parents[2] / "models"
_KNOWN_COUNTS = {"16": 9, "2": 4, "19": 5, "21": 5, "13": 2, "18": 6, "23": 3}


@pytest.fixture(scope="module")
def bench(shared_media: Path, tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    if not all((_MODELS / name).is_file() for name in ModelFile):
        pytest.skip("no model files in models/: run `make setup`")
    one_thread()
    return Workbench(shared_media, _MODELS, SAMPLE, tmp_path_factory.mktemp("pictures"))


@pytest.mark.slow
@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_runs_and_finds_numbers(bench: Workbench, name: str) -> None:
    try:
        section = SECTIONS[name](bench)
    except Unavailable as reason:
        pytest.skip(str(reason))
    assert section.name == name
    assert section.reading
    assert all(figure.value is not None for figure in section.figures)
    assert all(len(row) == len(table.header) for table in section.tables for row in table.rows)
    if section.picture:
        assert (bench.pictures / section.picture).is_file()


def test_a_section_comes_with_when_and_on_what_it_was_measured(bench: Workbench) -> None:
    (measured,) = measure(bench, ["crowds"], Console(quiet=True))
    assert measured.section.name == "crowds"
    assert "cores" in measured.machine
    assert date.fromisoformat(measured.date) >= date(2026, 1, 1)


def test_a_section_that_lacks_what_it_measures_says_so_and_the_others_go_on(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_persons, "FOLDER", bench.pictures)
    console = Console(record=True, width=200, quiet=False, file=io.StringIO())
    (measured,) = measure(bench, ["made_persons", "crowds"], console)
    assert measured.section.name == "crowds"
    assert "make persons makes them" in console.export_text()


@pytest.fixture(scope="module")
def face(bench: Workbench) -> Face:
    return bench.faces()[0]


@pytest.mark.parametrize(("yaw_deg", "pitch_deg"), [(20, 0), (-30, 0), (0, 20), (0, -20)])
def test_a_mesh_turns_by_what_was_asked_and_keeps_its_size(face: Face, yaw_deg: int, pitch_deg: int) -> None:
    before, after = pose_of(face.points), pose_of(turned(face.points, yaw_deg, pitch_deg))
    # The camera is near, which the rigid fit takes for a slightly larger turn.
    assert after.yaw_deg - before.yaw_deg == pytest.approx(yaw_deg, abs=5)
    assert after.pitch_deg - before.pitch_deg == pytest.approx(pitch_deg, abs=5)
    assert eye_distance(turned(face.points, yaw_deg, pitch_deg)) == pytest.approx(eye_distance(face.points), rel=0.15)


def test_a_mesh_that_does_not_turn_stays(face: Face) -> None:
    assert turned(face.points, 0, 0) == pytest.approx(face.points)


def test_a_bent_picture_shows_the_turned_face(bench: Workbench, face: Face) -> None:
    target = turned(face.points, 20, 0)
    seen = bench.remeasured(bent(face.image, face.points, target), target)
    apart = np.linalg.norm((seen.points - target)[:, :2], axis=1).mean() / eye_distance(face.points)
    assert apart < 0.04


def _flat_mesh(width: int, height: int) -> NDArray[np.float64]:
    x, y = np.meshgrid(np.linspace(10, width - 11, 9), np.linspace(10, height - 11, 9))
    return np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)])


def test_a_picture_bent_onto_the_same_mesh_is_the_same() -> None:
    image = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    mesh = _flat_mesh(80, 60)
    assert np.abs(bent(image, mesh, mesh).astype(int) - image).max() <= 1


def test_what_lies_within_a_mesh_moves_with_it() -> None:
    image = np.zeros((60, 80, 3), dtype=np.uint8)
    image[28:32, 38:42] = 255
    mesh = _flat_mesh(80, 60)
    moved = mesh + np.array([5.0, -3.0, 0.0])
    rows, columns = np.nonzero(bent(image, mesh, moved)[..., 0] > 127)
    assert (rows.mean(), columns.mean()) == pytest.approx((29.5 - 3, 39.5 + 5), abs=0.6)


def _found(face_id: int, left: float, top: float, side: float) -> FaceMetrics:
    places = {"face box left": left, "face box top": top, "face box width": side, "face box height": side}
    return FaceMetrics(face_id, places)


def test_faces_are_counted_once_and_false_ones_are_told() -> None:
    faces = (TrueFace(50, 50, 20), TrueFace(150, 50, 10))
    found = matched("a.jpg", faces, [_found(0, 40, 40, 20), _found(1, 41, 41, 20), _found(2, 300, 300, 9)])
    assert (found.hits, found.false) == (1, 2)
    assert found.missed == (faces[1],)


def test_where_a_job_reports_the_largest_the_smaller_ones_are_not_missed() -> None:
    faces = tuple(TrueFace(100 * place, 50, width) for place, width in enumerate((30, 20, 10)))
    largest = [_found(place, 100 * place - 5, 45, 10) for place in (0, 1)]
    assert matched("a.jpg", faces, largest, most=2).missed == ()
    assert matched("a.jpg", faces, largest[1:], most=2).missed == (faces[0],)


def test_the_marked_faces_are_as_many_as_are_known() -> None:
    marked = {picture.removesuffix(".jpg"): len(faces) for picture, faces in true_faces().items()}
    assert marked.pop("26") > 50
    assert marked == _KNOWN_COUNTS


def test_other_faces_or_metrics_are_no_small_difference() -> None:
    one = {"0": {"smile": 1.0, "yaw": 2.0}}
    assert difference(one, {"0": {"smile": 1.0, "yaw": 2.5}}) == pytest.approx(0.5)
    assert difference(one, {"1": one["0"]}) == float("inf")
    assert difference(one, {"0": {"smile": 1.0}}) == float("inf")
    assert difference({}, {}) == 0


def test_the_change_by_a_turn_is_told_by_its_angle() -> None:
    angles = np.array([angle for angle, _, _ in poses()], dtype=float)
    scores = np.repeat(angles[:, None], len(MEASURED_EXPRESSIONS), axis=1)
    turns = summarized([scores, scores])
    assert {angle: change[0] for angle, change in turns.change.items()} == {0: 0, 10: 10, 20: 20, 30: 30}
    assert turns.spread[0] == pytest.approx(angles.std())


def test_seconds_with_and_without_a_turn_are_told_apart() -> None:
    def frame(time_s: float, yaw: float, score: float) -> FrameMetrics:
        scores = dict.fromkeys(MEASURED_EXPRESSIONS, score)
        return FrameMetrics(time_s, (FaceMetrics(0, {"yaw": yaw, "pitch": 0.0, **scores}),))

    turns = changes_in_clip([frame(0, 0, 0), frame(1, 20, 30), frame(2, 21, 35)])
    assert (turns.turning_pairs, turns.still_pairs) == (1, 1)
    assert (turns.turning[0], turns.still[0]) == (30, 5)

"""The head is taught what moves, not who it is, and its one matrix says what the components would."""

import numpy as np
import pytest

from chalicelib.analysis.networks.onnx_runtime import onnxruntime
from lab.rendered_faces.movements import TAUGHT
from lab.training.export_head import export_head
from lab.training.head_features import HeadFeatures, Mirror, joined
from lab.training.head_sources import TODAY, auc, choose_sources
from lab.training.taught_head import Lesson, LinearHead, find_basis, teach_head

_POINTS, _CELLS, _PERSONS, _PICTURES = 60, 90, 60, 6


def _faces(seed: int) -> tuple[HeadFeatures, np.ndarray, np.ndarray]:
    """Persons who differ more than they move: the first point of each side moves with the first amount, the skin with
    the second."""
    random = np.random.default_rng(seed)
    half = _POINTS // 2
    template = random.normal(0, 0.3, (half, 3)) + np.array((2.0, 0.0, 0.0))
    template = np.concatenate([template, template * (-1, 1, 1)])
    persons = np.repeat(np.arange(_PERSONS), _PICTURES)
    shape = random.normal(0, 0.05, (_PERSONS, _POINTS, 3))[persons]
    look = random.normal(0, 0.3, (_PERSONS, _CELLS))[persons]
    amounts = random.uniform(0, 1, (len(persons), 2, 2)).astype(np.float32)
    points = template + shape + random.normal(0, 0.003, (len(persons), _POINTS, 3))
    points[:, 0, 1] += 0.2 * amounts[:, 0, 0]
    points[:, half, 1] += 0.2 * amounts[:, 0, 1]
    even = look + random.normal(0, 0.05, look.shape)
    odd = random.normal(0, 0.05, look.shape)
    even[:, 5] += amounts[:, 1].mean(axis=1)
    odd[:, 5] += (amounts[:, 1, 0] - amounts[:, 1, 1]) / 2
    features = HeadFeatures(points.astype(np.float32), even.astype(np.float32), odd.astype(np.float32))
    return features, amounts, np.array([f"person {each}" for each in persons])


@pytest.fixture(scope="module")
def head() -> LinearHead:
    features, amounts, persons = _faces(1)
    return teach_head(
        [Lesson(features, amounts, persons, 1.0, np.ones(2, dtype=np.bool_))],
        find_basis([features]),
        skin=True,
        penalty=0.01,
    )


def test_the_head_tells_movements_of_persons_whom_it_has_not_seen(head: LinearHead) -> None:
    features, amounts, persons = _faces(1)
    found = head.amounts(features)
    for name in np.unique(persons):
        rows = persons == name
        found[rows] -= found[rows].mean(axis=0)
        amounts[rows] -= amounts[rows].mean(axis=0)
    for place in range(2):
        assert np.corrcoef(found[:, place], amounts[:, place].mean(axis=1))[0, 1] > 0.9
    differences = head.differences(features)
    assert np.corrcoef(differences[:, 1], amounts[:, 1, 0] - amounts[:, 1, 1])[0, 1] > 0.8


def test_mirrored_faces_have_the_same_amounts_and_opposite_differences(head: LinearHead) -> None:
    features, _, _ = _faces(2)
    mirror = Mirror.of(_faces(1)[0].points)
    mirrored = features.points[:, mirror.other] * np.array([-1, 1, 1], dtype=np.float32)
    other = HeadFeatures(mirrored, features.even, -features.odd)
    np.testing.assert_allclose(head.amounts(features), head.amounts(other), atol=1e-4)
    np.testing.assert_allclose(head.differences(features), -head.differences(other), atol=1e-4)


def test_the_file_says_what_the_head_says(head: LinearHead) -> None:
    features, _, _ = _faces(3)
    session = onnxruntime.InferenceSession(
        export_head(head, name="head", facts={"scales": {"one": [0, 1, 2]}}), providers=["CPUExecutionProvider"]
    )
    seen = {"points": features.points, "even": features.even, "odd": features.odd}
    answers, differences = session.run(None, seen)
    np.testing.assert_allclose(answers, head.amounts(features), atol=1e-3)
    np.testing.assert_allclose(differences, head.differences(features), atol=1e-3)
    assert session.get_modelmeta().custom_metadata_map["scales"] == '{"one": [0, 1, 2]}'


def test_a_standard_head_has_rest_at_nought(head: LinearHead) -> None:
    features, _, _ = _faces(4)
    answers = head.amounts(features)
    standard = head.scaled(answers.mean(axis=0), answers.std(axis=0)).amounts(features)
    np.testing.assert_allclose(standard.mean(axis=0), 0.0, atol=1e-4)
    np.testing.assert_allclose(standard.std(axis=0), 1.0, atol=1e-4)
    mixed = head.mixed(head.scaled(answers.mean(axis=0), answers.std(axis=0)), np.array([0.0, 1.0]))
    np.testing.assert_allclose(mixed.amounts(features)[:, 0], answers[:, 0], atol=1e-6)
    np.testing.assert_allclose(mixed.amounts(features)[:, 1], standard[:, 1], atol=1e-6)


def test_nothing_is_learned_of_what_a_lesson_does_not_know(head: LinearHead) -> None:
    features, amounts, persons = _faces(1)
    all_known = Lesson(features, amounts, persons, 1.0, np.ones(2, dtype=np.bool_))
    wrong = Lesson(features, 1 - amounts, persons, 1.0, np.array([False, True]))
    taught = teach_head([all_known, wrong], find_basis([features]), skin=True, penalty=0.01)
    seen, _, _ = _faces(2)
    np.testing.assert_allclose(taught.amounts(seen)[:, 0], head.amounts(seen)[:, 0], atol=1e-4)
    assert np.abs(taught.amounts(seen) - head.amounts(seen))[:, 1].max() > 0.1


def test_what_changes_a_picture_alone_is_learned_to_mean_nothing() -> None:
    """A trait that comes and goes with the first amount by chance; pairs that differ by the trait alone tell the two
    apart, on both sides and left less right."""
    features, amounts, persons = _faces(5)
    trait = np.random.default_rng(5).normal(0, 1, _CELLS)
    even = features.even + amounts[:, [0]].mean(axis=2) * trait
    odd = features.odd + (amounts[:, [0], 0] - amounts[:, [0], 1]) * trait
    seen = HeadFeatures(features.points, even.astype(np.float32), odd.astype(np.float32))
    changed = HeadFeatures(seen.points, (even + 0.5 * trait).astype(np.float32), (odd + trait).astype(np.float32))
    known = np.ones(2, dtype=np.bool_)
    moving = Lesson(seen, amounts, persons, 1.0, known)
    rows = np.arange(len(seen))
    pairs = np.concatenate([rows, rows]).astype(np.str_)
    alike = Lesson(
        joined([seen, changed]), np.zeros((2 * len(seen), 2, 2), dtype=np.float32), pairs, 50.0, known, alike=True
    )
    basis = find_basis([seen, changed])
    moved = {}
    for name, lessons in (("without", [moving]), ("with", [moving, alike])):
        head = teach_head(lessons, basis, skin=True, penalty=0.01)
        moved[name] = [
            np.abs(head.amounts(changed) - head.amounts(seen))[:, 0].mean(),
            np.abs(head.differences(changed) - head.differences(seen))[:, 0].mean(),
        ]
        assert np.corrcoef(head.differences(seen)[:, 0], amounts[:, 0, 0] - amounts[:, 0, 1])[0, 1] > 0.8
    assert max(moved["with"]) < 0.05
    assert min(moved["without"]) > 0.1


def test_auc_counts_pairs() -> None:
    scores, shown = np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True])
    assert auc(scores, shown) == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    assert np.isnan(auc(scores, np.ones(4, dtype=np.bool_)))


def _answers(quality: dict[str, float], amount: np.ndarray) -> dict[str, np.ndarray]:
    random = np.random.default_rng(6)
    noise = random.normal(0, 1, (len(amount), len(TAUGHT)))
    return {name: each * amount[:, None] + noise for name, each in quality.items()}


def test_a_better_source_is_taken_unless_it_loses_on_performances() -> None:
    random = np.random.default_rng(7)
    amounts = np.where(random.random((400, len(TAUGHT), 1)) < 0.5, 1.0, 0.0).repeat(2, axis=2).astype(np.float32)
    amounts[:] = amounts[:, :1]
    made = [(_answers({TODAY: 1.0, "better": 3.0, "reckless": 6.0}, amounts[:, 0, 0]), amounts)]
    shown = random.random(120) < 0.4
    codes = [{TAUGHT[0]: "present" if each else "absent"} for each in shown]
    coded = [(_answers({TODAY: 2.0, "better": 2.5, "reckless": 0.1}, shown.astype(float)), codes)]
    choices = choose_sources(made, coded)
    assert choices[TAUGHT[0]].source == "better"
    assert (choices[TAUGHT[0]].shown, choices[TAUGHT[0]].not_shown) == (int(shown.sum()), int((~shown).sum()))
    # Nothing is coded of the others: made faces decide alone.
    assert choices[TAUGHT[1]].source == "reckless"


def _of_quality(
    made: dict[str, float], films: dict[str, float], frames: int
) -> tuple[list[tuple[dict[str, np.ndarray], np.ndarray]], list[tuple[dict[str, np.ndarray], list[dict[str, str]]]]]:
    """Sources that separate made faces and performances so well; `frames` of 200 show the first expression."""
    random = np.random.default_rng(11)
    amounts = np.zeros((1000, len(TAUGHT), 2), dtype=np.float32)
    amounts[:, 0] = np.where(random.random((1000, 1)) < 0.5, 1.0, 0.0)
    shown = np.arange(200) < frames
    codes = [{TAUGHT[0]: "present" if each else "absent"} for each in shown]
    return [(_answers(made, amounts[:, 0, 0]), amounts)], [(_answers(films, shown.astype(float)), codes)]


def test_the_source_before_stays_unless_another_is_clearly_better() -> None:
    films = {TODAY: 9.0, "old": 9.0, "new": 9.0}
    alike = _of_quality({TODAY: 0.5, "old": 2.0, "new": 2.1}, films, 50)
    assert choose_sources(*alike)[TAUGHT[0]].source == "new"
    assert choose_sources(*alike, {TAUGHT[0]: "old"})[TAUGHT[0]].source == "old"
    better = _of_quality({TODAY: 0.5, "old": 1.0, "new": 3.0}, films, 50)
    assert choose_sources(*better, {TAUGHT[0]: "old"})[TAUGHT[0]].source == "new"


def test_a_source_before_that_loses_on_performances_goes() -> None:
    made = {TODAY: 1.0, "old": 1.2, "new": 1.0}
    lost = _of_quality(made, {TODAY: 9.0, "old": 0.5, "new": 9.0}, 50)
    assert choose_sources(*lost, {TAUGHT[0]: "old"})[TAUGHT[0]].source != "old"


def test_few_frames_count_less_than_made_faces() -> None:
    """Of four frames of performances a lead of 0.04 is not worth as much as 0.03 on a thousand made faces."""
    made, films = {TODAY: 0.2, "made": 2.4, "filmed": 2.0}, {TODAY: 0.2, "made": 1.8, "filmed": 2.2}
    assert choose_sources(*_of_quality(made, films, 100))[TAUGHT[0]].source == "filmed"
    assert choose_sources(*_of_quality(made, films, 4))[TAUGHT[0]].source == "made"

"""The section on made persons, on answers that are made up."""

import numpy as np
import pytest

from chalicelib.domain.measurements.metrics import BASELINE_NAMES
from lab.evaluation.sections.made_persons import Answers, by_expression, by_group, mean_auc
from lab.rendered_faces.face_sets import FaceSet
from lab.rendered_faces.movements import TAUGHT

_PERSONS = ("child/asian/female/light skin/0", "old/african/male/dark skin/1")
_COUNT = 40


@pytest.fixture
def amounts() -> np.ndarray:
    """(80, E): of each expression half of each person's pictures show it fully."""
    random = np.random.default_rng(1)
    return (random.random((2 * _COUNT, len(TAUGHT))) < 0.5).astype(np.float64)


@pytest.fixture
def faces(amounts: np.ndarray) -> FaceSet:
    kinds = np.array((["rest"] * 2 + ["mixture"] * (_COUNT - 2)) * 2)
    none = np.zeros((len(amounts), 0, 3), np.float32)
    return FaceSet(
        samples=none.astype(np.uint8),
        attention=none,
        light=none,
        amounts=np.repeat(amounts[..., None], 2, axis=2).astype(np.float32),
        kinds=kinds,
        persons=np.repeat(_PERSONS, _COUNT),
        turns=np.zeros((len(amounts), 2), np.float32),
    )


def _answers(amounts: np.ndarray, levels: np.ndarray) -> Answers:
    return Answers(levels, levels, np.clip(levels, 0, 100), amounts)


def test_who_is_told_apart_well_and_who_is_not(faces: FaceSet, amounts: np.ndarray) -> None:
    levels = 80 * amounts
    levels[_COUNT:] = 60  # the second person reads the same whatever it does
    rows = {row[1]: row for row in by_group(faces, _answers(amounts, levels)).rows}
    assert rows["child"][3:7] == (1.0, 1.0, 100.0, 0.0)
    assert rows["old"][3:7] == (0.5, 0.5, 100.0, 100.0)
    assert rows["old"][7] == 100.0  # at rest, too
    assert rows["young"][2:4] == (0, None)  # no person of this age


def test_what_is_there_too_seldom_is_not_measured(amounts: np.ndarray) -> None:
    amounts[:, 0] = 0.0
    table = by_expression(_answers(amounts, 80 * amounts))
    assert table.rows[0][:3] == (TAUGHT[0], 0, None)
    assert table.rows[1][2] == 1.0
    assert mean_auc(80 * amounts, amounts) == 1.0


def test_every_expression_whose_amount_is_known_is_one_of_the_products() -> None:
    assert set(TAUGHT) <= set(BASELINE_NAMES)

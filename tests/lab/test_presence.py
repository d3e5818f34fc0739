import numpy as np
import pytest

from lab.evaluation.presence import auc, separation


def test_the_area_counts_pairs_and_half_of_the_ties() -> None:
    assert auc(np.array([2.0, 3.0]), np.array([1.0])) == 1
    assert auc(np.array([1.0]), np.array([1.0])) == 0.5
    assert auc(np.array([0.0, 2.0]), np.array([1.0, 2.0])) == pytest.approx(0.375)


def test_a_separation_knows_persons_and_its_interval_holds_the_area() -> None:
    scores = np.array([80.0, 10.0, 90.0, 20.0, 40.0, 60.0])
    shown = np.array([True, False, True, False, True, False])
    found = separation(scores, shown, ["ada", "ada", "bo", "bo", "cy", "cy"])
    assert found is not None
    assert (found.shown, found.not_shown, found.persons) == (3, 3, 3)
    assert found.auc == pytest.approx(8 / 9)
    assert found.low <= found.auc <= found.high
    assert found.hits == pytest.approx(2 / 3)
    assert found.false_alarms == pytest.approx(1 / 3)
    assert separation(scores, shown, ["ada", "ada", "bo", "bo", "cy", "cy"]) == found


def test_one_kind_alone_has_no_separation() -> None:
    assert separation(np.array([1.0, 2.0]), np.array([True, True]), ["ada", "bo"]) is None

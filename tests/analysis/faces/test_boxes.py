import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chalicelib.analysis.faces.boxes import Boxes, areas, coverages, overlaps, stacked, suppress


def _boxes(draw_size: int = 8) -> st.SearchStrategy[Boxes]:
    corner = arrays(np.float64, (draw_size, 2), elements=st.integers(0, 200).map(float))
    sides = arrays(np.float64, (draw_size, 2), elements=st.integers(1, 100).map(float))
    return st.tuples(corner, sides).map(lambda pair: np.concatenate([pair[0], pair[0] + pair[1]], axis=1))


def test_overlap_of_half_shifted_boxes_is_a_third() -> None:
    first, second = np.array([[0.0, 0.0, 10.0, 10.0]]), np.array([[5.0, 0.0, 15.0, 10.0]])
    assert overlaps(first, second)[0, 0] == pytest.approx(1 / 3)
    assert coverages(first, second)[0, 0] == pytest.approx(0.5)


def test_a_box_inside_another_is_wholly_covered() -> None:
    outer, inner = np.array([[0.0, 0.0, 10.0, 10.0]]), np.array([[2.0, 2.0, 4.0, 4.0]])
    assert coverages(outer, inner)[0, 0] == pytest.approx(1.0)
    assert overlaps(outer, inner)[0, 0] == pytest.approx(0.04)


def test_an_inverted_box_has_no_area() -> None:
    assert areas(np.array([[5.0, 5.0, 1.0, 9.0]]))[0] == 0


@given(_boxes(), arrays(np.float64, 8, elements=st.floats(0, 1)))
def test_suppression_keeps_the_best_and_leaves_no_clash(boxes: Boxes, scores: np.ndarray) -> None:
    kept = suppress(boxes, scores, max_overlap=0.3, max_coverage=0.6)
    assert scores[kept[0]] == scores.max()
    assert list(scores[kept]) == sorted(scores[kept], reverse=True)
    clash = (overlaps(boxes[kept], boxes[kept]) > 0.3) | (coverages(boxes[kept], boxes[kept]) > 0.6)
    np.fill_diagonal(clash, val=False)
    assert not clash.any()


@given(_boxes(), arrays(np.float64, 8, elements=st.floats(0, 1)))
def test_what_is_suppressed_clashes_with_a_better_box(boxes: Boxes, scores: np.ndarray) -> None:
    kept = set(suppress(boxes, scores, max_overlap=0.3).tolist())
    for index in set(range(len(boxes))) - kept:
        better = [other for other in kept if scores[other] >= scores[index]]
        assert (overlaps(boxes[[index]], boxes[better]) > 0.3).any()


def test_boxes_are_stacked() -> None:
    assert stacked(np.array([[1.0, 2, 3, 7], [0, 0, 1, 1]])).tolist() == [[1, 2, 3, 7], [0, 0, 1, 1]]


def test_nothing_in_nothing_out() -> None:
    assert stacked([]).shape == (0, 4)
    assert len(suppress(np.empty((0, 4)), np.empty(0), max_overlap=0.3)) == 0

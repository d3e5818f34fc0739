import pytest

from chalicelib.domain.measurements.metrics import BASELINE_NAMES
from chalicelib.domain.measurements.reliability import RELIABILITY, SEVEN, Grade, Reliability, grade_of


def test_every_expression_and_emotion_is_told() -> None:
    assert set(RELIABILITY) == {*BASELINE_NAMES, *SEVEN}


@pytest.mark.parametrize("name", RELIABILITY)
def test_each_grade_follows_from_its_figures(name: str) -> None:
    told = RELIABILITY[name]
    if told.auc is None or told.hits is None or told.false_alarms is None:
        assert told == Reliability(Grade.NOT_MEASURED)
    else:
        assert told.grade is grade_of(told.frames, told.persons, told.auc, told.hits, told.false_alarms)
        assert told.grade is not Grade.NOT_MEASURED


@pytest.mark.parametrize(
    ("figures", "grade"),
    [
        ((20, 5, 0.99, 0.9, 0.01), Grade.USABLE),
        ((20, 2, 0.99, 0.9, 0.01), Grade.WITH_CARE),
        ((5, 3, 0.99, 0.9, 0.01), Grade.WITH_CARE),
        ((20, 5, 0.99, 0.9, 0.20), Grade.WITH_CARE),
        ((20, 5, 0.99, 0.2, 0.01), Grade.WITH_CARE),
        ((20, 5, 0.85, 0.9, 0.01), Grade.WITH_CARE),
        ((20, 5, 0.75, 0.9, 0.01), Grade.NOT_USABLE),
        ((2, 2, 1.00, 1.0, 0.00), Grade.NOT_MEASURED),
    ],
)
def test_the_rule(figures: tuple[int, int, float, float, float], grade: Grade) -> None:
    assert grade_of(*figures) is grade


def test_what_is_not_measured_reads_so() -> None:
    assert Reliability(Grade.NOT_MEASURED).sentence == "not measured: too few faces that show it"
    assert Reliability(Grade.USABLE, 13, 4, 0.99, 0.92, 0.03).sentence == (
        "usable: AUC 0.99, 92 % hits and 3 % false alarms at 50 (13 frames of 4 persons)"
    )

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.measurements.emotions import WEIGHTS, emotions
from chalicelib.domain.measurements.metrics import EMOTION_NAMES, EXPRESSION_NAMES

_SCORES = st.fixed_dictionaries({name: st.floats(0.0, 100.0) for name in EXPRESSION_NAMES})
_SEVEN = ("anger", "contempt", "disgust", "fear", "joy", "sadness", "surprise")

# The published mapping: more likely with, less likely with.
_MAPPING: Mapping[str, tuple[str, str]] = {
    "joy": ("smile", "brow raise, brow furrow"),
    "anger": (
        "brow furrow, lid tighten, eye widen, chin raise, mouth open, lip suck",
        "inner brow raise, brow raise, smile",
    ),
    "disgust": ("nose wrinkle, upper lip raise", "lip suck, smile"),
    "surprise": ("inner brow raise, brow raise, eye widen, jaw drop", "brow furrow"),
    "fear": (
        "inner brow raise, brow furrow, eye widen, lip stretch",
        "brow raise, lip corner depressor, jaw drop, smile",
    ),
    "sadness": (
        "inner brow raise, brow furrow, lip corner depressor",
        "brow raise, eye widen, mouth open, lip press, lip suck, smile",
    ),
    "contempt": ("brow furrow, smirk", "smile"),
    "valence": (
        "smile, cheek raise",
        (
            "inner brow raise, brow furrow, nose wrinkle, upper lip raise, lip corner depressor, chin raise, "
            "lip press, lip suck"
        ),
    ),
    "engagement": (
        (
            "brow raise, inner brow raise, brow furrow, cheek raise, nose wrinkle, lip corner depressor, chin raise, "
            "lip press, mouth open, lip suck, smile"
        ),
        "",
    ),
}


def _only(**scores: float) -> dict[str, float]:
    return {name: scores.get(name.replace(" ", "_"), 0.0) for name in EXPRESSION_NAMES}


@pytest.mark.parametrize("emotion", EMOTION_NAMES)
def test_the_weights_have_the_signs_of_the_published_mapping(emotion: str) -> None:
    likely, unlikely = (set(names.split(", ")) - {""} for names in _MAPPING[emotion])
    weights = WEIGHTS[emotion]
    assert {name for name, weight in weights.items() if weight > 0} == likely
    assert {name for name, weight in weights.items() if weight < 0} == unlikely


@given(_SCORES)
def test_every_emotion_is_there_in_order_and_in_its_range(scores: dict[str, float]) -> None:
    found = emotions(scores)
    assert tuple(found) == EMOTION_NAMES
    assert all((-100 if name == "valence" else 0) <= value <= 100 for name, value in found.items())


@given(_SCORES, st.sampled_from(EXPRESSION_NAMES), st.floats(0.0, 100.0))
def test_more_of_an_expression_moves_each_emotion_its_own_way(
    scores: dict[str, float], expression: str, more: float
) -> None:
    before, after = emotions(scores), emotions({**scores, expression: max(scores[expression], more)})
    for name in EMOTION_NAMES:
        weight = WEIGHTS[name].get(expression, 0.0)
        if weight >= 0:
            assert after[name] >= before[name] - 1e-9
        if weight <= 0:
            assert after[name] <= before[name] + 1e-9


def test_a_blank_face_has_no_emotion() -> None:
    assert set(emotions(_only()).values()) == {0.0}


@pytest.mark.parametrize(
    ("scores", "leading"),
    [
        (_only(smile=90, cheek_raise=60, mouth_open=70, upper_lip_raise=60), "joy"),
        (_only(brow_furrow=80, lid_tighten=60, chin_raise=40), "anger"),
        (_only(nose_wrinkle=80, upper_lip_raise=60, brow_furrow=40), "disgust"),
        (_only(brow_raise=80, inner_brow_raise=70, eye_widen=80, jaw_drop=80, mouth_open=100), "surprise"),
        (_only(inner_brow_raise=80, brow_furrow=40, eye_widen=80, lip_stretch=80, mouth_open=30), "fear"),
        (_only(inner_brow_raise=60, brow_furrow=40, lip_corner_depressor=80), "sadness"),
        (_only(smirk=70), "contempt"),
    ],
)
def test_the_textbook_face_of_an_emotion_lets_it_lead(scores: dict[str, float], leading: str) -> None:
    found = emotions(scores)
    assert max(_SEVEN, key=lambda name: found[name]) == leading
    assert found[leading] >= 40


def test_valence_takes_both_signs() -> None:
    assert emotions(_only(smile=100))["valence"] > 50
    assert emotions(_only(lip_corner_depressor=100, brow_furrow=100))["valence"] < -50


def test_a_missing_expression_is_an_error() -> None:
    with pytest.raises(KeyError):
        emotions({"smile": 50.0})

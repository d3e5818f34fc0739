import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.expressions.emotions import emotions as emotions_of
from chalicelib.domain.measurements.emotions import PROTOTYPES, SPEECH, UNNAMED, WEIGHTS
from chalicelib.domain.measurements.metrics import BASELINE_NAMES, EMOTION_NAMES

_SCORES = st.fixed_dictionaries({name: st.floats(0.0, 100.0) for name in BASELINE_NAMES})
_PRESENCES = st.fixed_dictionaries({name: st.floats(0.08, 0.98) for name in BASELINE_NAMES})
_SEVEN = ("anger", "contempt", "disgust", "fear", "joy", "sadness", "surprise")
_SURELY_NOT, _PERHAPS, _SURELY = 0.08, 0.5, 0.95


def emotions(scores: dict[str, float], presences: dict[str, float]) -> dict[str, float]:
    """Those of one face, by name."""
    shown = (np.array([[each[name] for name in BASELINE_NAMES]]) for each in (scores, presences))
    return dict(zip(EMOTION_NAMES, emotions_of(*shown)[0].tolist(), strict=True))


def _scores(**scores: float) -> dict[str, float]:
    return {name: scores.get(name.replace(" ", "_"), 0.0) for name in BASELINE_NAMES}


def _shown(names: str, otherwise: float = _SURELY_NOT) -> dict[str, float]:
    """The emotions of a face that surely shows the expressions named."""
    presences = {name: _SURELY if name in names.split(", ") else otherwise for name in BASELINE_NAMES}
    return emotions(_scores(), presences)


@given(_SCORES, _PRESENCES)
def test_every_emotion_is_there_in_order_and_in_its_range(
    scores: dict[str, float], presences: dict[str, float]
) -> None:
    found = emotions(scores, presences)
    assert all((-100 if name == "valence" else 0) <= value <= 100 for name, value in found.items())
    assert sum(found[name] for name in _SEVEN) < 100


@given(_SCORES, st.sampled_from(BASELINE_NAMES), st.floats(0.0, 100.0))
def test_more_of_an_expression_moves_valence_and_engagement_their_own_way(
    scores: dict[str, float], expression: str, more: float
) -> None:
    presences = dict.fromkeys(BASELINE_NAMES, _PERHAPS)
    before = emotions(scores, presences)
    after = emotions({**scores, expression: max(scores[expression], more)}, presences)
    for name in WEIGHTS:
        weight = WEIGHTS[name].get(expression, 0.0)
        if weight >= 0:
            assert after[name] >= before[name] - 1e-9
        if weight <= 0:
            assert after[name] <= before[name] + 1e-9


def _shares(emotion: str, expression: str) -> list[float]:
    prototypes = [each.shares for each in PROTOTYPES if each.emotion == emotion]
    return [shares.get(expression, SPEECH.get(expression, UNNAMED)) for shares in prototypes]


@pytest.mark.parametrize("emotion", _SEVEN)
@given(presences=_PRESENCES)
def test_what_belongs_to_an_emotion_as_much_as_to_any_speaks_for_it(emotion: str, presences: dict[str, float]) -> None:
    before = emotions(_scores(), presences)[emotion]
    for expression in BASELINE_NAMES:
        most = max(share for each in _SEVEN for share in _shares(each, expression))
        if min(_shares(emotion, expression)) == most > UNNAMED:
            more = {**presences, expression: max(presences[expression], _SURELY)}
            assert emotions(_scores(), more)[emotion] >= before - 1e-9


@pytest.mark.parametrize("presence", [_SURELY_NOT, 0.2, 0.3])
def test_a_face_that_shows_nothing_has_no_emotion(presence: float) -> None:
    found = emotions(_scores(), dict.fromkeys(BASELINE_NAMES, presence))
    assert max(found[name] for name in _SEVEN) < 20


@pytest.mark.parametrize("names", ["mouth open", "mouth open, jaw drop"])
def test_a_mouth_that_speaks_is_no_emotion(names: str) -> None:
    found = _shown(names)
    assert max(found[name] for name in _SEVEN) < 20


@pytest.mark.parametrize(
    ("names", "leading"),
    [
        ("smile, cheek raise, mouth open, upper lip raise", "joy"),
        ("smile, cheek raise", "joy"),
        ("smile, cheek raise, mouth open, jaw drop", "joy"),
        ("brow furrow, lid tighten, lip press, chin raise", "anger"),
        ("brow furrow, lid tighten, eye widen, mouth open, jaw drop", "anger"),
        ("nose wrinkle, upper lip raise, chin raise", "disgust"),
        ("brow raise, inner brow raise, eye widen, jaw drop, mouth open", "surprise"),
        ("inner brow raise, brow furrow, eye widen, lip stretch, mouth open", "fear"),
        ("inner brow raise, brow furrow, lip corner depressor, chin raise", "sadness"),
        ("inner brow raise, brow furrow, lip corner depressor, cheek raise, mouth open", "sadness"),
        ("smirk, dimpler", "contempt"),
    ],
)
def test_the_textbook_face_of_an_emotion_lets_it_lead(names: str, leading: str) -> None:
    found = _shown(names)
    assert max(_SEVEN, key=lambda name: found[name]) == leading
    assert found[leading] > 50
    unsure = _shown(names, otherwise=0.3)
    assert max(_SEVEN, key=lambda name: unsure[name]) == leading


def test_a_knitted_brow_takes_joy_from_a_mouth_that_cries() -> None:
    mouth = "smile, cheek raise, chin raise, lip corner depressor"
    crying = _shown(f"{mouth}, brow furrow, inner brow raise")
    assert max(_SEVEN, key=lambda name: crying[name]) == "sadness"
    assert crying["joy"] < 30


@pytest.mark.parametrize("mouth", ["smile", "smile, upper lip raise", "smile, upper lip raise, dimpler", "lip stretch"])
def test_closed_eyes_under_knitted_brows_weep_whatever_the_mouth_looks_like(mouth: str) -> None:
    weeping = _shown(f"{mouth}, brow furrow, eye closure")
    assert max(_SEVEN, key=lambda name: weeping[name]) == "sadness"
    assert weeping["joy"] < 30


@pytest.mark.parametrize("brows", ["", "inner brow raise"])
def test_who_laughs_with_closed_eyes_does_not_weep(brows: str) -> None:
    laughing = _shown(f"smile, cheek raise, mouth open, upper lip raise, eye closure, {brows}")
    assert max(_SEVEN, key=lambda name: laughing[name]) == "joy"
    assert laughing["sadness"] < 15


def test_what_a_broad_smile_does_to_lip_and_nose_is_no_disgust() -> None:
    smiling = _shown("smile, cheek raise, mouth open, upper lip raise, nose wrinkle")
    assert smiling["joy"] > 50
    assert smiling["disgust"] < 15


def test_closed_eyes_alone_are_no_emotion() -> None:
    found = _shown("eye closure")
    assert max(found[name] for name in _SEVEN) < 20


def test_valence_takes_both_signs() -> None:
    presences = dict.fromkeys(BASELINE_NAMES, _PERHAPS)
    assert emotions(_scores(smile=100), presences)["valence"] > 50
    assert emotions(_scores(lip_corner_depressor=100, brow_furrow=100), presences)["valence"] < -50

from collections.abc import Mapping

import pytest

from chalicelib.domain.measurements.emotions import PROTOTYPES, UNNAMED, WEIGHTS
from chalicelib.domain.measurements.metrics import BASELINE_NAMES

# The published mapping of the wire contract: more likely with, less likely with.
_MAPPING: Mapping[str, tuple[str, str]] = {
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


@pytest.mark.parametrize("emotion", WEIGHTS)
def test_the_weights_have_the_signs_of_the_published_mapping(emotion: str) -> None:
    likely, unlikely = (set(names.split(", ")) - {""} for names in _MAPPING[emotion])
    weights = WEIGHTS[emotion]
    assert {name for name, weight in weights.items() if weight > 0} == likely
    assert {name for name, weight in weights.items() if weight < 0} == unlikely


def test_every_emotion_has_a_source_and_every_share_is_one_of_an_expression() -> None:
    assert {prototype.emotion for prototype in PROTOTYPES} == {
        "anger",
        "contempt",
        "disgust",
        "fear",
        "joy",
        "sadness",
        "surprise",
    }
    for prototype in PROTOTYPES:
        assert prototype.source
        assert set(prototype.shares) <= set(BASELINE_NAMES)
        assert all(UNNAMED < share < 1 for share in prototype.shares.values())

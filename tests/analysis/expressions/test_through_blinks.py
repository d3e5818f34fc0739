"""Tests what is read round lids that pass through a blink, at any frame rate."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.analysis.analyzer import FaceAnalyzer, with_scores
from chalicelib.analysis.expressions.through_blinks import (
    BLINK_S,
    FLUTTER_S,
    MOVED,
    WIDE,
    WITHIN_S,
    ThroughBlinks,
)
from chalicelib.analysis.media.open_media import open_media
from chalicelib.analysis.networks.models import Models
from chalicelib.domain.measurements.gaze import GazeReason
from chalicelib.domain.measurements.metrics import BASELINE_NAMES, GAZE_NAMES, OPENNESS_NAMES
from chalicelib.domain.requests.job_names import JobName
from chalicelib.domain.requests.recipes import RECIPES

Floats = NDArray[np.float64]
LIDS, CHEEKS, EYES = (BASELINE_NAMES.index(name) for name in ("lid tighten", "cheek raise", "eye closure"))
RATES = st.floats(5.0, 60.0)
BLINK_AT_S = 1.0


def _blink(time_s: float, lasts_s: float) -> float:
    """The level of closed eyes: 0, and 120 in the middle of the blink."""
    share = (time_s - BLINK_AT_S) / lasts_s
    return 120.0 * math.sin(math.pi * share) if 0.0 < share < 1.0 else 0.0


def _closes(time_s: float, lasts_s: float) -> float:
    """The same of eyes that close within a time and stay closed."""
    return 110.0 * min(max((time_s - BLINK_AT_S) / lasts_s, 0.0), 1.0)


def _taken(lids: ThroughBlinks, time_s: float, closure: float, value: float, *, is_valid: bool = True) -> Floats:
    """Three readings of `value`, as they are taken."""
    readings = np.full((3, len(BASELINE_NAMES)), value)
    taken = lids.next(time_s, closure, readings, is_valid=is_valid)
    return readings if taken is None else taken


def _film(
    closure: Callable[[float], float], rate_hz: float, reading: Callable[[float], float]
) -> list[tuple[float, Floats]]:
    """Times, and readings as they are taken, of two and a half seconds in which every expression reads alike."""
    lids = ThroughBlinks()
    times_s = [index / rate_hz for index in range(int(2.5 * rate_hz))]
    return [(at_s, _taken(lids, at_s, closure(at_s), reading(at_s))) for at_s in times_s]


@given(RATES, st.floats(0.15, 0.4), st.floats(0.0, 100.0))
def test_a_blink_tightens_no_lids_and_raises_no_cheeks(rate_hz: float, lasts_s: float, before: float) -> None:
    def closure(time_s: float) -> float:
        return _blink(time_s, lasts_s)

    def reading(time_s: float) -> float:
        return before if closure(time_s) <= MOVED else before + 60.0

    for at_s, taken in _film(closure, rate_hz, reading):
        assert taken[:, [LIDS, CHEEKS]] == pytest.approx(before), at_s
        others = np.delete(taken, [LIDS, CHEEKS, EYES], axis=1)
        assert others == pytest.approx(reading(at_s))
        assert taken[:-1, EYES] == pytest.approx(reading(at_s))
        assert taken[-1, EYES] == pytest.approx(before)


@given(RATES, st.floats(0.05, 0.3))
def test_eyes_that_stay_closed_are_soon_read_as_they_are(rate_hz: float, lasts_s: float) -> None:
    still_s = BLINK_AT_S + lasts_s + max(WITHIN_S, 2.0 / rate_hz) + 1.0 / rate_hz
    for at_s, taken in _film(lambda time_s: _closes(time_s, lasts_s), rate_hz, lambda time_s: 80.0 * (time_s > 1.0)):
        if at_s > still_s:
            assert taken == pytest.approx(80.0)


@given(RATES, st.lists(st.tuples(st.floats(-60.0, WIDE + MOVED), st.floats(0.0, 100.0)), min_size=1, max_size=40))
def test_lids_that_are_still_change_nothing(rate_hz: float, film: list[tuple[float, float]]) -> None:
    lids = ThroughBlinks()
    for index, (closure, value) in enumerate(film):
        assert (_taken(lids, index / rate_hz, closure, value) == value).all()
        assert not lids.are_lowered


@given(
    st.lists(
        st.tuples(st.floats(0.001, 0.6), st.floats(-60.0, 150.0), st.floats(0.0, 100.0), st.booleans()), max_size=60
    )
)
def test_nothing_is_read_higher_than_it_was_measured(film: list[tuple[float, float, float, bool]]) -> None:
    lids, time_s = ThroughBlinks(), 0.0
    for passed_s, closure, value, is_valid in film:
        time_s += passed_s
        taken = _taken(lids, time_s, closure, value, is_valid=is_valid)
        assert (taken <= value).all()
        if passed_s > BLINK_S + 0.01 or not is_valid:
            assert (taken == value).all(), "nothing is known of movement"


def test_a_smile_that_begins_with_a_blink_raises_cheeks_once_the_eyes_are_open() -> None:
    film = _film(lambda time_s: _blink(time_s, 0.2), 30.0, lambda time_s: 90.0 * (time_s > BLINK_AT_S + 0.05))
    for at_s, taken in film:
        if at_s > BLINK_AT_S + 0.2:
            assert taken[0, CHEEKS] == 90.0
        if at_s > BLINK_AT_S + 0.2 + WITHIN_S:
            assert taken[0, LIDS] == 90.0


def test_what_was_before_is_not_kept_for_ever_if_lids_flutter() -> None:
    film = _film(lambda time_s: 60.0 * (round(time_s * 30) % 2), 30.0, lambda time_s: 10.0 if time_s < 0.5 else 50.0)
    assert film[20][1][0, LIDS] == 10.0
    assert [taken[0, LIDS] for at_s, taken in film if at_s > 0.5 + FLUTTER_S + WITHIN_S][-1] == 50.0


def test_a_blink_of_a_real_face_has_no_gaze_and_tightens_no_lids(models: Models, shared_media: Path) -> None:
    recipe = RECIPES[JobName.MULTIFACE]
    assert recipe is not None
    recipe = replace(recipe, gaze=True)
    analyzer = FaceAnalyzer(models, mesh=recipe.mesh, max_faces=1, gaze=True)
    with open_media(shared_media / "field" / "false_face_in_blurred_room.mp4") as medium:
        frames = (frame for frame in medium.frames() if frame.time_s < 6.2)
        found = list(with_scores(analyzer.analyze(frames), recipe, recipe.metrics(expressions_only=False)))
    faces = {round(frame.time_s, 2): frame.faces[0] for frame in found}
    assert max(face.values["lid tighten"] for face in faces.values()) < 25.0
    assert max(face.values["sadness"] for face in faces.values()) < 25.0
    passing, open_eyes = faces[5.5], faces[6.0]
    assert 20.0 < passing.values["eye closure"] < 60.0
    assert passing.gaze_reasons == (GazeReason.CLOSED,)
    assert all(math.isnan(passing.values[name]) for name in GAZE_NAMES)
    assert not any(math.isnan(passing.values[name]) for name in OPENNESS_NAMES)
    assert open_eyes.gaze_reasons == ()
    assert abs(open_eyes.values["gaze yaw"]) < 5.0

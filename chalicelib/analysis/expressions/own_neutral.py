"""A person's own neutral: what the expressions of a face read while it rests, learned as the frames go by.

The scores are calibrated on many persons, and a face at rest may read high on one of them: low brows as a furrow, full
lips as an open mouth. The baseline of each expression is the low quantile of what it read so far, every frame weighted
by its duration: a face moves away from rest and comes back, so talking and a passing smile lie above it. Three things
keep it from taking an expression for the face. Nothing is known of a person at first, so the population's neutral (0)
counts like `PRIOR_S` seconds of evidence. Frames in which the person evidently does something (smiles, has the mouth
open, closes the eyes), or that are not valid, are no evidence. And no baseline is above its expression's limit.

A score is corrected by the frames before it alone, so the first frame, and with it a still image, stays as it is.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.measurements.metrics import BASELINE_NAMES, raw_name

PRIOR_S = 3.0
QUANTILE = 0.25
LIMIT = 40.0
LIMITS: Mapping[str, float] = {"smile": 20.0, "mouth open": 20.0, "jaw drop": 20.0}
"""The highest baseline of an expression; `LIMIT` where it is not named. These three are rarely the shape of a face and
often what a person does for long."""

_DOING = ("smile", "mouth open", "eye closure")
_DOING_ABOVE = 50.0
_STEP = 1.0
_LEVELS = round(100.0 / _STEP) + 1
# A face that was away, or a film of one picture a minute, says little about the time between.
_MAX_FRAME_S = 0.5

_LIMITS = np.array([LIMITS.get(name, LIMIT) for name in BASELINE_NAMES])
_ROWS = np.arange(len(BASELINE_NAMES))


class OwnNeutral:
    """The baselines of one face. Memory: a histogram of seconds per expression, however long the face is seen."""

    def __init__(self) -> None:
        self._seconds = np.zeros((len(BASELINE_NAMES), _LEVELS))
        self._seen_s: float | None = None

    def correct(self, time_s: float, scores: Mapping[str, float], *, is_valid: bool) -> dict[str, float]:
        """`scores` (calibrated, 0..100, every expression) of the frame at `time_s`, corrected, and those that take
        part once more as they were, under their `raw_name`. Frames come in order of time; one that is not valid is
        corrected like any other and teaches nothing."""
        raw = np.array([scores[name] for name in BASELINE_NAMES])
        baselines = self.baselines()
        # What is left above the baseline is stretched, so that full presence stays 100.
        corrected = np.clip((raw - baselines) * (100.0 / (100.0 - baselines)), 0.0, 100.0)
        duration_s = 0.0 if self._seen_s is None else min(max(time_s - self._seen_s, 0.0), _MAX_FRAME_S)
        self._seen_s = time_s
        if is_valid and not any(scores[name] > _DOING_ABOVE for name in _DOING):
            self._learn(raw, duration_s)
        return {
            **scores,
            **dict(zip(BASELINE_NAMES, corrected.tolist(), strict=True)),
            **{raw_name(name): scores[name] for name in BASELINE_NAMES},
        }

    def baselines(self) -> NDArray[np.float64]:
        """(N,) what a resting face reads, in the order of `BASELINE_NAMES`: 0 up to each expression's limit."""
        evidence_s = float(self._seconds[0].sum())
        if evidence_s == 0.0:
            return np.zeros(len(BASELINE_NAMES))
        baselines: NDArray[np.float64] = np.minimum(self._quantiles() * (evidence_s / (evidence_s + PRIOR_S)), _LIMITS)
        return baselines

    def _learn(self, raw: NDArray[np.float64], duration_s: float) -> None:
        """Each score counts at the two levels beside it, the nearer one more, so that nothing jumps between levels."""
        place = np.clip(raw, 0.0, 100.0) / _STEP
        below = np.minimum(place.astype(np.intp), _LEVELS - 2)
        share = place - below
        self._seconds[_ROWS, below] += duration_s * (1.0 - share)
        self._seconds[_ROWS, below + 1] += duration_s * share

    def _quantiles(self) -> NDArray[np.float64]:
        """(N,) the scores below which `QUANTILE` of the seconds lie; those of a level lie evenly about it."""
        up_to = self._seconds.cumsum(axis=1)
        wanted = QUANTILE * up_to[:, -1]
        level = (up_to >= wanted[:, None]).argmax(axis=1)
        before = np.where(level > 0, up_to[_ROWS, level - 1], 0.0)
        within = np.divide(wanted - before, up_to[_ROWS, level] - before)
        quantiles: NDArray[np.float64] = np.maximum((level - 0.5 + within) * _STEP, 0.0)
        return quantiles

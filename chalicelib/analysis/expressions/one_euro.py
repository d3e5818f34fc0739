"""The One Euro filter (G. Casiez, N. Roussel, D. Vogel, CHI 2012): smooth at low speed, responsive at high speed.

It is a causal exponential filter whose time constant falls as the value moves faster.
"""

import math

import numpy as np
from numpy.typing import NDArray

REST_TIME_CONSTANT_S = 0.16
"""The time constant of a score that does not move; the paper's cut-off frequency is 1 / (2 pi x this), 1 Hz."""

_HERTZ_PER_SPEED = 0.02  # the paper's beta; speeds are in points a second: a blink makes a thousand
_SPEED_TIME_CONSTANT_S = 0.03
_MAX_GAP_S = 0.5


class OneEuroFilter:
    """Smooths (N,) scores of one face. Restarts after half a second without a frame."""

    def __init__(self) -> None:
        self._time_s = 0.0
        self._values: NDArray[np.float64] | None = None
        self._speeds = np.zeros(0)

    def smooth(self, time_s: float, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The scores of the frame at `time_s`, smoothed; between the lowest and the highest seen. Frames come in order
        of time."""
        passed_s = time_s - self._time_s
        self._time_s = time_s
        if self._values is None or not 0.0 < passed_s <= _MAX_GAP_S:
            self._values, self._speeds = values, np.zeros_like(values)
            return values
        speeds = (values - self._values) / passed_s
        self._speeds = self._speeds + _share(passed_s, _SPEED_TIME_CONSTANT_S) * (speeds - self._speeds)
        hertz = 1.0 / (2.0 * math.pi * REST_TIME_CONSTANT_S) + _HERTZ_PER_SPEED * np.abs(self._speeds)
        share = _share(passed_s, 1.0 / (2.0 * math.pi * hertz))
        self._values = self._values + share * (values - self._values)
        return self._values


def _share(passed_s: float, time_constant_s: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Returns the weight of a new value, 0..1."""
    return np.asarray(1.0 / (1.0 + np.asarray(time_constant_s) / passed_s))

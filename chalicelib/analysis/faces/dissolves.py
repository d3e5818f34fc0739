"""Scenes that go over into another little by little, so that no frame differs much from the one before.

In between, every picture is a mixture of the old scene and the new one. Nothing else is: a camera that turns shows
what neither the first nor the last picture holds, a change of light leaves them alike, and after a cut a picture is
the one or the other.
"""

from collections import deque

import numpy as np

from chalicelib.analysis.faces.thumbnails import Thumbnail, is_like

# Measured: a rest of 0.014 in a dissolve over half a second.
_STEP_S = 0.08
_SPANS_S = (0.4, 0.8, 1.6)
_UNLIKE = 0.75
_MIN_SHARE, _MIDDLE_SHARE = 0.1, 0.25
_MAX_REST = 0.1
_SHARES_SUM = (0.85, 1.15)


class Dissolves:
    """Watches for them over the last two seconds, about ten times a second."""

    def __init__(self) -> None:
        self._past: deque[tuple[float, Thumbnail]] = deque(maxlen=round(max(_SPANS_S) / _STEP_S) + 1)

    def ends(self, picture: Thumbnail, time_s: float) -> bool:
        """Returns True if, with the next frame, a dissolve has progressed so far that the new scene is seen."""
        if self._past and time_s - self._past[-1][0] < _STEP_S:
            return False
        found = any(self._dissolved(picture, time_s, span_s) for span_s in _SPANS_S)
        if found:
            self._past.clear()
        self._past.append((time_s, picture))
        return found

    def _dissolved(self, picture: Thumbnail, time_s: float, span_s: float) -> bool:
        span = [past for past_s, past in self._past if time_s - past_s <= span_s + _STEP_S / 2]
        if len(span) < 4 or is_like(span[0], picture, _UNLIKE):
            return False
        middle = len(span) // 2
        least = {middle - 1: _MIN_SHARE, middle: _MIDDLE_SHARE, middle + 1: _MIN_SHARE}
        return all(_is_mixture(span[index], span[0], picture, share) for index, share in least.items())


def _is_mixture(mixed: Thumbnail, first: Thumbnail, last: Thumbnail, least_share: float) -> bool:
    """Returns True if `mixed` is between the others, pixel by pixel: with at least `least_share` of each."""
    parts = np.stack([first.ravel() - first.mean(), last.ravel() - last.mean()], axis=1)
    target = mixed.ravel() - mixed.mean()
    shares = np.linalg.lstsq(parts, target, rcond=None)[0]
    rest = float(np.abs(target - parts @ shares).mean()) / max(float(np.abs(target).mean()), 1e-9)
    low, high = _SHARES_SUM
    return bool(shares.min() >= least_share) and low <= float(shares.sum()) <= high and rest <= _MAX_REST

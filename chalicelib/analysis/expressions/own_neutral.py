"""A person's own neutral: what the expressions of a face read while it rests, learned as the frames go by.

Levels are 0 at the mean of persons at rest, and a face at rest may read far from it: brows differ between persons more
than they move, mouths do not. So each expression's rest is a value with a prior: normal, around 0, with the spread
between persons. What the film shows moves it: the low quantile of what the face read so far, every frame weighted by
its duration, for a face moves away from rest and comes back. How much that quantile may differ from rest depends on how
far the expression moves and on how long the face has been seen. Prior and quantile are weighed by their variances, as
a normal mean with a normal prior is (A. Gelman et al., Bayesian Data Analysis, 2013, section 2.5): brows are corrected
nearly fully within seconds, mouths hardly ever, and a person who smiles for an hour goes on smiling.

If it is known from when to when a face rests, its rest is the mean of what it read then, from there on: how far such a
face may be from rest (`GIVEN`) is the evidence's standard deviation.

A frame is corrected by the frames before it alone, so the first frame, and with it a still image, stays as it is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.levels import FULL, between
from chalicelib.domain.measurements.metrics import BASELINE_NAMES

Floats = NDArray[np.float64]

QUANTILE = 0.25
MOVEMENT = 50.0
"""How far expressions move from rest, a standard deviation in levels."""
SETTLED = 0.25
"""The share of the movement's variance that a quantile keeps however long the face is seen: it may never rest."""
SINGLE_S = 1.0
"""For so many seconds a face may do one thing: a quantile of less says nothing about rest."""
GIVEN = 10.0
"""How far from rest a face that is said to rest may be, a standard deviation in levels."""
MOST_ABOVE, MOST_BELOW = 2.0, 3.0
"""No rest lies further from the mean of persons, in spreads. High readings are expressions more often than low ones."""

_DOING = tuple(BASELINE_NAMES.index(name) for name in ("smile", "mouth open", "eye closure"))
_DOING_FROM = 50.0
_MOVES_ALONE = np.array(["brow" in name for name in BASELINE_NAMES])
"""Brows go on saying what rest is while mouth or eyes do something; cheeks, lids, nose and chin move with those."""
_WIDE = BASELINE_NAMES.index("eye widen")
_UNLIKE_WIDE = np.array([name != "lid tighten" for name in BASELINE_NAMES])
"""Wide eyes (FACS AU 5) read as the opposite of tightened lids (AU 7), and are no rest of theirs. Fully wide ones: by a
third of that persons at rest differ."""

_STEP = 4.0
_LOWEST, _HIGHEST = -300.0, 300.0
_BINS = round((_HIGHEST - _LOWEST) / _STEP) + 1
# A face that was away, or a film of one picture a minute, says little about the time between.
_MAX_FRAME_S = 0.5
_ROWS = np.arange(len(BASELINE_NAMES))
_EVERY = np.ones(len(BASELINE_NAMES))


@dataclass(frozen=True, slots=True)
class Rest:
    """Keeps what is known of a person's rest, (20,) each in the order of `BASELINE_NAMES`: its level, and the standard
    deviation of what is not known of it."""

    level: Floats
    uncertainty: Floats


class OwnNeutral:
    """The rest of one face. Memory: a histogram of seconds per expression, however long the face is seen."""

    def __init__(self, spreads: Floats, neutral_s: tuple[float, float] | None = None) -> None:
        """`spreads` (20,): standard deviations between persons at rest, in levels; `neutral_s`: from when to when the
        face is known to rest."""
        self._spreads, self._prior = spreads, np.square(spreads)
        self._lowest, self._highest = -MOST_BELOW * spreads, MOST_ABOVE * spreads
        self._neutral_s = neutral_s
        self._given, self._given_frames = np.zeros(len(BASELINE_NAMES)), 0
        self._seconds = np.zeros((len(BASELINE_NAMES), _BINS))
        self._seen_s: float | None = None

    def next(self, time_s: float, levels: Floats, *, is_valid: bool) -> Rest:
        """Returns what the frames before the one at `time_s` say of rest; `levels` (20,) are those of this frame, from
        which the next one learns. Frames come in order of time; one that is not valid teaches nothing."""
        rest = self.rest()
        duration_s = 0.0 if self._seen_s is None else min(max(time_s - self._seen_s, 0.0), _MAX_FRAME_S)
        self._seen_s = time_s
        if is_valid and self._neutral_s and self._neutral_s[0] <= time_s < self._neutral_s[1]:
            self._given += levels
            self._given_frames += 1
        if is_valid and duration_s > 0.0:
            is_doing = max(levels[place] for place in _DOING) > _DOING_FROM
            at_rest = _MOVES_ALONE if is_doing else _UNLIKE_WIDE if levels[_WIDE] > FULL else _EVERY
            self._learn(levels, duration_s * at_rest)
        return rest

    def rest(self) -> Rest:
        """Returns what is known so far."""
        if self._given_frames:
            share = self._prior / (self._prior + GIVEN**2)
            return Rest(share * self._given / self._given_frames, self._spreads * np.sqrt(1.0 - share))
        up_to = self._seconds.cumsum(axis=1)
        seconds = up_to[:, -1]
        evidence = MOVEMENT**2 * (SETTLED + SINGLE_S / np.maximum(seconds, 1e-9))
        share = np.where(seconds > 0.0, self._prior / (self._prior + evidence), 0.0)
        found = between(self._quantiles(up_to), self._lowest, self._highest)
        return Rest(share * found, self._spreads * np.sqrt(1.0 - share))

    def _learn(self, levels: Floats, seconds: Floats) -> None:
        """Each level counts in the two bins next to it, the nearer one more, so that nothing jumps between bins."""
        place = (between(levels, _LOWEST, _HIGHEST) - _LOWEST) / _STEP
        below = np.minimum(place.astype(np.intp), _BINS - 2)
        share = place - below
        self._seconds[_ROWS, below] += seconds * (1.0 - share)
        self._seconds[_ROWS, below + 1] += seconds * share

    def _quantiles(self, up_to: Floats) -> Floats:
        """(20,) the levels below which `QUANTILE` of the seconds lie; those of a bin lie evenly about it. `up_to` (20,
        bins): the seconds up to each bin."""
        wanted = QUANTILE * up_to[:, -1]
        place = (up_to >= wanted[:, None]).argmax(axis=1)
        before = np.where(place > 0, up_to[_ROWS, place - 1], 0.0)
        within = (wanted - before) / np.maximum(up_to[_ROWS, place] - before, 1e-12)
        quantiles: Floats = _LOWEST + (place - 0.5 + within) * _STEP
        return quantiles

"""A person's own neutral: what the expressions of a face read while it rests, learned as the frames go by.

Levels are 0 at the mean of persons at rest, and a face at rest may read far from it: brows differ between persons more
than they move, mouths do not. So each expression's rest is a value with a prior: normal, around 0, with the spread
between persons. What the film shows moves it: the low quantile of what the face read so far, every frame weighted by
its duration, for a face moves away from rest and comes back. How much that quantile may differ from rest depends on how
far the expression moves and on how long the face has been seen. Prior and quantile are weighed by their variances, as
a normal mean with a normal prior is (A. Gelman et al., Bayesian Data Analysis, 2013, section 2.5): brows are corrected
nearly fully within seconds, mouths hardly ever, and a person who smiles for an hour goes on smiling.

If it is known from when to when a face rests, its rest is the mean of what it read then, from the first such frame on
and with it: how far such a face may be from rest (`GIVEN`) is the evidence's standard deviation.

Otherwise a frame is corrected by the frames before it alone, so the first frame, and with it a still image, stays as it
is.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from chalicelib.analysis.expressions.levels import FULL, between
from chalicelib.domain.measurements.metrics import BASELINE_NAMES

Floats = NDArray[np.float64]

QUANTILE = 0.25
MOVEMENT = 50.0
"""The movement of expressions from rest, a standard deviation in levels."""
SETTLED = 0.25
"""The share of the movement's variance that a quantile keeps however long the face is seen: it may never rest."""
SINGLE_S = 1.0
"""For so many seconds a face may do one thing: a quantile of less says nothing about rest."""
GIVEN = 10.0
"""The distance from rest of a face that is said to rest, a standard deviation in levels."""
FARTHEST = 3.0
"""No rest lies further from the mean of persons, in spreads: one person in 400 would."""

_DOING = [BASELINE_NAMES.index(name) for name in ("smile", "mouth open", "eye closure")]
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


@dataclass(frozen=True, slots=True)
class Rest:
    """Keeps what is known of a person's rest in each of T frames, (T, 20) each in the order of `BASELINE_NAMES`: its
    level, and the standard deviation of what is not known of it."""

    level: Floats
    uncertainty: Floats


class OwnNeutral:
    """The rest of one face. Memory: a histogram of seconds per expression, however long the face is seen."""

    def __init__(self, spreads: Floats, neutral_s: tuple[float, float] | None = None) -> None:
        """`spreads` (20,): standard deviations between persons at rest, in levels; `neutral_s`: from when to when the
        face is known to rest."""
        self._spreads, self._prior = spreads, np.square(spreads)
        self._lowest, self._highest = -FARTHEST * spreads, FARTHEST * spreads
        self._neutral_s = neutral_s
        self._given = np.zeros(len(BASELINE_NAMES) + 1)  # the sum of the levels read then, and the number of frames
        self._seconds = np.zeros((len(BASELINE_NAMES), _BINS))
        self._bins = slice(_BINS, 0)  # those that hold any
        self._seen_s: float | None = None

    def follow(self, times_s: Floats, levels: Floats, is_valid: NDArray[np.bool_]) -> Rest:
        """Returns what the frames before each of T >= 1 further ones say of rest. `times_s` (T,), in order; `levels`
        (T, 20), from which the next frame learns; `is_valid` (T,): frames that are not teach nothing."""
        seen_s = times_s[0] if self._seen_s is None else self._seen_s
        seconds = between(np.diff(times_s, prepend=seen_s), 0.0, _MAX_FRAME_S) * is_valid
        self._seen_s = float(times_s[-1])
        is_doing = levels[:, _DOING].max(axis=1, keepdims=True) > _DOING_FROM
        is_wide = levels[:, _WIDE, None] > FULL
        at_rest = np.where(is_doing, _MOVES_ALONE, ~is_wide | _UNLIKE_WIDE)
        rest = self._learned(levels, seconds[:, None] * at_rest)
        if self._neutral_s is None:
            return rest
        begin_s, end_s = self._neutral_s
        return self._or_given(rest, levels, is_valid & (begin_s <= times_s) & (times_s < end_s))

    def _learned(self, levels: Floats, seconds: Floats) -> Rest:
        """Each level (T, 20) counts for so many `seconds` (T, 20)."""
        place = (between(levels, _LOWEST, _HIGHEST) - _LOWEST) / _STEP
        below = np.minimum(place.astype(np.intp), _BINS - 2)
        # What the face has read so far lies in a third of the bins; in the others there is nothing to add up.
        first, last = min(self._bins.start, int(below.min())), max(self._bins.stop, int(below.max()) + 2)
        self._bins = slice(first, last)
        sums = _running_sums(
            self._seconds[:, self._bins], _in_bins(place - below, below - first, last - first, seconds)
        )
        self._seconds[:, self._bins] = sums[-1]
        up_to = sums[:-1].cumsum(axis=2)
        seen = up_to[..., -1]
        evidence = MOVEMENT**2 * (SETTLED + SINGLE_S / np.maximum(seen, 1e-9))
        share = np.where(seen > 0.0, self._prior / (self._prior + evidence), 0.0)
        found = between(_quantiles(up_to, first), self._lowest, self._highest)
        return Rest(share * found, self._spreads * np.sqrt(1.0 - share))

    def _or_given(self, rest: Rest, levels: Floats, is_given: NDArray[np.bool_]) -> Rest:
        """The mean of what was read in the frames in which the face is known to rest, itself one of them, once there is
        one."""
        steps = np.where(is_given[:, None], np.insert(levels, len(BASELINE_NAMES), 1.0, axis=1), 0.0)
        given = _running_sums(self._given, steps)
        self._given = given[-1].copy()
        sums, frames = given[1:, :-1], given[1:, -1:]
        share = self._prior / (self._prior + GIVEN**2)
        return Rest(
            np.where(frames > 0, share * sums / np.maximum(frames, 1.0), rest.level),
            np.where(frames > 0, self._spreads * np.sqrt(1.0 - share), rest.uncertainty),
        )


def _running_sums(known: Floats, steps: Floats) -> Floats:
    """Returns `known` (...), then its sum with each of T `steps` (T, ...) so far: (T + 1, ...)."""
    sums = np.concatenate([known[None], steps])
    for before, after in pairwise(sums):  # numpy's cumsum takes ten times as long
        np.add(after, before, out=after)
    return sums


def _in_bins(share: Floats, below: NDArray[np.intp], bins: int, seconds: Floats) -> Floats:
    """(T, 20, bins) `seconds` (T, 20), each in the two bins next to its level, `below` it and above, the nearer one
    more, so that nothing jumps between bins; `share` is that of the one above."""
    found = np.zeros((*seconds.shape, bins))
    frames = np.arange(len(seconds))[:, None]
    found[frames, _ROWS, below] = seconds * (1.0 - share)
    found[frames, _ROWS, below + 1] = seconds * share
    return found


def _quantiles(up_to: Floats, first: int) -> Floats:
    """(T, 20) the levels below which `QUANTILE` of the seconds lie; those of a bin lie evenly about it. `up_to` (T, 20,
    bins): the seconds up to each bin from the `first` on."""
    wanted = QUANTILE * up_to[..., -1:]
    place = (up_to >= wanted).argmax(axis=2)[..., None]
    before = np.where(place > 0, np.take_along_axis(up_to, np.maximum(place - 1, 0), axis=2), 0.0)
    width = np.take_along_axis(up_to, place, axis=2) - before
    quantiles: Floats = _LOWEST + (first + place - 0.5 + (wanted - before) / np.maximum(width, 1e-12)) * _STEP
    return quantiles[..., 0]
